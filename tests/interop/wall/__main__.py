"""`python -m tests.interop.wall`: what the installed clients make of every row. `--write PAGE` writes the page.

Exit code 1 if a cell of ours is not what is written down for it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.faults.table import say
from tests.interop.clients import CLIENTS
from tests.interop.wall.page import measure_peers, page
from tests.interop.wall.row import expected, measure
from tests.interop.wall.rows import ROWS


def main() -> int:
    """Runs what the command line names."""
    options = argparse.ArgumentParser(prog="python -m tests.interop.wall", description=__doc__)
    options.add_argument("--write", type=Path, metavar="PAGE", help="write the page there")
    chosen = options.parse_args()
    missing = sorted({client.missing for client in CLIENTS if client.missing})
    if chosen.write and missing:
        say(f"the page needs all clients; missing: {', '.join(missing)}")
        return 2
    begun = time.monotonic()
    measured = {row: measure(row) for row in ROWS}
    wrong = [row for row, outcome in measured.items() if outcome != expected(row)]
    cells = measure_peers()
    if chosen.write:
        chosen.write.write_text(page(cells, measured), "utf-8")
    for row in wrong:
        say(f"WRONG {row.kit.title}: {row.kind}: {row.what}: {measured[row]}")
    say(f"{len(ROWS)} rows, {len(cells)} cells of clients in {time.monotonic() - begun:.1f} s, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
