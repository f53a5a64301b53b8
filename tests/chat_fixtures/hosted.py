"""Streams in the manner of other hosted servers, and of LiteLLM before them."""

from __future__ import annotations

from tests.chat_fixtures.build import COUNTS, URL_CITATION, VERDICT, Fixture, call, calls, choiceless, chunk

HOSTED: dict[str, Fixture] = {
    "azure": Fixture(
        "azure",
        [
            {
                "id": "",
                "model": "",
                "object": "",
                "created": 0,
                "choices": [],
                "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": VERDICT}],
            },
            chunk({"role": "assistant", "content": "", "refusal": None}, choice={"content_filter_results": {}}),
            chunk({"content": "A burst of text."}, choice={"content_filter_results": VERDICT}),
            {
                **chunk(id="", model="", object="", created=0),
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": None,
                        "content_filter_results": VERDICT,
                        "content_filter_offsets": {"check_offset": 44, "start_offset": 44, "end_offset": 198},
                    }
                ],
            },
            chunk({"content": " More."}, choice={"content_filter_results": VERDICT}),
            chunk({}, "stop"),
            {
                **chunk(id="", model="", object="", created=0),
                "choices": [{"index": 0, "delta": None, "finish_reason": None, "content_filter_results": VERDICT}],
            },
            choiceless(usage=COUNTS),
        ],
    ),
    "xai": Fixture(
        "grok",
        [
            *(chunk({"role": "assistant", "reasoning_content": "Thinking... "}) for _ in range(3)),
            chunk({"content": "Hi"}),
            calls(
                call(..., '{"x":1}', id="a", type="function", name="f"),
                call(..., "{}", id="b", type="function", name="g"),
            ),
            chunk({}, "stop"),
            choiceless(
                citations=["https://a.test"],
                usage={
                    "prompt_tokens": 10,
                    "completion_tokens": 4,
                    "total_tokens": 20,
                    "completion_tokens_details": {"reasoning_tokens": 6},
                    "num_sources_used": 1,
                    "cost_in_usd_ticks": 25_000_000,
                },
            ),
        ],
    ),
    "deepseek": Fixture(
        "deepseek",
        [
            chunk({"role": "assistant", "content": None, "reasoning_content": ""}),
            *(chunk({"content": None, "reasoning_content": piece}) for piece in ("Let", " me")),
            *(chunk({"content": piece, "reasoning_content": None}) for piece in ("It", " is")),
            chunk({"content": ""}, "stop", usage=COUNTS | {"prompt_cache_hit_tokens": 4}),
        ],
    ),
    "groq": Fixture(
        "groq",
        [
            chunk({"role": "assistant", "content": ""}, x_groq={"id": "req_1"}),
            *(chunk({"reasoning": piece}) for piece in ("Let", " me", " see")),
            chunk({"executed_tools": [{"index": 0, "type": "python", "arguments": "{}", "output": None}]}),
            calls(call(0, '{"x":1}', id="a", type="function", name="f")),
            chunk({}, "tool_calls", x_groq={"id": "req_1", "usage": COUNTS | {"queue_time": 0.1}}),
        ],
    ),
    "openrouter": Fixture(
        "openrouter",
        [
            chunk({"role": "assistant", "content": ""}, choice={"native_finish_reason": None}, provider="Anthropic"),
            *(
                chunk(
                    {
                        "content": "",
                        "reasoning": piece,
                        "reasoning_details": [{"type": "reasoning.text", "text": piece, "format": "x", "index": 0}],
                    },
                    choice={"native_finish_reason": None},
                    provider="Anthropic",
                )
                for piece in ("Let", " me")
            ),
            chunk(
                {
                    "content": "",
                    "reasoning": None,
                    "reasoning_details": [
                        {"type": "reasoning.text", "signature": "c2ln", "format": "x", "index": 0},
                        {"type": "reasoning.encrypted", "data": "gAAA", "id": "rs_1", "format": "x", "index": 0},
                    ],
                },
                provider="Anthropic",
            ),
            *(chunk({"content": piece}, provider="Anthropic") for piece in ("Hi", "!")),
            chunk({"images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}}]}),
            chunk({"annotations": [{"type": "url_citation", "url_citation": URL_CITATION | {"content": "x"}}]}),
            chunk({"content": ""}, "stop", choice={"native_finish_reason": "end_turn"}, provider="Anthropic"),
            choiceless(usage=COUNTS | {"cost": 0.00014, "is_byok": False}, provider="Anthropic"),
        ],
    ),
    "mistral": Fixture(
        "mistral",
        [
            {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]},
            chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]}, p="abc"),
            chunk({"content": [{"type": "thinking", "thinking": [], "closed": True}]}, p="a"),
            chunk({"content": [{"type": "text", "text": "It"}, {"type": "reference", "reference_ids": [1]}]}, p="ab"),
            *(chunk({"content": piece}, p=piece) for piece in (" is", " so")),
            calls(call(0, '{"x":1}', id="D681PevKs", name="f"), p=""),
            chunk({"content": ""}, "tool_calls", usage=COUNTS | {"num_cached_tokens": 2}),
        ],
    ),
    "together": Fixture(
        "together",
        [chunk({"role": "assistant", "content": "Hi"}), chunk({"content": "!"}), chunk({}, "eos", usage=COUNTS)],
    ),
    "fireworks": Fixture(
        "fireworks",
        [
            *(calls(call(0, piece, id="a", type="function", name="f"), usage=None) for piece in ("", '{"x"', ":1}")),
            chunk({}, "tool_calls", choice={"raw_output": {"completion": "x"}}, usage=COUNTS),
        ],
    ),
    "gemini": Fixture(
        "gemini-openai",
        [
            chunk({"role": "assistant", "content": "Hi"}),
            chunk(
                {
                    "role": "assistant",
                    "tool_calls": [
                        {
                            **call(0, '{"x":1}', id="", type="function", name="f"),
                            "extra_content": {"google": {"thought_signature": "c2ln"}},
                        },
                        call(0, "{}", id="", type="function", name="g"),
                    ],
                }
            ),
            chunk({"role": "assistant"}, "stop", usage=COUNTS),
        ],
    ),
    "cerebras": Fixture(
        "cerebras",
        [
            chunk({"role": "assistant"}, system_fingerprint="fp_2"),
            *(chunk({"reasoning": piece}, system_fingerprint="fp_2") for piece in ("Let", " me")),
            chunk({"content": "Hi"}, system_fingerprint="fp_2"),
            chunk({}, "stop", usage=COUNTS, time_info={"queue_time": 0.1}, system_fingerprint="fp_2"),
        ],
    ),
    "dashscope": Fixture(
        "dashscope",
        [
            chunk({"role": "assistant", "content": None, "reasoning_content": "Hm"}, usage=None),
            chunk({"content": "", "reasoning_content": None}, usage=None),
            calls(call(0, "", id="a", type="function", name="f"), usage=None),
            *(calls(call(0, piece, id="", type="function", name=""), usage=None) for piece in ('{"x"', ":1}")),
            chunk({"content": ""}, "tool_calls", usage=None),
            choiceless(usage=COUNTS | {"prompt_tokens_details": {"cached_tokens": 3}}),
        ],
    ),
    "moonshot": Fixture(
        "moonshot",
        [
            chunk({"role": "assistant", "content": ""}),
            *(chunk({"reasoning_content": piece}) for piece in ("Let", " me")),
            calls(call(..., "", id="f:0", type="function", name="f")),
            *(calls(call(..., piece)) for piece in ('{"x"', ":1}")),
            chunk({}, "tool_calls", choice={"usage": COUNTS | {"cached_tokens": 2}}),
        ],
    ),
    "z.ai": Fixture(
        "zai",
        [
            *(chunk({"role": "assistant", "reasoning_content": piece}) for piece in ("Let", " me")),
            *(chunk({"role": "assistant", "content": piece}) for piece in ("Hi", "!")),
            chunk({"role": "assistant", "content": ""}, "sensitive", usage=COUNTS),
        ],
    ),
    "perplexity": Fixture(
        "perplexity",
        [
            chunk(
                {"role": "assistant", "content": piece},
                "stop" if total == 3 else None,
                choice={"message": {"role": "assistant", "content": "Hello!"[: 2 * total]}},
                citations=["https://a.test", "https://b.test"],
                search_results=[{"title": "A", "url": "https://a.test"}],
                usage={"prompt_tokens": 5, "completion_tokens": total, "total_tokens": 5 + total},
            )
            for total, piece in enumerate(("He", "ll", "o!"), 1)
        ],
    ),
    "perplexity, concise": Fixture(
        "perplexity",
        [
            chunk({"content": "", "reasoning_steps": [{"thought": "x"}]}, object="chat.reasoning"),
            chunk({"content": ""}, object="chat.reasoning.done", search_results=[{"url": "u"}]),
            *(chunk({"content": piece}) for piece in ("He", "ll", "o!")),
            chunk(
                {"content": ""},
                "stop",
                choice={"message": {"role": "assistant", "content": "Hello!"}},
                object="chat.completion.done",
                citations=["https://a.test"],
                usage={"prompt_tokens": 5, "completion_tokens": 3, "reasoning_tokens": 4, "cost": {"total_cost": 0.01}},
            ),
        ],
    ),
    "litellm": Fixture(
        "litellm",
        [
            chunk(
                {
                    "role": "assistant",
                    "content": "",
                    "reasoning_content": "Hm",
                    "thinking_blocks": [{"type": "thinking", "thinking": "Hm", "signature": ""}],
                    "provider_specific_fields": {"thinking_blocks": []},
                }
            ),
            chunk({"content": "Hi", "provider_specific_fields": None}),
            chunk({"content": "!"}),
            chunk({}, "end_turn"),
            choiceless(usage=COUNTS | {"cache_creation_input_tokens": 3}),
        ],
    ),
}
