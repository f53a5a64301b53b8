"""Tool calls as servers send them: without index or id, all at once, repeated, cut by length."""

from __future__ import annotations

from typing import Any

from tests.interop.wall.kit import ARGUMENTS, ID, NAME
from tests.interop.wall.kits import (
    ANTHROPIC,
    BLOCK_STOP,
    FUNCTION_CALL,
    GEMINI,
    MESSAGE_STOP,
    OLLAMA,
    TOOL_USE,
    block,
    candidate,
    delta,
    line,
    started,
    stopped,
)
from tests.interop.wall.openai_kits import CALLS, CHAT, ROLE, STOP, chunk, fragment
from tests.interop.wall.row import CALL, Made, Row, open_row, whole_call

_KIND = "Tool calls"
_CLOCK = Made("clock", {})
_HALF = Made(NAME, '{"city": "Be', complete=False)


def rows() -> list[Row]:
    """All of them."""
    return [*_chat(), *_anthropic(), *_gemini(), *_ollama()]


def _body(*pieces: Any, end: Any = CALLS) -> bytes:
    return CHAT.body(ROLE, *pieces, end) + CHAT.trailer


def _chat() -> list[Row]:
    first, second = fragment(0, '{"city": "Bern"}', NAME, ID), fragment(0, "{}", "clock", "call_2")
    both = [fragment(0, '{"city": "Bern"}', NAME, ID), fragment(1, "{}", "clock", "call_2")]
    two = chunk({"tool_calls": [piece["choices"][0]["delta"]["tool_calls"][0] for piece in both]})
    interleaved = [
        fragment(0, "", NAME, ID),
        fragment(1, "", "clock", "call_2"),
        fragment(0, '{"city": '),
        fragment(1, "{}"),
        fragment(0, '"Bern"}'),
    ]
    repeated = [fragment(0, piece, NAME, ID) for piece in ("", '{"city": ', '"Bern"}')]
    blank = [fragment(0, "", NAME, ID), fragment(0, '{"city": ', "", ""), fragment(0, '"Bern"}', "", "")]
    no_index = [fragment(None, "", NAME, ID), fragment(None, '{"city": '), fragment(None, '"Bern"}')]
    gap = [fragment(7, "", NAME, ID), fragment(7, '{"city": '), fragment(7, '"Bern"}')]
    negative = [fragment(-1, "", NAME, ID), fragment(-1, '{"city": '), fragment(-1, '"Bern"}')]
    no_id = [fragment(0, "", NAME), fragment(0, '{"city": '), fragment(0, '"Bern"}')]
    null_type = [fragment(0, "", NAME, ID), _null_type('{"city": '), _null_type('"Bern"}')]
    half = [fragment(0, "", NAME, ID), fragment(0, '{"city": "Be')]
    legacy = [
        chunk({"function_call": {"name": NAME, "arguments": ""}}),
        chunk({"function_call": {"arguments": '{"city": "Bern"}'}}),
    ]
    return [
        whole_call(_KIND, "two calls, both with index 0", CHAT, _body(first, second), calls=(CALL, _CLOCK)),
        whole_call(_KIND, "two calls in one chunk", CHAT, _body(two), calls=(CALL, _CLOCK)),
        whole_call(_KIND, "two calls, their pieces interleaved", CHAT, _body(*interleaved), calls=(CALL, _CLOCK)),
        whole_call(_KIND, "name and id repeated in every piece", CHAT, _body(*repeated)),
        whole_call(_KIND, "empty name and id in the later pieces", CHAT, _body(*blank)),
        whole_call(_KIND, "`type: null` in the later pieces", CHAT, _body(*null_type)),
        whole_call(_KIND, "no index", CHAT, _body(*no_index)),
        whole_call(_KIND, "index 7 for the only call", CHAT, _body(*gap)),
        whole_call(_KIND, "index -1", CHAT, _body(*negative)),
        whole_call(_KIND, "no id", CHAT, _body(*no_id)),
        whole_call(
            _KIND,
            "arguments as an object",
            CHAT,
            _body(fragment(0, ARGUMENTS, NAME, ID)),
            notes=("arguments_not_text",),
        ),
        whole_call(_KIND, "empty arguments", CHAT, _body(fragment(0, "", "clock", "call_2")), calls=(_CLOCK,)),
        whole_call(_KIND, "the reason `stop` after a call", CHAT, _body(first, end=STOP), finish="stop"),
        open_row(
            _KIND,
            "the old field `function_call`",
            CHAT,
            _body(*legacy, end=chunk(finish="function_call")),
            ends="tool_calls",
            calls=(CALL,),
        ),
        open_row(
            _KIND,
            "half the arguments, cut by length",
            CHAT,
            _body(*half, end=chunk(finish="length")),
            ends="length",
            calls=(_HALF,),
        ),
        open_row(
            _KIND,
            "half the arguments, then the reason `tool_calls`",
            CHAT,
            _body(*half),
            ends="stop",
            calls=(_HALF,),
            notes=("finish_without_calls",),
        ),
        open_row(
            _KIND,
            "two objects as the arguments of one call",
            CHAT,
            _body(first, fragment(0, "{}")),
            ends="stop",
            calls=(Made(NAME, '{"city": "Bern"}{}', complete=False),),
            notes=("finish_without_calls",),
        ),
        open_row(
            _KIND,
            "a list as the arguments",
            CHAT,
            _body(fragment(0, "[1]", NAME, ID)),
            ends="stop",
            calls=(Made(NAME, [1], complete=False),),
            notes=("finish_without_calls",),
        ),
    ]


