"""trio: a stream of bytes, here with an HTTP/1.0 request written out."""

import trio

import deltawire


async def events(host, port, request, show):
    parser, head = deltawire.parser("openai-chat"), b""
    async with await trio.open_tcp_stream(host, port) as stream:
        await stream.send_all(request)
        async for chunk in stream:
            if head is not None:
                head, blank, chunk = (head + chunk).partition(b"\r\n\r\n")
                head = None if blank else head
            show(parser.receive_data(chunk))
    show(parser.receive_eof())
