"""Frames to JSON values: the decoder, its refusals, and total accessors for what came out.

A payload is what `json.loads` gives, with three differences: NaN and the infinities are refused (RFC 8259, section 6),
arrays and objects may nest `Limits.json_depth` deep at most, whatever the interpreter's recursion limit, and a number
of more digits than Python converts is a refusal like any other.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from json import JSONDecodeError
from operator import itemgetter
from typing import Any, NoReturn, TypeAlias, TypeGuard, cast

__all__ = [
    "Loads",
    "PayloadError",
    "as_count",
    "as_list",
    "as_object",
    "as_text",
    "compact_json",
    "decode_json",
    "escapes_surrogate",
    "fields_of",
    "is_finite",
    "is_list",
    "is_object",
    "json_ready",
    "nests_deeper",
    "raw_decode",
    "scan_json",
    "value_nests_deeper",
]

Loads: TypeAlias = Callable[[str], Any]
"""A replacement for the decoder, such as `orjson.loads`: takes JSON text, raises ValueError for what it refuses."""


class PayloadError(ValueError):
    """The text of a frame is no JSON that we accept; the message says why. Raised inside the core only."""


def _refuse_constant(name: str) -> NoReturn:
    raise PayloadError(f"{name} is not JSON")


# `JSONDecoder` cannot be pickled, so it is a module constant and no parser holds it.
_DECODER: Any = json.JSONDecoder(parse_constant=_refuse_constant)
scan_json: Callable[[str, int], tuple[Any, int]] = _DECODER.scan_once
"""The scanner below `raw_decode`, for the hot paths: it raises StopIteration in place of some ValueErrors."""
raw_decode: Callable[[str], tuple[Any, int]] = _DECODER.raw_decode
"""The C scanner without the wrapper of `json.loads`: the text to (value, end); raises ValueError."""

_WHITE_SPACE = " \t\n\r"
# Brackets as steps of depth, as signed bytes; all else is left out.
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_CHARACTERS_AT_ONCE = 65_536
# `json.dumps` makes one for every call that is not in its default style.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)
_STRING_OR_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*+"|Infinity|NaN', re.DOTALL)


def nests_deeper(text: str, limit: int) -> bool:
    """True if arrays and objects of the JSON `text` nest more than `limit` levels.

    Takes linear time and, beside a copy of the text, little memory. Text that is no JSON may be judged wrongly, but
    never so that a decoder, which stops at the first fault, comes deeper than the limit.
    """
    if text.count("[") + text.count("{") <= limit:
        return False
    if "\\" in text:
        # Without escapes every quote begins or ends a string.
        text = text.replace("\\\\", "").replace('\\"', "")
    depth, in_string = 0, 0
    for start in range(0, len(text), _CHARACTERS_AT_ONCE):
        pieces = text[start : start + _CHARACTERS_AT_ONCE].split('"')
        outside = "".join(pieces[in_string::2]).encode("ascii", "replace")
        steps = memoryview(outside.translate(_STEPS, _NO_BRACKETS)).cast("b")
        depths = list(accumulate(steps, initial=depth))
        if max(depths) > limit:
            return True
        depth = depths[-1]
        in_string ^= (len(pieces) - 1) & 1
    return False


def decode_json(text: str, depth: int, loads: Loads | None = None) -> Any:
    """The value of a whole JSON text; raises PayloadError with the reason."""
    text = text.strip(_WHITE_SPACE)
    if not text:
        raise PayloadError("empty")
    if nests_deeper(text, depth):
        raise PayloadError(f"nested deeper than {depth} levels")
    try:
        if loads is not None:
            return loads(text)
        value, end = raw_decode(text)
    except PayloadError:
        raise
    except JSONDecodeError as error:
        raise PayloadError(f"{error.msg} at character {error.pos}") from None
    except ValueError as error:
        # The only other refusal of the standard decoder: more digits than int() converts.
        raise PayloadError(str(error).partition(";")[0]) from None
    if end != len(text):
        raise PayloadError(f"more text after the JSON value at character {end}")
    return value


def escapes_surrogate(text: str) -> bool:
    """True if the JSON text may hold an escape of half a surrogate pair."""
    escapes = text[text.find("\\") :]
    return "\\u" in escapes and ("\\ud" in escapes or "\\uD" in escapes)


def compact_json(value: Any) -> str:
    """The JSON text of a decoded value, without white space, non-ASCII characters as themselves.

    A number beyond a double, which the decoder has made an infinity, is written as one that reads the same.
    """
    text = _ENCODER.encode(value)
    if "Infinity" in text or "NaN" in text:
        return _STRING_OR_CONSTANT.sub(_as_number, text)
    return text


def _as_number(found: re.Match[str]) -> str:
    return {"Infinity": "1e999", "NaN": "null"}.get(found[0], found[0])


def is_finite(value: Any) -> bool:
    """False if an infinity, or what is no number, stands anywhere in a decoded value: JSON has no word for it."""
    if isinstance(value, float):
        return math.isfinite(value)
    if is_object(value):
        return all(map(is_finite, value.values()))
    return not _is_sequence(value) or all(map(is_finite, value))


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """True for a JSON object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """True for a JSON array."""
    return isinstance(value, list)


def _is_sequence(value: Any) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, list | tuple)


def _nothing(_payload: dict[str, Any]) -> None:
    """The values of no field."""


def fields_of(names: Iterable[str]) -> Callable[[dict[str, Any]], Any]:
    """A function that gives the values of these fields of an object, to compare them at once; KeyError if one is
    missing. It can be pickled."""
    wanted = tuple(names)
    return cast("Callable[[dict[str, Any]], Any]", itemgetter(*wanted)) if wanted else _nothing


def as_object(value: Any) -> dict[str, Any]:
    """The JSON object, or an empty one for anything else: null counts as absent."""
    return value if is_object(value) else {}


def as_list(value: Any) -> list[Any]:
    """The JSON array, or an empty one for anything else."""
    return value if is_list(value) else []


def as_text(value: Any) -> str:
    """The string, or `""` for anything else."""
    return value if isinstance(value, str) else ""


def as_count(value: Any) -> int | None:
    """A token count: a whole number from 0 to 2^53, also as a float or in digits; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        if not (value.isascii() and value.isdecimal() and len(value) <= 16):
            return None
        value = int(value)
    if isinstance(value, float):
        if not value.is_integer():
            return None
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= 2**53 else None


def value_nests_deeper(value: Any, limit: int) -> bool:
    """True if arrays and objects of a decoded value nest more than `limit` levels."""
    level = [value]
    for _ in range(limit + 1):
        containers = [item for item in level if is_object(item) or _is_sequence(item)]
        if not containers:
            return False
        level = [inner for item in containers for inner in (item.values() if is_object(item) else item)]
    return True


def json_ready(value: Any) -> Any:
    """A copy of a value as JSON has it, for what comes from a vendor's client and not from a decoder.

    Bytes become base64 text, as on the wire, tuples arrays, and what JSON has no word for its text.
    """
    if value is None or isinstance(value, str | int):
        return value
    if is_object(value):
        return {key if isinstance(key, str) else str(key): json_ready(item) for key, item in value.items()}
    if _is_sequence(value):
        return [json_ready(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode("ascii")
    return str(value)
