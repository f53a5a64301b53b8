"""Events that nobody announced: unknown types, missing openings, news after the end, keep-alives without end."""

from __future__ import annotations

from tests.interop.wall.kit import Kit
from tests.interop.wall.kits import ANTHROPIC, GEMINI, KITS, OLLAMA, block, candidate, delta, line, stopped
from tests.interop.wall.openai_kits import CHAT, COUNTED, COUNTS, RESPONSES, STOP, chunk, event, numbered
from tests.interop.wall.row import Row, open_row, whole_text

_KIND, _ALIVE = "Unannounced events", "Keep-alives"
_NEW = {"type": "something_new", "value": 1}
_PING = {
    "openai-chat": b": ping\n\n",
    "openai-responses": b": ping\n\n",
    "anthropic": b'event: ping\ndata: {"type": "ping"}\n\n',
    "gemini": b": ping\n\n",
    "cohere": b": ping\n\n",
    "ollama": b"\n",
}


def rows() -> list[Row]:
    """All of them."""
    alive = [row for kit in KITS if kit.framing != "messages" for row in _alive(kit)]
    return alive + _chat() + _responses() + _anthropic() + _gemini() + _ollama()


def _alive(kit: Kit) -> list[Row]:
    ping = _PING[kit.dialect]
    hello, rest = kit.body(*kit.text[: kit.first_text]), kit.body(*kit.text[kit.first_text :])
    return [
        whole_text(_ALIVE, "1,000 keep-alives in the middle", kit, hello + ping * 1_000 + rest + kit.trailer),
        open_row(
            _ALIVE,
            "keep-alives without end after the first piece of text",
            kit,
            hello,
            again=ping,
            text="Hello",
            ends="Failed(stalled)",
            why="the clock for content, set to a minute; without it this has no end here either",
        ),
    ]


def _chat() -> list[Row]:
    text = CHAT.text
    late = CHAT.body(text[0], chunk({"content": "Hello"}), STOP, chunk({"content": " there"})) + CHAT.trailer
    repeated = [payload | {"usage": COUNTS} for payload in text[:4]]
    twice = [{**text[3]}, {**text[3]}]
    return [
        whole_text(_KIND, "usage in every chunk", CHAT, CHAT.body(*repeated) + CHAT.trailer),
        whole_text(
            _KIND, "`usage: null` after the usage", CHAT, CHAT.body(*text, chunk(choices=[], usage=None)) + CHAT.trailer
        ),
        whole_text(
            _KIND,
            "a chunk without choices first, as Azure sends it",
            CHAT,
            CHAT.body(chunk(choices=[], id="", model="", object=""), *text) + CHAT.trailer,
        ),
        whole_text(_KIND, "the reason for the end twice", CHAT, CHAT.body(*text[:3], *twice, COUNTED) + CHAT.trailer),
        whole_text(
            _KIND,
            "text and the reason for the end in one chunk",
            CHAT,
            CHAT.body(text[0], text[1], chunk({"content": " there"}, "stop")) + CHAT.trailer,
        ),
        whole_text(_KIND, "`[DONE]` twice", CHAT, CHAT.whole + CHAT.trailer),
        whole_text(
            _KIND,
            "an unknown field in chunk, choice and delta",
            CHAT,
            CHAT.body(*text[:1], chunk({"content": "Hello", "new": {"a": [1]}}, x_new=7), *text[2:]) + CHAT.trailer,
        ),
        open_row(
            _KIND,
            "a reason for the end that nobody knows",
            CHAT,
            CHAT.body(*text[:3], chunk(finish="something_new")) + CHAT.trailer,
            ends="other",
            text="Hello there",
        ),
        open_row(
            _KIND,
            "text after the reason for the end",
            CHAT,
            late,
            ends="stop",
            text="Hello there",
            notes=("content_after_finish",),
        ),
        open_row(
            _KIND,
            "text after `[DONE]`",
            CHAT,
            CHAT.body(text[0], text[1], STOP) + CHAT.trailer + CHAT.frame(text[2]),
            ends="stop",
            text="Hello",
        ),
        open_row(
            _KIND,
            "`data: [DONE] not really`, then more text",
            CHAT,
            CHAT.body(*text[:2]) + CHAT.frame("[DONE] not really") + CHAT.body(*text[2:]) + CHAT.trailer,
            ends="stop",
            text="Hello there",
            notes=("malformed", "damaged"),
        ),
        open_row(_KIND, "`[DONE]` alone", CHAT, CHAT.trailer, ends="Failed(empty)"),
        open_row(
            _KIND,
            "the reason `stop` without any content",
            CHAT,
            CHAT.body(text[0], STOP) + CHAT.trailer,
            ends="stop",
            notes=("empty_answer",),
        ),
    ]


