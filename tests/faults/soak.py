"""`python -m tests.faults.soak`: cancels, back-pressure, crowds and latencies at full size, with figures.

Exit code 1 if anything leaks, mixes up, ends wrongly, or is over its limit.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

from tests.faults.cancels_aio import leave_aio
from tests.faults.cancels_blocking import leave_blocking
from tests.faults.crowd import Crowd, crowd_aio, crowd_threads
from tests.faults.latency import MOMENTS, measure
from tests.faults.pressure import FRAMINGS, GROWTH, READ_AHEAD, press
from tests.faults.shims import SHIMS
from tests.faults.table import say, show

KIBIBYTE = 1024
CONSUMER_MS = 50.0
SERVER_MS = 100.0


def cancels(options: argparse.Namespace) -> bool:
    """Streams left at any moment, in both shims."""
    fine = True
    for shim, leave in (("blocking", leave_blocking), ("aio", leave_aio)):
        begun = time.monotonic()
        left = leave(options.count, options.seed, hard=options.hard)
        say(f"{shim}: {sum(left.ways.values())} streams left in {time.monotonic() - begun:.0f} s")
        say(f"  ways {dict(left.ways)}")
        say(f"  ends {dict(left.ends)}")
        say(f"  left behind {left.leaks}, wrong {len(left.wrong)}")
        for wrong in left.wrong[:10]:
            say(f"  WRONG {wrong}")
        fine = fine and not any(left.leaks.values()) and not left.wrong
    return fine


def pressure(options: argparse.Namespace) -> bool:
    """A line-rate server against a slow consumer."""
    rows = [["shim", "framing", "events", "sent KiB", "in the kernel KiB", "read ahead KiB", "growth KiB", "looks"]]
    fine = True
    for shim in SHIMS:
        for framing in FRAMINGS:
            seen = press(shim, framing, options.seconds, options.rate)
            sizes = [seen.sent, seen.held_by_system, seen.read_ahead, seen.growth]
            kibibytes = [f"{size / KIBIBYTE:,.0f}" for size in sizes]
            rows.append([shim, framing, str(seen.events), *kibibytes, str(seen.looks)])
            fine = fine and seen.read_ahead <= READ_AHEAD[shim] and seen.growth < GROWTH and seen.looks > 0
    show(rows)
    return fine


def crowd(options: argparse.Namespace) -> bool:
    """Many streams at once."""
    rows = [["crowd", "streams", "at once", "wrong", "seconds", "first text p50 s", "p95 s"]]
    one_loop = crowd_aio(options.streams, 0.1)
    threads = crowd_threads(options.threads, options.turns, 0.005)
    for name, seen in ((f"{options.streams} on one loop", one_loop), (f"{options.threads} threads", threads)):
        rows.append([name, *_figures(seen)])
    show(rows)
    for wrong in (one_loop.wrong + threads.wrong)[:10]:
        say(f"WRONG {wrong}")
    return not one_loop.wrong and not threads.wrong


def _figures(seen: Crowd) -> list[str]:
    hundredths = statistics.quantiles(seen.first_text, n=100)
    figures = [f"{seen.seconds:.1f}", f"{hundredths[49]:.2f}", f"{hundredths[94]:.2f}"]
    return [str(seen.streams), str(seen.at_once), str(len(seen.wrong)), *figures]


def latency(options: argparse.Namespace) -> bool:
    """From a cancel to the last event, and to the end of the connection."""
    rows = [["shim", "cancelled in", "seen by", "p50 ms", "p95 ms", "max ms"]]
    fine = True
    for shim in ("blocking", "aio"):
        for moment in MOMENTS:
            seen = measure(shim, moment, options.cancels)
            for which, limit in (("consumer", CONSUMER_MS), ("server", SERVER_MS)):
                figures = seen.figures(which)
                if figures is not None:
                    rows.append([shim, moment, which, *(f"{figure:.1f}" for figure in figures)])
                    fine = fine and figures[1] < limit
    show(rows)
    return fine


WHAT = {"cancels": cancels, "pressure": pressure, "crowd": crowd, "latency": latency}


def main() -> int:
    """Runs what the command line names, all of it if nothing."""
    options = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    options.add_argument("what", nargs="*", choices=[*WHAT, []], help="only these")
    options.add_argument("--count", type=int, default=10_000, help="cancels: streams that are left, in each shim")
    options.add_argument("--seed", type=int, default=1, help="cancels: the chance")
    options.add_argument("--hard", action="store_true", help="cancels: with a shared pool, and closed from elsewhere")
    options.add_argument("--seconds", type=float, default=30.0, help="pressure: for each framing")
    options.add_argument("--rate", type=float, default=20.0, help="pressure: events a second")
    options.add_argument("--streams", type=int, default=1_000, help="crowd: on one loop")
    options.add_argument("--threads", type=int, default=100, help="crowd: threads")
    options.add_argument("--turns", type=int, default=20, help="crowd: streams of each thread")
    options.add_argument("--cancels", type=int, default=200, help="latency: for each moment")
    chosen = options.parse_args()
    verdicts = {}
    for what in chosen.what or WHAT:
        say(f"== {what}")
        verdicts[what] = WHAT[what](chosen)
    say(", ".join(f"{what} {'fine' if fine else 'NOT FINE'}" for what, fine in verdicts.items()))
    return 0 if all(verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
