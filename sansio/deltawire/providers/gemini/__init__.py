"""Gemini's generateContent, at the Gemini API, at Vertex AI and behind gateways that speak its schema."""

from __future__ import annotations

from .generate import Gemini

__all__ = ["Gemini"]
