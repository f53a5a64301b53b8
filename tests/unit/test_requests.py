"""Building requests: messages, tools, extras, signing, and what is refused."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deltawire
from deltawire.dialects import DIALECTS
from deltawire.failures import FailureKind
from deltawire.requests import ConfigurationError, Options, Target, Tool, build_request
from deltawire.requests.chat import chat_fields
from deltawire.requests.conversation import Conversation
from deltawire.requests.vendors import VENDORS
from deltawire.version import __version__


def body_of(target: Target, *args: Any, **ask: Any) -> Any:
    return json.loads(build_request(target, *args, **ask).body)


def refusal(target: Target, *args: Any, **ask: Any) -> str:
    with pytest.raises(ConfigurationError) as caught:
        build_request(target, *args, **ask)
    failure = caught.value.failure
    assert failure.kind is FailureKind.UNCONFIGURED
    assert failure.provider == target.provider
    assert not failure.retryable
    return failure.message


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target("nobody", "m"), "Unknown provider 'nobody'"),
        (Target("azure", "m", api_key="k"), "AZURE_OPENAI_ENDPOINT"),
        (Target("bedrock", "m", api_key="k"), "AWS_REGION"),
        (Target("bedrock", "m", api_key="k", region="evil.example/"), "AWS_REGION"),
        (Target("gemini", "m", api_key="k", project="p"), "project and a region"),
        (Target("bedrock-invoke", "meta.llama3", api_key="k", region="us-east-1"), "pass the body as extra"),
        (Target("openai-chat", "text-embedding-3-small", api_key="k"), "embedding model"),
        (Target("openai-responses", "whisper-1", api_key="k"), "transcription model"),
    ],
    ids=lambda value: value.provider if isinstance(value, Target) else "",
)
def test_what_is_missing_is_named(target: Target, words: str) -> None:
    assert words in refusal(target, "hi")


def test_other_servers_may_name_their_models_as_they_like() -> None:
    target = Target("openai-chat", "text-embedding-chat", base_url="http://localhost:1")
    assert body_of(target, "hi")["model"] == "text-embedding-chat"


@pytest.mark.parametrize(
    ("provider", "options"),
    [
        ("openai-responses", Options(stop="END")),
        ("gemini", Options(parallel_tool_calls=False)),
        ("gemini-interactions", Options(parallel_tool_calls=False)),
        ("bedrock", Options(parallel_tool_calls=False)),
        ("bedrock", Options(thinking=False)),
        ("cohere", Options(parallel_tool_calls=False)),
        ("cohere", Options(tool_choice="f")),
        ("ollama", Options(parallel_tool_calls=False)),
        ("ollama", Options(tool_choice="required")),
        ("ollama", Options(tool_choice="f")),
    ],
)
def test_option_without_a_field_is_refused_and_not_dropped(provider: str, options: Options) -> None:
    assert refusal(Target(provider, "m", api_key="k", region="us-east-1"), "hi", tools=[Tool("f")], options=options)


@pytest.mark.parametrize("provider", VENDORS)
def test_tool_options_go_out_only_with_tools(provider: str) -> None:
    target = Target(provider, "anthropic.m", api_key="k", region="r", base_url="http://localhost:1")
    said = body_of(target, "hi", options=Options(tool_choice="required", parallel_tool_calls=False))
    assert said == body_of(target, "hi")


@pytest.mark.parametrize("provider", VENDORS)
def test_nothing_to_ask_is_refused(provider: str) -> None:
    target = Target(provider, "anthropic.m", api_key="k", region="r", base_url="http://localhost:1")
    assert "Nothing to ask" in refusal(target)
    assert "Nothing to ask" in refusal(target, messages=[])


def test_whole_body_may_come_as_extra() -> None:
    target = Target("bedrock-invoke", "meta.llama3-8b", api_key="k", region="us-east-1")
    assert body_of(target, extra={"prompt": "hi", "max_gen_len": 9}) == {"prompt": "hi", "max_gen_len": 9}


def test_extra_wins_and_joins_gathered_settings() -> None:
    gemini = Target("gemini", "gemini-3", api_key="k")
    extra = {"generationConfig": {"temperature": 0, "maxOutputTokens": 2}, "safetySettings": []}
    body = body_of(gemini, "hi", options=Options(max_tokens=1, stop=["END"]), extra=extra)
    assert body["generationConfig"] == {"temperature": 0, "maxOutputTokens": 2, "stopSequences": ["END"]}
    assert body["safetySettings"] == []

    chat = Target("openai-chat", "gpt-4o", api_key="k")
    body = body_of(chat, "hi", extra={"stream_options": {"include_obfuscation": True}, "model": "other"})
    assert body["stream_options"] == {"include_usage": True, "include_obfuscation": True}
    assert body["model"] == "other"


def test_extra_replaces_other_objects_whole() -> None:
    target = Target("anthropic", "m", api_key="k")
    body = body_of(target, "hi", options=Options(thinking=2048), extra={"thinking": {"type": "adaptive"}})
    assert body["thinking"] == {"type": "adaptive"}
    body = body_of(Target("groq", "m", api_key="k"), "hi", extra={"stream_options": None})
    assert body["stream_options"] is None


def test_extra_and_tools_are_left_as_they_were() -> None:
    extra = {"generationConfig": {"temperature": 0}}
    schema = {"type": "object", "properties": {}}
    target = Target("gemini", "m", api_key="k")
    build_request(target, "hi", tools=[Tool("f", "", schema)], options=Options(max_tokens=1), extra=extra)
    assert extra == {"generationConfig": {"temperature": 0}}
    assert schema == {"type": "object", "properties": {}}


NATIVE = [
    ("openai-chat", "messages", {"role": "tool", "tool_call_id": "1", "content": "x"}),
    ("openai-responses", "input", {"type": "function_call_output", "call_id": "1", "output": "x"}),
    ("anthropic", "messages", {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1"}]}),
    ("gemini", "contents", {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]}),
    ("gemini-interactions", "input", {"type": "function_result", "call_id": "1", "result": "x"}),
    ("ollama", "messages", {"role": "tool", "tool_name": "f", "content": "x"}),
    ("bedrock", "messages", {"role": "user", "content": [{"toolResult": {"toolUseId": "1", "content": []}}]}),
    ("cohere", "messages", {"role": "tool", "tool_call_id": "1", "content": "x"}),
]


@pytest.mark.parametrize(("provider", "field", "message"), NATIVE, ids=[name for name, _, _ in NATIVE])
def test_native_messages_pass_unchanged_before_the_prompt(provider: str, field: str, message: Any) -> None:
    target = Target(provider, "m", api_key="k", region="us-east-1")
    messages = body_of(target, "and now?", messages=iter([message]))[field]
    assert messages[0] == message
    assert "and now?" in json.dumps(messages[1])
    assert len(messages) == 2


@pytest.mark.parametrize(
    ("provider", "tool"),
    [
        ("openai-chat", {"type": "function", "function": {"name": "f"}}),
        ("openai-responses", {"type": "custom", "name": "f", "format": {"type": "text"}}),
        ("anthropic", {"type": "web_search_20250305", "name": "web_search"}),
        ("gemini", {"googleSearch": {}}),
        ("gemini-interactions", {"type": "google_search"}),
        ("ollama", {"type": "function", "function": {"name": "f"}}),
        ("bedrock", {"cachePoint": {"type": "default"}}),
        ("cohere", {"type": "function", "function": {"name": "f", "parameters": {}}}),
    ],
)
def test_native_tools_pass_unchanged(provider: str, tool: dict[str, Any]) -> None:
    target = Target(provider, "m", api_key="k", region="us-east-1")
    body = body_of(target, "hi", tools=[MappingProxyType(tool)])
    tools = body["toolConfig"]["tools"] if provider == "bedrock" else body["tools"]
    assert tools == [tool]


@pytest.mark.parametrize(
    ("provider", "path"),
    [
        ("openai-chat", ("function", "strict")),
        ("openai-responses", ("strict",)),
        ("anthropic", ("strict",)),
        ("bedrock", ("toolSpec", "strict")),
    ],
)
def test_strictness_is_passed_on_where_the_provider_knows_it(provider: str, path: tuple[str, ...]) -> None:
    target = Target(provider, "m", api_key="k", region="us-east-1")
    body = body_of(target, "hi", tools=[Tool("f", strict=True)])
    tool = (body["toolConfig"] if provider == "bedrock" else body)["tools"][0]
    for name in path:
        tool = tool[name]
    assert tool is True


@pytest.mark.parametrize(
    ("provider", "choice", "path"),
    [
        ("openai-chat", {"type": "allowed_tools"}, ("tool_choice",)),
        ("openai-responses", {"type": "mcp"}, ("tool_choice",)),
        ("anthropic", {"type": "any"}, ("tool_choice",)),
        ("gemini", {"mode": "VALIDATED"}, ("toolConfig", "functionCallingConfig")),
        ("gemini-interactions", {"allowed_tools": {}}, ("generation_config", "tool_choice")),
        ("bedrock", {"any": {}}, ("toolConfig", "toolChoice")),
    ],
)
def test_native_tool_choice_passes_unchanged(provider: str, choice: Any, path: tuple[str, ...]) -> None:
    target = Target(provider, "m", api_key="k", region="us-east-1")
    found = body_of(target, "hi", tools=[Tool("f")], options=Options(tool_choice=choice))
    for name in path:
        found = found[name]
    assert found == choice


@pytest.mark.parametrize(
    ("provider", "system", "field", "expected"),
    [
        ("anthropic", [{"type": "text", "text": "s", "cache_control": {}}], "system", None),
        ("gemini", {"role": "user", "parts": [{"text": "s"}]}, "systemInstruction", None),
        ("gemini", [{"text": "s"}], "systemInstruction", {"parts": [{"text": "s"}]}),
        ("bedrock", ({"text": "s"}, {"cachePoint": {}}), "system", [{"text": "s"}, {"cachePoint": {}}]),
        ("gemini-interactions", {"text": "s"}, "system_instruction", None),
    ],
)
def test_native_system_prompt_passes(provider: str, system: Any, field: str, expected: Any) -> None:
    target = Target(provider, "m", api_key="k", region="us-east-1")
    assert body_of(target, "hi", system=system)[field] == (system if expected is None else expected)


def test_headers_of_the_caller_replace_ours_in_any_case() -> None:
    target = Target("openai-chat", "m", api_key="k", headers={"user-agent": "mine", "AUTHORIZATION": "Basic abc"})
    headers = dict(build_request(target, "hi").headers)
    assert headers["user-agent"] == "mine"
    assert headers["AUTHORIZATION"] == "Basic abc"
    assert "User-Agent" not in headers
    assert "Authorization" not in headers


def test_request_finds_headers_in_any_case() -> None:
    request = build_request(Target("openai-chat", "m", api_key="k"), "hi")
    assert request.header("user-agent") == f"deltawire/{__version__}"
    assert request.header("ACCEPT-ENCODING") == "identity"
    assert request.header("Host") is None


def test_version_is_the_packages() -> None:
    assert deltawire.__version__ == __version__


@attrs.define
class RecordingSigner:
    asked: list[Any] = attrs.Factory(list)

    def __call__(self, method: str, url: str, headers: Any, body: bytes) -> Any:
        self.asked.append((method, url, headers, body))
        return {**dict(headers), "Authorization": "AWS4-HMAC-SHA256 Credential=x"}


def test_signer_sees_the_finished_request_and_gives_all_its_headers() -> None:
    signer = RecordingSigner()
    target = Target("bedrock", "m", region="us-east-1", signer=signer)
    request = build_request(target, "hi")
    method, url, headers, body = signer.asked[0]
    assert (method, url, body) == ("POST", request.url, request.body)
    assert "Authorization" not in dict(headers)
    assert dict(request.headers) == {**dict(headers), "Authorization": "AWS4-HMAC-SHA256 Credential=x"}
    assert len(signer.asked) == 1


def test_signer_takes_the_place_of_the_key() -> None:
    target = Target("bedrock", "m", api_key="not-sent-1234", region="us-east-1", signer=lambda *sent: sent[2])
    assert "not-sent-1234" not in str(build_request(target, "hi").headers)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ü €", "ü €"), ("\ud83d\ude00", "😀"), ("a\ud83dz", "a�z"), ("\u2028", "\u2028")],
    ids=["not ascii", "pair", "half", "line separator"],
)
def test_body_is_utf8(text: str, expected: str) -> None:
    assert body_of(Target("groq", "m", api_key="k"), text)["messages"][0]["content"] == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_cannot_hold_is_a_value_error(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        build_request(Target("groq", "m", api_key="k"), "hi", extra={"seed": value})


def test_object_without_json_form_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="object is no JSON value"):
        build_request(Target("groq", "m", api_key="k"), "hi", extra={"seed": object()})


@given(st.text(), st.sampled_from(sorted(VENDORS)))
def test_any_prompt_comes_back_out_of_the_body(prompt: str, provider: str) -> None:
    target = Target(provider, "anthropic.m", api_key="k", region="r", base_url="http://localhost:1")
    request = build_request(target, prompt)
    assert json.dumps(prompt, ensure_ascii=False) in request.body.decode()


def test_one_stop_word_and_several() -> None:
    assert Options(stop="END").stop == ("END",)
    assert Options(stop=["a", "b"]).stop == ("a", "b")
    assert Options(stop=None).stop == ()


def test_records_are_hashable_in_spite_of_their_mappings() -> None:
    assert len({Tool("f", "", {"a": 1}), Tool("f", "", {"a": 1}), Options(tool_choice={"type": "any"})}) == 2


@pytest.mark.parametrize(
    ("budget", "effort"), [(1, "low"), (1_024, "low"), (1_025, "medium"), (8_192, "medium"), (8_193, "high")]
)
def test_budget_counts_as_an_effort_where_there_is_no_budget(budget: int, effort: str) -> None:
    assert (
        body_of(Target("groq", "m", api_key="k"), "hi", options=Options(thinking=budget))["reasoning_effort"] == effort
    )


def test_budget_of_nothing_switches_thinking_off() -> None:
    options = Options(thinking=0)
    assert body_of(Target("anthropic", "m", api_key="k"), "hi", options=options)["thinking"] == {"type": "disabled"}
    assert body_of(Target("ollama", "m"), "hi", options=options)["think"] is False


def test_dialect_without_a_reasoning_field_gets_none() -> None:
    silent = attrs.evolve(DIALECTS["groq"], reasoning_style="none")
    said = Conversation((), None, (), Options(thinking=True, effort="high"))
    assert chat_fields(silent, said) == {}
    assert chat_fields(DIALECTS["groq"], said) == {"reasoning_effort": "high"}


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        ({"messages": "hi"}, "messages is a list of messages; a text alone is a prompt"),
        ({"messages": {"role": "user", "content": "hi"}}, "messages is a list of messages"),
        ({"messages": ["hi"]}, "a message is a mapping such as .*, not str"),
        ({"prompt": "hi", "tools": {"name": "f"}}, "a tool is a Tool or a mapping, not str"),
        ({"prompt": "hi", "tools": [print]}, "a tool is a Tool or a mapping, not builtin_function_or_method"),
        ({"prompt": "hi", "options": {"temperature": 1}}, "an Options record, not dict; fields of the body go into"),
    ],
    ids=["text", "one message", "texts", "one tool", "function", "options"],
)
def test_what_is_asked_has_the_types_that_it_should(ask: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        build_request(Target("openai-chat", "m", api_key="k"), **ask)


def test_an_unknown_provider_of_a_target_is_refused_with_the_nearest() -> None:
    assert refusal(Target("claude", "m"), "hi") == "Unknown provider 'claude'; did you mean 'anthropic'?"
