"""Writes `providers.md` beside this file from the project's own tables: `python docs/generate_providers.py`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from deltawire.dialects import DIALECTS
from deltawire.registry import PROVIDERS, ProviderRow
from deltawire.requests.vendors import VENDORS, Vendor

PAGE = Path(__file__).with_name("providers.md")
READ_ON = "2026-11-20"

FRAMINGS = {"sse": "SSE", "ndjson": "NDJSON", "event-stream": "AWS event stream"}
MORE_FRAMINGS = {"gemini": "SSE, or one streamed JSON array"}


def _pypi(name: str, version: str) -> tuple[str, str]:
    return f"{name} {version}", f"https://pypi.org/project/{name}/{version}/"


def _npm(name: str, version: str) -> tuple[str, str]:
    return f"{name} {version}", f"https://www.npmjs.com/package/{name}/v/{version}"


def _ollama() -> tuple[str, str]:
    return "ollama/ollama fb307609", "https://github.com/ollama/ollama/tree/fb307609"


# What was read for each provider: the vendor's own package or server, else another client of it, else the vendor's
# pages or a public thread.
CHECKED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "anthropic": (
            "anthropic-version 2026-10-21, anthropic 2.11.0",
            "https://platform.claude.com/docs/en/api/versioning",
        ),
        "bedrock": ("service model 2023-09-30, botocore 1.44.5", "https://pypi.org/project/botocore/1.44.5/"),
        "bedrock-invoke": ("service model 2023-09-30, botocore 1.44.5", "https://pypi.org/project/botocore/1.44.5/"),
        "cohere": ("API v2, cohere 7.3.1", "https://pypi.org/project/cohere/7.3.1/"),
        "gemini": ("API v1beta, google-genai 3.4.0", "https://pypi.org/project/google-genai/3.4.0/"),
        "gemini-interactions": ("API v1beta, google-genai 3.4.0", "https://pypi.org/project/google-genai/3.4.0/"),
        "ollama": _ollama(),
        "openai-responses": _pypi("openai", "3.52.0"),
        "openai-chat": _pypi("openai", "3.52.0"),
        "azure": (
            "content streaming, vendor's page",
            "https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming",
        ),
        "grok": _npm("@ai-sdk/xai", "3.0.138"),
        "groq": _pypi("groq", "1.7.0"),
        "openrouter": _npm("@openrouter/ai-sdk-provider", "2.10.0"),
        "deepseek": _npm("@ai-sdk/deepseek", "2.0.69"),
        "mistral": _pypi("mistralai", "3.7.0"),
        "together": ("error codes, vendor's page", "https://docs.together.ai/docs/error-codes"),
        "fireworks": _npm("@ai-sdk/fireworks", "2.0.90"),
        "cerebras": _npm("@ai-sdk/cerebras", "2.0.82"),
        "perplexity": _npm("@ai-sdk/perplexity", "3.0.61"),
        "dashscope": _npm("@ai-sdk/alibaba", "1.0.61"),
        "moonshot": _npm("@ai-sdk/moonshotai", "2.0.61"),
        "zai": _pypi("pydantic-ai-slim", "2.68.0"),
        "gemini-openai": ("public thread", "https://github.com/coreply/coreply/issues/20"),
        "litellm": _pypi("litellm", "1.109.1"),
        "vllm": ("public thread", "https://github.com/vllm-project/vllm/issues/12886"),
        "sglang": _pypi("sglang", "0.5.23"),
        "llama-cpp": ("public thread", "https://github.com/ggml-org/llama.cpp/issues/23320"),
        "lmstudio": ("public thread", "https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/2339"),
        "ollama-openai": _ollama(),
    }
)

HEAD = """\
# Providers

A name of the first column is what `deltawire.parser(name)` and `Target(name, …)` take. *Complete when* is the proof
without which a stream that ends is `Failed(truncated)`. *Think* says whether [think blocks](think-blocks.md) are looked
for in the text when you do not say: `leading` means one at its start.
"""

MORE = f"""\
A body that is one JSON document in place of a stream is understood everywhere.

```python
from deltawire import Target, parse

whole = b'{{"model":"m","message":{{"role":"assistant","content":"Hi"}},"done":true,"done_reason":"stop"}}'
assert parse("ollama", whole)[-1].reason == "stop"
environment = {{"OLLAMA_HOST": "http://192.0.2.7:11434"}}  # os.environ, in your program
target = Target.from_env("ollama", "llama3.2", environment)
assert target.base_url == "http://192.0.2.7:11434"
```

## Where they are, and which key they take

`Target.from_env` reads these variables. *Checked against* names what was read on {READ_ON}, and where it is public.
"""

CHAT = """\
## Servers that speak the schema of `openai-chat`

They share one parser and one proof: {proof}. The framing is SSE, and think blocks are looked for at the start of the
text.
"""

FOOT = """\
## How this page is kept true

`docs/generate_providers.py` writes it from the tables that the parsers and the request builder use. A test fails when
it is out of date.
"""


def page() -> str:
    """The whole page."""
    own = [row for name, row in PROVIDERS.items() if name not in DIALECTS or name == "openai-chat"]
    others = [PROVIDERS[name] for name in DIALECTS if name != "openai-chat"]
    schemas = _table(
        ("name", "framing", "complete when", "think"),
        ((_code(row.name), _framing(row), row.schema.proof, row.think) for row in own),
    )
    places, dialects = (
        _table(("name", "base URL", "key", "checked against"), ((_code(row.name), *_access(row.name)) for row in rows))
        for rows in (own, others)
    )
    chat = CHAT.format(proof=PROVIDERS["openai-chat"].schema.proof)
    return f"{HEAD}\n{schemas}\n{MORE}\n{places}\n{chat}\n{dialects}\n{FOOT}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n" for cells in lines)


def _framing(row: ProviderRow) -> str:
    return MORE_FRAMINGS.get(row.name, FRAMINGS[row.framing])


def _access(name: str) -> tuple[str, str, str]:
    vendor = VENDORS[name]
    text, address = CHECKED[name]
    return _base_url(vendor), _key(vendor), f"[{text}]({address})"


def _base_url(vendor: Vendor) -> str:
    default = _code(vendor.base_url) if vendor.base_url else "by region" if "bedrock" in vendor.name else "your own"
    return ", or ".join((default, *map(_code, vendor.base_url_variables)))


def _key(vendor: Vendor) -> str:
    keys = ", ".join(map(_code, (*vendor.key_variables, *vendor.bearer_variables)))
    return keys if vendor.key_required else f"{keys} (not required)"


def _code(text: str) -> str:
    return f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"{PAGE.name} is up to date\n")
