"""requests: `iter_content` without a size gives chunks as they arrive; `iter_lines` would break lines apart."""

import requests

import deltawire


def events(request):
    parser = deltawire.parser("openai-chat")
    fields = {"headers": dict(request.headers), "data": request.body}
    with requests.request(request.method, request.url, **fields, stream=True, allow_redirects=False) as response:
        yield from parser.receive_head(response.status_code, response.headers)
        for chunk in response.iter_content(chunk_size=None):
            yield from parser.receive_data(chunk)
    yield from parser.receive_eof()
