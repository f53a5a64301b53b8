"""The other side of the wire: events to the bytes of a provider's stream."""

from __future__ import annotations

from .encoder import ENCODABLE, Encoder
from .lost import Lost

__all__ = ["ENCODABLE", "Encoder", "Lost"]
