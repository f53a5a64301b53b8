"""`deltawire stream`: ask a provider and read its answer as it grows."""

from __future__ import annotations

import json
import os
import sys

import click

from deltawire import Event, event_to_dict
from deltawire.policy import RetryPolicy
from deltawire.registry import provider_row
from deltawire.requests import ConfigurationError, Target

from ..blocking import open_stream
from .outcome import Tally, exit_code
from .render import AnswerPrinter

__all__ = ["stream"]


@click.command(
    epilog="Exit codes: 0 finished, 2 wrong use, 3 truncated, 4 failed, 130 interrupted. Keys come from the usual "
    "variables: OPENAI_API_KEY, ANTHROPIC_API_KEY, XAI_API_KEY, …; never from the arguments."
)
@click.argument("prompt")
@click.option("--provider", "-p", required=True, metavar="NAME", help="openai-chat, anthropic, grok, ollama, …")
@click.option("--model", "-m", required=True, help="The model's name, as the provider knows it.")
@click.option("--base-url", metavar="URL", help="Another server than the vendor's, as the vendor's SDK takes it.")
@click.option("--system", metavar="TEXT", help="The system prompt.")
@click.option("--format", "-f", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
def stream(prompt: str, provider: str, model: str, base_url: str | None, system: str | None, form: str) -> None:
    """Send PROMPT to a provider and print the answer as it comes.

    The answer goes to standard output; reasoning, tool calls and the outcome go to standard error.

    \b
    Example:  deltawire stream -p anthropic -m claude-opus-5-5 "Say hello"
              deltawire stream -p ollama -m llama3.2 "Say hello"
    """
    try:
        provider_row(provider)
        target = Target.from_env(provider, model, os.environ, base_url)
        running = open_stream(target, prompt, system=system, policy=RetryPolicy(max_attempts=1), errors="events")
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from None
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    tally = Tally()
    printer = AnswerPrinter(sys.stdout, sys.stderr)
    try:
        with running:
            for event in running:
                tally.feed([event])
                _show(event, form, printer)
    except KeyboardInterrupt:
        printer.close()
        click.echo("deltawire: interrupted", err=True)
        sys.exit(130)
    printer.close()
    for line in tally.lines():
        click.echo(line, err=True)
    sys.exit(exit_code(tally.terminal))


def _show(event: Event, form: str, printer: AnswerPrinter) -> None:
    if form == "jsonl":
        click.echo(json.dumps(event_to_dict(event), ensure_ascii=False))
    else:
        printer.feed(event)
