"""Captures: what came over the network and when, in a file that can be read, replayed, served and reported on.

The format is described in docs/captures.md. Neither prompts nor keys are in it.
"""

from __future__ import annotations

import json
import os
import re
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, TextIO

import attrs

from deltawire import Failure
from deltawire.policy import Outcome
from deltawire.redaction import Redactor
from deltawire.requests import Request
from deltawire.requests.credentials import is_credential, shown_url

from .capture_errors import CaptureError, DamagedCaptureError, NotACaptureError, UnsupportedCaptureError
from .capture_header import VERSION, Asked, CaptureHeader
from .capture_lines import (
    Broken,
    Line,
    Received,
    Refused,
    Requested,
    Responded,
    Stopped,
    object_of,
    read_line,
    write_line,
)
from .capture_masks import BodyMask, SecretForms

__all__ = [
    "VERSION",
    "Asked",
    "Capture",
    "CaptureError",
    "CaptureHeader",
    "CaptureWriter",
    "DamagedCaptureError",
    "NotACaptureError",
    "UnsupportedCaptureError",
    "create_capture_file",
    "read_capture",
]

_HIDDEN = "[redacted]"
# Named like credentials, and none: what is left of a rate limit, and counts of tokens.
_NO_CREDENTIAL = re.compile(r"rate-?limit|tokens?-count$|-tokens?-(?:limit|remaining|used)", re.IGNORECASE)


@attrs.frozen
class Capture:
    """A capture in memory: what a session was made with, and what happened to it, in order."""

    header: CaptureHeader
    """What the session was made with."""
    lines: tuple[Line, ...]
    """What happened, each line with its time in microseconds from the start."""

    @property
    def outcome(self) -> Outcome | None:
        """How the session ended; None if the capture ends before that."""
        last = self.lines[-1] if self.lines else None
        return last.outcome if isinstance(last, Stopped) else None

    @property
    def requests(self) -> tuple[Requested, ...]:
        """The requests that went out, one for each attempt."""
        return tuple(line for line in self.lines if isinstance(line, Requested))

    def of_attempt(self, attempt: int) -> list[Any]:
        """The lines of one attempt, its request aside."""
        return [
            line for line in self.lines if getattr(line, "attempt", None) == attempt and type(line) is not Requested
        ]


def read_capture(source: str | os.PathLike[str] | Iterable[str]) -> Capture:
    """The capture in a file, or in lines of text.

    Lines of unknown types are passed over, and so is a last line without its end, where a writer was stopped. Raises
    OSError, NotACaptureError, UnsupportedCaptureError, and DamagedCaptureError with the number of the line.
    """
    if isinstance(source, str | os.PathLike):
        try:
            with Path(source).open(encoding="utf-8", newline="\n") as file:
                return _read(file)
        except UnicodeDecodeError:
            raise NotACaptureError("the file is no capture: it is not UTF-8") from None
    return _read(source)


def _read(source: Iterable[str]) -> Capture:
    numbered = enumerate(source, 1)
    _, first = next(numbered, (1, ""))
    try:
        values = object_of(first, 1)
    except DamagedCaptureError:
        raise NotACaptureError("the file is no capture: its first line is not that of one") from None
    header = CaptureHeader.from_object(values)
    lines: list[Line] = []
    for number, text in numbered:
        try:
            values = object_of(text, number)
        except DamagedCaptureError:
            if not text.endswith("\n"):
                break
            raise
        line = read_line(values, number)
        if line is not None:
            lines.append(_checked(line, lines, number))
    return Capture(header, tuple(lines))


def _checked(line: Line, before: list[Line], number: int) -> Line:
    if before and isinstance(before[-1], Stopped):
        raise DamagedCaptureError(number, "it comes behind the outcome")
    return line


def create_capture_file(path: str | os.PathLike[str]) -> TextIO:
    """A new file for a capture, readable by its owner alone; replaces one of that name. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    # A line at a time, so that a program that is killed leaves what it had.
    return open(descriptor, "w", encoding="utf-8", newline="\n", buffering=1)


class CaptureWriter:
    """Writes a capture, line by line, without the secrets: in headers, addresses, failures and bodies.

    A read is held back while its end could be the beginning of a secret, and whatever comes behind it too: `finish`
    writes what is held.
    """

    def __init__(self, file: IO[str], header: CaptureHeader, secrets: Iterable[str] = ()) -> None:
        self._file = file
        self._secrets = tuple(secrets)
        self._forms = SecretForms(self._secrets)
        self._redactor = Redactor(self._secrets)
        self._mask = BodyMask(self._forms)
        self._waiting: deque[Line] = deque()
        self._put(header.to_object())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def hide(self, secrets: Iterable[str]) -> None:
        """More secrets, from here on."""
        more = tuple(secret for secret in secrets if secret not in self._secrets)
        if more:
            self._secrets += more
            self._forms = SecretForms(self._secrets)
            self._redactor = Redactor(self._secrets)
            self.finish_body()

    def request(self, at: int, attempt: int, request: Request) -> None:
        """A request goes out, `at` microseconds after the start."""
        self.finish_body()
        url = self._forms.text(shown_url(request.url))
        headers = self._headers(request.headers)
        self.write(Requested(at, attempt, request.method, url, headers, len(request.body), self._forms.texts))

    def write(self, line: Line) -> None:
        """One more line, behind the others."""
        if isinstance(line, Received):
            self._waiting.append(line)
            self._take(self._mask.feed(line.data))
        elif self._waiting:
            self._waiting.append(line)
        else:
            self._put_line(line)

    def finish_body(self) -> None:
        """The body is over: nothing of it is held back any more."""
        self._take(self._mask.end())
        self._mask = BodyMask(self._forms)

    def _take(self, reads: list[bytes]) -> None:
        ready = deque(reads)
        while self._waiting:
            line = self._waiting[0]
            if isinstance(line, Received):
                if not ready:
                    return
                line = attrs.evolve(line, data=ready.popleft())
            self._waiting.popleft()
            self._put_line(line)

    def _put_line(self, line: Line) -> None:
        if isinstance(line, Responded):
            line = attrs.evolve(line, headers=self._headers(line.headers))
        elif isinstance(line, Broken | Refused):
            line = attrs.evolve(line, failure=self._hidden(line.failure))
        self._file.write(write_line(line) + "\n")

    def _put(self, values: dict[str, Any]) -> None:
        self._file.write(json.dumps(self._redactor.payload(values), ensure_ascii=False, separators=(",", ":")) + "\n")

    def _hidden(self, failure: Failure) -> Failure:
        texts: dict[str, Any] = {
            name: self._redactor.text(value)
            for name in ("message", "code", "provider", "request_id", "raw")
            if (value := getattr(failure, name)) is not None
        }
        return attrs.evolve(failure, **texts)

    def _headers(self, headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((name, _HIDDEN if _is_secret(name) else self._forms.text(value)) for name, value in headers)


def _is_secret(name: str) -> bool:
    return is_credential(name) and not _NO_CREDENTIAL.search(name)
