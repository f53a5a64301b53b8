"""Secrets in the bytes of a body: gone, wherever the reads cut them, and every read as long as it came."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bedrock_frames import text as bedrock_text
from tests.provider_laws import cut

import deltawire
from deltawire.framing.event_stream import encode_message
from deltawire_transports.capture_checksums import MessageChecksums
from deltawire_transports.capture_masks import BodyMask, SecretForms

KEY = "sk-canary/47+11"
FORMS = SecretForms([KEY])


def masked(body: bytes, cuts: list[int], forms: SecretForms = FORMS) -> list[bytes]:
    mask = BodyMask(forms)
    return [*(ready for read in cut(body, cuts) for ready in mask.feed(read)), *mask.end()]


BODIES = {
    "plain": f"before {KEY} after",
    "twice": f"{KEY}{KEY} {KEY}",
    "in a URL": f"https://x?key={quote(KEY, safe='')}&z",
    "in a URL, small letters": quote(KEY, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "in JSON": json.dumps({"a": KEY}).replace("/", "\\/"),
    "at the end": f"end {KEY}",
    "alone": KEY,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_form_of_it_stays_at_any_single_cut(body: str) -> None:
    data = body.encode()
    for place in range(len(data) + 1):
        joined = b"".join(masked(data, [place]))
        assert len(joined) == len(data)
        for trace in (b"canary", b"47+11", b"47%2B11", b"47%2b11"):
            assert trace not in joined


@given(st.sampled_from(sorted(BODIES.values())), st.lists(st.integers(0, 60), max_size=12))
def test_the_reads_keep_their_sizes_and_the_cuts_change_nothing(body: str, cuts: list[int]) -> None:
    data = body.encode()
    reads = masked(data, cuts)
    assert list(map(len, reads)) == list(map(len, cut(data, cuts)))
    assert b"".join(reads) == b"".join(masked(data, []))


def test_what_is_no_secret_stays_as_it_is() -> None:
    body = b"sk-cana sk-canary/47+1 \x00\xff~redacted"
    assert b"".join(masked(body, list(range(len(body))))) == body


@pytest.mark.parametrize(("size", "hidden"), [(3, False), (4, True), (10, True)])
def test_the_beginning_of_a_secret_at_the_end_is_hidden_too(size: int, hidden: bool) -> None:
    body = b"it is " + KEY[:size].encode()
    assert (b"".join(masked(body, [])) != body) is hidden


def test_a_read_is_held_only_while_its_end_may_begin_a_secret() -> None:
    mask = BodyMask(FORMS)
    assert mask.feed(b"hello") == [b"hello"]
    assert mask.feed(b"see s") == []
    assert mask.feed(b"k-can") == []
    assert mask.feed(b"ned") == [b"see s", b"k-can", b"ned"]


def test_the_longer_of_two_secrets_leaves_no_rest() -> None:
    forms = SecretForms(["secret-1", "secret-1-and-more"])
    assert b"".join(masked(b"secret-1-and-more secret-1", [], forms)) == b"~redacted~redacte ~redacte"


@pytest.mark.parametrize("secrets", [[], ["short"], ["      "]], ids=["none", "too short", "blank"])
def test_without_a_secret_nothing_is_held(secrets: list[str]) -> None:
    forms = SecretForms(secrets)
    assert masked(b"short and sweet", [3, 7], forms) == [b"sho", b"rt a", b"nd sweet"]
    assert forms.texts == ()


@pytest.mark.parametrize("shift", range(4))
def test_in_base64_at_most_its_ends_stay(shift: int) -> None:
    body = base64.b64encode(b"#" * shift + KEY.encode() + b"-----")
    decoded = base64.b64decode(b"".join(masked(body, [])))
    assert b"canary" not in decoded
    assert b"***" in decoded
    left = decoded.replace(b"#", b"").replace(b"*", b"").replace(b"-", b"")
    assert len(left) <= 4


def test_nothing_shows_the_secrets() -> None:
    assert KEY not in repr(FORMS)
    assert FORMS.text(f"key {KEY}!") == "key ~redacted~redac!"


class TestChecksums:
    FRAMES = b"".join(
        encode_message({":message-type": "event", ":event-type": "contentBlockDelta"}, json.dumps(payload).encode())
        for payload in [bedrock_text(0, said)["contentBlockDelta"] for said in ("hello", f"key {KEY}.", "bye")]
    )

    @pytest.mark.parametrize("size", [1, 5, 64, 10_000])
    def test_they_fit_what_was_hidden(self, size: int) -> None:
        cuts = list(range(0, len(self.FRAMES), size))
        events = deltawire.parse("bedrock", b"".join(masked(self.FRAMES, cuts)))
        texts = [event.text for event in events if isinstance(event, deltawire.TextDelta)]
        assert texts == ["hello", "key ~redacted~redac.", "bye"]

    def test_a_wrong_one_stays_wrong(self) -> None:
        damaged = bytearray(self.FRAMES)
        damaged[-1] ^= 1
        assert b"".join(masked(bytes(damaged), []))[-1:] == damaged[-1:]
        events = deltawire.parse("bedrock", b"".join(masked(bytes(damaged), [])))
        assert "bye" not in [getattr(event, "text", "") for event in events]

    @given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=5))
    def test_where_nothing_was_replaced_nothing_changes(self, data: bytes, cuts: list[int]) -> None:
        for body in (data, self.FRAMES + data):
            checksums = MessageChecksums()
            assert b"".join(checksums.feed(read, read) for read in cut(body, cuts)) == body
