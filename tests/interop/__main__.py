"""`python -m tests.interop [STREAMS]`: the vendors' clients and ours on every clean recorded stream, as a table.

STREAMS is a folder of recorded streams with its manifest; default: the one that the tests use. Exit code 1 for any
difference that is not stated.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.conftest import RECORDED_STREAMS
from tests.faults.table import say, show
from tests.interop.clients import CLIENTS
from tests.interop.compare import compare


def main() -> int:
    """Runs all the clients that are installed."""
    streams = Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDED_STREAMS
    rows = [["client", "version", "call", "streams", "agree", "differ as stated", "differ", "s"]]
    wrong = []
    for client in CLIENTS:
        if client.missing:
            rows.append([client.package, "not installed", client.call, "", "", "", "", ""])
            continue
        begun = time.monotonic()
        result = compare(client, streams)
        known = len({difference.file for difference in result.stated})
        new = len({difference.file for difference in result.unstated})
        counts = [str(count) for count in (result.streams, result.agreed, known, new)]
        rows.append([client.package, client.version, client.call, *counts, f"{time.monotonic() - begun:.1f}"])
        wrong += result.unstated
    show(rows)
    for difference in wrong:
        say(f"NOT STATED {difference}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
