"""What the system says of this process: open files, threads, memory, connections. Linux only."""

from __future__ import annotations

import fcntl
import os
import resource
import socket
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

__all__ = ["Leaks", "Taken", "allow_many_files", "memory"]

_PAGE = resource.getpagesize()


def memory() -> int:
    """The bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


class Taken:
    """How much this process has read of its connection to a port, whoever in it holds the connection."""

    def __init__(self, port: int) -> None:
        self._socket = _connection_to(port)

    def look(self) -> tuple[int, int]:
        """Bytes that were read, and bytes that wait in the kernel to be."""
        waiting = int.from_bytes(fcntl.ioctl(self._socket, termios.FIONREAD, bytes(4)), sys.byteorder)
        # struct tcp_info of linux/tcp.h: bytes_received is its fourth number of 64 bits.
        received = struct.unpack_from("Q", self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 136), 128)[0]
        return received - waiting, waiting

    def close(self) -> None:
        """Gives the copy of the socket back."""
        self._socket.close()


def _connection_to(port: int) -> socket.socket:
    for file in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            if str(file.readlink()).startswith("socket:"):
                copy = socket.socket(fileno=os.dup(int(file.name)))
                if _peer_port(copy) == port:
                    return copy
                copy.close()
    raise LookupError(f"no connection to port {port}")


def _peer_port(connected: socket.socket) -> int | None:
    try:
        return int(connected.getpeername()[1]) if connected.family == socket.AF_INET else None
    except OSError:
        return None


def established(port: int) -> int:
    """How many connections this process has to a port."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    remote = [line.split()[2].partition(":")[2] for line in lines if line.split()[3] in ("01", "08")]
    return remote.count(f"{port:04X}")


def allow_many_files(count: int) -> None:
    """Lets this process open so many files, if the system does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def _files() -> int:
    return len(os.listdir("/proc/self/fd"))


class Leaks:
    """What is left of what was opened since it was made."""

    def __init__(self) -> None:
        self._files = _files()
        self._threads = set(threading.enumerate())

    def found(self, port: int, patience: float = 3.0) -> dict[str, int]:
        """Files, connections to the port, and threads that are more than before, after a while to settle."""
        return settled(lambda: self._now(port), patience)

    def _now(self, port: int) -> dict[str, int]:
        threads = [each for each in threading.enumerate() if each not in self._threads and each.is_alive()]
        return {
            "files": max(0, _files() - self._files),
            "connections": established(port),
            "threads": len(threads),
        }


def settled(look: Callable[[], dict[str, int]], patience: float) -> dict[str, int]:
    """The last look at numbers that should fall to zero, after `patience` seconds at most."""
    until = time.monotonic() + patience
    while any((seen := look()).values()) and time.monotonic() < until:
        time.sleep(0.02)
    return seen
