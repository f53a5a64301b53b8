"""Every cut of bodies of ours: in two at every place, and in pieces of 1 to 17 bytes.

`python -m tests.chunkings` parses them all, compares the events of each with those of the whole body, and prints how
many there were; with `--thorough` the shortest bodies of each provider are cut in three at every two places as well.
The tests do the same, by the profile.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import chain, combinations

import attrs

from deltawire.events import Event
from deltawire.response import parser
from deltawire.testing import laws_of_order
from tests.bodies import BODIES

SIZES = range(1, 18)
AT_LEAST = 48_000
AT_LEAST_THOROUGH = 1_000_000
_LONGEST_IN_THREE = 620


@attrs.frozen
class Plan:
    """A body and how it is cut."""

    provider: str
    body: bytes
    in_three: bool = False

    @property
    def count(self) -> int:
        """How many chunkings there are, by arithmetic."""
        places = len(self.body) - 1
        return places + len(SIZES) + (places * (places - 1) // 2 if self.in_three else 0)

    def chunkings(self) -> Iterator[list[bytes]]:
        """The body in pieces, each way once."""
        body = self.body
        in_two = ([body[:place], body[place:]] for place in range(1, len(body)))
        in_sizes = ([body[place : place + size] for place in range(0, len(body), size)] for size in SIZES)
        places = combinations(range(1, len(body)), 2) if self.in_three else ()
        in_three = ([body[:here], body[here:there], body[there:]] for here, there in places)
        return chain(in_two, in_sizes, in_three)

    def run(self) -> int:
        """Parses every chunking and counts them; AssertionError for one whose events are not those of the whole."""
        whole = events_of(self.provider, [self.body])
        laws_of_order(whole)
        count = 0
        for chunks in self.chunkings():
            assert events_of(self.provider, chunks) == whole, chunks
            count += 1
        return count


def plans(*, thorough: bool = False) -> list[Plan]:
    """The bodies of each provider, the shortest first, until the chunkings are enough; all of them if `thorough`."""
    left = {provider: sorted(set(bodies), key=len) for provider, bodies in BODIES.items()}
    found: list[Plan] = []
    count = 0
    while any(left.values()) and (thorough or count < AT_LEAST):
        for provider, bodies in left.items():
            if bodies:
                # Each provider gives its shortest body that is not taken yet.
                body = bodies.pop(0)
                three = thorough and count < AT_LEAST_THOROUGH and len(body) < _LONGEST_IN_THREE
                found.append(Plan(provider, body, three))
                count += found[-1].count
    return found


def events_of(provider: str, chunks: list[bytes]) -> list[Event]:
    """What a parser makes of the chunks and a clean end."""
    response = parser(provider)
    events: list[Event] = []
    for chunk in chunks:
        events += response.receive_data(chunk)
    return events + response.receive_eof()


def main() -> int:
    """Runs them all and prints how many there were. The exit code is 1 if they are fewer than promised."""
    options = argparse.ArgumentParser(prog="python -m tests.chunkings", description="Every cut of bodies of ours.")
    options.add_argument("--thorough", action="store_true", help="cuts in three at every two places as well")
    thorough = options.parse_args().thorough
    begun = time.monotonic()
    counts = dict.fromkeys(BODIES, 0)
    for plan in plans(thorough=thorough):
        counts[plan.provider] += plan.run()
    for provider, count in counts.items():
        sys.stdout.write(f"{provider:20} {count:>10,}\n")
    total = sum(counts.values())
    sys.stdout.write(f"{total:,} chunkings in {time.monotonic() - begun:.1f} s, each as the whole body\n")
    return 0 if total >= (AT_LEAST_THOROUGH if thorough else AT_LEAST) else 1


if __name__ == "__main__":
    sys.exit(main())
