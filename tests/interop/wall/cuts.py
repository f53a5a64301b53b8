"""Bodies that end too early, and whole ones that lack no more than a formality."""

from __future__ import annotations

from tests.interop.wall.kit import ARGUMENTS, NAME, Kit
from tests.interop.wall.kits import ANTHROPIC, BEDROCK, COHERE, GEMINI, KITS, OLLAMA, candidate
from tests.interop.wall.openai_kits import CHAT, RESPONSES
from tests.interop.wall.row import CALL, Made, Row, cut, open_row, whole_call, whole_text

_CUT, _WHOLE = "Cut short", "Whole, a formality missing"
_HALF = '{"city": '


def rows() -> list[Row]:
    """All of them."""
    return [row for kit in KITS for row in [*_cut(kit), *_whole(kit)]] + _special()


def _cut(kit: Kit) -> list[Row]:
    text, call = kit.text, kit.call
    hello, rest = kit.body(*text[: kit.first_text]), kit.frame(text[kit.first_text])
    arguments = kit.body(*call[: kit.first_arguments])
    pieces = kit not in (GEMINI, OLLAMA)
    # Where calls come in one piece there is no half of one: it is whole, or it is not there.
    open_call = Made(NAME, _HALF, complete=False) if pieces else CALL
    mid_call = kit.frame(call[kit.first_arguments if pieces else 0])
    made = cut(_CUT, "after the first piece of text, between two frames", kit, hello, text="Hello")
    found = [
        made,
        cut(_CUT, "inside the frame of the second piece of text", kit, hello + rest[: len(rest) // 2], text="Hello"),
        cut(
            _CUT,
            "after all the text, before the reason for the end",
            kit,
            kit.body(*text[: kit.text_end]),
            text="Hello there",
        ),
        cut(_CUT, "inside the frame with the reason for the end", kit, _inside_end(kit), text="Hello there"),
        cut(_CUT, "in the middle of a tool call, between two frames", kit, arguments, calls=(open_call,)),
        cut(
            _CUT,
            "inside a frame of a tool call's arguments",
            kit,
            (arguments if pieces else b"") + mid_call[: len(mid_call) * 3 // 4],
            calls=(open_call,) if pieces else (),
        ),
        cut(
            _CUT,
            "the connection breaks after the first piece of text",
            kit,
            hello,
            text="Hello",
            after="reset",
            ends="Failed(read)",
        ),
        cut(
            _CUT,
            "the connection breaks in the middle of a tool call",
            kit,
            arguments,
            calls=(open_call,),
            after="reset",
            ends="Failed(read)",
        ),
        cut(
            _CUT,
            "silence after the first piece of text, until the timeout",
            kit,
            hello,
            text="Hello",
            after="open",
            ends="Failed(stalled)",
        ),
    ]
    if kit.opening:
        found.append(cut(_CUT, "after the opening, before any content", kit, kit.body(*text[: kit.opening])))
    return found


def _inside_end(kit: Kit) -> bytes:
    last = kit.frame(kit.text[kit.text_end])
    return kit.body(*kit.text[: kit.text_end]) + last[: len(last) // 2]


def _whole(kit: Kit) -> list[Row]:
    bare = kit.whole.rstrip(b"\n")
    found = [
        whole_text(_WHOLE, "undamaged, with text", kit, kit.whole),
        whole_call(_WHOLE, "undamaged, with a tool call", kit, kit.whole_call),
        whole_text(
            _WHOLE,
            "the connection breaks after the last frame",
            kit,
            kit.whole,
            after="reset",
            notes=_ended(kit, "unclean_end"),
        ),
        whole_text(
            _WHOLE,
            "the server keeps the connection open after the last frame",
            kit,
            kit.whole,
            after="open",
            notes=_ended(kit, "paused_for_finish"),
        ),
    ]
    note = ("unterminated_frame",) if kit is not COHERE else ()  # there it is the tolerated `[DONE]`
    if kit.framing != "messages":
        found.append(whole_text(_WHOLE, "the line end after the last frame is missing", kit, bare, notes=note))
    if kit.framing == "events":
        what = "the blank line after the last frame is missing"
        found.append(whole_text(_WHOLE, what, kit, bare + b"\n", notes=note))
    return found


def _ended(kit: Kit, note: str) -> tuple[str, ...]:
    """Gemini and Bedrock have no closing event: only there the end of the connection is looked at."""
    return (note,) if kit in (GEMINI, BEDROCK) else ()


def _special() -> list[Row]:
    chat, messages = CHAT.body(*CHAT.text), ANTHROPIC.body(*ANTHROPIC.text[:-1])
    chat_call, messages_call = CHAT.body(*CHAT.call), ANTHROPIC.body(*ANTHROPIC.call[:-1])
    no_reason = CHAT.body(*CHAT.text[: CHAT.text_end], CHAT.text[-1]) + CHAT.trailer
    last = GEMINI.body(*GEMINI.text[:-2], candidate({"text": " there"}, finish="STOP"))
    return [
        whole_text(_WHOLE, "`[DONE]` is missing", CHAT, chat, notes=("missing_terminator",)),
        whole_call(_WHOLE, "`[DONE]` is missing after a tool call", CHAT, chat_call, notes=("missing_terminator",)),
        open_row(
            _WHOLE,
            "`[DONE]` comes, the reason for the end does not",
            CHAT,
            no_reason,
            ends="unknown",
            text="Hello there",
        ),
        whole_text(
            _WHOLE,
            "`[DONE]` and the blank line after the reason for the end are missing",
            CHAT,
            CHAT.body(*CHAT.text[: CHAT.text_end + 1])[:-1],
            notes=("unterminated_frame", "missing_terminator"),
        ),
        whole_text(_WHOLE, "`message_stop` is missing", ANTHROPIC, messages, notes=("missing_terminator",)),
        whole_call(
            _WHOLE,
            "`message_stop` is missing after a tool call",
            ANTHROPIC,
            messages_call,
            notes=("missing_terminator",),
        ),
        whole_text(_WHOLE, "`[DONE]` comes, which the format does not have", ANTHROPIC, ANTHROPIC.whole + CHAT.trailer),
        whole_text(_WHOLE, "`[DONE]` comes, which the format does not have", RESPONSES, RESPONSES.whole + CHAT.trailer),
        whole_text(_WHOLE, "`[DONE]` comes, which the format does not have", GEMINI, GEMINI.whole + CHAT.trailer),
        whole_text(_WHOLE, "text and the reason for the end in one frame", GEMINI, last),
        cut(
            _CUT,
            "after all the arguments of a call, before the reason for the end",
            CHAT,
            CHAT.body(*CHAT.call[: CHAT.call_end]),
            calls=(Made(NAME, ARGUMENTS, complete=False),),
        ),
        cut(
            _CUT,
            "after a closed call, before the reason for the end",
            ANTHROPIC,
            ANTHROPIC.body(*ANTHROPIC.call[: ANTHROPIC.call_end]),
            calls=(CALL,),
            why="its block was closed, so the call itself is whole",
        ),
        cut(
            _CUT,
            "after a closed call, before the closing event",
            RESPONSES,
            RESPONSES.body(*RESPONSES.call[: RESPONSES.call_end]),
            calls=(CALL,),
            why="its item was closed, so the call itself is whole",
        ),
    ]
