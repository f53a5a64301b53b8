"""How the demos show a stream: growing in a terminal, line by line elsewhere."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from rich.console import Console
from rich.live import Live
from rich.text import Text

from .view import StreamView

__all__ = ["growing", "labelled", "picture"]

_STYLES = {"reasoning": "dim italic", "text": "default", "finished": "green", "FAILED": "bold red", "refused": "yellow"}


def growing(console: Console) -> AbstractContextManager[Live | None]:
    """A display that grows in place, None where there is no terminal."""
    return Live(console=console, refresh_per_second=20) if console.is_terminal else nullcontext()


def picture(view: StreamView) -> Text:
    """All of a stream so far, a line to each part."""
    ending = view.ending()
    lines = [labelled(label, text) for label, text in [*view.lines(), *([ending] if ending is not None else [])]]
    return Text("\n").join(lines)


def labelled(label: str, text: str) -> Text:
    """One line."""
    line = Text(f"  {label:<10} ", "cyan")
    line.append(text, _STYLES.get(label, "default"))
    return line
