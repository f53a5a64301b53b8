"""The table of the demo: each stream's state and numbers, and the end of what it says, growing in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .view import StreamView

__all__ = ["streams_table"]


@attrs.frozen
class _Column:
    name: str
    width: int
    is_number: bool = False
    can_go: bool = False
    """True if narrow terminals do without it."""


_COLUMNS = (
    _Column("provider", 19),
    _Column("try", 3, is_number=True, can_go=True),
    _Column("state", 20),
    _Column("first", 6, is_number=True),
    _Column("chars/s", 7, is_number=True),
    _Column("♥", 2, is_number=True),
    _Column("tokens", 6, is_number=True, can_go=True),
)
_PADDING = 2
_INDENT = 2
# Where less is left of the line than this, what a stream says has a line of its own.
_LEAST_TAIL = 50
_BETWEEN_CALLS = " · "


def streams_table(views: Sequence[StreamView], names: Sequence[str], width: int) -> RenderableType:
    """What can be seen of all streams now, in a terminal of that width."""
    columns = [column for column in _COLUMNS if not column.can_go or _total(_COLUMNS) <= width]
    left = width - _total(columns) - _PADDING
    if left >= _LEAST_TAIL:
        table = _grid(columns, left)
        table.add_row(*(Text(column.name, "bold") for column in columns), Text("the end of it", "bold"))
        for view, name in zip(views, names, strict=True):
            table.add_row(*_cells(view, name, columns), _tail(view, left))
        return table
    lines: list[RenderableType] = [_alone(columns, [Text(column.name, "bold") for column in columns])]
    for view, name in zip(views, names, strict=True):
        lines.append(_alone(columns, _cells(view, name, columns)))
        lines.append(Text(" " * _INDENT) + _tail(view, width - _INDENT - 1))
    return Group(*lines)


def _total(columns: Sequence[_Column]) -> int:
    return sum(column.width + _PADDING for column in columns) - _PADDING


def _grid(columns: Sequence[_Column], tail: int = 0) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, _PADDING, 0, 0), show_header=False)
    for column in columns:
        table.add_column(
            width=column.width, no_wrap=True, justify="right" if column.is_number else "left", overflow="ellipsis"
        )
    if tail:
        table.add_column(width=tail, no_wrap=True, overflow="crop")
    return table


def _alone(columns: Sequence[_Column], cells: Sequence[Text]) -> Table:
    table = _grid(columns)
    table.add_row(*cells)
    return table


def _cells(view: StreamView, name: str, columns: Sequence[_Column]) -> list[Text]:
    asked = view.provider or name
    usage = getattr(view.terminal, "usage", None)
    cells = {
        "provider": Text(asked if asked == name else f"{name} → {asked}", "bold"),
        "try": Text(f"{view.attempt}" if view.attempt else "", "yellow" if view.attempt > 1 else ""),
        "state": Text(view.state, _style(view.state)),
        "first": Text("" if view.first_content is None else f"{view.first_content:.2f} s"),
        "chars/s": Text("" if view.pace is None else f"{view.pace:,.0f}"),
        "♥": Text(f"{view.heartbeats}" if view.heartbeats else "", "magenta"),
        "tokens": Text("" if usage is None or usage.total_tokens is None else f"{usage.total_tokens:,}"),
    }
    return [cells[column.name] for column in columns]


def _style(state: str) -> str:
    word = state.partition(":")[0].partition(" ")[0]
    styles = {"finished": "green", "FAILED": "bold red", "retry": "yellow", "fallback": "yellow", "reasoning": "italic"}
    return styles.get(word, "cyan")


def _tail(view: StreamView, columns: int) -> Text:
    """The end of what grew last; of tool calls that grow side by side, the end of each."""
    label, texts = view.newest()
    room = max(1, (columns - len(_BETWEEN_CALLS) * (len(texts) - 1)) // max(1, len(texts)))
    ends = texts if sum(map(cell_len, texts)) <= room * len(texts) else [_end_of(text, room) for text in texts]
    style = {"reasoning": "dim italic", "call": "cyan", "retry": "yellow", "fallback": "yellow"}.get(label, "")
    return Text(_end_of(_BETWEEN_CALLS.join(ends), columns), style)


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
