"""`deltawire stream`: ask a provider and read its answer as it grows."""

from __future__ import annotations

import contextlib
import os
import random
import sys
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from deltawire.policy import Plan, RetryPolicy
from deltawire.requests import ConfigurationError, Target, build_request

from ..blocking import Stream, open_stream
from ..capture import create_capture_file
from ..capture_pool import WatchedPool
from ..capture_session import RecordingSession
from .names import ASKED_PROVIDER, FALLBACK
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
@click.option(
    "--attempts",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="How often to ask where it fails before content: busy servers, cut connections, silence.",
)
@click.option(
    "--fallback",
    "fallbacks",
    type=FALLBACK,
    multiple=True,
    metavar="NAME:MODEL",
    help="Whom to ask instead where it fails before content; may be given again.",
)
@FORMAT
@click.option(
    "--capture",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Keep what comes and when, without prompt and keys, for replay, serve and report.",
)
def stream(
    prompt: str,
    provider: str,
    model: str,
    base_url: str | None,
    system: str | None,
    attempts: int,
    fallbacks: Sequence[tuple[str, str]],
    form: str,
    capture: str | None,
) -> None:
    """Send PROMPT to a provider and print the answer as it comes; - reads PROMPT from standard input.

    The answer goes to standard output; reasoning, tool calls and the outcome go to standard error.

    \b
    Example:  deltawire stream -p anthropic -m claude-opus-5-5 "Say hello"
              deltawire stream -p ollama -m llama3.2 "Say hello" --capture run.jsonl
              deltawire stream -p groq -m openai/gpt-oss-20b "Say hello" --attempts 3 --fallback ollama:llama3.2
    """
    prompt = sys.stdin.read() if prompt == "-" else prompt
    try:
        primary = Target.from_env(provider, model, os.environ, base_url)
        plan = Plan(primary, [Target.from_env(name, other, os.environ) for name, other in fallbacks])
        for target in plan.targets:
            build_request(target, prompt, system=system)
        with _opened(plan, prompt, system, attempts, capture) as running:
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
def _opened(
    plan: Plan, prompt: str, system: str | None, attempts: int, capture: str | None
) -> Generator[Stream, None, None]:
    """The stream, written down if there is a file for it."""
    policy = RetryPolicy(max_attempts=attempts)
    if capture is None:
        with open_stream(plan, prompt, system=system, policy=policy, errors="events") as running:
            yield running
        return
    with create_capture_file(capture) as file:
        recorded = datetime.now(UTC).isoformat(timespec="seconds")
        options: dict[str, Any] = {"system": system, "policy": policy, "recorded": recorded}
        session = RecordingSession(file, plan, prompt, jitter=random.random, **options)
        with Stream(session, pool=WatchedPool(session.connected), errors="events") as running:
            yield running
