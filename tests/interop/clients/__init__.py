"""The vendors' clients, one module each, and what each of them reads."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
from collections.abc import Callable

import attrs

from tests.interop.answer import Answer
from tests.interop.memory import Reply

Read = Callable[[Reply], Answer]


@attrs.frozen
class Client:
    """One way to read a stream with a vendor's package."""

    package: str
    """Its name on the package index."""
    imports: tuple[str, ...]
    """The modules it needs."""
    call: str
    """The vendor's name of the call."""
    module: str
    function: str
    dialects: tuple[str, ...]
    """The dialects of streams it reads."""
    endpoint: str = ""
    """What the address of a stream holds that it reads."""
    reasoning: bool = True
    """False if the vendor's types have no field for the model's reasoning."""
    ids: bool = True
    """False if they have none for the ids of calls."""

    @property
    def name(self) -> str:
        """Package and call."""
        return f"{self.package} {self.call}"

    @property
    def missing(self) -> str | None:
        """The first module that is not installed, None if the client can run."""
        for name in self.imports:
            try:
                found = importlib.util.find_spec(name)
            except ModuleNotFoundError:
                found = None
            if found is None:
                return name
        return None

    @property
    def version(self) -> str:
        """The installed version."""
        return importlib.metadata.version(self.package)

    def load(self) -> Read:
        """The function that reads a reply with it; raises what the vendor's client raises."""
        read: Read = getattr(importlib.import_module(f"tests.interop.clients.{self.module}"), self.function)
        return read


_OPENAI = ("openai", ("openai", "httpx2"))
_CHAT = ("openai-chat", "mistral")
CLIENTS = (
    Client(*_OPENAI, "chat create", "openai_client", "chat_create", _CHAT, reasoning=False),
    Client(*_OPENAI, "chat .stream()", "openai_client", "chat_stream", _CHAT, reasoning=False),
    Client(*_OPENAI, "responses create", "openai_client", "responses_create", ("openai-responses",)),
    Client(*_OPENAI, "responses .stream()", "openai_client", "responses_stream", ("openai-responses",)),
    Client("anthropic", ("anthropic", "httpx2"), "create", "anthropic_client", "create", ("anthropic",)),
    Client("anthropic", ("anthropic", "httpx2"), ".stream()", "anthropic_client", "stream", ("anthropic",)),
    Client(
        "anthropic",
        ("anthropic", "httpx2", "boto3"),
        "AnthropicBedrock .stream()",
        "anthropic_client",
        "bedrock_stream",
        ("bedrock-invoke",),
        "anthropic.",
    ),
    Client(
        "google-genai", ("google.genai", "httpx2"), "generate_content_stream", "genai_client", "generate", ("gemini",)
    ),
    Client(
        "google-genai",
        ("google.genai", "httpx2"),
        "interactions create",
        "genai_client",
        "interactions",
        ("gemini-interactions",),
    ),
    Client("ollama", ("ollama", "httpx"), "chat", "ollama_client", "chat", ("ollama",), ids=False),
    Client("cohere", ("cohere", "httpx"), "chat_stream", "cohere_client", "chat_stream", ("cohere",)),
    Client("botocore", ("botocore",), "converse_stream", "botocore_client", "converse_stream", ("bedrock",)),
)
