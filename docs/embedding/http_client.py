"""The standard library's http.client."""

from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

import deltawire


def events(request):
    url, parser = urlsplit(request.url), deltawire.parser("openai-chat")
    connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
    with closing(connect(url.netloc)) as connection:
        connection.request(request.method, url.path, request.body, dict(request.headers))
        response = connection.getresponse()
        yield from parser.receive_head(response.status, response.getheaders())
        while chunk := response.read1(65_536):
            yield from parser.receive_data(chunk)
    yield from parser.receive_eof()
