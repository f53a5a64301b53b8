"""The first line of a capture: what was asked, and by which rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from deltawire import Limits, __version__
from deltawire.payload import as_list, as_object, as_text, is_list, is_object
from deltawire.policy import Plan, RetryPolicy, Timeouts
from deltawire.registry import provider_row
from deltawire.requests.vendors import VENDORS
from deltawire.think import ThinkOptions
from deltawire.think_tags import TagPair

from .capture_errors import DamagedCaptureError, NotACaptureError, UnsupportedCaptureError

__all__ = ["VERSION", "Asked", "CaptureHeader"]

VERSION = 1
"""The format's version that is written and read."""


@attrs.frozen
class Asked:
    """A target, as far as a capture knows it."""

    provider: str
    """The provider or dialect name."""
    model: str
    """The model that was asked for."""


@attrs.frozen
class CaptureHeader:
    """What a session was made with, without prompt and keys."""

    targets: tuple[Asked, ...]
    """The targets of the plan, the primary first."""
    policy: RetryPolicy = attrs.field(factory=RetryPolicy)
    """How often and after which waits it asked again."""
    timeouts: Timeouts = attrs.field(factory=Timeouts)
    """How long it waited, in seconds."""
    limits: Limits = attrs.field(factory=Limits)
    """The limits of its parsers."""
    think: str | ThinkOptions | None = None
    """Where its parsers looked for think blocks, as in `deltawire.parser`."""
    raw: bool = False
    """True if its parsers gave `Raw` events."""
    id_prefix: str | None = None
    """How the ids begin that its parsers made."""
    title: str = ""
    """What a person calls it."""
    recorded: str = ""
    """When, as an ISO 8601 date and time, `""` if that is nobody's business."""
    software: str = f"deltawire {__version__}"
    """What wrote it."""

    @classmethod
    def of_plan(cls, plan: Plan, **fields: Any) -> CaptureHeader:
        """The header of a session over this plan."""
        return cls(tuple(Asked(target.provider, target.model) for target in plan.targets), **fields)

    def to_object(self) -> dict[str, Any]:
        """The values of the line."""
        think = self.think
        return {
            "type": "capture",
            "version": VERSION,
            "software": self.software,
            "title": self.title,
            "recorded": self.recorded,
            "targets": [attrs.asdict(target) for target in self.targets],
            "policy": attrs.asdict(self.policy),
            "timeouts": attrs.asdict(self.timeouts),
            "limits": attrs.asdict(self.limits),
            "think": attrs.asdict(think) if isinstance(think, ThinkOptions) else think,
            "raw": self.raw,
            "id_prefix": self.id_prefix,
        }

    @classmethod
    def from_object(cls, values: dict[str, Any]) -> CaptureHeader:
        """The header of a line's values.

        Raises NotACaptureError, UnsupportedCaptureError for another version, and DamagedCaptureError.
        """
        if values.get("type") != "capture":
            raise NotACaptureError("the file is no capture: its first line is not that of one")
        if values.get("version") != VERSION:
            raise UnsupportedCaptureError(values.get("version"))
        fields: dict[str, Any] = {}
        for name, read in _READERS.items():
            if name in values:
                try:
                    fields[name] = read(values[name])
                except (ValueError, TypeError) as error:
                    raise DamagedCaptureError(1, f"{name}: {error}") from None
        if not fields.get("targets"):
            raise DamagedCaptureError(1, "it names no target")
        return cls(**fields)


def _targets(value: Any) -> tuple[Asked, ...]:
    if not is_list(value) or not all(is_object(item) for item in value):
        raise TypeError("it is no list of targets")
    targets = tuple(Asked(_text(item.get("provider")), _text(item.get("model"))) for item in value)
    for target in targets:
        provider_row(target.provider)
        if target.provider not in VENDORS:
            raise ValueError(f"nobody can ask {target.provider!r}")
    return targets


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("it is no text")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("it is neither true nor false")
    return value


def _numbers(kind: type[Any], *types: type) -> Callable[[Any], Any]:
    """Reads a record of numbers; what is missing has its default, what is unknown is left out."""
    names = {field.name for field in attrs.fields(kind)}

    def read(value: Any) -> Any:
        if not is_object(value):
            raise TypeError("it is no object")
        known = {name: item for name, item in value.items() if name in names}
        if not all(type(item) in types for item in known.values()):
            raise TypeError("it holds something else than numbers")
        return kind(**known)

    return read


def _think(value: Any) -> str | ThinkOptions | None:
    if value is None or isinstance(value, str):
        ThinkOptions.of(value, "off")
        return value
    if not is_object(value):
        raise TypeError("it is no mode")
    names = {field.name for field in attrs.fields(ThinkOptions)}
    fields = {name: item for name, item in value.items() if name in names}
    for name in ("tags", "answer_tags"):
        pairs = [as_object(pair) for pair in as_list(fields.get(name))]
        fields[name] = tuple(TagPair(as_text(pair.get("open")), as_text(pair.get("close"))) for pair in pairs)
    fields["tool_openers"] = tuple(_text(opener) for opener in as_list(fields.get("tool_openers")))
    return ThinkOptions(**fields)


_READERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "targets": _targets,
        "policy": _numbers(RetryPolicy, int, float),
        "timeouts": _numbers(Timeouts, int, float, type(None)),
        "limits": _numbers(Limits, int),
        "think": _think,
        "raw": _flag,
        "id_prefix": _text_or_none,
        "title": _text,
        "recorded": _text,
        "software": _text,
    }
)
