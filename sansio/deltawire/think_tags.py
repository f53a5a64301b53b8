"""The tags that models put around their reasoning and their answer inside the text, by model family."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

__all__ = ["ANSWER_TAGS", "REASONING_TAGS", "TOOL_OPENERS", "TagPair", "is_special_token"]


def _needs_a_mark(_record: TagPair, field: attrs.Attribute[str], tag: str) -> None:
    if not tag.strip():
        raise ValueError(f"{field.name}: a tag needs more than white space, not {tag!r}")


@attrs.frozen
class TagPair:
    """The text that opens a block and the text that closes it, exactly as the model writes them.

    ValueError if one of them is empty or white space only.
    """

    open: str = attrs.field(validator=_needs_a_mark)
    """What begins the block."""
    close: str = attrs.field(validator=_needs_a_mark)
    """What ends it."""


def is_special_token(tag: str) -> bool:
    """True for the control tokens of a chat template (`<|...`), which no model writes as part of its prose."""
    return tag.startswith("<|")


def _pairs(*tags: tuple[str, str]) -> tuple[TagPair, ...]:
    return tuple(TagPair(opener, closer) for opener, closer in tags)


def _elements(*names: str) -> tuple[TagPair, ...]:
    return tuple(TagPair(f"<{name}>", f"</{name}>") for name in names)


def _both_turns(channel: str, *closers: str) -> tuple[TagPair, ...]:
    # The first message of a turn comes without its header: that is the end of the prompt.
    return _pairs(
        *(
            (f"{header}<|channel|>{channel}<|message|>", closer)
            for header in ("<|start|>assistant", "")
            for closer in closers
        )
    )


_THINK = _elements("think")

REASONING_TAGS: Mapping[str, tuple[TagPair, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "deepseek",
                "gigachat",
                "glm",
                "granite-4",
                "interns1",
                "kimi-k2",
                "ling",
                "mimo",
                "minimax-m2",
                "nemotron",
                "olmo-3",
                "qwen",
                "qwq",
                "step",
                "hunyuan",
                "ernie",
            ),
            _THINK,
        ),
        "minimax-m3": _elements("mm:think"),
        "seed-oss": _elements("seed:think"),
        "kimi-vl": _pairs(("◁think▷", "◁/think▷")),
        "kimi-k3": _pairs(("<|open|>think<|sep|>", "<|close|>think<|sep|>")),
        "k2-horizon": _elements("ifm|think", "ifm|think_fast", "ifm|think_faster"),
        "magistral": (*_pairs(("[THINK]", "[/THINK]")), *_THINK),
        "granite-3": _pairs(
            *(
                (f"Here{first} my thought process:", f"Here{second} my response:")
                for first in (" is", "'s")
                for second in (" is", "'s")
            )
        ),
        "gemma-4": _pairs(("<|channel>thought\n", "<channel|>")),
        "cohere": _pairs(("<|START_THINKING|>", "<|END_THINKING|>")),
        "apertus": _pairs(("<|inner_prefix|>", "<|inner_suffix|>")),
        "muse-glimmer": _pairs((" to=self<|message|>", "<|eom|>")),
        "harmony": _both_turns("analysis", "<|end|>"),
        # Servers that strip the special tokens leave the bare words. Prose can hold them too, so this one is never
        # part of another preset: https://github.com/Augustas11/macprovider/issues/743
        "harmony-bare": _pairs(("analysis", "assistantfinal")),
        "generic": (
            *_elements("think", "thinking", "thought", "reason", "reasoning"),
            *_elements("Think", "Thinking", "Thought", "Reason", "Reasoning"),
            *_pairs(("<|begin_of_thought|>", "<|end_of_thought|>")),
        ),
    }
)
"""The pairs around reasoning, by family. The pairs are those that the reasoning parsers of SGLang and vLLM, Ollama's
model parsers and Open WebUI's list of default tags know. `generic` is for prompts that ask for such a tag."""

ANSWER_TAGS: Mapping[str, tuple[TagPair, ...]] = MappingProxyType(
    {
        "hunyuan": _elements("answer"),
        "ernie": _elements("response"),
        "kimi-k3": _pairs(("<|open|>response<|sep|>", "<|close|>response<|sep|>")),
        "cohere": _pairs(("<|START_TEXT|>", "<|END_TEXT|>"), ("<|START_RESPONSE|>", "<|END_RESPONSE|>")),
        "harmony": (
            *_both_turns("final", "<|return|>", "<|end|>"),
            # A commentary message without a recipient is what the model says before its calls, a part of the answer.
            *_both_turns("commentary", "<|end|>"),
        ),
        "generic": _pairs(("<|begin_of_solution|>", "<|end_of_solution|>")),
    }
)
"""The pairs that some families put around the answer after the reasoning; families without such pairs are absent."""

TOOL_OPENERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("glm", "granite-4", "nemotron", "qwen"), ("<tool_call>",)),
        "kimi-k2": ("<|tool_calls_section_begin|>",),
        "kimi-k3": ("<|open|>tools<|sep|>",),
        "cohere": ("<|START_ACTION|>",),
        "harmony": ("<|start|>assistant<|channel|>commentary to=", "<|channel|>commentary to="),
    }
)
"""What begins a tool call inside the text of a family that may do so without closing its reasoning first."""
