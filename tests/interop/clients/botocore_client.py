"""The `botocore` package: `converse_stream` of the Bedrock runtime."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.awsrequest
import botocore.config
import botocore.exceptions
import botocore.session

from tests.interop.answer import Answer, Call, decoded
from tests.interop.memory import Reply, Wire, chunks

WIRE = Wire()


class _Raw:
    """What botocore reads a body from."""

    def stream(self) -> Iterator[bytes]:
        reset = botocore.exceptions.ResponseStreamingError(error="the connection was reset")
        timeout = botocore.exceptions.ReadTimeoutError(endpoint_url="in.memory")
        return chunks(WIRE.reply, reset, timeout)

    def close(self) -> None:
        """Nothing to close."""


def _client() -> Any:
    client = botocore.session.Session().create_client(
        "bedrock-runtime",
        region_name="us-east-1",
        aws_access_key_id="k",
        aws_secret_access_key="k",
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )

    def send(request: Any) -> Any:
        return botocore.awsrequest.AWSResponse(request.url, WIRE.reply.status, dict(WIRE.reply.headers), _Raw())

    client._endpoint.http_session.send = send
    return client


CLIENT = _client()


def converse_stream(reply: Reply) -> Answer:
    """The events of `converse_stream`, put together by block index."""
    WIRE.reply = reply
    answer = Answer()
    choice = answer.choice()
    calls: dict[int, list[Any]] = {}
    asked = [{"role": "user", "content": [{"text": "hi"}]}]
    for event in CLIENT.converse_stream(modelId="m", messages=asked)["stream"]:
        [(kind, value)] = event.items()
        if kind == "contentBlockStart" and "toolUse" in value["start"]:
            use = value["start"]["toolUse"]
            if use.get("type") == "server_tool_use":
                continue
            calls[value["contentBlockIndex"]] = [use["toolUseId"], use["name"], []]
        elif kind == "contentBlockDelta":
            delta = value["delta"]
            choice.text += delta.get("text", "")
            choice.reasoning += delta.get("reasoningContent", {}).get("text", "")
            if "toolUse" in delta and value["contentBlockIndex"] in calls:
                calls[value["contentBlockIndex"]][2].append(delta["toolUse"]["input"])
        elif kind == "messageStop":
            choice.finish = value["stopReason"]
        elif kind == "metadata" and "usage" in value:
            usage = value["usage"]
            read, written = usage.get("cacheReadInputTokens"), usage.get("cacheWriteInputTokens")
            answer.usage = {
                "input": usage["inputTokens"] + (read or 0) + (written or 0),
                "output": usage["outputTokens"],
                "cached": read,
                "total": usage["totalTokens"],
            }
    choice.calls = [Call(identifier, name, decoded("".join(pieces))) for identifier, name, pieces in calls.values()]
    return answer
