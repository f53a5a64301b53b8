"""What an answer comes to, whoever read it: the common ground on which clients are compared."""

from __future__ import annotations

import json
from typing import Any

import attrs

import deltawire
from tests.interop.memory import Reply

Counts = dict[str, int | None]


@attrs.frozen
class Call:
    """A tool call. Its id is None where the server gave none."""

    id: str | None
    name: str | None
    arguments: Any
    """Decoded if it is JSON, else the text."""


@attrs.define
class Choice:
    """One of the alternative answers."""

    text: str = ""
    reasoning: str = ""
    calls: list[Call] = attrs.field(factory=list[Call])
    finish: str | None = None
    """The provider's word."""


@attrs.define
class Answer:
    """One response, read to its end."""

    choices: dict[int, Choice] = attrs.field(factory=dict[int, Choice])
    usage: Counts = attrs.field(factory=dict[str, int | None])
    """input, output, cached, reasoning, total: in our meaning of them, only those that the client gives."""

    def choice(self, index: int = 0) -> Choice:
        """That choice, made when it is first asked for."""
        return self.choices.setdefault(index, Choice())


def decoded(arguments: Any) -> Any:
    """Arguments as JSON value, whatever form they come in; blank ones are no arguments; half ones stay text."""
    if not isinstance(arguments, str):
        return {} if arguments is None else arguments
    if not arguments.strip():
        return {}
    try:
        value = json.loads(arguments)
    except ValueError:
        return arguments
    return {} if value is None else value


def ours(provider: str, reply: Reply) -> Answer:
    """The same answer read by deltawire. Raises StreamError where it fails."""
    message = collect(provider, reply)
    if message.failure is not None:
        raise deltawire.StreamError(message.failure)
    return of_message(message)


def collect(provider: str, reply: Reply, **options: Any) -> deltawire.Message:
    """The message of a reply that ends."""
    # Vendors' clients leave think blocks in the text, so the splitter, a stage of its own, is off here.
    parser = deltawire.parser(provider, think="off", **options)
    collected = deltawire.Accumulator()
    collected.feed_all(parser.receive_head(reply.status, list(reply.headers)))
    for chunk in reply.body:
        collected.feed_all(parser.receive_data(chunk))
    collected.feed_all(parser.receive_eof())
    return collected.message()


def of_message(message: deltawire.Message) -> Answer:
    """A message of ours in the common form."""
    answer = Answer()
    for choice in message.choices:
        calls = [
            Call(None if call.synthetic_id else call.id, call.name, decoded(call.arguments))
            for call in choice.tool_calls
        ]
        answer.choices[choice.index] = Choice(choice.text, choice.reasoning, calls, choice.raw_reason)
    if message.usage is not None:
        usage = message.usage
        answer.usage = {
            "input": usage.input_tokens,
            "output": usage.output_tokens,
            "cached": usage.cache_read_tokens,
            "reasoning": usage.reasoning_tokens,
            "total": usage.total_tokens,
        }
    return answer
