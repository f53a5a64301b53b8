"""aiohttp: `iter_any` gives what has arrived, whatever the length of its lines."""

import aiohttp

import deltawire


async def events(request, show):
    parser = deltawire.parser("openai-chat")
    fields = {"headers": dict(request.headers), "data": request.body, "allow_redirects": False}
    async with aiohttp.request(request.method, request.url, **fields) as response:
        show(parser.receive_head(response.status, response.headers))
        async for chunk in response.content.iter_any():
            show(parser.receive_data(chunk))
    show(parser.receive_eof())
