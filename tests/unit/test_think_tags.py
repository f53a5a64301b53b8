"""Tags that mark reasoning: what a pair may be, and which belong to which family of models."""

from __future__ import annotations

import pytest
from tests.think_marks import split

from deltawire.think_options import ThinkOptions
from deltawire.think_tags import ANSWER_TAGS, REASONING_TAGS, TOOL_OPENERS, TagPair, is_special_token


@pytest.mark.parametrize(
    "tags",
    [("", "</a>"), ("<a>", ""), (" \n", "</a>"), ("<a>", "\t")],
    ids=["open", "close", "blank open", "blank close"],
)
def test_a_tag_needs_more_than_white_space(tags: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="more than white space"):
        TagPair(*tags)


@pytest.mark.parametrize(
    ("tag", "special"),
    [("<|channel|>", True), ("<|", True), ("<think>", False), ("|<|", False), ("", False)],
)
def test_control_tokens_begin_with_a_bar(tag: str, special: bool) -> None:
    assert is_special_token(tag) is special


def test_every_family_has_pairs_that_open_with_something_of_their_own() -> None:
    assert REASONING_TAGS["qwen"] == (TagPair("<think>", "</think>"),)
    assert REASONING_TAGS["minimax-m3"] == (TagPair("<mm:think>", "</mm:think>"),)
    for family, pairs in REASONING_TAGS.items():
        assert pairs, family
        assert len({pair.open for pair in pairs} | {pair.close for pair in pairs}) > 1, family
    openers = {pair.open for pairs in REASONING_TAGS.values() for pair in pairs}
    assert not openers & {pair.open for pairs in ANSWER_TAGS.values() for pair in pairs}
    assert all(opener.strip() for opener in TOOL_OPENERS)


# As the models write them, from the reasoning parsers of SGLang and vLLM, Ollama's and Open WebUI's tables: by hand, so
# that a slip in the table is seen.
WRITTEN = [
    *((family, "<think>a</think>b") for family in ("deepseek", "glm", "kimi-k2", "minimax-m2", "nemotron", "qwen")),
    ("minimax-m3", "<mm:think>a</mm:think>b"),
    ("seed-oss", "<seed:think>a</seed:think>b"),
    ("kimi-vl", "◁think▷a◁/think▷b"),
    ("kimi-k3", "<|open|>think<|sep|>a<|close|>think<|sep|><|open|>response<|sep|>b<|close|>response<|sep|>"),
    ("kimi-k3", "b<|close|>response<|sep|>"),
    ("k2-horizon", "<ifm|think>a</ifm|think>b"),
    ("k2-horizon", "<ifm|think_fast>a</ifm|think_fast>b"),
    ("k2-horizon", "<ifm|think_faster>a</ifm|think_faster>b"),
    ("magistral", "[THINK]a[/THINK]b"),
    ("magistral", "<think>a</think>b"),
    ("granite-3", "Here is my thought process:a Here is my response:b"),
    ("granite-3", "Here's my thought process:a Here's my response:b"),
    ("hunyuan", "<think>\na\n</think>\n<answer>\nb\n</answer>"),
    ("ernie", "<think>a</think><response>b</response>"),
    ("gemma-4", "<|channel>thought\na<channel|>b"),
    ("cohere", "<|START_THINKING|>a<|END_THINKING|><|START_TEXT|>b<|END_TEXT|>"),
    ("apertus", "<|inner_prefix|>a<|inner_suffix|>b"),
    ("muse-glimmer", " to=self<|message|>a<|eom|>b"),
    ("harmony", "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b<|return|>"),
    ("harmony-bare", "analysisaassistantfinalb"),
    *(("generic", f"<{name}>a</{name}>b") for name in ("thinking", "thought", "Thought", "reason", "reasoning")),
    ("generic", "<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>b<|end_of_solution|>"),
]


@pytest.mark.parametrize(("family", "written"), WRITTEN)
def test_what_a_model_of_the_family_writes(family: str, written: str) -> None:
    pieces = split(ThinkOptions.for_family(family), written)
    spoken = {kind: "".join(text for each, text in pieces if each == kind).strip() for kind in ("reasoning", "text")}
    assert spoken == {"reasoning": "" if written.startswith("b") else "a", "text": "b"}
