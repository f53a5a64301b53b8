"""Every body of ours, ended too early at every place: one terminal event, and never taken for the whole answer.

`python -m tests.early_ends` ends them all, with a polite end and with a reset, and prints how many there were.
"""

from __future__ import annotations

import argparse
import sys
import time

from deltawire.events import Finished
from deltawire.failures import Failure, FailureKind
from deltawire.testing import events_of, laws_of_order
from tests.bodies import BODIES
from tests.helpers import answer_of

RESET = Failure(FailureKind.READ, "reset")


def end_early(provider: str, body: bytes, broken: Failure | None = None, step: int = 1) -> int:
    """Ends the body at every place, or every `step` bytes, and counts them.

    AssertionError if the events break a law, or if a part ends in `Finished` without all that the whole body answers.
    """
    whole = events_of(provider, [body])
    places = range(0, len(body), step)
    for place in places:
        events = events_of(provider, [body[:place]], broken=broken)
        laws_of_order(events)
        if isinstance(events[-1], Finished) and isinstance(whole[-1], Finished):
            assert answer_of(events) == answer_of(whole), body[:place]
    return len(places)


def main() -> int:
    """Ends all bodies and prints how many there were."""
    argparse.ArgumentParser(
        prog="python -m tests.early_ends", description="Bodies of ours that end early."
    ).parse_args()
    begun = time.monotonic()
    total = 0
    for provider, bodies in BODIES.items():
        count = sum(end_early(provider, body, broken) for body in bodies for broken in (None, RESET))
        sys.stdout.write(f"{provider:20} {count:>10,}\n")
        total += count
    sys.stdout.write(f"{total:,} early ends in {time.monotonic() - begun:.1f} s, none taken for the whole body\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
