"""OpenAI Chat Completions and every dialect of it."""

from __future__ import annotations

from .chat import OpenAIChat

__all__ = ["OpenAIChat"]
