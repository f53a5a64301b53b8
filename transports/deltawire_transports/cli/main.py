"""The `deltawire` command and its subcommands."""

from __future__ import annotations

import click

from deltawire import __version__

from .completion import completion
from .demo import demo
from .parse import parse
from .replay import replay
from .report import compare, report
from .serve import serve
from .stream import stream

__all__ = ["deltawire"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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
deltawire.add_command(parse)
deltawire.add_command(replay)
deltawire.add_command(report)
deltawire.add_command(serve)
deltawire.add_command(stream)
