"""Encoding and JSON: bytes that are no UTF-8, surrogates, nulls, numbers, nesting, frames that are no JSON."""

from __future__ import annotations

import json
from typing import Any

from tests.interop.wall.kit import Kit, message
from tests.interop.wall.kits import ANTHROPIC, GEMINI, KITS, OLLAMA, candidate, delta, line
from tests.interop.wall.openai_kits import CHAT, COUNTS, RESPONSES, STOP, chunk
from tests.interop.wall.row import Row, open_row, whole_text

_KIND = "Encoding and JSON"


def rows() -> list[Row]:
    """All of them."""
    return [row for kit in KITS for row in _all(kit)] + _nulls() + _numbers()


def _all(kit: Kit) -> list[Row]:
    at = kit.first_text
    before, after = kit.body(*kit.text[:at]), kit.body(*kit.text[at:]) + kit.trailer
    deep = '{"x":' + "[" * 100_000 + "]" * 100_000 + "}"
    escaped = b"".join(kit.escaped(payload) for payload in kit.with_text("\ud83d", "\ude00"))
    lone = b"".join(kit.escaped(payload) for payload in kit.with_text("Hello\ud83d", " there"))
    skipped = ("malformed", "damaged")
    return [
        open_row(
            _KIND,
            "two bytes of the text that are no UTF-8",
            kit,
            _not_utf8(kit) + kit.trailer,
            ends="stop",
            text="Hello\ufffd\ufffd there",
            notes=("replaced_characters",),
        ),
        whole_text(_KIND, "a surrogate pair, escaped, over two pieces of text", kit, escaped + kit.trailer, text="😀"),
        open_row(
            _KIND,
            "half of a surrogate pair, escaped",
            kit,
            lone + kit.trailer,
            ends="stop",
            text="Hello\ufffd there",
            notes=("replaced_characters",),
        ),
        open_row(
            _KIND,
            "a frame between that is no JSON",
            kit,
            before + kit.frame("{bad json}", name=kit.next_name) + after,
            ends="stop",
            text="Hello there",
            notes=skipped,
        ),
        open_row(
            _KIND,
            "a frame between that is cut inside its JSON",
            kit,
            before + kit.frame('{"type":"x","a', name=kit.next_name) + after,
            ends="stop",
            text="Hello there",
            notes=skipped,
        ),
        open_row(
            _KIND,
            "`null` as a frame between",
            kit,
            before + kit.frame("null", name=kit.next_name) + after,
            ends="stop",
            text="Hello there",
            notes=skipped,
        ),
        open_row(
            _KIND,
            "an array as a frame between",
            kit,
            before + kit.frame("[1, 2]", name=kit.next_name) + after,
            ends="stop",
            text="Hello there",
            notes=skipped,
        ),
        open_row(
            _KIND,
            "a frame between, nested 100,000 levels deep",
            kit,
            before + kit.frame(deep, name=kit.next_name) + after,
            ends="stop",
            text="Hello there",
            notes=skipped,
        ),
    ]


def _not_utf8(kit: Kit) -> bytes:
    payloads = kit.with_text("Hello#", " there")
    if kit.framing != "messages":
        return kit.body(*payloads).replace(b"#", b"\xff\xfe")
    named = [(name, json.dumps(value).encode()) for payload in payloads for name, value in payload.items()]
    return b"".join(message(name, text.replace(b"#", b"\xff\xfe")) for name, text in named)


