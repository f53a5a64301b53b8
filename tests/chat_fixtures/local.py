"""Streams in the manner of servers that people run themselves."""

from __future__ import annotations

from tests.chat_fixtures.build import COUNTS, Fixture, call, calls, choiceless, chunk

_SGLANG = {"role": None, "content": None, "reasoning_content": None, "tool_calls": None}

LOCAL: dict[str, Fixture] = {
    "vllm": Fixture(
        "vllm",
        [
            {"id": "c1", "model": "m", "choices": [{"index": index, "delta": {"role": "assistant", "content": ""}}]}
            for index in (0, 1)
        ]
        + [
            {"id": "c1", "model": "m", "choices": [{"index": index, "delta": delta}], "usage": {"completion_tokens": n}}
            for n, (index, delta) in enumerate(
                [(0, {"reasoning": "Hm"}), (1, {"content": "B"}), (0, {"content": "A"}), (1, {"content": "b"})]
            )
        ]
        + [
            {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {"content": "a"}}]},
            {"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "stop_reason": None}]},
            {"id": "c1", "choices": [{"index": 1, "delta": {}, "finish_reason": "stop", "stop_reason": 128001}]},
            {"id": "c1", "system_fingerprint": "vllm-1", "choices": [], "usage": COUNTS},
        ],
    ),
    "vllm, named tool": Fixture(
        "vllm",
        [
            {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]},
            calls(call(0, "", id="chatcmpl-tool-1", type="function", name="f")),
            *(calls(call(0, piece)) for piece in ("{", "}")),
            chunk({"content": ""}, "stop", choice={"stop_reason": None}),
        ],
    ),
    "sglang": Fixture(
        "sglang",
        [
            chunk({**_SGLANG, "role": "assistant", "content": ""}, choice={"matched_stop": None}, usage=None),
            *(
                chunk(
                    {**_SGLANG, "reasoning_content": piece}, choice={"logprobs": None, "matched_stop": None}, usage=None
                )
                for piece in ("Let", " me")
            ),
            chunk({**_SGLANG, "content": "Hi"}, choice={"logprobs": None, "matched_stop": None}, usage=None),
            chunk({**_SGLANG, "tool_calls": [call(0, "", id="a", name="f")]}, choice={"matched_stop": None}),
            chunk({**_SGLANG, "tool_calls": [call(0, "{}", id=None, name="")]}, choice={"matched_stop": None}),
            chunk(_SGLANG, "tool_calls", choice={"matched_stop": 7}, usage=None),
            choiceless(usage=COUNTS),
        ],
    ),
    "llama.cpp": Fixture(
        "llama-cpp",
        [
            choiceless(prompt_progress={"total": 10, "cache": 0, "processed": 5, "time_ms": 3}),
            choiceless(prompt_progress={"total": 10, "cache": 0, "processed": 10, "time_ms": 6}),
            chunk({"role": "assistant", "content": None}, system_fingerprint="b1-x"),
            *(chunk({"content": piece}, system_fingerprint="b1-x") for piece in ("Hi", "!")),
            calls(call(0, {"x": 1}, id="", type="function", name="f"), system_fingerprint="b1-x"),
            chunk({}, "stop", system_fingerprint="b1-x"),
            choiceless(system_fingerprint="b1-x", usage=COUNTS, timings={"predicted_ms": 9.5}),
        ],
    ),
    "lm studio": Fixture(
        "lmstudio",
        [
            chunk({"role": "assistant", "content": "Hi"}),
            chunk({"tool_calls": []}, "tool_calls", stats={"tokens_per_second": 9.5}),
        ],
    ),
    "ollama": Fixture(
        "ollama-openai",
        [
            *(
                chunk({"role": "assistant", "content": "", "reasoning": piece}, system_fingerprint="fp_ollama")
                for piece in ("Let", " me")
            ),
            *(chunk({"role": "assistant", "content": piece}, system_fingerprint="fp_ollama") for piece in ("Hi", "!")),
            chunk(
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [call(0, '{"x":1}', id="call_1", type="function", name="f")],
                },
                system_fingerprint="fp_ollama",
            ),
            chunk({"role": "assistant", "content": ""}, "tool_calls", system_fingerprint="fp_ollama"),
            choiceless(system_fingerprint="fp_ollama", usage=COUNTS),
        ],
    ),
}
