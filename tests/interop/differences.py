"""Where a vendor's client and ours tell a recorded stream differently, who is right, and why.

Whatever is not on this list is a failure of `tests/interop/test_recorded.py`.
"""

from __future__ import annotations

from typing import Literal

import attrs

VERSIONS = {
    "openai": "3.52.0",
    "anthropic": "2.11.0",
    "google-genai": "3.4.0",
    "ollama": "0.6.3",
    "cohere": "7.3.1",
    "botocore": "1.44.5",
}
"""The versions that the list was made with. Another version may agree where these did not."""


@attrs.frozen
class Stated:
    """One difference."""

    clients: tuple[str, ...]
    file: str
    """The stream's name in the collection."""
    field: str
    """As in `Difference`."""
    right: Literal["ours", "theirs", "open"]
    """`open` where the documentation leaves it to the reader."""
    why: str


_CREATE, _HELPER = "openai chat create", "openai chat .stream()"
_CHAT = (_CREATE, _HELPER)
_RESPONSES = ("openai responses .stream()",)
_ANTHROPIC = ("anthropic create", "anthropic .stream()")
_BEDROCK = ("anthropic AnthropicBedrock .stream()",)

_COMPLETION = "text completions of an old model, which this call of the client is not meant for; ours reads both"
_CACHED = "Together tells `cached_tokens` beside `prompt_tokens`, not inside `prompt_tokens_details`"
_NO_INDEX = "the pieces of a Mistral call have no `index` here, which the helper needs; ours goes by id and name"
_NO_OUTPUT = "the `output` of the closing response is empty although items were streamed; ours keeps what was streamed"
_INCOMPLETE = (
    "the helper takes `response.completed` alone for an end; `response.incomplete` is the other one, for length"
)
_OTHER_OBJECT = "the chunks' `object` is absent or `chat.completion`: the helper passes over them and has no completion"
_NULL_TYPE = "Writer's later pieces of a call say `type: null`; the helper takes that for a change of the type"

STATED = (
    Stated(
        _CHAT, "mistral/003-3a2792c4.sse", "text", "ours", "`content` is a list of parts, the first of the text too"
    ),
    Stated((_HELPER,), "mistral/015-b157c9e1.sse", "refused", "ours", _NO_INDEX),
    Stated((_HELPER,), "mistral/016-b9133f92.sse", "refused", "ours", _NO_INDEX),
    Stated((_HELPER,), "openai-chat/020-07d54cda.sse", "refused", "ours", "Azure sends a choice without a `delta`"),
    Stated((_HELPER,), "openai-chat/140-3e437f08.sse", "refused", "ours", _OTHER_OBJECT),
    Stated((_HELPER,), "openai-chat/229-67b0afba.sse", "refused", "ours", _NULL_TYPE),
    Stated((_HELPER,), "openai-chat/408-c39197bd.sse", "refused", "ours", _OTHER_OBJECT),
    Stated((_HELPER,), "openai-chat/456-dc37ec10.sse", "refused", "ours", _NULL_TYPE),
    Stated(
        (_HELPER,),
        "openai-chat/328-9b755433.sse",
        "refused",
        "ours",
        "OpenRouter's list `reasoning_details` has entries without `index`, which the helper needs",
    ),
    Stated(_CHAT, "openai-chat/363-ad940ef2.sse", "usage.cached", "ours", _CACHED),
    Stated(_CHAT, "openai-chat/477-eb12dbe1.sse", "usage.cached", "ours", _CACHED),
    Stated(
        _CHAT,
        "openai-chat/413-c5058f86.sse",
        "calls",
        "open",
        "two choices carry a call of the same id; ours uses an id once per response and flags the new one",
    ),
    Stated(
        (_HELPER,),
        "openai-chat/446-d74c92b4.sse",
        "finish",
        "ours",
        "Perplexity's last chunk is of `object` `chat.completion.done`, which the helper passes over",
    ),
    Stated(
        _RESPONSES,
        "openai-responses/014-28c539ef.sse",
        "refused",
        "ours",
        "Bedrock opens parts of reasoning by `response.reasoning_part.added`, which the helper does not know",
    ),
    Stated(_RESPONSES, "openai-responses/021-386cf8bc.sse", "refused", "ours", _INCOMPLETE),
    Stated(_RESPONSES, "openai-responses/083-85e0feca.sse", "refused", "ours", _INCOMPLETE),
    Stated(_RESPONSES, "openai-responses/070-75bc031b.sse", "text", "ours", _NO_OUTPUT),
    Stated(_RESPONSES, "openai-responses/071-76a1b025.sse", "calls", "ours", _NO_OUTPUT),
    Stated(_RESPONSES, "openai-responses/153-fa3f1797.sse", "text", "ours", _NO_OUTPUT),
    Stated(_RESPONSES, "openai-responses/153-fa3f1797.sse", "reasoning", "ours", _NO_OUTPUT),
    Stated(_RESPONSES, "openai-responses/156-ff42880a.sse", "text", "ours", _NO_OUTPUT),
    Stated(
        _ANTHROPIC,
        "anthropic/013-13f671d6.sse",
        "usage.output",
        "open",
        "the start says 1 output token and the end 0: the clients take the last word, ours lets no 0 replace a count",
    ),
    Stated(_BEDROCK, "bedrock-invoke/030-7e44e22a.bin", "refused", "ours", _COMPLETION),
    Stated(_BEDROCK, "bedrock-invoke/033-8f25299d.bin", "refused", "ours", _COMPLETION),
    Stated(
        _ANTHROPIC[1:],
        "anthropic/162-e0e79ee1.sse",
        "calls",
        "ours",
        "the call is cut by `max_tokens`: the helper gives what parses of its arguments, ours the text, not complete",
    ),
)
