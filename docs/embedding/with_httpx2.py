"""httpx2: `iter_raw` gives the bytes as they are; `iter_lines` breaks at characters that may stand inside a text."""

import httpx2

import deltawire


def events(request):
    parser = deltawire.parser("openai-chat")
    fields = {"headers": dict(request.headers), "content": request.body, "timeout": None}
    with httpx2.stream(request.method, request.url, **fields) as response:
        yield from parser.receive_head(response.status_code, response.headers)
        for chunk in response.iter_raw():
            yield from parser.receive_data(chunk)
    yield from parser.receive_eof()
