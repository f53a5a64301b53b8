"""Base URLs as the vendors' SDKs read them, and the endpoints made from them."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from .credentials import is_credential, unconfigured
from .target import Target
from .vendors import VENDORS

__all__ = ["endpoint", "is_local", "mended_path", "ollama_host", "openai_endpoint", "path_segment", "url_fault"]

_LOCAL_HOST = re.compile(r"localhost|.*\.localhost|127(?:\.\d+){3}|0\.0\.0\.0|::1?")
_OPENAI_HOST = re.compile(r"(?:.+\.)?openai\.com")
_AZURE_HOST = re.compile(r".+\.azure\.(?:com|us|cn)")
_REPEATED_VERSION = re.compile(r"(/v\d[a-z0-9]*)\1+$")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:-preview)?")
_CHAT_PATHS = ("/chat/completions", "/responses")

_OLLAMA_PORT = 11434
# Addresses that a server listens at and no client can connect to everywhere.
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]", "": "127.0.0.1"}  # noqa: S104
_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:]*)(?::(\d*))?")


def ollama_host(host: str) -> str:
    """A base URL from what OLLAMA_HOST may hold: `0.0.0.0:11434`, `host`, `:8080`, `https://host/prefix`, `::1`.

    The port is 11434 unless there is a scheme, as in Ollama's own clients. What is no host at all is left as it is for
    the checks of a base URL to find.
    """
    scheme, mark, rest = host.strip().partition("://")
    if not mark:
        scheme, rest = "http", scheme
    authority, slash, path = rest.partition("/")
    if authority.count(":") > 1 and not authority.startswith("["):
        authority = f"[{authority}]"
    match = _HOST_AND_PORT.fullmatch(authority)
    if match is None or "@" in authority:
        return f"{scheme}://{rest}"
    name, port = _ANY_ADDRESS.get(match[1], match[1]), match[2]
    if not port and not mark:
        port = str(_OLLAMA_PORT)
    return f"{scheme}://{name}{f':{port}' if port else ''}{slash}{path}".rstrip("/")


def url_fault(base_url: str) -> str | None:
    """What is wrong with a base URL, in words that follow "the base URL", or None; never holds the URL."""
    if not base_url.isascii() or any(character <= " " or character == "\x7f" for character in base_url):
        return "holds white space, a control character or a character outside ASCII"
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "must begin with http:// or https:// and a host name"
    if port == 0:
        return "has the port 0"
    if "@" in parts.netloc:
        return "carries a user name or password; pass the key as api_key"
    if any(is_credential(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        return "carries a credential in its query; pass the key as api_key"
    return None


def is_local(url: str) -> bool:
    """True if the host is this machine, whose servers mostly run without a key."""
    return _LOCAL_HOST.fullmatch(urlsplit(url).hostname or "") is not None


def is_openai(url: str) -> bool:
    """True for OpenAI's own hosts, those of its data regions included."""
    return _OPENAI_HOST.fullmatch(urlsplit(url).hostname or "") is not None


def is_azure(url: str) -> bool:
    """True for a host of Azure."""
    return _AZURE_HOST.fullmatch(urlsplit(url).hostname or "") is not None


def base_of(target: Target) -> str:
    """The base URL: the target's, else the vendor's. Raises ConfigurationError if there is none."""
    vendor = VENDORS[target.provider]
    base = target.base_url or vendor.base_url
    if base is None:
        variable = "".join(f" or set {name}" for name in vendor.base_url_variables)
        raise unconfigured(target.provider, f"No base URL: pass base_url{variable}")
    return ollama_host(base) if target.provider in {"ollama", "ollama-openai"} else base


def path_segment(target: Target, text: str) -> str:
    """The text as one segment of a URL path. Raises ConfigurationError if it would name another path."""
    if text in {"", ".", ".."}:
        raise unconfigured(target.provider, f"{text!r} is no name that could stand in a URL")
    return quote(text, safe="")


