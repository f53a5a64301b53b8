"""`deltawire gateway`: clients of three APIs on one side, any provider on the other. An example."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import anyio
import click

from deltawire.policy import Plan
from deltawire.requests import ConfigurationError

from ..gateway import serve

__all__ = ["gateway"]

_MOST_PORTS = 65_535


def _address(_: click.Context, __: click.Parameter, value: str) -> tuple[str, int]:
    host, colon, port = value.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > _MOST_PORTS:
        raise click.BadParameter(f"{value!r} is not of the form HOST:PORT, such as 127.0.0.1:8787")
    return host.strip("[]"), int(port)


@click.command(
    short_help="Answer OpenAI and Anthropic clients from any provider.",
    epilog="An example of what the library is for: no authentication, so loopback only; streams only; nothing is kept. "
    "Keys come from the usual variables: OPENAI_API_KEY, ANTHROPIC_API_KEY, …; what clients send as a key is ignored. "
    "Ctrl-C ends it. Exit codes: 0, 2 for wrong use.",
)
@click.option(
    "--plan",
    metavar="LIST",
    help="Who answers: provider:model, fallbacks behind commas. Default: the variable DELTAWIRE_PLAN.",
)
@click.option(
    "--listen",
    default="127.0.0.1:8787",
    show_default=True,
    metavar="HOST:PORT",
    callback=_address,
    help="Where; port 0 takes a free one.",
)
@click.option(
    "--keep-alive",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    metavar="S",
    help="Seconds of silence after which clients are told that the answer is still on its way.",
)
def gateway(plan: str | None, listen: tuple[str, int], keep_alive: float) -> None:
    """Speak OpenAI Chat, OpenAI Responses and Anthropic Messages to clients, and any provider to the targets of a plan.

    A target that gives no answer is asked again, then the next one, before the first content only; an answer that
    breaks off reaches the client as an error of its own API.

    \b
    Example:  deltawire gateway --plan "anthropic:claude-opus-5-5, ollama:qwen3:8b"
              OPENAI_BASE_URL=http://127.0.0.1:8787/v1 your-openai-program
              ANTHROPIC_BASE_URL=http://127.0.0.1:8787 your-anthropic-program
    """
    try:
        targets = Plan.from_env({**os.environ, "DELTAWIRE_PLAN": plan} if plan else os.environ)
    except ConfigurationError as error:
        message = error.failure.message.replace("DELTAWIRE_PLAN", "--plan") if plan else error.failure.message
        raise click.UsageError(message) from None
    host, port = listen
    run = partial(serve, targets, host=host, port=port, keep_alive=keep_alive, tell=click.echo)
    try:
        anyio.run(_served, run)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from None
    except KeyboardInterrupt:
        click.echo()


async def _served(run: Any) -> None:
    try:
        async with anyio.create_task_group() as tasks:
            url = await tasks.start(run)
            for line in (f"Gateway on {url}", f"  openai     base_url={url}/v1", f"  anthropic  base_url={url}"):
                click.echo(line)
    except BaseExceptionGroup as group:
        # One task, one reason.
        raise group.exceptions[0] from None
