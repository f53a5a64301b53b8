"""What providers refuse before they answer, in their own words' shape: paths, keys, headers, the stream flag."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs

import attrs

from .replay_script import Exchange, Reply, json_reply

__all__ = ["PROVIDER_RULES", "ProviderRules", "Rules", "provider_rules"]

Rules: TypeAlias = Callable[[Exchange], Reply | None]
"""Looks at a request: the refusal, or None to let it pass."""

ErrorReply: TypeAlias = Callable[[Exchange, int, str], Reply]


def _openai_error(_: Exchange, status: int, message: str) -> Reply:
    code = "invalid_api_key" if status == 401 else None
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return json_reply(status, {"error": error})


# https://platform.claude.com/docs/en/api/errors
_ANTHROPIC_TYPES = {401: "authentication_error", 404: "not_found_error"}


def _anthropic_error(_: Exchange, status: int, message: str) -> Reply:
    error = {"type": _ANTHROPIC_TYPES.get(status, "invalid_request_error"), "message": message}
    payload = {"type": "error", "error": error, "request_id": "req_replay"}
    return json_reply(status, payload, {"request-id": "req_replay"})


_GOOGLE_STATUSES = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}


def _gemini_error(exchange: Exchange, status: int, message: str) -> Reply:
    error = {"code": status, "message": message, "status": _GOOGLE_STATUSES.get(status, "INVALID_ARGUMENT")}
    payload: Any = {"error": error}
    # Without alt=sse every answer is an array, errors too (github.com/google-gemini/gemini-cli/issues/14811).
    streams_array = ":stream" in exchange.path and "alt=sse" not in exchange.query
    return json_reply(status, [payload] if streams_array else payload)


def _ollama_error(_: Exchange, status: int, message: str) -> Reply:
    if status == 404:
        return Reply(b"404 page not found", 404, {"Content-Type": "text/plain"}, framing="content-length")
    return json_reply(status, {"error": message})


def _cohere_error(_: Exchange, status: int, message: str) -> Reply:
    return json_reply(status, {"id": "replay", "message": message})


_AWS_TYPES = {404: "UnknownOperationException"}


def _bedrock_error(_: Exchange, status: int, message: str) -> Reply:
    headers = {"x-amzn-requestid": "replay", "x-amzn-errortype": _AWS_TYPES.get(status, "ValidationException")}
    return json_reply(status, {"message": message}, headers)


@attrs.frozen
class ProviderRules:
    """What one provider asks of a request. Anything missing is answered with the provider's own shape of error."""

    path: str
    """A regular expression for the whole path, without the query; another path or method is a 404."""
    error: ErrorReply
    """Makes the error's reply from the exchange, the status and a message."""
    keys: tuple[str, ...] = ("authorization",)
    """The headers that may hold the key, `authorization` as a bearer token. Empty: no key is asked for."""
    no_key: int = 401
    """The status for a missing key."""
    wrong_key: int = 401
    """The status for another key than the expected one."""
    key_in_query: bool = False
    """True if the key may stand in the query as `key`."""
    needs: tuple[str, ...] = ()
    """Other headers without which the answer is 400."""
    stream: Literal["asked", "default", "path"] = "asked"
    """Whether the body must ask to stream, streams unless it says no, or the path says it."""

    def refusal(self, exchange: Exchange, key: str | None = None) -> Reply | None:
        """The provider's refusal of a request to its path, None if it would be answered. Any key will do if None."""
        given = self._given_keys(exchange)
        if self.keys and not given:
            return self.error(exchange, self.no_key, "No API key was given.")
        if self.keys and key is not None and key not in given:
            return self.error(exchange, self.wrong_key, "The API key is not valid.")
        for name in self.needs:
            if not exchange.header(name):
                return self.error(exchange, 400, f"{name}: header is required")
        payload = exchange.payload()
        if payload is None:
            return self.error(exchange, 400, "The body is not a JSON object.")
        if self.stream != "path" and payload.get("stream", self.stream == "default") is not True:
            return self.error(exchange, 400, "This server only streams: set stream to true.")
        return None

    def _given_keys(self, exchange: Exchange) -> set[str]:
        given = {exchange.header(name) or "" for name in self.keys if name != "authorization"}
        scheme, _, token = (exchange.header("authorization") or "").partition(" ")
        if "authorization" in self.keys and scheme.lower() == "bearer":
            given.add(token.strip())
        if self.key_in_query:
            given.update(parse_qs(exchange.query).get("key", []))
        return given - {""}


_GEMINI = ProviderRules(
    r"/v1(alpha|beta)?/models/[^/]+:streamGenerateContent",
    _gemini_error,
    keys=("x-goog-api-key", "authorization"),
    no_key=403,  # recorded in github.com/PublicAffairs/openai-gemini/issues/92
    wrong_key=400,
    key_in_query=True,
    stream="path",
)
PROVIDER_RULES: Mapping[str, ProviderRules] = MappingProxyType(
    {
        "openai-chat": ProviderRules(r"/v1/chat/completions", _openai_error),
        "openai-responses": ProviderRules(r"/v1/responses", _openai_error),
        "anthropic": ProviderRules(
            r"/v1/messages",
            _anthropic_error,
            keys=("x-api-key", "authorization"),
            needs=("anthropic-version",),
        ),
        "gemini": _GEMINI,
        "gemini-interactions": attrs.evolve(_GEMINI, path=r"/v1(alpha|beta)?/interactions", stream="asked"),
        "ollama": ProviderRules(r"/api/(chat|generate)", _ollama_error, keys=(), stream="default"),
        "bedrock": ProviderRules(r"/model/[^/]+/converse-stream", _bedrock_error, keys=(), stream="path"),
        "bedrock-invoke": ProviderRules(
            r"/model/[^/]+/invoke-with-response-stream", _bedrock_error, keys=(), stream="path"
        ),
        "cohere": ProviderRules(r"/v2/chat", _cohere_error),
    }
)
"""The rules by provider name. A server behind another path is `attrs.evolve(PROVIDER_RULES[name], path=...)`."""


def provider_rules(*providers: str | ProviderRules, key: str | None = None) -> Rules:
    """What servers of these providers refuse, by name or as rules of your own; with `key`, any other key too.

    A request belongs to the first provider whose path it has; one that belongs to none gets the first provider's 404.
    Raises KeyError for an unknown name and ValueError without any provider.
    """
    rules = [PROVIDER_RULES[each] if isinstance(each, str) else each for each in providers]
    if not rules:
        raise ValueError("name at least one provider")

    def refuse(exchange: Exchange) -> Reply | None:
        for each in rules:
            if exchange.method == "POST" and re.fullmatch(each.path, exchange.path):
                return each.refusal(exchange, key)
        return rules[0].error(exchange, 404, f"Nothing answers {exchange.method} {exchange.path} here.")

    return refuse
