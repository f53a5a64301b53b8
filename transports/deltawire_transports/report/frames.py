"""What came over the network, byte for byte, behind a click."""

from __future__ import annotations

from deltawire.attempt_timeline import AttemptTimeline

from ..capture import Capture
from ..capture_lines import Received, Requested, Responded
from .markup import Markup, tag
from .words import bytes_words, count_words, seconds_words

__all__ = ["attempt_details"]

_MICRO = 1_000_000
_MOST_BYTES = 200_000
_MOST_READS = 2_000


def attempt_details(capture: Capture, attempt: AttemptTimeline, request: Requested) -> Markup:
    """The request, the head and the reads of one attempt."""
    lines = capture.of_attempt(request.attempt)
    head = next((line for line in lines if isinstance(line, Responded)), None)
    reads = [line for line in lines if isinstance(line, Received)]
    size = sum(len(read.data) for read in reads)
    summary = (
        f"Attempt {attempt.number}: {'no response' if head is None else f'HTTP {head.status}'}, "
        f"{count_words(len(reads), 'read')}, {bytes_words(size)}"
    )
    asked = tag("p", f"{request.method} {request.url}, {bytes_words(request.body_bytes)} that are not kept")
    failure = tag("p", str(attempt.failure), class_="bad") if attempt.failure is not None else ""
    headers = "" if head is None else _headers(head)
    return tag("details", tag("summary", summary), asked, failure, headers, _reads(reads))


def _headers(head: Responded) -> Markup:
    rows = [tag("tr", tag("th", name, scope="row"), tag("td", value)) for name, value in head.headers]
    return tag("div", tag("table", tag("caption", "Headers of the response", class_="quiet"), *rows), class_="scroll")


def _reads(reads: list[Received]) -> Markup:
    items: list[Markup] = []
    size = 0
    for number, read in enumerate(reads, 1):
        if number > _MOST_READS or size + len(read.data) > _MOST_BYTES:
            left = sum(len(rest.data) for rest in reads[number - 1 :])
            items.append(tag("li", f"and {bytes_words(left)} more, which are in the capture", class_="quiet"))
            break
        size += len(read.data)
        told = f"{seconds_words(read.at / _MICRO)} · {bytes_words(len(read.data))}"
        # What is no UTF-8 by itself, such as half a character, is shown byte by byte.
        text = read.data.decode("utf-8", "backslashreplace")
        items.append(tag("li", tag("span", told, class_="quiet"), tag("pre", text)))
    return tag("ol", *items, class_="reads")