def mended_path(path: str, endings: tuple[str, ...]) -> str:
    """The path without the endings that belong to an endpoint, doubled slashes and doubled versions."""
    path = re.sub(r"//+", "/", path).rstrip("/")
    while True:
        for ending in endings:
            if path.endswith(ending):
                path = path.removesuffix(ending).rstrip("/")
                break
        else:
            return _REPEATED_VERSION.sub(r"\1", path)


def endpoint(base: SplitResult, path: str, query: str = "") -> str:
    """The URL of `path` at the host of `base`, with the query of both."""
    queries = "&".join(filter(None, (query, base.query)))
    return f"{base.scheme}://{base.netloc}{path}{'?' if queries else ''}{queries}"


def openai_endpoint(target: Target, name: str) -> str:
    """The URL of `chat/completions` or `responses` at OpenAI, Azure or a compatible server."""
    base = urlsplit(base_of(target))
    if target.provider == "azure" or (target.provider == "openai-responses" and is_azure(base.geturl())):
        return _azure_endpoint(target, base, name)
    path = mended_path(base.path, (*_CHAT_PATHS, "/api") if target.provider == "ollama-openai" else _CHAT_PATHS)
    default = urlsplit(VENDORS[target.provider].base_url or "")
    if base.hostname == default.hostname and f"{default.path}/".startswith(f"{path}/"):
        path = default.path
    # A bare host is the one case where a missing version is sure: every compatible server has it at /v1.
    elif not path:
        path = "/v1"
    return endpoint(base, f"{path}/{name}")


def _azure_endpoint(target: Target, base: SplitResult, name: str) -> str:
    """Classic paths for a dated version, `/openai/v1` else; a path that the user wrote out stays.

    learn.microsoft.com, "API evolution": the v1 paths need no version, the classic ones name the deployment.
    """
    path = mended_path(base.path, _CHAT_PATHS)
    stated = dict(parse_qsl(base.query)).get("api-version")
    version = target.api_version or stated
    base = base._replace(query="")
    query = f"api-version={quote(version, safe='')}" if version else ""
    dated = version is not None and _DATE.fullmatch(version) is not None
    if path.endswith("/openai/v1"):
        return endpoint(base, f"{path}/{name}", "" if dated else query)
    prefix, slash, deployment = path.partition("/openai/deployments/")
    if slash and "/" not in deployment:
        if not version:
            raise unconfigured(target.provider, "A deployment's URL needs an api_version; OPENAI_API_VERSION sets one")
        # Responses have no deployment in their path: the body names it.
        return endpoint(base, f"{path if name != 'responses' else prefix + '/openai'}/{name}", query)
    if path and not path.endswith("/openai"):
        return endpoint(base, f"{path}/{name}", query)
    path = path or "/openai"
    if not dated:
        return endpoint(base, f"{path}/v1/{name}", query if version != "v1" else "")
    if name == "responses":
        return endpoint(base, f"{path}/responses", query)
    return endpoint(base, f"{path}/deployments/{path_segment(target, target.model)}/{name}", query)


def host_endpoint(target: Target, endings: tuple[str, ...], path: str) -> str:
    """The URL of `path` for SDKs whose base URL is a host, or a host with a prefix."""
    base = urlsplit(base_of(target))
    return endpoint(base, mended_path(base.path, endings) + path)


def vertex_endpoint(target: Target, publisher: str, verb: str, query: str = "") -> str:
    """The URL of a model of `publisher` at Vertex AI, for a target with project and region."""
    if not target.region or not target.project:
        raise unconfigured(target.provider, "Vertex AI needs a project and a region")
    region = path_segment(target, target.region)
    hosts = {"global": "aiplatform.googleapis.com"}
    hosts |= {area: f"aiplatform.{area}.rep.googleapis.com" for area in ("us", "eu")}
    base = urlsplit(target.base_url or f"https://{hosts.get(region, f'{region}-aiplatform.googleapis.com')}")
    model = path_segment(target, target.model)
    path = mended_path(base.path, ()) or "/v1"
    place = f"/projects/{path_segment(target, target.project)}/locations/{region}"
    return endpoint(base, f"{path}{place}/publishers/{publisher}/models/{model}:{verb}", query)
