"""`deltawire stream`: ask a provider and read its answer as it grows."""

from __future__ import annotations

import contextlib
import os
import random
import sys
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

import click

from deltawire.policy import RetryPolicy
from deltawire.requests import ConfigurationError, Target, build_request

from ..blocking import Stream, open_stream
from ..capture import create_capture_file
from ..capture_pool import WatchedPool
from ..capture_session import RecordingSession
from .names import ASKED_PROVIDER
from .showing import FORMAT, Showing

__all__ = ["stream"]


@click.command(
    short_help="Ask a provider and print the answer as it comes.",
    epilog="Exit codes: 0 finished, 2 wrong use, 3 truncated, 4 failed, 130 interrupted. Keys come from the usual "
    "variables: OPENAI_API_KEY, ANTHROPIC_API_KEY, XAI_API_KEY, …; never from the arguments.",
)
@click.argument("prompt")
@click.option(
    "--provider",
    "-p",
    required=True,
    type=ASKED_PROVIDER,
    metavar="NAME",
    help="openai-chat, anthropic, grok, ollama, …",
)
@click.option("--model", "-m", required=True, help="The model's name, as the provider knows it.")
@click.option("--base-url", metavar="URL", help="Another server than the vendor's, as the vendor's SDK takes it.")
@click.option("--system", metavar="TEXT", help="The system prompt.")
@FORMAT
@click.option(
    "--capture",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Keep what comes and when, without prompt and keys, for replay, serve and report.",
)
def stream(
    prompt: str, provider: str, model: str, base_url: str | None, system: str | None, form: str, capture: str | None
) -> None:
    """Send PROMPT to a provider and print the answer as it comes.

    The answer goes to standard output; reasoning, tool calls and the outcome go to standard error.

    \b
    Example:  deltawire stream -p anthropic -m claude-opus-5-5 "Say hello"
              deltawire stream -p ollama -m llama3.2 "Say hello" --capture run.jsonl
    """
    try:
        target = Target.from_env(provider, model, os.environ, base_url)
        build_request(target, prompt, system=system)
        with _opened(target, prompt, system, capture) as running:
            code = Showing(form).watch([event] for event in running)
    except ConfigurationError as error:
        raise click.UsageError(_as_an_option(error.failure.message)) from None
    except OSError as error:
        # A closed pipe is click's to handle.
        if capture is None or isinstance(error, BrokenPipeError):
            raise
        raise click.FileError(capture, error.strerror) from None
    sys.exit(code)


def _as_an_option(message: str) -> str:
    """What is missing, in words for the command line."""
    return message.replace("pass api_key, or set", "set").replace("pass base_url", "give --base-url")


@contextlib.contextmanager
def _opened(target: Target, prompt: str, system: str | None, capture: str | None) -> Generator[Stream, None, None]:
    """The stream, written down if there is a file for it."""
    policy = RetryPolicy(max_attempts=1)
    if capture is None:
        with open_stream(target, prompt, system=system, policy=policy, errors="events") as running:
            yield running
        return
    with create_capture_file(capture) as file:
        recorded = datetime.now(UTC).isoformat(timespec="seconds")
        options: dict[str, Any] = {"system": system, "policy": policy, "recorded": recorded}
        session = RecordingSession(file, target, prompt, jitter=random.random, **options)
        with Stream(session, pool=WatchedPool(session.connected), errors="events") as running:
            yield running
