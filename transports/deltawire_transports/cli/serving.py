"""What `deltawire serve` says: how to ask the server, what it can do wrong, what has happened."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType

from deltawire.dialects import DIALECTS
from deltawire.requests.vendors import VENDORS

from ..faults import FAULTS, FaultServer, Position, Visit
from ..replay import Exchange, ReplayServer

__all__ = ["exchanges", "faults_by_name", "how_to_ask"]

_OPENAI = 'OpenAI(base_url="{url}/v1", api_key="any")'
_GEMINI = 'genai.Client(api_key="any", http_options={{"base_url": "{url}"}})'
_BEDROCK = 'boto3.client("bedrock-runtime", endpoint_url="{url}", region_name="us-east-1")'
_CLIENTS: Mapping[str, str] = MappingProxyType(
    {
        "openai-responses": _OPENAI,
        "anthropic": 'Anthropic(base_url="{url}", api_key="any")',
        "gemini": _GEMINI,
        "gemini-interactions": _GEMINI,
        "ollama": 'ollama.Client(host="{url}")',
        "bedrock": _BEDROCK,
        "bedrock-invoke": _BEDROCK,
        "cohere": 'cohere.ClientV2(base_url="{url}", api_key="any")',
        **dict.fromkeys(DIALECTS, _OPENAI),
    }
)


def how_to_ask(provider: str, model: str, base_url: str) -> list[str]:
    """The address, and how the vendor's SDK and our own command are pointed at it."""
    client = _CLIENTS[provider]
    ours = base_url + "/v1" if client is _OPENAI else base_url
    vendor = VENDORS.get(provider)
    key = f"{vendor.key_variables[0]}=any " if vendor is not None and vendor.key_variables else ""
    return [
        f"base URL   {base_url}",
        f"SDK        {client.format(url=base_url)}",
        f'deltawire  {key}deltawire stream -p {provider} -m {model} --base-url {ours} "hi"',
        "Ctrl-C ends it.",
    ]


def faults_by_name() -> list[str]:
    """A line for every fault and every position."""
    faults = [
        f"  {name:<16} {_first_line(type(fault))} [{fault.usual if fault.movable else 'the whole answer'}]"
        for name, fault in FAULTS.items()
    ]
    places = [f"  {position}" for position in Position]
    return ["Faults, and where they strike unless --position says more:", *faults, "Positions:", *places]


def _first_line(kind: type) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0]


def exchanges(server: ReplayServer | FaultServer) -> dict[int, str]:
    """A line for every exchange that has ended, by its number; without its query, which may hold a key."""
    if isinstance(server, ReplayServer):
        ended = {number: each for number, each in enumerate(server.record) if each.finished.is_set()}
        return {number: _answered(exchange) for number, exchange in ended.items()}
    visits = {number: each for number, each in enumerate(server.record) if each.finished.is_set()}
    return {number: _visited(visit) for number, visit in visits.items()}


def _answered(exchange: Exchange) -> str:
    end = "to its end" if exchange.complete else _who(client=exchange.client_closed.is_set())
    return f"{exchange.method} {exchange.path}: {exchange.written:,} bytes of body, {end}"


def _visited(visit: Visit) -> str:
    asked = ", ".join(f"{request.method} {request.path}" for request in visit.requests) or "no request"
    return f"{asked}: {visit.sent:,} bytes, {_who(client=visit.client_closed.is_set())}"


def _who(*, client: bool) -> str:
    return "the client closed" if client else "the server closed"
