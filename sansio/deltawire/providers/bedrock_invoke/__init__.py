"""What InvokeModelWithResponseStream carries: the vendors' own schemas."""

from __future__ import annotations

from .invoke import BedrockInvoke

__all__ = ["BedrockInvoke"]
