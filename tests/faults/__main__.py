"""`python -m tests.faults`: the whole fault matrix, and a table of how it ended. Exit code 1 for any violation."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

from tests.faults.cells import FRAMINGS, MATRIX, cells
from tests.faults.matrix import Report, run_cells
from tests.faults.shims import SHIMS
from tests.faults.table import say, show


def table(report: Report) -> list[list[str]]:
    """Faults against outcomes, in numbers of cells."""
    counts = Counter((result.cell.fault, result.outcome.partition(":")[0]) for result in report.results)
    outcomes = [
        name for name, _ in Counter(result.outcome.partition(":")[0] for result in report.results).most_common()
    ]
    rows = [["fault", *outcomes, "slowest s", "violations"]]
    for fault in MATRIX:
        own = [result for result in report.results if result.cell.fault == fault]
        slowest = max((result.seconds for result in own), default=0.0)
        wrong = sum(len(result.violations) for result in own)
        rows.append([fault, *(str(counts[fault, name] or "") for name in outcomes), f"{slowest:.2f}", str(wrong or "")])
    return rows


def main() -> int:
    """Runs what the command line names."""
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("--shim", choices=SHIMS, action="append", help="only these (default: blocking and aio)")
    options.add_argument("--framing", choices=[*FRAMINGS, "all"], default="chunked", help="how the body is framed")
    options.add_argument("--threads", type=int, default=16, help="cells at a time")
    options.add_argument("--sample", type=int, help="only so many, chosen by chance")
    options.add_argument("--seed", type=int, default=1, help="for --sample")
    chosen = options.parse_args()
    framings = FRAMINGS if chosen.framing == "all" else (chosen.framing,)
    wanted = [cell for framing in framings for cell in cells(tuple(chosen.shim or ("blocking", "aio")), framing)]
    if chosen.sample:
        wanted = random.Random(chosen.seed).sample(wanted, chosen.sample)
    begun = time.monotonic()
    report = run_cells(wanted, chosen.threads)
    violations = report.violations
    seconds = time.monotonic() - begun
    show(table(report))
    for violation in violations:
        say(f"VIOLATION {violation}")
    again = sum(result.again for result in report.results)
    cells_run = f"{len(report.results)} of {len(wanted)} cells in {seconds:.0f} s, {again} of them run again alone"
    say(f"{cells_run}, {len(violations)} violations")
    return 1 if violations or len(report.results) != len(wanted) else 0


if __name__ == "__main__":
    sys.exit(main())
