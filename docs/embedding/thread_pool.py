"""A pool of threads, one answer each: a parser has one owner and shares nothing with the others."""

from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import deltawire


def message(request):
    asked = Request(request.url, request.body, dict(request.headers), method=request.method)
    accumulator = deltawire.Accumulator()
    with urlopen(asked) as response:
        chunks = iter(lambda: response.read1(65_536), b"")
        accumulator.feed_all(deltawire.iter_events("openai-chat", chunks))
    return accumulator.message()


def messages(requests):
    with ThreadPoolExecutor() as pool:
        return list(pool.map(message, requests))
