"""A key that must not be seen anywhere: where it would be seen."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from deltawire import event_to_dict
from tests.faults.shims import Run

__all__ = ["Watch", "key_for", "shown", "watch"]

_MARK = "canary/4711+"


def key_for(number: int) -> str:
    """A key of its own for every stream, with characters that a URL quotes."""
    return f"sk-{_MARK}{number:05}"


def holds_key(text: str) -> bool:
    """True if any stream's key is in the text, as it is or quoted."""
    return _MARK in text or quote(_MARK, safe="") in text


def shown(run: Run) -> list[str]:
    """Where in what a caller sees of a stream the key is."""
    places = [f"event {number}" for number, event in enumerate(run.events) if holds_key(_all_of(event))]
    if run.error is not None and holds_key(run.traceback + _all_of(run.error)):
        places.append("error")
    return places + [text for text in run.reprs if holds_key(text)]


def _all_of(value: Any) -> str:
    texts = [repr(value), str(value), pickle.dumps(value).decode("latin-1"), repr(copy.copy(value))]
    if not isinstance(value, BaseException):
        texts.append(json.dumps(event_to_dict(value), ensure_ascii=False, default=repr))
    return "\n".join(texts)


class Watch(logging.Handler):
    """What was logged, warned of, and raised where nobody could catch it, while it watched."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.keys: list[str] = []
        """Log records and warnings that hold a key."""
        self.strange: list[str] = []
        """Warnings, and exceptions of threads and finalizers."""

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if holds_key(text):
            self.keys.append(f"log of {record.name}: {text[:200]}")

    def note(self, text: str) -> None:
        self.strange.append(text)
        if holds_key(text):
            self.keys.append(text[:200])


@contextmanager
def watch() -> Iterator[Watch]:
    """Looks at every log record, down to DEBUG, every warning and every exception that has no other way out."""
    watched = Watch()
    root = logging.getLogger()
    level = root.level
    hooks = threading.excepthook, sys.unraisablehook
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, category, *_: watched.note(f"{category.__name__}: {message}")
        threading.excepthook = lambda args: watched.note(f"thread: {args.exc_type.__name__}: {args.exc_value}")
        sys.unraisablehook = lambda args: watched.note(f"unraisable: {args.exc_value!r} {args.object!r}")
        root.addHandler(watched)
        root.setLevel(logging.DEBUG)
        try:
            yield watched
        finally:
            root.removeHandler(watched)
            root.setLevel(level)
            threading.excepthook, sys.unraisablehook = hooks
