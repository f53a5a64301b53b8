"""urllib3: without `preload_content` the body comes as it arrives."""

import urllib3

import deltawire


def events(request):
    parser = deltawire.parser("openai-chat")
    fields = {"headers": dict(request.headers), "body": request.body}
    with urllib3.PoolManager() as pool:
        response = pool.request(request.method, request.url, **fields, preload_content=False, redirect=False)
        yield from parser.receive_head(response.status, response.headers)
        for chunk in response.stream(65_536, decode_content=False):
            yield from parser.receive_data(chunk)
    yield from parser.receive_eof()
