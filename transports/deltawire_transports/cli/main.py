"""The `deltawire` command and its subcommands."""

from __future__ import annotations

from typing import Any

import click

from deltawire import __version__

from .completion import completion
from .demo import demo
from .gateway import gateway
from .parse import parse
from .replay import replay
from .report import compare, report
from .serve import serve
from .showing import INTERRUPTED
from .stream import stream

__all__ = ["deltawire"]


class _WrongUseError(click.ClickException):
    """A file that cannot be written, or is damaged: 1 for click, here as one that cannot be read."""

    exit_code = 2


class _Commands(click.Group):
    """Ends with the exit codes of all commands, whatever goes wrong in one of them."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError:
            raise
        except click.ClickException as error:
            raise _WrongUseError(error.format_message()) from None
        except BrokenPipeError:
            # Whoever read the output has left: click ends without a word.
            raise
        except OSError as error:
            # A full disk, a folder that cannot be made.
            place = "" if error.filename is None else f"{error.filename}: "
            raise _WrongUseError(f"{place}{error.strerror or error}") from None
        except KeyboardInterrupt:
            click.echo("deltawire: interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="deltawire")
def deltawire() -> None:
    """Read the streams of language models: bytes in, typed events out.

    \b
    Try:  deltawire demo
          curl -sN https://… | deltawire parse -
    """


deltawire.add_command(compare)
deltawire.add_command(completion)
deltawire.add_command(demo)
deltawire.add_command(gateway)
deltawire.add_command(parse)
deltawire.add_command(replay)
deltawire.add_command(report)
deltawire.add_command(serve)
deltawire.add_command(stream)
