"""What can be wrong with a capture."""

from __future__ import annotations

from typing import Any

__all__ = ["CaptureError", "DamagedCaptureError", "NotACaptureError", "UnsupportedCaptureError"]


class CaptureError(ValueError):
    """A capture cannot be read; the text says why, for a person."""


class NotACaptureError(CaptureError):
    """The file is something else: it does not begin as a capture does."""


class UnsupportedCaptureError(CaptureError):
    """The capture was written by a later version of deltawire. `version` is the format's number in it."""

    def __init__(self, version: Any) -> None:
        super().__init__(version)
        self.version = version

    def __str__(self) -> str:
        return f"the capture has version {self.version!r} of the format; this deltawire reads version 1"


class DamagedCaptureError(CaptureError):
    """A line of the capture is not what it should be. `line` is its number, from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line, reason)
        self.line = line
        self.reason = reason

    def __str__(self) -> str:
        return f"line {self.line} of the capture is damaged: {self.reason}"
