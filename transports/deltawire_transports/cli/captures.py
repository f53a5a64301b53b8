"""Captures as arguments of commands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from ..capture import Capture, CaptureError, read_capture

__all__ = ["CAPTURE", "SPEED", "CaptureFile", "Speed"]


if TYPE_CHECKING:
    _CaptureType = click.ParamType[Capture]
else:
    _CaptureType = click.ParamType  # no generic class before click 8.2


class CaptureFile(_CaptureType):
    """The path of a capture, which is read; what is wrong with it is wrong use."""

    name = "capture"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Capture:
        """The capture in the file."""
        if isinstance(value, Capture):
            return value
        try:
            return read_capture(str(value))
        except OSError as error:
            self.fail(f"{value}: {error.strerror}", param, ctx)
        except CaptureError as error:
            self.fail(f"{value}: {error}", param, ctx)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """The files that begin so."""
        return [CompletionItem(incomplete, type="file")]


class Speed(click.FloatRange):
    """How many times faster than it came; `inf` for no pauses."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        speed = float(super().convert(value, param, ctx))
        if math.isnan(speed):
            self.fail(f"{value!r} is no speed", param, ctx)
        return speed


CAPTURE = CaptureFile()
"""A capture, by the path of its file."""
SPEED = Speed()
"""A factor above 0."""
