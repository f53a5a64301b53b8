"""Servers in a process of their own, so that what they hold is not taken for what a shim holds."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from deltawire_transports.fault_samples import SAMPLES
from deltawire_transports.replay import Exchange, ReplayServer, Reply, json_reply, pace

__all__ = ["ANSWER_FRAMES", "FRAME", "Firehose", "answer_to", "firehose", "peer"]

ANSWER_FRAMES = 20
FRAME = (
    b"data: "
    + json.dumps(
        {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": "x" * 900}, "finish_reason": None}]}
    ).encode()
    + b"\n\n"
)
"""What the firehose repeats."""
_BODY = SAMPLES["openai-chat"].body.data


def _chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return b"data: " + json.dumps({"id": "c", "model": "m", "choices": [choice]}).encode() + b"\n\n"


def answer_to(model: str) -> str:
    """What the echoing server says to a model's name."""
    return f"[{model}]" * ANSWER_FRAMES


def _echo(seconds_per_frame: float) -> Callable[[Exchange], Reply]:
    def reply(exchange: Exchange) -> Reply:
        frames = [_chunk({"content": f"[{exchange.model}]"})] * ANSWER_FRAMES
        return Reply(pace(b"".join(frames) + _chunk({}, "stop") + b"data: [DONE]\n\n", seconds_per_frame))

    return reply


def _mixed(seed: float) -> Callable[[Exchange], Reply]:
    chance = random.Random(seed)
    lock = threading.Lock()

    def reply(_: Exchange) -> Reply:
        with lock:
            which = chance.random()
        if which < 0.15:
            return Reply(end="silent")
        if which < 0.3:
            return Reply(_BODY[: int(which * 4000)], end="hold")
        if which < 0.6:
            return Reply(pace(_BODY, 0.002))
        if which < 0.7:
            return json_reply(429, {"error": {"message": "slow down"}}, {"retry-after-ms": "50"})
        if which < 0.8:
            return Reply(pace(_BODY[:1500], 0.001), end="reset")
        return Reply(_BODY)

    return reply


_SCRIPTS = {"echo": _echo, "mixed": _mixed}


def _serve(kind: str, argument: float, ends: Any) -> None:
    with ReplayServer(_SCRIPTS[kind](argument)) as server:
        ends.send(server.base_url)
        ends.recv()


@contextmanager
def peer(kind: str, argument: float) -> Iterator[str]:
    """The base URL of a server that echoes (seconds for each frame) or answers by chance (a seed)."""
    spawned = multiprocessing.get_context("spawn")
    ours, theirs = spawned.Pipe()
    process = spawned.Process(target=_serve, args=(kind, argument, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join(5)
        process.kill()
        process.join()
        ours.close()
        theirs.close()


@attrs.frozen
class Firehose:
    """A server that sends one answer without end, as fast as it is taken."""

    port: int
    event_bytes: float
    """What one event takes on the wire."""
    _sent: Any

    @property
    def base_url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sent(self) -> int:
        """Bytes behind the headers that its kernel has taken so far."""
        return int(self._sent.value)


def _piece(framing: str) -> tuple[bytes, int]:
    """What is sent again and again, and how many events are in it."""
    frames = 1024 if framing == "large chunks" else 1
    data = FRAME * frames
    return (data if framing == "close" else b"%x\r\n%b\r\n" % (len(data), data)), frames


def _pour(framing: str, ends: Any, sent: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ends.send(listener.getsockname()[1])
        client, _ = listener.accept()
    header = b"Connection: close" if framing == "close" else b"Transfer-Encoding: chunked"
    piece, frames = _piece(framing)
    block = memoryview(piece * max(1, 256 // frames))
    with client, contextlib.suppress(OSError):
        client.recv(65_536)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n%b\r\n\r\n" % header)
        while True:
            begun = 0
            while begun < len(block):
                count = client.send(block[begun:])
                begun += count
                sent.value += count


@contextmanager
def firehose(framing: str) -> Iterator[Firehose]:
    """A firehose for one connection: framed by `close`, `chunked` with a chunk for each event, or `large chunks`."""
    spawned = multiprocessing.get_context("spawn")
    ours, theirs = spawned.Pipe()
    sent = spawned.Value("Q", 0)
    process = spawned.Process(target=_pour, args=(framing, theirs, sent), daemon=True)
    process.start()
    piece, frames = _piece(framing)
    try:
        yield Firehose(ours.recv(), len(piece) / frames, sent)
    finally:
        process.kill()
        process.join()
        ours.close()
        theirs.close()
