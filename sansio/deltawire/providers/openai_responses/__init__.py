"""OpenAI Responses and the servers that speak it."""

from __future__ import annotations

from .responses import OpenAIResponses

__all__ = ["OpenAIResponses"]
