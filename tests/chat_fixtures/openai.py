"""Streams in the manner of OpenAI, and of a gateway that does nothing as OpenAI does."""

from __future__ import annotations

from tests.chat_fixtures.build import COUNTS, TOKEN, URL_CITATION, Fixture, call, calls, choiceless, chunk

_OPENAI = {"service_tier": "default", "system_fingerprint": "fp_1", "usage": None}

OPENAI: dict[str, Fixture] = {
    "openai, text": Fixture(
        "openai-chat",
        [
            chunk({"role": "assistant", "content": "", "refusal": None}, choice={"logprobs": None}, **_OPENAI),
            *(chunk({"content": piece}, choice={"logprobs": None}, **_OPENAI, obfuscation=piece) for piece in "Hello"),
            chunk({}, "stop", choice={"logprobs": None}, **_OPENAI),
            choiceless(**{**_OPENAI, "usage": COUNTS}),
        ],
    ),
    "openai, tools": Fixture(
        "openai-chat",
        [
            chunk({"role": "assistant", "content": None}),
            calls(call(0, "", id="a", type="function", name="f")),
            *(calls(call(0, piece)) for piece in ('{"x', '":', "1}")),
            calls(call(1, "", id="b", type="function", name="g")),
            *(calls(call(1, piece)) for piece in ("{", "}")),
            chunk({}, "tool_calls"),
        ],
    ),
    "openai, logprobs and refusal": Fixture(
        "openai-chat",
        [
            chunk({"role": "assistant", "content": ""}, choice={"logprobs": {"content": []}}),
            chunk({"content": "a"}, choice={"logprobs": {"content": [TOKEN], "refusal": None}}),
            chunk({"refusal": "No"}, choice={"logprobs": {"content": None, "refusal": [TOKEN]}}),
            chunk({"refusal": "."}),
            chunk({}, "stop"),
        ],
    ),
    "openai, audio": Fixture(
        "openai-chat",
        [
            chunk({"role": "assistant", "audio": {"id": "audio_1"}}),
            chunk({"audio": {"transcript": "Hel"}}),
            chunk({"audio": {"data": "UklG", "transcript": "lo"}}),
            chunk({"audio": {"data": "RgAA"}}),
            chunk({"audio": {"expires_at": 9}}, choice={"finish_reason": None}),
            chunk({}, "stop"),
        ],
    ),
    "openai, search": Fixture(
        "openai-chat",
        [
            chunk({"content": "ab"}),
            chunk({"content": "cd", "annotations": [{"type": "url_citation", "url_citation": URL_CITATION}]}),
            chunk({}, "stop"),
            choiceless(moderation={"input": {"type": "moderation_results", "results": []}}),
        ],
    ),
    "openai, two choices": Fixture(
        "openai-chat",
        [
            chunk({"role": "assistant", "content": ""}, choice={"index": 1}),
            chunk({"role": "assistant", "content": ""}),
            *(chunk({"content": piece}, choice={"index": index}) for piece in "abc" for index in (1, 0)),
            calls(call(0, "{}", id="a", name="f"), choice={"index": 1}),
            chunk({}, "tool_calls", choice={"index": 1}),
            chunk({}, "length"),
        ],
    ),
    "openai, first form of calls": Fixture(
        "openai-chat",
        [
            chunk({"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": ""}}),
            *(chunk({"function_call": {"arguments": piece}}) for piece in ('{"x"', ":1}")),
            chunk({}, "function_call"),
        ],
    ),
    "openai, custom tool": Fixture(
        "openai-chat",
        [
            calls({"index": 0, "id": "a", "type": "custom", "custom": {"name": "sh", "input": ""}}),
            *(calls({"index": 0, "custom": {"input": piece}}) for piece in ("ls ", "-l")),
            chunk({}, "tool_calls"),
        ],
    ),
    "a gateway with every deviation": Fixture(
        "openai-chat",
        [
            {"id": None, "choices": None, "usage": {}},
            chunk({"role": "", "content": "a"}, error=None, id="x1", created=8),
            chunk({"role": "assistant", "content": "b"}, error=None, id="x2", created=9),
            calls(call(1, "{", id="a", name="f"), error=None),
            calls(call(1, "}", id="z"), call(..., [1], name="g"), error=None),
            chunk({"content": "c"}, "stop", usage={"prompt_tokens": "9", "completion_tokens": -1}),
            chunk({"content": "d"}, "length", usage=None),
        ],
    ),
}
