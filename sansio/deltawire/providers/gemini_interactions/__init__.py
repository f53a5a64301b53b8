"""Gemini's Interactions API."""

from __future__ import annotations

from .interactions import GeminiInteractions

__all__ = ["GeminiInteractions"]