def _nulls() -> list[Row]:
    hello, there = chunk({"content": "Hello"}), chunk({"content": " there"})
    no_choices = CHAT.body(CHAT.text[0], chunk(choices=None), hello, there, STOP) + CHAT.trailer
    no_delta = CHAT.body(chunk({"role": "assistant"}), hello, _delta_null(), there, STOP) + CHAT.trailer
    nulls = {"role": None, "tool_calls": None, "refusal": None, "function_call": None}
    all_null = CHAT.body(*(chunk({"content": text, **nulls}) for text in ("Hello", " there")), STOP) + CHAT.trailer
    missing = [
        {**payload, "choices": [{"delta": c["delta"], "finish_reason": c["finish_reason"]} for c in payload["choices"]]}
        for payload in (hello, there, STOP)
    ]
    return [
        whole_text(_KIND, "`choices: null` in a chunk", CHAT, no_choices),
        whole_text(_KIND, "`delta: null` in a chunk", CHAT, no_delta),
        whole_text(_KIND, "null in every optional field of the deltas", CHAT, all_null),
        whole_text(_KIND, "no `index` in the choices", CHAT, CHAT.body(*missing) + CHAT.trailer),
        whole_text(
            _KIND,
            "no `id`, `object`, `created` and `model`",
            CHAT,
            CHAT.body(*({"choices": payload["choices"]} for payload in (hello, there, STOP))) + CHAT.trailer,
        ),
        whole_text(
            _KIND,
            "another `id` in every chunk",
            CHAT,
            CHAT.body(hello | {"id": "a"}, there | {"id": "b"}, STOP | {"id": ""}) + CHAT.trailer,
        ),
        whole_text(_KIND, "`usage: null` and `stop_details: null` in the end", ANTHROPIC, _anthropic_null()),
        whole_text(_KIND, "`content: null` in the last chunk", GEMINI, GEMINI.body(*GEMINI.text[:2], _content_null())),
        whole_text(_KIND, "no `parts` in the last chunk", GEMINI, GEMINI.body(*GEMINI.text[:2], _no_parts())),
        whole_text(
            _KIND,
            "`content: null` and `tool_calls: null`",
            OLLAMA,
            OLLAMA.body(line("Hello"), line(" there"), line(None, done="stop", tool_calls=None)),
        ),  # type: ignore[arg-type]
        whole_text(_KIND, "`logprobs: null` and `annotations: null`", RESPONSES, _responses_null()),
    ]


def _delta_null() -> dict[str, Any]:
    return chunk(choices=[{"index": 0, "delta": None, "finish_reason": None}])


def _anthropic_null() -> bytes:
    *before, end, stop = ANTHROPIC.text
    inner = {**end["delta"], "stop_details": None}
    return ANTHROPIC.body(*before, {**end, "delta": inner, "usage": None}, stop)


def _content_null() -> dict[str, Any]:
    return candidate() | {"candidates": [{"content": None, "finishReason": "STOP", "index": 0}]}


def _no_parts() -> dict[str, Any]:
    return candidate() | {"candidates": [{"content": {"role": "model"}, "finishReason": "STOP", "index": 0}]}


def _responses_null() -> bytes:
    return RESPONSES.body(
        *(payload | ({"logprobs": None} if "logprobs" in payload else {}) for payload in RESPONSES.text)
    )


def _numbers() -> list[Row]:
    huge = CHAT.frame(json.dumps(CHAT.text[1]).replace("1760000000", "9" * 5_000))
    nan = CHAT.frame(json.dumps(CHAT.text[1]).replace("1760000000", "NaN"))
    twice = CHAT.frame(json.dumps(CHAT.text[2])[:-1] + ', "choices": []}')
    words = COUNTS | {"prompt_tokens": "nine", "completion_tokens": 2.5}
    odd_counts = CHAT.body(*CHAT.text[:-1], chunk(choices=[], usage=words)) + CHAT.trailer
    rest = CHAT.body(*CHAT.text[2:]) + CHAT.trailer
    skipped = ("malformed", "damaged")
    return [
        open_row(
            _KIND,
            "a number of 5,000 digits in the first piece of text",
            CHAT,
            huge + rest,
            ends="stop",
            text=" there",
            notes=skipped,
        ),
        open_row(
            _KIND, "`NaN` in the first piece of text", CHAT, nan + rest, ends="stop", text=" there", notes=skipped
        ),
        open_row(
            _KIND,
            "the key `choices` twice in a chunk, the second time empty",
            CHAT,
            CHAT.body(*CHAT.text[:2]) + twice + CHAT.body(*CHAT.text[3:]) + CHAT.trailer,
            ends="stop",
            text="Hello",
            why="as every decoder here, the last one counts",
        ),
        whole_text(_KIND, "token counts that are no whole numbers", CHAT, odd_counts, notes=("usage_not_a_number",)),
        whole_text(
            _KIND,
            "an index of a block that is a text",
            ANTHROPIC,
            ANTHROPIC.body(*(_text_index(payload) for payload in ANTHROPIC.text)),
        ),
        whole_text(
            _KIND,
            "an index of a block that skips numbers",
            ANTHROPIC,
            ANTHROPIC.body(*(payload | ({"index": 3} if "index" in payload else {}) for payload in ANTHROPIC.text)),
        ),
        whole_text(
            _KIND,
            "pieces of text in a block that is not open",
            ANTHROPIC,
            ANTHROPIC.body(
                ANTHROPIC.text[0],
                delta("text_delta", text="Hello"),
                delta("text_delta", text=" there"),
                *ANTHROPIC.text[5:],
            ),
            notes=("missing_part_start",),
        ),
    ]


def _text_index(payload: dict[str, Any]) -> dict[str, Any]:
    return payload | ({"index": "0"} if "index" in payload else {})
