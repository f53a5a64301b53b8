"""The providers' own error codes and types, and what kind of failure each one names.

Words are compared by their letters and digits alone and without a last `error` or `exception`, so `rate_limit_error`,
`RateLimitError` and `rate_limit` are one word.
"""

from __future__ import annotations

import attrs

from .failures import FailureKind

__all__ = ["GENERIC_KINDS", "WordMeaning", "meaning_of"]


@attrs.frozen
class WordMeaning:
    """What an error word says."""

    kind: FailureKind
    status: int | None = None
    """The HTTP status that goes with the word where the provider documents one."""


GENERIC_KINDS = frozenset({FailureKind.INVALID_REQUEST, FailureKind.SERVER, FailureKind.PROVIDER})
"""Kinds that a word says without saying much: the status and the message may know better."""

# Sources: developers.openai.com/docs/guides/error-codes, platform.claude.com/docs/en/api/errors,
# ai.google.dev/gemini-api/docs/api-errors and google.rpc.Code, docs.aws.amazon.com/bedrock (API error codes),
# console.groq.com/docs/errors, openrouter.ai/docs/api/errors, platform.kimi.ai/docs/api/errors,
# docs.z.ai/api-reference/api-code, alibabacloud.com/help/en/model-studio/error-code, FastChat's ErrorCode.
_ROWS: tuple[tuple[FailureKind, int | None, str], ...] = (
    (
        FailureKind.RATE_LIMIT,
        429,
        """rate_limit_exceeded rate_limit_error rate_limit_reached_error rate_limited RateLimitReached
        ramp_limit_exceeded too_many_requests TooManyRequestsException slow_down too_many_tokens_error
        request_quota_exceeded token_quota_exceeded limit_requests limit_burst_rate RESOURCE_EXHAUSTED Throttling
        Throttling.RateQuota Throttling.BurstRate Throttling.AllocationQuota ThrottlingException ThrottledException
        RequestLimitExceeded 1302 1303 42901""",
    ),
    (
        FailureKind.QUOTA,
        429,
        """insufficient_quota billing_hard_limit_reached credit_balance_exhausted organization_spend_limit_exceeded
        project_spend_limit_exceeded organization_usage_limit_exceeded usage_limit_reached usage_limit_exceeded
        exceeded_current_quota_error quota_exceeded QUOTA_EXHAUSTED insufficient_balance_error insufficient_user_quota
        billing_not_active 1113 1304 1308 1309 1310 1311 1312 1313 1314 1315 1316 1317 1318 1319 1320 1321 42902""",
    ),
    (
        FailureKind.QUOTA,
        402,
        "billing_error payment_required insufficient_credits insufficient_credit credit_limit_reached",
    ),
    (FailureKind.QUOTA, 403, "usage_not_included BILLING_DISABLED"),
    (FailureKind.QUOTA, 400, "Arrearage ServiceQuotaExceededException budget_exceeded"),
    (FailureKind.OVERLOADED, 529, "overloaded_error"),
    (
        FailureKind.OVERLOADED,
        503,
        """engine_overloaded_error server_is_overloaded server_overloaded service_unavailable_error
        serviceUnavailableException UNAVAILABLE provider_overloaded provider_unavailable no_provider_available
        model_overloaded over_capacity NoCapacity service_tier_capacity_exceeded insufficient_system_resource
        ModelServingError ModelUnavailable 1305 42903""",
    ),
    (FailureKind.OVERLOADED, 498, "capacity_exceeded"),
    (FailureKind.OVERLOADED, 429, "ModelNotReadyException"),
    (
        FailureKind.SERVER,
        500,
        """api_error server_error internal_server_error internal_error InternalFailure internalServerException INTERNAL
        DATA_LOSS system_error network_error abort 1120 1200 1230 1234 50001 50002""",
    ),
    (FailureKind.SERVER, 424, "modelStreamErrorException ModelErrorException"),
    (FailureKind.SERVER, 499, "CANCELLED"),
    (FailureKind.SERVER, 502, "bad_gateway upstream_error provider_error"),
    (FailureKind.TIMEOUT, 504, "timeout_error timed_out DEADLINE_EXCEEDED gateway_timeout vector_store_timeout"),
    (FailureKind.TIMEOUT, 408, "request_timeout_error RequestTimeOut ModelTimeoutException"),
    (
        FailureKind.AUTHENTICATION,
        401,
        """authentication_error unauthorized UNAUTHENTICATED invalid_api_key wrong_api_key missing_api_key
        incorrect_api_key_error InvalidApiKey API_KEY_INVALID API_KEY_EXPIRED invalid_authentication_error
        CREDENTIALS_MISSING ACCESS_TOKEN_EXPIRED invalid_token token_expired 1000 1001 1002 1003 1004 40101 40102""",
    ),
    (
        FailureKind.AUTHENTICATION,
        403,
        """UnrecognizedClientException InvalidClientTokenId InvalidSignatureException SignatureDoesNotMatch
        ExpiredTokenException MissingAuthenticationTokenException""",
    ),
    (FailureKind.AUTHENTICATION, 400, "IncompleteSignature RequestExpired"),
    (
        FailureKind.PERMISSION,
        403,
        """permission_error permission_denied permission_denied_error access_denied AccessDeniedException
        AccessDenied.Unpurchased Model.AccessDenied forbidden insufficient_permissions ip_not_authorized NotAuthorized
        unsupported_country_region_territory data_residency_mismatch key_disabled account_deactivated SERVICE_DISABLED
        API_KEY_SERVICE_BLOCKED ACCESS_TOKEN_SCOPE_INSUFFICIENT CONSUMER_SUSPENDED
        1110 1111 1112 1121 1220 40103""",
    ),
    (
        FailureKind.NOT_FOUND,
        404,
        """not_found_error model_not_found resource_not_found_error DeploymentNotFound ResourceNotFoundException
        ModelNotFound model_not_available unknown_model unknown_url model_decommissioned model_deprecated
        FTUFormNotFilled 1211 1221 1222 40301""",
    ),
    (
        FailureKind.INVALID_REQUEST,
        400,
        """invalid_request_error BadRequest invalid_parameter_error InvalidParameter parameter_unknown invalid_prompt
        INVALID_ARGUMENT FAILED_PRECONDITION OUT_OF_RANGE ValidationException validationError invalid_image
        string_above_max_length UnsupportedOperation unsupported_api_for_model OperationNotSupported
        MISSING_THOUGHT_SIGNATURE 1210 1212 1213 1214 1215 40001 40302""",
    ),
    (FailureKind.INVALID_REQUEST, 409, "ALREADY_EXISTS"),
    (FailureKind.INVALID_REQUEST, 413, "request_too_large BadRequest.TooLarge"),
    (FailureKind.INVALID_REQUEST, 422, "unprocessable_entity"),
    (FailureKind.INVALID_REQUEST, 501, "UNIMPLEMENTED"),
    (
        FailureKind.CONTEXT_OVERFLOW,
        400,
        """context_length_exceeded exceed_context_size_error model_context_window_exceeded context_window_exceeded
        ContextWindowExceededError tokens_too_long 1261 40303""",
    ),
    (
        FailureKind.CONTENT_FILTER,
        400,
        """content_filter content_filtered content_policy_violation image_content_policy_violation moderation_blocked
        ResponsibleAIPolicyViolation bio_policy cyber_policy misalignment_policy_violation sensitive prompt_blocked
        DataInspectionFailed sensitive_words_detected safety_check_failed guardrail_intervened SAFETY RECITATION
        BLOCKLIST PROHIBITED_CONTENT SPII IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION MODEL_ARMOR
        JAILBREAK 1301""",
    ),
    (FailureKind.MODEL_OUTPUT, 400, "tool_use_failed json_validate_failed output_parse_failed"),
    (
        FailureKind.MODEL_OUTPUT,
        None,
        """MALFORMED_FUNCTION_CALL MALFORMED_RESPONSE UNEXPECTED_TOOL_CALL TOO_MANY_TOOL_CALLS malformed_model_output
        malformed_tool_use""",
    ),
    (FailureKind.PROVIDER, 409, "conflict_error ConflictException ABORTED"),
    (FailureKind.PROVIDER, None, "UNKNOWN"),
)

