"""An example of a gateway: clients of three APIs on one side, the targets of a plan on the other.

It listens on loopback without any authentication of its own, answers streams only, and holds nothing between requests.
"""

from __future__ import annotations

from .server import serve

__all__ = ["serve"]
