"""`python -m tests.bench`: prints the tables of the benchmarks, and writes them into a page with places for them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from tests.bench import decoders, encode, feeds, floor, imports, page, peers, scaling
from tests.bench.streams import PROVIDERS

Table = list[list[str]]
TABLES: dict[str, Callable[[argparse.Namespace], Table]] = {
    "floor": lambda chosen: floor.rows(tuple(chosen.provider or PROVIDERS), chosen.events, chosen.rounds),
    "feeds": lambda chosen: feeds.rows(chosen.rounds),
    "loads": lambda chosen: decoders.rows(chosen.events, chosen.rounds),
    "peers": lambda chosen: peers.rows(chosen.events, chosen.rounds),
    "imports": lambda chosen: imports.rows(chosen.rounds),
    "lines": lambda _: scaling.long_lines(),
    "fragments": lambda _: scaling.fragments(),
    "events": lambda _: scaling.many_events(),
    "kept": lambda _: scaling.kept(),
    "encode": lambda chosen: encode.rows(chosen.events, chosen.rounds),
}
SEVERAL = {
    "scaling": ("lines", "fragments", "events", "kept"),
    "all": tuple(name for name in TABLES if name != "encode"),
}


def show(table: Table) -> None:
    """Prints a table with aligned columns."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for number, row in enumerate(table):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    print(flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Runs what the command line names."""
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    options.add_argument("what", choices=[*TABLES, *SEVERAL], nargs="?", default="floor")
    options.add_argument("--provider", choices=PROVIDERS, action="append", help="only these (floor)")
    options.add_argument("--events", type=int, default=2000, help="events of a stream")
    options.add_argument("--rounds", type=int, default=15, help="interleaved rounds")
    options.add_argument("--write", type=Path, metavar="PAGE", help="writes the tables into this page")
    chosen = options.parse_args(arguments)
    for name in SEVERAL.get(chosen.what, (chosen.what,)):
        table = TABLES[name](chosen)
        show(table)
        if chosen.write:
            text = page.written(chosen.write.read_text("utf-8"), name, page.markdown(table))
            chosen.write.write_text(page.written(text, "machine", page.machine()), "utf-8")


if __name__ == "__main__":
    main()
