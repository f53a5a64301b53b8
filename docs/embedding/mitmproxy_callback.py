"""A proxy that looks on, as an addon of mitmproxy: the bytes pass unchanged, empty ones say that the body has ended."""

import deltawire


class Watcher:
    def __init__(self, show):
        self.show, self.parser = show, deltawire.parser("openai-chat")

    def __call__(self, data):
        self.show(self.parser.receive_data(data) if data else self.parser.receive_eof())
        return data


def responseheaders(flow, show=print):
    flow.response.stream = Watcher(show)
