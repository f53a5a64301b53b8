"""The limits are a record with defaults."""

from __future__ import annotations

import copy
import pickle

import attrs
import pytest
from tests.helpers import SAMPLES, feed

from deltawire.events import Finished
from deltawire.limits import Limits


def test_defaults() -> None:
    assert attrs.asdict(Limits()) == {
        "frame_bytes": 16_777_216,
        "error_body_bytes": 65_536,
        "json_depth": 128,
        "tool_calls": 1_024,
        "tool_argument_bytes": 16_777_216,
        "event_stream_header_bytes": 131_072,
    }


def test_is_a_frozen_value() -> None:
    limits = Limits(frame_bytes=5)
    assert limits == pickle.loads(pickle.dumps(limits)) == copy.deepcopy(limits) != Limits()
    assert hash(limits) == hash(Limits(5))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        limits.frame_bytes = 6  # type: ignore[misc]


def test_a_depth_that_the_interpreter_cannot_keep_is_refused() -> None:
    assert Limits(json_depth=256).json_depth == 256
    with pytest.raises(ValueError, match="json_depth"):
        Limits(json_depth=257)


@pytest.mark.parametrize(("provider", "name", "body"), SAMPLES, ids=lambda value: str(value)[:12])
def test_defaults_are_out_of_the_way(provider: str, name: str, body: bytes) -> None:
    assert isinstance(feed(provider, body)[-1], Finished)


def test_the_deepest_payload_survives_everything_that_recurses() -> None:
    deep = b"[" * 254 + b'"\\ud800"' + b"]" * 254
    body = b'data: {"id":"r","choices":[],"deep":' + deep + b"}\n\ndata: [DONE]\n\n"
    events = feed("openai-chat", body, limits=Limits(json_depth=256), redact=("secret",), raw=True)
    assert isinstance(events[-1], Finished)
    assert copy.deepcopy(events) == pickle.loads(pickle.dumps(events)) == events
    assert "\\ud800" not in repr(events)
    error = b'data: {"error":{"message":"x","deep":' + deep + b"}}\n\n"
    assert feed("openai-chat", error, limits=Limits(json_depth=256), redact=("secret",))[-1].error.message == "x"


@pytest.mark.parametrize("field", [field.name for field in attrs.fields(Limits)])
def test_a_limit_below_nothing_is_refused(field: str) -> None:
    assert Limits(**{field: 0}) != Limits()
    with pytest.raises(ValueError, match=field):
        Limits(**{field: -1})
