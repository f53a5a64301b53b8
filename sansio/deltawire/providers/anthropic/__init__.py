"""Anthropic Messages and the servers that speak its schema."""

from __future__ import annotations

from .messages import Anthropic

__all__ = ["Anthropic"]
