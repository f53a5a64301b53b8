"""What a Gemini client sees of events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.encoded import encoded, lost, payloads

from deltawire import Encoder, Event, Usage
from deltawire.events import (
    ChoiceFinished,
    Citation,
    Failed,
    Finished,
    FinishReason,
    Logprobs,
    MediaDelta,
    OpaqueState,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind

START = ResponseStarted("r", "m", "gemini")
FOREIGN = ResponseStarted("r", "m", "anthropic")
STOP = (ChoiceFinished(FinishReason.STOP, "STOP"), Finished(FinishReason.STOP, "STOP"))
CALL = (ToolCallStarted(0, "id0", "f"), ToolCallFinished(0, "id0", "f", '{"a": 1}', complete=True))


def parts(*events: Event, start: ResponseStarted = START) -> list[Any]:
    """The parts of all chunks, one to a chunk but for the last, which has none."""
    chunks = payloads(encoded("gemini", start, *events, *STOP))
    assert all(chunk["modelVersion"] == "m" and chunk["responseId"] == "r" for chunk in chunks)
    lists = [chunk["candidates"][0]["content"]["parts"] for chunk in chunks]
    assert [len(found) for found in lists] == [1] * (len(lists) - 1) + [0]
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"
    return [found[0] for found in lists[:-1]]


def test_frames_are_bare_data_with_crlf() -> None:
    body = encoded("gemini", START, TextDelta("a"), *STOP)
    assert body.startswith(b'data: {"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"},"index":0}]')
    assert body.endswith(b"}\r\n\r\n")


@pytest.mark.parametrize(
    ("events", "part"),
    [
        pytest.param([TextDelta("a")], {"text": "a"}, id="text"),
        pytest.param([ReasoningDelta("hm", kind="summary")], {"text": "hm", "thought": True}, id="thought"),
        pytest.param([RefusalDelta("no")], {"text": "no"}, id="refusal"),
        pytest.param(CALL, {"functionCall": {"id": "id0", "name": "f", "args": {"a": 1}}}, id="call"),
        pytest.param(
            [MediaDelta("image", "image/png", "QUJD")],
            {"inlineData": {"mimeType": "image/png", "data": "QUJD"}},
            id="image",
        ),
        pytest.param(
            [MediaDelta("video", "video/mp4", None, "gs://x")],
            {"fileData": {"mimeType": "video/mp4", "fileUri": "gs://x"}},
            id="file",
        ),
        pytest.param(
            [ServerToolUsed("call", "code_execution", "c", {"language": "PYTHON", "code": "1"})],
            {"executableCode": {"language": "PYTHON", "code": "1"}},
            id="code",
        ),
    ],
)
def test_a_part_says_the_event(events: list[Event], part: Any) -> None:
    assert parts(*events) == [part]


def test_a_signature_stands_in_the_part_of_its_call() -> None:
    assert parts(*CALL, OpaqueState("signature", "c2ln", "id0")) == [
        {"functionCall": {"id": "id0", "name": "f", "args": {"a": 1}}, "thoughtSignature": "c2ln"}
    ]


def test_a_signature_of_text_follows_on_an_empty_part() -> None:
    assert parts(TextDelta("a"), OpaqueState("signature", "c2ln")) == [
        {"text": "a"},
        {"text": "", "thoughtSignature": "c2ln"},
    ]


def test_a_call_of_another_vendor_waits_for_no_signature() -> None:
    encoder = Encoder("gemini")
    assert [bool(encoder.feed(event)) for event in (FOREIGN, *CALL)] == [False, False, True]


def test_a_call_that_is_not_complete_is_left_out_and_the_answer_ends_as_cut() -> None:
    cut = (ToolCallStarted(0, "i", "f"), ToolCallFinished(0, "i", "f", '{"a', complete=False))
    end = (ChoiceFinished(FinishReason.STOP, "stop"), Finished(FinishReason.STOP, "stop"))
    chunks = payloads(encoded("gemini", FOREIGN, *cut, *end))
    assert [chunk["candidates"][0]["finishReason"] for chunk in chunks] == ["MAX_TOKENS"]
    assert ("tool_call_finished", "arguments") in lost("gemini", FOREIGN, *cut)


def test_thoughts_stand_beside_the_candidates_in_the_counts() -> None:
    usage = Usage(10, 7, 4, None, 3, 17)
    last = payloads(encoded("gemini", START, UsageUpdate(usage), *STOP[:1], Finished(FinishReason.STOP, "", usage)))[-1]
    assert last["usageMetadata"] == {
        "promptTokenCount": 10,
        "candidatesTokenCount": 4,
        "thoughtsTokenCount": 3,
        "cachedContentTokenCount": 4,
        "totalTokenCount": 17,
    }


def test_counts_that_grow_stand_with_the_next_part() -> None:
    first, second = UsageUpdate(Usage(10, 1)), UsageUpdate(Usage(10, 2))
    chunks = payloads(encoded("gemini", START, TextDelta("a"), first, TextDelta("b"), TextDelta("c"), second, *STOP))
    counts = [chunk.get("usageMetadata", {}).get("candidatesTokenCount") for chunk in chunks]
    assert counts == [None, 1, None, 2]


def test_every_candidate_ends() -> None:
    end = (ChoiceFinished(FinishReason.LENGTH, "length", 1), *STOP)
    chunks = payloads(encoded("gemini", FOREIGN, TextDelta("a", 1), TextDelta("b", 0), *end))
    found = [(chunk["candidates"][0]["index"], chunk["candidates"][0].get("finishReason")) for chunk in chunks]
    assert found == [(1, None), (0, None), (0, "STOP"), (1, "MAX_TOKENS")]


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        (FinishReason.TOOL_CALLS, "STOP"),
        (FinishReason.LENGTH, "MAX_TOKENS"),
        (FinishReason.CONTENT_FILTER, "SAFETY"),
        (FinishReason.REFUSAL, "SAFETY"),
        (FinishReason.PAUSED, "OTHER"),
        (FinishReason.OTHER, "OTHER"),
        (FinishReason.UNKNOWN, "OTHER"),
    ],
)
def test_finish_reasons_of_another_vendor(reason: FinishReason, word: str) -> None:
    last = payloads(encoded("gemini", FOREIGN, TextDelta("a"), Finished(reason, "x")))[-1]
    assert last["candidates"][0]["finishReason"] == word


def test_a_failure_is_an_error_alone_in_its_frame() -> None:
    failure = Failure(FailureKind.RATE_LIMIT, "slow down", retry_after=2.5)
    wait = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.5s"}
    error = {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED", "details": [wait]}
    assert payloads(encoded("gemini", START, TextDelta("a"), Failed(failure)))[-1] == {"error": error}


def test_the_array_is_one_json_document() -> None:
    encoder = Encoder("gemini", array=True)
    pieces = [encoder.feed(event) for event in (START, TextDelta("a"), TextDelta("b"))]
    pieces += [encoder.keep_alive(), *map(encoder.feed, STOP), encoder.end()]
    chunks = json.loads(b"".join(pieces))
    assert len(chunks) == 3
    assert encoder.media_type == "application/json"
    failed = json.loads(encoded("gemini", Failed(Failure(FailureKind.SERVER, "x")), array=True))
    assert [list(chunk) for chunk in failed] == [["error"]]


def _candidates(*events: Event) -> list[Any]:
    return [chunk["candidates"][0] for chunk in payloads(encoded("gemini", START, *events, *STOP))][:-1]


def test_the_answer_of_a_server_tool_is_its_response() -> None:
    payload = {"toolType": "GOOGLE_SEARCH", "response": {"results": []}}
    assert parts(ServerToolUsed("result", "GOOGLE_SEARCH", "t", payload)) == [{"toolResponse": payload}]


def test_what_the_server_heard_is_a_transcription() -> None:
    assert parts(MediaDelta("transcript", "text/plain", "hi")) == [{"audioTranscription": {"text": "hi"}}]


@pytest.mark.parametrize(
    ("source", "holder", "names"),
    [
        pytest.param({"web": {"uri": "u"}}, "groundingMetadata", "groundingChunks", id="found"),
        pytest.param({"segment": {"endIndex": 1}}, "groundingMetadata", "groundingSupports", id="supported"),
        pytest.param({"uri": "u", "endIndex": 1}, "citationMetadata", "citations", id="recited"),
    ],
)
def test_a_source_stands_among_those_of_its_kind(source: Any, holder: str, names: str) -> None:
    assert _candidates(TextDelta("a"), Citation(source))[1] == {holder: {names: [source]}, "index": 0}
    assert lost("gemini", FOREIGN, Citation(source)) == [("citation", "payload")]


def test_the_candidates_of_each_token_stand_beside_the_chosen_ones() -> None:
    token = {"token": "a", "logProbability": -0.1}
    told = [{**token, "topCandidates": [token]}, token]
    assert _candidates(TextDelta("a"), Logprobs(told))[1]["logprobsResult"] == {
        "chosenCandidates": [token, token],
        "topCandidates": [{"candidates": [token]}, {"candidates": []}],
    }


def test_a_continuation_token_stands_in_the_candidate() -> None:
    said = _candidates(TextDelta("a"), OpaqueState("continuation", "next"))
    assert said[1] == {"continuationToken": "next", "index": 0}


def test_log_probabilities_in_another_shape_are_listed_and_those_without_others_have_no_others() -> None:
    assert lost("gemini", START, Logprobs([{"token": "a", "logprob": -0.1}])) == [("logprobs", "tokens")]
    token = {"token": "a", "logProbability": -0.1}
    assert _candidates(TextDelta("a"), Logprobs([token]))[1]["logprobsResult"] == {"chosenCandidates": [token]}
