"""What the providers' error codes and types mean."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.classification import classify
from deltawire.error_body import http_failure
from deltawire.error_words import WordMeaning, meaning_of
from deltawire.failures import FailureKind

# What each vendor documents or sends: code or type, kind, and the status it has by itself.
WORDS = [
    # OpenAI, Azure
    ("rate_limit_exceeded", "rate_limit", 429),
    ("too_many_requests", "rate_limit", 429),
    ("slow_down", "rate_limit", 429),
    ("RateLimitReached", "rate_limit", 429),
    ("insufficient_quota", "quota", 429),
    ("billing_hard_limit_reached", "quota", 429),
    ("credit_balance_exhausted", "quota", 429),
    ("organization_spend_limit_exceeded", "quota", 429),
    ("project_spend_limit_exceeded", "quota", 429),
    ("organization_usage_limit_exceeded", "quota", 429),
    ("usage_limit_reached", "quota", 429),
    ("server_is_overloaded", "overloaded", 503),
    ("service_unavailable_error", "overloaded", 503),
    ("server_error", "server", 500),
    ("vector_store_timeout", "timeout", 504),
    ("invalid_api_key", "authentication", 401),
    ("unsupported_country_region_territory", "permission", 403),
    ("data_residency_mismatch", "permission", 403),
    ("model_not_found", "not_found", 404),
    ("DeploymentNotFound", "not_found", 404),
    ("invalid_request_error", "invalid_request", 400),
    ("invalid_prompt", "invalid_request", 400),
    ("invalid_json_schema", "invalid_request", 400),
    ("invalid_image_format", "invalid_request", 400),
    ("image_parse_error_unsupported", "invalid_request", 400),
    ("context_length_exceeded", "context_overflow", 400),
    ("content_filter", "content_filter", 400),
    ("content_policy_violation", "content_filter", 400),
    ("ResponsibleAIPolicyViolation", "content_filter", 400),
    ("bio_policy", "content_filter", 400),
    ("misalignment_policy_violation", "content_filter", 400),
    # Anthropic
    ("rate_limit_error", "rate_limit", 429),
    ("ramp_limit_exceeded", "rate_limit", 429),
    ("authentication_error", "authentication", 401),
    ("billing_error", "quota", 402),
    ("permission_error", "permission", 403),
    ("not_found_error", "not_found", 404),
    ("conflict_error", "provider", 409),
    ("request_too_large", "invalid_request", 413),
    ("api_error", "server", 500),
    ("timeout_error", "timeout", 504),
    ("overloaded_error", "overloaded", 529),
    ("request_timeout_error", "timeout", 408),
    # google.rpc.Code and ErrorInfo reasons
    ("INVALID_ARGUMENT", "invalid_request", 400),
    ("FAILED_PRECONDITION", "invalid_request", 400),
    ("OUT_OF_RANGE", "invalid_request", 400),
    ("UNAUTHENTICATED", "authentication", 401),
    ("PERMISSION_DENIED", "permission", 403),
    ("NOT_FOUND", "not_found", 404),
    ("ALREADY_EXISTS", "invalid_request", 409),
    ("ABORTED", "provider", 409),
    ("RESOURCE_EXHAUSTED", "rate_limit", 429),
    ("CANCELLED", "server", 499),
    ("INTERNAL", "server", 500),
    ("DATA_LOSS", "server", 500),
    ("UNKNOWN", "provider", None),
    ("UNIMPLEMENTED", "invalid_request", 501),
    ("UNAVAILABLE", "overloaded", 503),
    ("DEADLINE_EXCEEDED", "timeout", 504),
    ("API_KEY_INVALID", "authentication", 401),
    ("SERVICE_DISABLED", "permission", 403),
    ("BILLING_DISABLED", "quota", 403),
    # Gemini Interactions
    ("parameter_unknown", "invalid_request", 400),
    ("authentication", "authentication", 401),
    ("payment_required", "quota", 402),
    ("quota_exceeded", "quota", 429),
    # Gemini finish and block words that mean an error
    ("MALFORMED_FUNCTION_CALL", "model_output", None),
    ("UNEXPECTED_TOOL_CALL", "model_output", None),
    ("MALFORMED_RESPONSE", "model_output", None),
    ("MISSING_THOUGHT_SIGNATURE", "invalid_request", 400),
    ("PROHIBITED_CONTENT", "content_filter", 400),
    ("JAILBREAK", "content_filter", 400),
    # Groq, Mistral, Moonshot, Cerebras, DeepSeek
    ("tool_use_failed", "model_output", 400),
    ("json_validate_failed", "model_output", 400),
    ("capacity_exceeded", "overloaded", 498),
    ("model_decommissioned", "not_found", 404),
    ("rate_limited", "rate_limit", 429),
    ("exceeded_current_quota_error", "quota", 429),
    ("rate_limit_reached_error", "rate_limit", 429),
    ("engine_overloaded_error", "overloaded", 503),
    ("invalid_authentication_error", "authentication", 401),
    ("resource_not_found_error", "not_found", 404),
    ("permission_denied_error", "permission", 403),
    ("wrong_api_key", "authentication", 401),
    ("too_many_tokens_error", "rate_limit", 429),
    ("token_quota_exceeded", "rate_limit", 429),
    ("insufficient_system_resource", "overloaded", 503),
    # Z.ai
    ("1113", "quota", 429),
    ("1302", "rate_limit", 429),
    ("1305", "overloaded", 503),
    *((str(code), "quota", 429) for code in range(1308, 1322)),
    ("1001", "authentication", 401),
    ("1211", "not_found", 404),
    ("1214", "invalid_request", 400),
    ("1220", "permission", 403),
    ("1261", "context_overflow", 400),
    ("1301", "content_filter", 400),
    ("sensitive", "content_filter", 400),
    ("network_error", "server", 500),
    # DashScope
    ("Throttling.RateQuota", "rate_limit", 429),
    ("Throttling.AllocationQuota", "rate_limit", 429),
    ("Arrearage", "quota", 400),
    ("InvalidApiKey", "authentication", 401),
    ("AccessDenied.Unpurchased", "permission", 403),
    ("DataInspectionFailed", "content_filter", 400),
    ("InvalidParameter", "invalid_request", 400),
    ("RequestTimeOut", "timeout", 408),
    # OpenRouter, other gateways, unknown words with a telling part
    ("insufficient_credits", "quota", 402),
    ("provider_overloaded", "overloaded", 503),
    ("prompt_rate_limit_hit", "rate_limit", 429),
    ("team_budget_balance_low", "quota", 429),
    ("model_context_length_error", "context_overflow", 400),
    ("safety_blocked", "content_filter", 400),
    ("key_not_found", "not_found", 404),
    ("access_was_denied", "permission", 403),
    ("some_timeout", "timeout", 504),
    ("unsupported_value", "invalid_request", 400),
    ("InternalServerError", "server", 500),
    ("BadRequestError", "invalid_request", 400),
    # llama.cpp, vLLM, SGLang
    ("exceed_context_size_error", "context_overflow", 400),
    ("model_context_window_exceeded", "context_overflow", 400),
    ("abort", "server", 500),
    # FastChat
    ("50001", "server", 500),
    ("40101", "authentication", 401),
    ("40303", "context_overflow", 400),
    ("42901", "rate_limit", 429),
    ("42902", "quota", 429),
    ("42903", "overloaded", 503),
    # AWS
    ("ThrottlingException", "rate_limit", 429),
    ("throttlingException", "rate_limit", 429),
    ("ModelNotReadyException", "overloaded", 429),
    ("serviceUnavailableException", "overloaded", 503),
    ("internalServerException", "server", 500),
    ("modelStreamErrorException", "server", 424),
    ("ModelErrorException", "server", 424),
    ("modelTimeoutException", "timeout", 408),
    ("validationException", "invalid_request", 400),
    ("AccessDeniedException", "permission", 403),
    ("ResourceNotFoundException", "not_found", 404),
    ("ServiceQuotaExceededException", "quota", 400),
    ("UnrecognizedClientException", "authentication", 403),
    ("ExpiredTokenException", "authentication", 403),
    ("malformed_tool_use", "model_output", None),
    ("guardrail_intervened", "content_filter", 400),
    # xAI says google.rpc's sentences
    ("Client specified an invalid argument", "invalid_request", 400),
    ("The caller does not have permission to execute the specified operation", "permission", 403),
    ("Some requested entity was not found", "not_found", 404),
    ("The service is currently unavailable", "overloaded", 503),
]


@pytest.mark.parametrize(("word", "kind", "status"), WORDS, ids=[word for word, _, _ in WORDS])
def test_a_word_names_its_kind_and_status(word: str, kind: str, status: int | None) -> None:
    assert classify([word], None, "") == (FailureKind(kind), status)


@pytest.mark.parametrize(("word", "kind"), [(word, kind) for word, kind, _ in WORDS])
def test_a_word_is_known_in_any_spelling(word: str, kind: str) -> None:
    for spelling in (word.upper(), word.lower(), word.replace("_", "-"), word.replace("_", " "), f" {word} "):
        meaning = meaning_of(spelling)
        assert meaning is not None
        assert meaning.kind == kind


@pytest.mark.parametrize("word", ["", "error", "Error", "tokens", "requests", "None", "429", "400", "1300", "___", "é"])
def test_words_without_a_meaning(word: str) -> None:
    assert meaning_of(word) is None
    assert classify([word], None, "") == (FailureKind.PROVIDER, None)


@given(st.text())
def test_no_word_raises(word: str) -> None:
    meaning = meaning_of(word)
    assert meaning is None or isinstance(meaning, WordMeaning)


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("invalid_request_error", 400, FailureKind.INVALID_REQUEST),
        ("overloaded_error", 529, FailureKind.OVERLOADED),
        ("permission_error", 403, FailureKind.PERMISSION),
        ("api_error", 500, FailureKind.SERVER),
    ],
)
def test_a_compaction_that_is_unavailable_was_an_overload(kind: str, status: int, expected: FailureKind) -> None:
    details = {"error_code": "compaction_unavailable"}
    body = {"type": "error", "error": {"type": kind, "message": "Not for this model", "details": details}}
    failure = http_failure(status, {}, json.dumps(body).encode(), provider="anthropic")
    assert (failure.kind, failure.code) == (expected, "compaction_unavailable")
