"""`python -m tests.bench`: prints the tables of the benchmarks."""

from __future__ import annotations

import argparse

from tests.bench import encode, floor, peers, scaling
from tests.bench.streams import PROVIDERS


def show(table: list[list[str]]) -> None:
    """Prints a table with aligned columns."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for number, row in enumerate(table):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    print()


def main() -> None:
    """Runs what the command line names."""
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    options.add_argument(
        "what",
        choices=["floor", "encode", "peers", "lines", "fragments", "events", "scaling"],
        nargs="?",
        default="floor",
    )
    options.add_argument("--provider", choices=PROVIDERS, action="append", help="only these (floor)")
    options.add_argument("--events", type=int, default=2000, help="events of a stream (floor)")
    options.add_argument("--rounds", type=int, default=15, help="interleaved rounds (floor)")
    chosen = options.parse_args()
    if chosen.what == "floor":
        show(floor.rows(tuple(chosen.provider or PROVIDERS), chosen.events, chosen.rounds))
    if chosen.what == "encode":
        show(encode.rows(chosen.events, chosen.rounds))
    if chosen.what == "peers":
        show(peers.rows(chosen.events, chosen.rounds))
    if chosen.what in ("lines", "scaling"):
        show(scaling.long_lines())
    if chosen.what in ("fragments", "scaling"):
        show(scaling.fragments())
    if chosen.what in ("events", "scaling"):
        show(scaling.many_events())


if __name__ == "__main__":
    main()
