"""Requests to every provider, built without any IO."""

from __future__ import annotations

from .build import build_request
from .conversation import Options, Tool, ToolLike
from .credentials import ConfigurationError
from .models import chat_or_responses
from .request import Request
from .target import Signer, Target

__all__ = [
    "ConfigurationError",
    "Options",
    "Request",
    "Signer",
    "Target",
    "Tool",
    "ToolLike",
    "build_request",
    "chat_or_responses",
]
