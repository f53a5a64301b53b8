"""The lanes alone, as an SVG file."""

from __future__ import annotations

from collections.abc import Sequence

from .figure import label
from .lanes import lanes_figure
from .markup import Markup, join, tag
from .story import Story, phases_of
from .theme import PICTURE_STYLE
from .words import PHASE_NAMES

__all__ = ["report_picture"]

_WIDTH, _MARGIN, _LEGEND, _ROW = 840, 24, 34, 20
_SWATCH, _CHARACTER = 30, 6.6


def report_picture(stories: Sequence[Story]) -> str:
    """What `report_page` shows on top, as a file of its own, light or dark as its reader is."""
    figure = lanes_figure(stories)
    legend, top = _legend(stories)
    height = figure.height + top + _MARGIN
    lanes = tag(
        "svg",
        figure.body,
        x=_MARGIN,
        y=top,
        width=_WIDTH - 2 * _MARGIN,
        height=figure.height,
        overflow="visible",
    )
    body = join(
        tag("title", figure.title),
        tag("desc", figure.description),
        tag("style", PICTURE_STYLE),
        tag("rect", width="100%", height="100%", rx=8, class_="page"),
        legend,
        lanes,
    )
    picture = tag(
        "svg", body, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH} {height}", width=_WIDTH, height=height
    )
    return f"{picture}\n"


def _legend(stories: Sequence[Story]) -> tuple[Markup, int]:
    """The colours that occur, in as many rows as they take; and where the lanes begin."""
    parts: list[Markup] = []
    seen = phases_of(stories)
    x, y = float(_MARGIN), _MARGIN
    for phase, name in PHASE_NAMES.items():
        width = _SWATCH + _CHARACTER * len(name)
        if phase not in seen:
            continue
        if x + width > _WIDTH:
            x, y = float(_MARGIN), y + _ROW
        parts.append(tag("rect", x=f"{x:g}", y=y - 6, width=12, height=12, rx=2, class_=phase.value))
        parts.append(label(name, f"{x + 17:g}", y + 5, "quiet"))
        x += width
    return tag("g", *parts), y + _LEGEND
