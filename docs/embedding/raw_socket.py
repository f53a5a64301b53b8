"""A socket and nothing else: over HTTP/1.0 the body is all that follows the head."""

import socket
from itertools import takewhile
from urllib.parse import urlsplit

import deltawire


def events(request):
    url, parser = urlsplit(request.url), deltawire.parser("openai-chat")
    fields = "".join(f"{name}: {value}\r\n" for name, value in request.headers)
    head = f"POST {url.path} HTTP/1.0\r\nContent-Length: {len(request.body)}\r\n{fields}\r\n"
    with socket.create_connection((url.hostname, url.port)) as connection, connection.makefile("rb") as answer:
        connection.sendall(head.encode() + request.body)
        status, *headers = (line.split(b":", 1) for line in takewhile(bytes.strip, answer))
        yield from parser.receive_head(int(status[0].split()[1]), headers)
        yield from (event for chunk in iter(lambda: answer.read1(65_536), b"") for event in parser.receive_data(chunk))
    yield from parser.receive_eof()
