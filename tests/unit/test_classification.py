"""Kinds of failures by code, by status and by message."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.classification import classify, exceeds_limit_alone, kind_of_status
from deltawire.error_words import meaning_of
from deltawire.failures import FailureKind

STATUSES = [
    (400, "invalid_request"),
    (401, "authentication"),
    (402, "quota"),
    (403, "permission"),
    (404, "not_found"),
    (405, "invalid_request"),
    (408, "timeout"),
    (409, "provider"),
    (410, "not_found"),
    (413, "invalid_request"),
    (418, "invalid_request"),
    (422, "invalid_request"),
    (424, "server"),
    (429, "rate_limit"),
    (434, "permission"),
    (451, "permission"),
    (498, "overloaded"),
    (499, "server"),
    (500, "server"),
    (501, "invalid_request"),
    (502, "server"),
    (503, "overloaded"),
    (504, "timeout"),
    (520, "server"),
    (522, "timeout"),
    (524, "timeout"),
    (529, "overloaded"),
    (599, "timeout"),
]


@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_a_status_alone_names_a_kind(status: int, kind: str) -> None:
    assert kind_of_status(status) == kind
    assert classify([], status, "") == (FailureKind(kind), status)


@pytest.mark.parametrize(
    ("words", "status", "kind"),
    [
        (["insufficient_quota"], 429, "quota"),
        (["invalid_request_error"], 401, "authentication"),
        (["invalid_request_error"], 429, "rate_limit"),
        (["api_error"], 529, "overloaded"),
        (["server_error"], 400, "server"),
        (["invalid_request_error"], 500, "invalid_request"),
        (["rate_limit_exceeded"], 413, "rate_limit"),
        (["tokens", "rate_limit_exceeded"], 413, "rate_limit"),
        (["invalid_request_error", "model_not_found"], 400, "not_found"),
        (["API_KEY_INVALID", "INVALID_ARGUMENT"], 400, "authentication"),
        # Mistral's number is one of Z.ai's too: its type goes first.
        (["1301", "rate_limited"], 429, "rate_limit"),
        (["1302"], 400, "rate_limit"),
        ([], 200, "provider"),
        ([], None, "provider"),
    ],
)
def test_code_first_then_status(words: list[str], status: int | None, kind: str) -> None:
    assert classify(words, status, "")[0] == kind


CONTEXT_OVERFLOWS = {
    "openai": "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    "responses": "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "openai new": "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.",
    "openai characters": "Invalid 'messages[1].content': string too long. Expected at most 1048576, got 1600000.",
    "groq": "Please reduce the length of the messages or completion.",
    "llama.cpp": "request (9412 tokens) exceeds the available context size (8192 tokens), try increasing it",
    "llama.cpp old": "Context size has been exceeded.",
    "sglang": "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
    "vllm": "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
    "gemini": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    "cerebras": "Please reduce your prompt. Current length is 9000 while limit is 8192",
    "dashscope": "Range of input length should be [1, 30720]",
    "tgi": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096.",
    "fireworks": "The maximum input length is 8192 tokens.",
    "lm studio": "The number of tokens to keep from the initial prompt is greater than the context length.",
    "lm studio overflow": "Trying to keep the first 9000 tokens when context the overflows.",
    "together": "Input token count + max_tokens parameter must be less than the context length of the model.",
    "anthropic": "prompt is too long: 200049 tokens > 200000 maximum",
    "anthropic output": "input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000, decrease one",
    "bedrock": "Input is too long for requested model.",
    "xai": "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
    "mistral": "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
    "cohere": "too many tokens: size limit exceeded by 100 tokens. Try using shorter or fewer inputs.",
    "moonshot": "Invalid request: Your request exceeded model token limit: 262144",
    "moonshot input": "Input token length too long",
    "ollama": "the input length exceeds the context length",
}


@pytest.mark.parametrize("message", CONTEXT_OVERFLOWS.values(), ids=CONTEXT_OVERFLOWS)
def test_context_overflows_by_their_words(message: str) -> None:
    assert classify(["invalid_request_error"], 400, message) == (FailureKind.CONTEXT_OVERFLOW, 400)
    assert classify([], 403, message.upper()) == (FailureKind.CONTEXT_OVERFLOW, 403)
    assert classify([], None, message) == (FailureKind.CONTEXT_OVERFLOW, 400)
    assert classify([], 500, message) == (FailureKind.CONTEXT_OVERFLOW, 500)


NO_CONTEXT_OVERFLOWS = {
    "user field": "Invalid 'user': string too long. Expected a string with maximum length 64, but got length 100.",
    "output tokens": "The maximum tokens you requested exceeds the model limit of 32768",
    "max_tokens": "max_tokens is too large: 100000. This model supports at most 16384 completion tokens.",
    "schema": "Invalid schema for response_format 'response'.",
    "token": "Invalid token at position 3",
}


@pytest.mark.parametrize("message", NO_CONTEXT_OVERFLOWS.values(), ids=NO_CONTEXT_OVERFLOWS)
def test_other_refusals_are_no_context_overflows(message: str) -> None:
    assert classify(["invalid_request_error", "string_above_max_length"], 400, message)[0] == "invalid_request"


@pytest.mark.parametrize(
    ("words", "status"), [([], 429), (["rate_limit_exceeded"], 413), (["tokens"], 429), ([], None), ([], 413)]
)
def test_too_many_tokens_per_minute_are_a_rate_limit(words: list[str], status: int | None) -> None:
    message = (
        "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 14368, please reduce the "
        "length of the messages, which exceeds the context window"
    )
    assert classify(words, status, message)[0] == "rate_limit"


REFINEMENTS = [
    ("quota", ["invalid_request_error"], 400, "Your credit balance is too low to access the Anthropic API."),
    ("quota", [], 429, "You exceeded your current quota, please check your plan and billing details."),
    ("quota", [], 429, "Your team has either used all available credits or reached its monthly spending limit."),
    ("quota", [], 403, "You've reached your usage limit for this billing cycle"),
    ("quota", [], None, "Insufficient Balance"),
    ("quota", [], 400, "You have reached your specified API usage limits. You will regain access on 2026-12-01."),
    ("rate_limit", ["RESOURCE_EXHAUSTED"], 429, "You exceeded your current quota, please check your plan"),
    ("rate_limit", [], None, "Rate limit reached for requests"),
    ("rate_limit", [], 500, "litellm.RateLimitError: too many requests"),
    ("rate_limit", ["Some resource has been exhausted"], None, "Some resource has been exhausted"),
    ("content_filter", ["invalid_request_error"], 400, "Output blocked by content filtering policy"),
    ("content_filter", [], 400, "The response was filtered due to Azure OpenAI's content management policy."),
    ("content_filter", [], 403, "The chosen model requires moderation and your input was flagged"),
    ("content_filter", ["invalid_prompt"], 400, "Your prompt was flagged as potentially violating our usage policy."),
    ("content_filter", [], 400, "Input or output data may contain inappropriate content."),
    ("content_filter", [], 400, "The request was rejected because it was considered high risk"),
    ("model_output", [], 500, "error parsing tool call: raw='{rate limit', err=invalid character"),
    ("model_output", [], None, "Failed to call a function. Please adjust your prompt. See 'failed_generation'."),
    ("authentication", ["INVALID_ARGUMENT"], 400, "API key not valid. Please pass a valid API key."),
    ("authentication", [], 400, "Unreadable token, please pass a valid token."),
    ("authentication", ["Client specified an invalid argument"], 400, "Incorrect API key provided: xai-..."),
    ("authentication", [], None, "invalid x-api-key"),
    ("authentication", [], None, "unauthorized"),
    ("invalid_request", [], 400, "logit_bias: 99999999 is not a valid token id"),
    ("permission", ["FAILED_PRECONDITION"], 400, "User location is not supported for the API use."),
    ("not_found", [], 400, "The provided model identifier is invalid."),
    ("not_found", ["api_error"], None, "The given model doesn't exist in the requested endpoint"),
    ("not_found", [], None, 'model "llama9.9" not found, try pulling it first'),
    ("overloaded", [], 429, "The engine is currently overloaded, please try again later"),
    ("overloaded", ["invalid_request_error"], None, "Service tier capacity exceeded for this model."),
    ("overloaded", [], None, "server busy, please try again.  maximum pending requests exceeded"),
    ("timeout", [], 500, "upstream request timed out"),
    ("invalid_request", [], 400, "Invalid value for timeout"),
    ("server", [], None, "an error was encountered while running the model: unexpected EOF"),
    ("server", [], None, "llama runner process has terminated: exit status 2"),
    ("invalid_request", [], None, '"gemma" does not support tools'),
    ("permission", [], 403, "Just a moment... (HTML page)"),
    ("provider", [], None, "Oh no"),
]


@pytest.mark.parametrize(("kind", "words", "status", "message"), REFINEMENTS, ids=[row[3][:40] for row in REFINEMENTS])
def test_the_message_refines_what_is_generic(kind: str, words: list[str], status: int | None, message: str) -> None:
    assert classify(words, status, message)[0] == kind


@pytest.mark.parametrize("word", ["authentication_error", "not_found_error", "overloaded_error", "content_filter"])
def test_no_message_changes_what_a_word_says(word: str) -> None:
    meaning = meaning_of(word)
    assert meaning is not None
    for message in (*CONTEXT_OVERFLOWS.values(), *(row[3] for row in REFINEMENTS)):
        assert classify([word], 400, message) == (meaning.kind, 400)


def test_a_kind_known_by_its_message_has_the_status_of_that_kind() -> None:
    assert classify([], None, "Rate limit reached") == (FailureKind.RATE_LIMIT, 429)
    assert classify(["api_error"], None, "model m does not exist") == (FailureKind.NOT_FOUND, 404)
    assert classify([], None, "what happened?") == (FailureKind.PROVIDER, None)


@pytest.mark.parametrize(
    ("message", "alone"),
    [
        ("tokens per minute (TPM): Limit 6000, Requested 14368, please reduce your message size", True),
        ("on tokens per min (TPM): Limit: 30,000, Requested: 342,389.", True),
        ("Limit 6000, Used 5034, Requested 1443. Please try again in 4.77s.", False),
        ("Limit 6000, Requested 6000", False),
        ("Limit ,,, Requested ,,,", False),
        ("Rate limit reached", False),
        ("", False),
    ],
)
def test_a_request_larger_than_its_whole_limit_is_told_apart(message: str, *, alone: bool) -> None:
    assert exceeds_limit_alone(message) is alone


@given(
    st.lists(st.text() | st.sampled_from(["1302", "invalid_request_error", "overloaded_error", "aborted"]), max_size=3),
    st.none() | st.integers(-1, 1_000),
    st.text() | st.sampled_from([row[3] for row in REFINEMENTS]),
)
def test_classifying_never_raises(words: list[str], status: int | None, text: str) -> None:
    kind, stated = classify(words, status, text)
    assert isinstance(kind, FailureKind)
    assert stated is None or stated >= 400
    exceeds_limit_alone(text)


@pytest.mark.parametrize(
    "text",
    ["model " * 20_000, "limit 1 " * 20_000, "current length is " * 9_000, "'messages" * 20_000, "location " * 20_000],
)
def test_no_text_is_expensive(text: str) -> None:
    start = time.process_time()
    classify([], None, text)
    exceeds_limit_alone(text)
    assert time.process_time() - start < 0.5
