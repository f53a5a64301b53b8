"""Amazon Bedrock's Converse, and Amazon Nova's own schema, which is much like it."""

from __future__ import annotations

from .converse import Bedrock
from .nova import Nova

__all__ = ["Bedrock", "Nova"]