def _responses() -> list[Row]:
    text = RESPONSES.text
    return [
        whole_text(
            _KIND,
            "an event of an unknown type",
            RESPONSES,
            RESPONSES.body(*text[:5], event("something_new", value=1), *text[5:]),
        ),
        whole_text(
            _KIND, "no `response.created`", RESPONSES, RESPONSES.body(*numbered(*text[2:])), notes=("missing_start",)
        ),
        whole_text(
            _KIND,
            "no events that open the item and its part",
            RESPONSES,
            RESPONSES.body(*numbered(*text[:2], *text[4:])),
            notes=("missing_part_start",),
        ),
        whole_text(
            _KIND,
            "no pieces of text, only the closing events",
            RESPONSES,
            RESPONSES.body(*numbered(*text[:4], *text[6:])),
        ),
        whole_text(
            _KIND,
            "no `sequence_number`",
            RESPONSES,
            RESPONSES.body(*({k: v for k, v in payload.items() if k != "sequence_number"} for payload in text)),
        ),
        whole_text(
            _KIND,
            "an empty `output` in the closing response",
            RESPONSES,
            RESPONSES.body(*text[:-1], text[-1] | {"response": text[-1]["response"] | {"output": []}}),
        ),
        whole_text(
            _KIND,
            "`keepalive` events",
            RESPONSES,
            RESPONSES.body(*numbered(*text[:5], {"type": "keepalive"}, *text[5:])),
        ),
        open_row(
            _KIND,
            "an event twice, with the same number",
            RESPONSES,
            RESPONSES.body(*text[:5], text[4], *text[5:]),
            ends="stop",
            text="Hello there",
            notes=("duplicate_dropped",),
        ),
        open_row(
            _KIND,
            "`response.incomplete`, cut by length",
            RESPONSES,
            RESPONSES.body(*text[:5], _incomplete()),
            ends="length",
            text="Hello",
        ),
    ]


def _incomplete() -> dict[str, object]:
    last = RESPONSES.text[-1]["response"]
    fields = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []}
    return event("incomplete", response=last | fields)


def _anthropic() -> list[Row]:
    text = ANTHROPIC.text
    new_block = [block(1, type="something_new", value=1), {"type": "content_block_stop", "index": 1}]
    return [
        whole_text(_KIND, "an event of an unknown type", ANTHROPIC, ANTHROPIC.body(*text[:3], _NEW, *text[3:])),
        whole_text(_KIND, "a block of an unknown type", ANTHROPIC, ANTHROPIC.body(*text[:5], *new_block, *text[5:])),
        whole_text(
            _KIND,
            "a piece of an unknown type",
            ANTHROPIC,
            ANTHROPIC.body(*text[:3], delta("new_delta", value=1), *text[3:]),
        ),
        whole_text(_KIND, "no `message_start`", ANTHROPIC, ANTHROPIC.body(*text[1:]), notes=("missing_start",)),
        whole_text(_KIND, "`message_start` twice", ANTHROPIC, ANTHROPIC.body(text[0], *text), notes=("second_start",)),
        whole_text(_KIND, "the block is not closed", ANTHROPIC, ANTHROPIC.body(*text[:4], *text[5:])),
        whole_text(
            _KIND,
            "`message_delta` twice, the first without a reason",
            ANTHROPIC,
            ANTHROPIC.body(*text[:5], stopped(None), *text[5:]),
        ),
        open_row(
            _KIND,
            "`message_stop` without a reason before it",
            ANTHROPIC,
            ANTHROPIC.body(*text[:5], text[-1]),
            ends="unknown",
            text="Hello there",
        ),
        open_row(
            _KIND,
            "events after `message_stop`",
            ANTHROPIC,
            ANTHROPIC.body(*text, delta("text_delta", text="!")),
            ends="stop",
            text="Hello there",
        ),
    ]


def _gemini() -> list[Row]:
    text = GEMINI.text
    return [
        whole_text(
            _KIND,
            "a part of an unknown kind",
            GEMINI,
            GEMINI.body(text[0], candidate({"somethingNew": {"a": 1}}), *text[1:]),
        ),
        whole_text(
            _KIND,
            "a chunk without candidates",
            GEMINI,
            GEMINI.body(text[0], {"usageMetadata": {"promptTokenCount": 9}}, *text[1:]),
        ),
        open_row(
            _KIND,
            "a reason for the end that nobody knows",
            GEMINI,
            GEMINI.body(*text[:2], candidate({"text": ""}, finish="NEW_REASON")),
            ends="other",
            text="Hello there",
        ),
        open_row(
            _KIND,
            "text after the reason for the end",
            GEMINI,
            GEMINI.body(text[0], candidate({"text": ""}, finish="STOP"), text[1]),
            ends="stop",
            text="Hello there",
            notes=("content_after_finish",),
        ),
    ]


def _ollama() -> list[Row]:
    return [
        whole_text(
            _KIND,
            "unknown fields",
            OLLAMA,
            OLLAMA.body(line("Hello", new={"a": 1}), line(" there"), line(done="stop") | {"new": 1}),
        ),
        whole_text(
            _KIND,
            "`done: true` without a `done_reason`",
            OLLAMA,
            OLLAMA.body(line("Hello"), line(" there"), line() | {"done": True}),
            ends="unknown",
            finish=None,
        ),
        open_row(
            _KIND,
            "lines after `done: true`",
            OLLAMA,
            OLLAMA.whole + OLLAMA.frame(line("!")),
            ends="stop",
            text="Hello there",
        ),
    ]
