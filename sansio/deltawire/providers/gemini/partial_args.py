"""Arguments of one call that stream as values under paths, written as JSON text that only grows.

With `streamFunctionCallArguments` Vertex AI sends `{"jsonPath": "$.city", "stringValue": "Par"}`
(googleapis/googleapis, aiplatform/v1beta1/tool.proto, PartialArg). The paths are RFC 9535's.
"""

from __future__ import annotations

import copy
import enum
import itertools
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from ...payload import PayloadError, as_object, compact_json, decode_json, is_list, is_object

__all__ = ["PartialArgs", "read_path"]

Path: TypeAlias = tuple[str | int, ...]
"""Member names and array indexes from the root."""

_END_OF_ARRAY = -1
_STEP = re.compile(
    r"""\.?(?P<name>[^.\[\]]+)
    |\[(?P<index>[0-9]{1,9})\]
    |\[\s*'(?P<single>[^'\\]*(?:\\.[^'\\]*)*)'\s*\]
    |\[\s*"(?P<double>[^"\\]*(?:\\.[^"\\]*)*)"\s*\]
    |(?P<end>\[\])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\.|\"", re.DOTALL)
_CLOSERS: Mapping[type, str] = MappingProxyType({str: "}", int: "]"})
# What setting a value did, beside the number of the first step that is new.
_SAME, _GROWN, _REPLACED = -1, -2, -3


class _Mark(enum.Enum):
    """What stands where no JSON value can."""

    ABSENT = enum.auto()
    NOWHERE = enum.auto()
    EMPTY_OBJECT = enum.auto()
    EMPTY_ARRAY = enum.auto()


def read_path(text: str) -> Path | None:
    """The steps of a path such as `$.a.b[0]['c d']`, None if it is none. A last `[]` is the index -1."""
    steps: list[str | int] = []
    position = 1 if text.startswith("$") else 0
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            return None
        position = found.end()
        quoted = found["single"] if found["double"] is None else found["double"]
        name = found["name"] if quoted is None else _unquoted(quoted)
        if found["index"] is not None:
            steps.append(int(found["index"]))
        elif found["end"] is not None:
            steps.append(_END_OF_ARRAY)
        elif name is None:
            return None
        else:
            steps.append(name)
    return None if _END_OF_ARRAY in steps[:-1] else tuple(steps)


def _unquoted(text: str) -> str | None:
    if "\\" not in text:
        return text
    as_json = _ESCAPED.sub(lambda found: {"\\'": "'", '"': '\\"'}.get(found[0], found[0]), text)
    try:
        return str(decode_json(f'"{as_json}"', 1))
    except PayloadError:
        return None


@attrs.define(eq=False)
class _Text:
    """A string that grows."""

    pieces: list[str]

    def __str__(self) -> str:
        return "".join(self.pieces)


def _child(holder: Any, step: str | int) -> Any:
    """What stands under a step, or `_Mark.ABSENT`; `_Mark.NOWHERE` for an index past the end."""
    if isinstance(step, str):
        return holder.get(step, _Mark.ABSENT)
    if step < len(holder):
        return holder[step]
    return _Mark.ABSENT if step == len(holder) else _Mark.NOWHERE


def _escaped(text: _Text) -> str:
    return compact_json(str(text))[1:-1]


def _new_holder(step: str | int) -> Any:
    """What can hold a value under that step."""
    return {} if isinstance(step, str) else []


def _place(holder: Any, step: str | int, value: Any) -> None:
    if isinstance(step, int) and step == len(holder):
        holder.append(value)
    else:
        holder[step] = value


@attrs.define(eq=False)
class PartialArgs:
    """The object so far, and how much of its text is out.

    `put_partial` and `put_members` give the text that follows what they gave before. A value that cannot be written
    there (more text for a string that was closed, another value for a member) is kept, and its top-level member is
    written again at the end, where the last of two equal names counts (RFC 8259, section 4).
    """

    depth: int
    """How many steps a path may have."""
    held: int = 0
    """Characters that wait for the end."""
    _root: dict[str, Any] = attrs.field(factory=dict[str, Any])
    _again: dict[str, None] = attrs.field(factory=dict[str, None])
    _last: Path = ()
    """The path of the value written last."""
    _closer: str = ""
    """What ends that value; nothing if it is whole."""

    @property
    def repeats(self) -> bool:
        """True if some member will be written again."""
        return bool(self._again)

    def put_partial(self, item: Any) -> str | None:
        """Takes one `partialArgs` entry; None if it cannot be understood or placed."""
        entry = as_object(item)
        path = read_path(entry["jsonPath"]) if isinstance(entry.get("jsonPath"), str) else None
        if path is None:
            return None
        if isinstance(entry.get("stringValue"), str):
            return self._put(path, _Text([entry["stringValue"]]), grows=True)
        for name in ("numberValue", "boolValue", "structValue", "listValue"):
            if entry.get(name) is not None:
                return self._put(path, copy.deepcopy(entry[name]))
        if "nullValue" in entry:
            # `null` in protobuf's JSON, the name of the enum's value in the SDKs'.
            return self._put(path, None)
        if path and path[-1] == _END_OF_ARRAY:
            return self._put(path[:-1], _Mark.EMPTY_ARRAY)
        return self._put(path, _Mark.EMPTY_OBJECT)

    def put_members(self, members: dict[str, Any]) -> str:
        """Takes arguments that came as an object, before, between or behind the pieces."""
        written: list[str] = []
        for name, value in members.items():
            text = self._put((name,), _Text([value]) if isinstance(value, str) else copy.deepcopy(value))
            written.append(text or "")
        return "".join(written)

    def end(self) -> str:
        """The rest of the text: what closes it, and the members that must be written again."""
        if not self._last:
            return ""
        again = [f",{compact_json(name)}:{compact_json(self._root[name])}" for name in self._again]
        return "".join([self._closed_to(0), *again, "}"])

    def _put(self, path: Path, value: Any, *, grows: bool = False) -> str | None:
        if not path:
            return self.put_members(value) if is_object(value) else "" if value is _Mark.EMPTY_OBJECT else None
        if len(path) > self.depth or not isinstance(path[0], str) or path[-1] == _END_OF_ARRAY:
            return None
        new_at = self._set(path, value, grows=grows)
        if new_at is None or new_at == _SAME:
            return None if new_at is None else ""
        name = path[0]
        if name not in self._again:
            text = self._written(path, value, new_at)
            if text is not None:
                return text
            self._again[name] = None
        size = len(str(value)) if isinstance(value, _Text) else len(compact_json(value))
        self.held += size + sum(len(step) for step in path if isinstance(step, str))
        return ""

    def _set(self, path: Path, value: Any, *, grows: bool) -> int | None:
        """Sets the value: the number of the first step that is new, or what else happened; None for no such place."""
        new_at = _SAME
        holder: Any = self._root
        for number, (step, following) in enumerate(itertools.pairwise(path)):
            child = _child(holder, step)
            if child is _Mark.NOWHERE:
                return None
            if not (is_object(child) if isinstance(following, str) else is_list(child)):
                if new_at == _SAME:
                    if any(step for step in path[number + 1 :] if isinstance(step, int)):
                        # A new array begins with its first element.
                        return None
                    new_at = number if child is _Mark.ABSENT else _REPLACED
                child = _new_holder(following)
                _place(holder, step, child)
            holder = child
        before = _child(holder, path[-1])
        if before is _Mark.NOWHERE:
            return None
        if before is _Mark.ABSENT:
            _place(holder, path[-1], {} if value is _Mark.EMPTY_OBJECT else [] if value is _Mark.EMPTY_ARRAY else value)
            return len(path) - 1 if new_at == _SAME else new_at
        if value is _Mark.EMPTY_OBJECT or value is _Mark.EMPTY_ARRAY:
            return _SAME
        if grows and isinstance(before, _Text):
            before.pieces.extend(value.pieces)
            return _GROWN
        if compact_json(before) == compact_json(value):
            return _SAME
        _place(holder, path[-1], value)
        return _REPLACED

    def _written(self, path: Path, value: Any, new_at: int) -> str | None:
        """The text of the value, None if it cannot stand behind what is written."""
        if new_at == _GROWN:
            return _escaped(value) if path == self._last and self._closer == '"' else None
        pairs = enumerate(zip(self._last, path, strict=False))
        shared = next((number for number, (mine, other) in pairs if mine != other), len(self._last))
        if shared != new_at:
            return None
        text: list[str] = []
        if not self._last:
            text.append("{")
        elif shared < len(self._last):
            text += [self._closed_to(shared), ","]
        elif self._closer != _CLOSERS[type(path[shared])]:
            return None
        for number, step in enumerate(path[shared:]):
            if number:
                text.append("{" if isinstance(step, str) else "[")
            if isinstance(step, str):
                text.append(f"{compact_json(step)}:")
        if isinstance(value, _Text):
            text += ['"', _escaped(value)]
            self._closer = '"'
        elif value is _Mark.EMPTY_OBJECT or value is _Mark.EMPTY_ARRAY:
            text.append("{" if value is _Mark.EMPTY_OBJECT else "[")
            self._closer = "}" if value is _Mark.EMPTY_OBJECT else "]"
        else:
            text.append(compact_json(value))
            self._closer = ""
        self._last = path
        return "".join(text)

    def _closed_to(self, number: int) -> str:
        """What closes the last value and everything around it, up to the holder of its step of that number."""
        around = [_CLOSERS[type(step)] for step in self._last[:number:-1]]
        return "".join([self._closer, *around])