# For words that no row knows: the first fragment that is part of the word.
_FRAGMENTS: tuple[tuple[str, FailureKind], ...] = (
    ("ratelimit", FailureKind.RATE_LIMIT),
    ("toomanyrequests", FailureKind.RATE_LIMIT),
    ("throttl", FailureKind.RATE_LIMIT),
    ("quota", FailureKind.QUOTA),
    ("billing", FailureKind.QUOTA),
    ("balance", FailureKind.QUOTA),
    ("credit", FailureKind.QUOTA),
    ("spendlimit", FailureKind.QUOTA),
    ("spendinglimit", FailureKind.QUOTA),
    ("overload", FailureKind.OVERLOADED),
    ("capacity", FailureKind.OVERLOADED),
    ("unavailable", FailureKind.OVERLOADED),
    ("busy", FailureKind.OVERLOADED),
    ("contextlength", FailureKind.CONTEXT_OVERFLOW),
    ("contextwindow", FailureKind.CONTEXT_OVERFLOW),
    ("contextsize", FailureKind.CONTEXT_OVERFLOW),
    ("contentfilter", FailureKind.CONTENT_FILTER),
    ("contentpolicy", FailureKind.CONTENT_FILTER),
    ("policyviolation", FailureKind.CONTENT_FILTER),
    ("moderation", FailureKind.CONTENT_FILTER),
    ("safety", FailureKind.CONTENT_FILTER),
    ("apikey", FailureKind.AUTHENTICATION),
    ("authenticat", FailureKind.AUTHENTICATION),
    ("unauthorized", FailureKind.AUTHENTICATION),
    ("permission", FailureKind.PERMISSION),
    ("denied", FailureKind.PERMISSION),
    ("forbidden", FailureKind.PERMISSION),
    ("notfound", FailureKind.NOT_FOUND),
    ("notexist", FailureKind.NOT_FOUND),
    ("timeout", FailureKind.TIMEOUT),
    ("timedout", FailureKind.TIMEOUT),
    ("invalid", FailureKind.INVALID_REQUEST),
    ("badrequest", FailureKind.INVALID_REQUEST),
    ("unsupported", FailureKind.INVALID_REQUEST),
    ("unprocessable", FailureKind.INVALID_REQUEST),
    ("validation", FailureKind.INVALID_REQUEST),
    ("internal", FailureKind.SERVER),
    ("server", FailureKind.SERVER),
)
# Words that only look as if they said a kind: Anthropic's beside a type, which says it.
_SILENT = frozenset({"compactionunavailable"})
_LONGEST_WORD = 100


def _key(word: str) -> str:
    letters = "".join(c for c in word[:_LONGEST_WORD].lower() if c.isascii() and c.isalnum())
    return letters.removesuffix("exception").removesuffix("error")


_MEANINGS = {_key(word): WordMeaning(kind, status) for kind, status, words in _ROWS for word in words.split()}


def meaning_of(word: str) -> WordMeaning | None:
    """What an error code or type of any provider means; None for words that say nothing, such as `error`."""
    key = _key(word)
    known = _MEANINGS.get(key)
    if known is not None or key.isdecimal() or key in _SILENT:
        return known
    for fragment, kind in _FRAGMENTS:
        if fragment in key:
            return WordMeaning(kind)
    return None
