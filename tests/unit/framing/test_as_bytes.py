"""What may be fed: bytes of any kind, and nothing that only looks like them."""

from __future__ import annotations

from typing import Any

import pytest

from deltawire.framing import (
    DocumentDecoder,
    EventStreamDecoder,
    JSONArrayDecoder,
    LineDecoder,
    NDJSONDecoder,
    SSEDecoder,
)
from deltawire.framing.as_bytes import as_bytes

FRAMERS = [DocumentDecoder, EventStreamDecoder, JSONArrayDecoder, LineDecoder, NDJSONDecoder, SSEDecoder]


@pytest.mark.parametrize(
    "data",
    [b"abc", bytearray(b"abc"), memoryview(b"abc"), memoryview(b"a_b_c")[::2]],
    ids=["bytes", "bytearray", "view", "stepped"],
)
def test_bytes_of_any_kind_become_bytes(data: bytes | bytearray | memoryview) -> None:
    assert as_bytes(data) == b"abc"
    assert type(as_bytes(data)) is bytes


@pytest.mark.parametrize("framer", FRAMERS)
@pytest.mark.parametrize("data", [5, "abc", None, [b"abc"]], ids=repr)
def test_a_number_is_not_so_many_zeros_and_a_text_no_bytes(framer: Any, data: Any) -> None:
    with pytest.raises(TypeError, match="a bytes-like object is required, not "):
        framer().feed(data)
