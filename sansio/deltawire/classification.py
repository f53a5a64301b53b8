"""What kind of failure an error is: first by its code and type, then by the HTTP status, then by its message.

A word or a status that names a kind is final. What is only generic (`invalid_request_error`, 400, 500) may be refined
by the phrases of the message, and so may 403 and 429, which some providers use for a prompt that is too long, a balance
that is used up, or a lack of capacity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .error_words import GENERIC_KINDS, WordMeaning, meaning_of
from .failures import FailureKind

__all__ = ["classify", "exceeds_limit_alone", "kind_of_status"]

_KIND_OF_STATUS = {
    401: FailureKind.AUTHENTICATION,
    402: FailureKind.QUOTA,
    403: FailureKind.PERMISSION,
    404: FailureKind.NOT_FOUND,
    407: FailureKind.PERMISSION,
    408: FailureKind.TIMEOUT,
    # A conflict of two requests: the vendors' SDKs repeat it.
    409: FailureKind.PROVIDER,
    410: FailureKind.NOT_FOUND,
    # Groq's and Bedrock's failed dependency: something behind the endpoint broke.
    424: FailureKind.SERVER,
    425: FailureKind.PROVIDER,
    429: FailureKind.RATE_LIMIT,
    # Z.ai: no permission for this API.
    434: FailureKind.PERMISSION,
    451: FailureKind.PERMISSION,
    # Groq: no capacity in the flex tier.
    498: FailureKind.OVERLOADED,
    # The provider cancelled the request that we still wait for.
    499: FailureKind.SERVER,
    501: FailureKind.INVALID_REQUEST,
    503: FailureKind.OVERLOADED,
    504: FailureKind.TIMEOUT,
    # Cloudflare: the origin accepted the connection or the request, and did not answer in time.
    522: FailureKind.TIMEOUT,
    524: FailureKind.TIMEOUT,
    # Anthropic.
    529: FailureKind.OVERLOADED,
    598: FailureKind.TIMEOUT,
    599: FailureKind.TIMEOUT,
}

# The status that an error inside a stream would have had as a response of its own.
_STATUS_OF_KIND = {
    FailureKind.RATE_LIMIT: 429,
    FailureKind.QUOTA: 429,
    FailureKind.OVERLOADED: 503,
    FailureKind.SERVER: 500,
    FailureKind.TIMEOUT: 504,
    FailureKind.AUTHENTICATION: 401,
    FailureKind.PERMISSION: 403,
    FailureKind.NOT_FOUND: 404,
    FailureKind.INVALID_REQUEST: 400,
    FailureKind.CONTEXT_OVERFLOW: 400,
    FailureKind.CONTENT_FILTER: 400,
}


def _phrases(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_VAGUE = frozenset({FailureKind.SERVER, FailureKind.PROVIDER})
_THROTTLED = frozenset({FailureKind.RATE_LIMIT})
_FORBIDDEN = frozenset({FailureKind.PERMISSION})

# (what the message says, which kinds it may replace, how the providers say it). The first match counts. Every gap is
# bounded, so that no message costs more than its length.
_REFINEMENTS: tuple[tuple[FailureKind, frozenset[FailureKind], re.Pattern[str]], ...] = (
    # First, because the message may quote what the model wrote.
    (
        FailureKind.MODEL_OUTPUT,
        GENERIC_KINDS,
        _phrases(
            r"error parsing tool call",
            r"tool call validation failed",
            r"failed to (?:call a function|parse tool call|generate (?:valid )?json)",
        ),
    ),
    (
        FailureKind.QUOTA,
        GENERIC_KINDS | _THROTTLED | _FORBIDDEN,
        _phrases(
            r"insufficient[ _](?:balance|quota|credit|funds)",
            r"credit balance is (?:too low|exhausted)",
            r"you exceeded your current quota",
            r"all available credits",
            r"(?:spend(?:ing)?|billing(?: hard)?|budget)[ -]limit",
            r"(?:monthly|specified api) usage limit",
            r"usage limit for this (?:billing cycle|period)",
            r"(?:account|payments?) (?:is |are )?(?:in arrears|overdue)",
            r"overdue payments?",
        ),
    ),
    # Before the context: a request may be too large for the tokens per minute and not for the model.
    (
        FailureKind.RATE_LIMIT,
        GENERIC_KINDS,
        _phrases(r"(?:tokens|requests) per (?:min|minute|hour|day)\b", r"too many (?:concurrent )?requests"),
    ),
    (
        FailureKind.RATE_LIMIT,
        _VAGUE,
        _phrases(r"rate[ _-]?limit", r"resource has been exhausted"),
    ),
    (
        FailureKind.CONTEXT_OVERFLOW,
        GENERIC_KINDS | _FORBIDDEN,
        _phrases(
            r"maximum (?:context|prompt|model) (?:length|limit|size|window)",
            r"context window",
            r"exceeds? (?:the |this |its |your )?(?:model'?s )?(?:available |maximum )?context",
            r"(?:longer|greater) than the (?:model'?s )?(?:maximum )?context length",
            r"less than the context length",
            r"context (?:size|length|window) (?:has been |was |is )?exceeded",
            r"reduce the length of the (?:messages|prompt|input)",
            r"input tokens exceed the configured limit",
            r"maximum number of tokens allowed",
            r"current length is [^.]{0,80}while limit is",
            r"range of input length should be",
            r"`inputs` tokens \+ `max_new_tokens` must be",
            r"maximum input length is",
            r"keep the first [^.]{0,80}context",
            r"(?:input|prompt) (?:token length |is )too long",
            r"exceeded model token limit",
            r"too many tokens: size limit exceeded",
            # Of the prompt, not of the `user` field: openai "string_above_max_length".
            r"'(?:messages|input|prompt|instructions)[^']{0,80}': string too long",
        ),
    ),
    (
        FailureKind.CONTENT_FILTER,
        GENERIC_KINDS | _FORBIDDEN,
        _phrases(
            r"content (?:filter(?:ing)?|management|moderation|safety)(?: policy)?\b",
            r"(?:prompt|input|request|content) (?:was |has been |is )?flagged",
            r"(?:requires moderation|usage polic(?:y|ies))",
            r"(?:inappropriate|sensitive|unsafe) content",
            r"considered high risk",
            r"blocked by (?:our |the )?(?:safety|moderation|guardrail)",
        ),
    ),
    (
        FailureKind.AUTHENTICATION,
        GENERIC_KINDS | _FORBIDDEN,
        _phrases(
            r"(?:invalid|incorrect|missing|expired|wrong|no) (?:x-)?api[ -]?key",
            r"api[ -]?key (?:is |was )?(?:not valid|invalid|missing|expired|incorrect|not found)",
            r"(?:pass|provide|use) a valid (?:api[ -]?key|(?:access |bearer )?token)\b",
            r"(?:invalid|no|missing) (?:authentication|credentials|authorization)",
            r"\bunauthorized\b",
        ),
    ),
    (
        FailureKind.PERMISSION,
        GENERIC_KINDS,
        _phrases(
            r"(?:location|country|region)[^.]{0,40} not supported",
            r"(?:does not|don't|do not) have permission",
            r"permission denied",
        ),
    ),
    (
        FailureKind.NOT_FOUND,
        GENERIC_KINDS,
        _phrases(
            r"\bmodel\b.{0,120}(?:does not|doesn't) exist",
            r"\bmodel\b.{0,120}\bnot found",
            r"model identifier is invalid",
            r"(?:unknown|no such|not found the) model",
            r"requested entity was not found",
        ),
    ),
    (
        FailureKind.OVERLOADED,
        GENERIC_KINDS | _THROTTLED,
        _phrases(
            r"overloaded",
            r"(?:at|no|insufficient|over|lacks?) (?:available )?capacity",
            r"capacity (?:is |was |has been )?exceeded",
            r"server (?:is )?busy",
            r"service is (?:currently |temporarily )?unavailable",
            r"high (?:demand|traffic)",
        ),
    ),
    (
        FailureKind.TIMEOUT,
        _VAGUE,
        _phrases(r"timed[ -]?out", r"time-?out\b", r"deadline (?:was )?exceeded"),
    ),
    (
        FailureKind.SERVER,
        frozenset({FailureKind.PROVIDER}),
        _phrases(
            r"internal (?:server )?error",
            r"(?:error|exception) (?:was |were )?(?:encountered|occurred)",
            r"unexpected (?:error|eof)",
            r"upstream|bad gateway|runner process",
            r"system (?:error|resource)",
        ),
    ),
    (
        FailureKind.INVALID_REQUEST,
        frozenset({FailureKind.PROVIDER}),
        _phrases(
            r"(?:invalid|bad|malformed|unsupported) (?:request|argument|input|parameter)",
            r"does not support",
            r"must be (?:a|an|one|less|greater)\b",
        ),
    ),
)
_LONGEST_TEXT = 4_000

# OpenAI and Groq: "... on tokens per minute (TPM): Limit 6000, Requested 14368 ...".
_LIMIT_AND_REQUESTED = re.compile(r"\blimit:? ([\d,]{1,15})\b.{0,60}?\brequested:? ([\d,]{1,15})", re.IGNORECASE)


def kind_of_status(status: int) -> FailureKind:
    """The kind of failure that an HTTP status from 400 up names by itself."""
    if status in _KIND_OF_STATUS:
        return _KIND_OF_STATUS[status]
    return FailureKind.INVALID_REQUEST if status < 500 else FailureKind.SERVER


def classify(words: Iterable[str], status: int | None, text: str) -> tuple[FailureKind, int | None]:
    """The kind of an error, and the status that goes with it.

    `words` are the error's codes and types, the most specific first; `status` is the HTTP status, or the one that the
    body states, None or below 400 if neither does; `text` is the message. The status returned is the one given, else
    the one that belongs to the word or the kind; None if nothing says one.
    """
    if status is not None and status < 400:
        status = None
    meaning = _best_meaning(words)
    if meaning is not None and meaning.kind not in GENERIC_KINDS:
        return meaning.kind, status or meaning.status or _STATUS_OF_KIND.get(meaning.kind)
    kind = FailureKind.PROVIDER if meaning is None else meaning.kind
    if status is not None:
        stated = kind_of_status(status)
        if meaning is None or stated not in GENERIC_KINDS:
            kind = stated
    refined = _refined(kind, text)
    if refined is not kind:
        return refined, status or _STATUS_OF_KIND.get(refined)
    return kind, status or (meaning.status if meaning else None) or _STATUS_OF_KIND.get(kind)


def exceeds_limit_alone(text: str) -> bool:
    """True if a rate limit's message says that the request asks for more than the whole limit: it will never pass."""
    found = _LIMIT_AND_REQUESTED.search(text[:_LONGEST_TEXT])
    if found is None:
        return False
    limit, requested = (number.replace(",", "") for number in found.groups())
    return limit.isdecimal() and requested.isdecimal() and int(requested) > int(limit)


def _best_meaning(words: Iterable[str]) -> WordMeaning | None:
    """The first word with a kind of its own, else the first generic one. Numbers come last: vendors share them."""
    generic: WordMeaning | None = None
    for word in sorted(words, key=str.isdecimal):
        meaning = meaning_of(word)
        if meaning is None:
            continue
        if meaning.kind not in GENERIC_KINDS:
            return meaning
        generic = generic or meaning
    return generic


def _refined(kind: FailureKind, text: str) -> FailureKind:
    text = text[:_LONGEST_TEXT]
    for refined, replaces, phrases in _REFINEMENTS:
        if kind in replaces and phrases.search(text):
            return refined
    return kind
