"""`python -m tests.interop [FOLDER]`: the vendors' clients and ours on every clean recorded stream, as a table.

Exit code 1 for any difference that is not stated.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.conftest import RECORDED_STREAMS
from tests.faults.table import say, show
from tests.interop.clients import CLIENTS
from tests.interop.compare import compare


def main() -> int:
    """Runs all the clients that are installed."""
    options = argparse.ArgumentParser(prog="python -m tests.interop", description=__doc__)
    options.add_argument("streams", nargs="?", type=Path, default=RECORDED_STREAMS, help="a folder with a manifest")
    streams = options.parse_args().streams
    if not (streams / "manifest.jsonl").is_file():
        say(f"no recorded streams in {streams}")
        return 2
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
