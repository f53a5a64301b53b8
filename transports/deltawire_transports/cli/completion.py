"""`deltawire completion`: what a shell needs to complete the command line."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

__all__ = ["completion"]

_VARIABLE = "_DELTAWIRE_COMPLETE"


@click.command(short_help="Print what a shell needs to complete commands.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that lets SHELL complete commands, options, provider names and files.

    \b
    Example:  deltawire completion bash >> ~/.bashrc
              deltawire completion zsh >> ~/.zshrc
              deltawire completion fish > ~/.config/fish/completions/deltawire.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, "deltawire", _VARIABLE).source())
