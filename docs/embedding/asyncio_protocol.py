"""A protocol of asyncio behind which an HTTP/1.0 request was written: bytes are pushed in, events are pushed out."""

import asyncio

import deltawire


class Answer(asyncio.Protocol):
    def __init__(self, show):
        self.show, self.parser, self.head = show, deltawire.parser("openai-chat"), b""

    def data_received(self, data):
        head, blank, data = (None, True, data) if self.head is None else (self.head + data).partition(b"\r\n\r\n")
        self.head = None if blank else head
        self.show(self.parser.receive_data(data))

    def connection_lost(self, error):
        failure = deltawire.Failure("read", "The connection broke")
        self.show(self.parser.receive_error(failure) if error else self.parser.receive_eof())
