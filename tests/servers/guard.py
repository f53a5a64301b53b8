"""Runs a command until standard input ends: `python guard.py COMMAND…`.

Whoever holds the other end of the pipe may die in any way: the system closes it, and nothing is left behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

_SECONDS_TO_END = 5.0


def _end_with_input(process: subprocess.Popen[bytes]) -> None:
    while os.read(0, 4096):
        pass
    process.terminate()
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()


def main() -> int:
    """Gives the exit code of the command."""
    # An interrupt from a terminal reaches the whole group; the pipe says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_input, args=(process,), daemon=True).start()
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
