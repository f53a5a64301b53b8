"""The table of the demo: a row for each stream, growing in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.table import Table
from rich.text import Text

from .view import StreamView

__all__ = ["streams_table"]

_FIXED = {"provider": 17, "state": 21, "first": 8, "chars/s": 8, "♥": 3}
_WIDEST_NUMBER = 8
_PADDING = 2
_LEAST_TAIL = 12


def streams_table(views: Sequence[StreamView], names: Sequence[str], width: int) -> Table:
    """What can be seen of all streams now, in a terminal of that width."""
    table = Table(box=None, pad_edge=False, padding=(0, _PADDING, 0, 0))
    for name, columns in _FIXED.items():
        is_number = columns <= _WIDEST_NUMBER
        table.add_column(
            name, width=columns, no_wrap=True, justify="right" if is_number else "left", overflow="ellipsis"
        )
    tail = max(_LEAST_TAIL, width - sum(columns + _PADDING for columns in _FIXED.values()) - 1)
    table.add_column("tail", width=tail, no_wrap=True, overflow="crop")
    for view, name in zip(views, names, strict=True):
        table.add_row(*_row(view, name, tail))
    return table


def _row(view: StreamView, name: str, columns: int) -> list[Text]:
    first = "" if view.first_content is None else f"{view.first_content:.2f} s"
    pace = "" if view.pace is None else f"{view.pace:,.0f}"
    beats = f"{view.heartbeats}" if view.heartbeats else ""
    return [
        Text(view.provider or name, "bold"),
        Text(view.state, _style(view.state)),
        Text(first),
        Text(pace),
        Text(beats, "magenta"),
        Text(_end_of(view.newest(), columns), "dim"),
    ]


def _style(state: str) -> str:
    word = state.partition(":")[0].partition(" ")[0]
    styles = {"finished": "green", "FAILED": "bold red", "retry": "yellow", "fallback": "yellow", "reasoning": "italic"}
    return styles.get(word, "cyan")


def _end_of(text: str, columns: int) -> str:
    """The end of a text, in so many columns."""
    line = " ".join(text.split())
    if cell_len(line) <= columns:
        return line
    kept: list[str] = []
    used = 1
    for character in reversed(line):
        used += cell_len(character)
        if used > columns:
            break
        kept.append(character)
    return set_cell_size("…" + "".join(reversed(kept)), columns)