def _null_type(arguments: str) -> dict[str, Any]:
    entry = {"index": 0, "id": None, "type": None, "function": {"name": None, "arguments": arguments}}
    return chunk({"tool_calls": [entry]})


def _message(*events: Any, end: str = "tool_use") -> bytes:
    return ANTHROPIC.body(started(), *events, stopped(end), MESSAGE_STOP)


def _anthropic() -> list[Row]:
    pieces = [delta("input_json_delta", partial_json=piece) for piece in ('{"city": ', '"Bern"}')]
    half = delta("input_json_delta", partial_json='{"city": "Be')
    bad = delta("input_json_delta", partial_json='{"city": Bern}')
    at_once = block(type="tool_use", id=ID, name=NAME, input=ARGUMENTS)
    nothing = block(type="tool_use", id="call_2", name="clock", input={})
    empty = delta("input_json_delta", partial_json="")
    return [
        whole_call(_KIND, "the arguments whole in the opening", ANTHROPIC, _message(at_once, BLOCK_STOP)),
        whole_call(
            _KIND, "no arguments, one empty piece", ANTHROPIC, _message(nothing, empty, BLOCK_STOP), calls=(_CLOCK,)
        ),
        whole_call(_KIND, "the block is not closed", ANTHROPIC, _message(TOOL_USE, *pieces)),
        open_row(
            _KIND,
            "half the arguments, cut by length",
            ANTHROPIC,
            _message(TOOL_USE, half, BLOCK_STOP, end="max_tokens"),
            ends="length",
            calls=(_HALF,),
        ),
        open_row(
            _KIND,
            "arguments that are no JSON",
            ANTHROPIC,
            _message(TOOL_USE, bad, BLOCK_STOP),
            ends="stop",
            calls=(Made(NAME, '{"city": Bern}', complete=False),),
            notes=("finish_without_calls",),
        ),
        open_row(
            _KIND,
            "pieces of arguments for a block of text",
            ANTHROPIC,
            _message(
                block(type="text", text=""), delta("text_delta", text="Hello"), *pieces, BLOCK_STOP, end="end_turn"
            ),
            ends="stop",
            text="Hello",
        ),
    ]


def _gemini() -> list[Row]:
    twice = candidate(FUNCTION_CALL, {"functionCall": {"name": "clock", "args": {}}})
    bare = candidate({"functionCall": {"name": "clock"}})
    end = candidate({"text": ""}, finish="STOP")
    return [
        whole_call(_KIND, "two calls in one chunk", GEMINI, GEMINI.body(twice, end), calls=(CALL, _CLOCK)),
        whole_call(_KIND, "no `args`", GEMINI, GEMINI.body(bare, end), calls=(_CLOCK,)),
        whole_call(
            _KIND,
            "`args: null`",
            GEMINI,
            GEMINI.body(candidate({"functionCall": {"name": "clock", "args": None}}), end),
            calls=(_CLOCK,),
        ),
    ]


def _ollama() -> list[Row]:
    as_text = line(tool_calls=[{"function": {"name": NAME, "arguments": '{"city": "Bern"}'}}])
    two = line(
        tool_calls=[
            {"function": {"index": 0, "name": NAME, "arguments": ARGUMENTS}},
            {"function": {"index": 0, "name": "clock", "arguments": {}}},
        ]
    )
    end = line(done="stop")
    return [
        whole_call(
            _KIND, "two calls on one line, both with index 0", OLLAMA, OLLAMA.body(two, end), calls=(CALL, _CLOCK)
        ),
        whole_call(_KIND, "arguments as text", OLLAMA, OLLAMA.body(as_text, end)),
        whole_call(
            _KIND,
            "the call on the last line",
            OLLAMA,
            OLLAMA.body(line(done="stop", tool_calls=[{"function": {"name": NAME, "arguments": ARGUMENTS}}])),
        ),
    ]
