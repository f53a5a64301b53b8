"""The vendors' clients on the wall: what each of them makes of each row, in memory, each within a time limit."""

from __future__ import annotations

import contextlib
import io
import signal
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import attrs

from tests.interop import clients
from tests.interop.answer import Answer
from tests.interop.clients import CLIENTS, Client, Read
from tests.interop.memory import StillReadingError
from tests.interop.wall.row import Row

READERS = Path(clients.__file__).parent
FAILING = ("ERROR", "error", "failed", "MALFORMED_FUNCTION_CALL")
"""The providers' words for a failure, as a reason for the end."""
SECONDS = 20.0
"""The longest that a client may take over one row."""


@attrs.frozen
class Cell:
    """What one client made of one row."""

    came: Literal["same", "returned", "failed", "raised", "waits"]
    """`same`: the answer as it was sent, text, calls and finish. `failed`: returned, with the provider's own word for a
    failure as its finish reason. `waits`: it did not end by itself."""
    shown: str
    """For the page."""

    def right(self, row: Row) -> bool:
        """True if a whole answer came out as it is, or if the caller was told that there is none."""
        return self.came == "same" if row.truth == "whole" else self.came in ("failed", "raised")


class _TooLongError(BaseException):
    """The time limit; no Exception, so that no client catches it."""


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    def over(_number: int, _frame: Any) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def clients_of(dialect: str) -> list[Client]:
    """The clients for a dialect, those that are not installed too."""
    return [client for client in CLIENTS if dialect in client.dialects]


def cell(row: Row, read: Read) -> Cell:
    """What a client makes of a row."""
    try:
        with _limited(), warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            answer = read(row.reply)
    except StillReadingError:
        return Cell("waits", "reads on, no end")
    except _TooLongError:
        return Cell("waits", f"no end within {SECONDS:g} s")
    except Exception as error:  # noqa: BLE001 - whatever a vendor's client raises is what is to be told
        return Cell("raised", f"`{_name(error)}`{_where(error)}")
    if row.truth == "whole" and _same(answer, row):
        return Cell("same", "same")
    return Cell("failed" if answer.choice().finish in FAILING else "returned", _told(answer))


def _name(error: Exception) -> str:
    home = type(error).__module__.partition(".")[0]
    return type(error).__name__ if home == "builtins" else f"{home}.{type(error).__name__}"


def _where(error: Exception) -> str:
    """The client's exception, or one in the loop over what it gave."""
    frames = traceback.extract_tb(error.__traceback__)
    return " in the loop" if Path(frames[-1].filename).parent == READERS else ""


def _same(answer: Answer, row: Row) -> bool:
    choice = answer.choice()
    made = [(call.name, call.arguments) for call in choice.calls]
    wanted = [(call.name, call.arguments) for call in row.calls]
    others = any(index for index in answer.choices)
    return not others and (choice.text, made, choice.finish) == (row.text, wanted, row.finish)


def _told(answer: Answer) -> str:
    choice = answer.choice()
    calls = [f"call {call.name}({call.arguments})" for call in choice.calls]
    return ", ".join([quoted(choice.text), *map(code, calls), f"finish {choice.finish or 'null'}"])


def quoted(text: str) -> str:
    """A text as the page shows it: short, and readable where it has control characters."""
    if not text:
        return "no text"
    return code(f'"{text}"') if len(text) <= 40 else f"{len(text):,} characters"


def code(text: str) -> str:
    """As code in a cell of a table."""
    shown = text if text.isprintable() else text.encode("unicode_escape").decode()
    return "`" + shown.replace("|", "\\|").replace("`", "'") + "`"
