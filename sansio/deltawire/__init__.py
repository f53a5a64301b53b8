"""h11 for model streams: the bytes of any LLM provider's streaming response in, typed events out, no IO."""

from __future__ import annotations

__version__ = "0.1.0"
