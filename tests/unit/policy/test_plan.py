"""Plans, what is asked of each target, and refusals that a person can mend."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from tests.policy_driver import KEY, target

from deltawire.failures import Failure, FailureKind
from deltawire.policy import Plan
from deltawire.policy.question import Question
from deltawire.policy.refusals import not_configured, with_endpoints
from deltawire.requests import ConfigurationError, Options, Target, Tool

ENV = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": "sk-ant"}


class TestFromEnv:
    def test_reads_targets_in_order(self) -> None:
        plan = Plan.from_env({"DELTAWIRE_PLAN": " anthropic:claude-x , openai:gpt-4o,ollama:qwen3:8b, ", **ENV})
        assert [(each.provider, each.model) for each in plan.targets] == [
            ("anthropic", "claude-x"),
            ("openai-chat", "gpt-4o"),
            ("ollama", "qwen3:8b"),
        ]
        assert plan.primary.api_key == "sk-ant"
        assert plan.fallbacks[0].api_key == KEY

    @pytest.mark.parametrize(("model", "provider"), [("gpt-4o", "openai-chat"), ("o3-pro", "openai-responses")])
    def test_openai_is_chat_or_responses_by_the_model(self, model: str, provider: str) -> None:
        assert Plan.from_env({"DELTAWIRE_PLAN": f"openai:{model}"}).primary.provider == provider

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            ("", "not set"),
            (" , ", "not set"),
            ("gpt-4o", "provider:model"),
            ("openai:", "provider:model"),
            (":gpt-4o", "provider:model"),
            ("openrouterr:x", "did you mean 'openrouter'"),
            ("zzz:x", "unknown provider 'zzz'"),
            ("openai:whisper-1", "transcription model"),
            ("openai:gpt-4o, openai:text-embedding-3-small", "embedding model"),
        ],
    )
    def test_refuses_with_the_reason(self, value: str, reason: str) -> None:
        with pytest.raises(ConfigurationError, match=reason) as caught:
            Plan.from_env({"DELTAWIRE_PLAN": value, **ENV})
        assert caught.value.failure.kind is FailureKind.UNCONFIGURED
        assert not caught.value.failure.retryable

    def test_a_missing_key_is_no_error_yet(self) -> None:
        assert Plan.from_env({"DELTAWIRE_PLAN": "openai:gpt-4o"}).primary.api_key is None


class TestPlan:
    def test_shows_no_key(self) -> None:
        plan = Plan(target(), [target("groq")])
        assert KEY not in repr(plan)
        assert "groq" in repr(plan)

    def test_is_not_pickled(self) -> None:
        plan = Plan(target())
        with pytest.raises(TypeError):
            pickle.dumps(plan)
        assert copy.deepcopy(plan) is plan

    def test_of_a_target_is_a_plan_of_one(self) -> None:
        assert Plan.of(target()) == Plan(target())
        plan = Plan(target())
        assert Plan.of(plan) is plan


def body(question: Question, asked: Target) -> Any:
    return json.loads(question.request(asked).body)


class TestQuestion:
    def test_neutral_messages_and_tools_go_to_every_target(self) -> None:
        messages = (message for message in [{"role": "user", "content": "one"}])
        question = Question("two", messages, [Tool("f")], "be brief", Options(max_tokens=5), {"seed": 1})
        for _attempt in range(2):
            sent = body(question, target())
            assert [message["content"] for message in sent["messages"]][-2:] == ["one", "two"]
            assert sent["tools"][0]["function"]["name"] == "f"
            assert sent["seed"] == 1
        sent = body(question, target("anthropic"))
        assert sent["system"] == "be brief"
        assert sent["max_tokens"] == 5

    @pytest.mark.parametrize(
        ("key", "provider"),
        [
            ("groq", "groq"),
            ("openai-chat", "groq"),
            ("openai", "openai-chat"),
            ("openai", "openai-responses"),
            ("anthropic", "anthropic"),
        ],
    )
    def test_a_mapping_gives_each_provider_its_own(self, key: str, provider: str) -> None:
        own = [{"role": "user", "content": "mine"}]
        question = Question(messages={key: own, "cohere": []}, tools={key: [], "cohere": []})
        assert "mine" in question.request(target(provider)).body.decode()

    @pytest.mark.parametrize("field", ["messages", "tools"])
    def test_a_mapping_without_the_provider_is_not_configured(self, field: str) -> None:
        question = Question("hi", **{field: {"cohere": []}})
        with pytest.raises(ConfigurationError, match=f"{field} have no entry for 'groq'"):
            question.request(target("groq"))

    def test_a_message_in_place_of_messages_is_refused(self) -> None:
        with pytest.raises(ValueError, match="'role'"):
            Question(messages={"role": "user", "content": "hi"})

    def test_extra_fields_by_provider(self) -> None:
        question = Question("hi", extra={"openai-chat": {"seed": 1}, "anthropic": {"top_k": 2}})
        assert body(question, target())["seed"] == 1
        assert body(question, target("anthropic"))["top_k"] == 2
        assert "seed" not in body(question, target("cohere"))


class TestRefusals:
    def test_not_configured_says_so_and_which_setting_is_missing(self) -> None:
        failure = not_configured(target(), Failure(FailureKind.UNCONFIGURED, "No key: set X"))
        assert failure.message == "openai-chat (model 'm') is not configured: No key: set X"

    @pytest.mark.parametrize(
        ("provider", "kind", "message"),
        [
            ("openai-chat", "not_found", "This is not a chat model and thus not supported in v1/chat/completions"),
            (
                "openai-chat",
                "not_found",
                "This model is only supported in v1/responses and not in v1/chat/completions.",
            ),
            ("openai-responses", "invalid_request", "The model 'x' is not supported with the Responses API."),
        ],
    )
    def test_the_wrong_endpoint_is_told_with_both(self, provider: str, kind: str, message: str) -> None:
        told = with_endpoints(Failure(FailureKind(kind), message), target(provider))
        assert told.message.startswith(message)
        other = "openai-responses" if provider == "openai-chat" else "openai-chat"
        for part in ("/v1/chat/completions", "/v1/responses", repr(other)):
            assert part in told.message.removeprefix(message)

    @pytest.mark.parametrize(
        ("provider", "kind", "message"),
        [
            ("openai-chat", "not_found", "The model `x` does not exist"),
            ("openai-chat", "server", "This is not a chat model"),
            ("groq", "not_found", "This is not a chat model"),
        ],
    )
    def test_anything_else_stays_as_it_is(self, provider: str, kind: str, message: str) -> None:
        failure = Failure(FailureKind(kind), message)
        assert with_endpoints(failure, target(provider)) is failure


class TestWrongTypes:
    @pytest.mark.parametrize("plan", ["openai:gpt-5", [target()], None], ids=["text", "list", "none"])
    def test_a_plan_is_a_plan_or_a_target(self, plan: Any) -> None:
        with pytest.raises(TypeError, match=f"a Plan or a Target is needed, not {type(plan).__name__}: "):
            Plan.of(plan)

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (lambda: Plan([target(), target()]), "primary is a Target"),
            (lambda: Plan(target(), [target(), "ollama"]), "fallbacks is a Target"),
            (lambda: Plan(target(), target()), r"fallbacks are several targets: Plan\(first, \[second\]\)"),
        ],
        ids=["list", "text", "one"],
    )
    def test_targets_are_targets(self, wrong: Any, words: str) -> None:
        with pytest.raises(TypeError, match=words):
            wrong()
