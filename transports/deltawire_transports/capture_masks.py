"""Hides secrets in the bytes of a body, wherever the reads cut it; every read keeps its size."""

from __future__ import annotations

import base64
import json
import re
from collections import deque
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from .capture_checksums import MessageChecksums

__all__ = ["BodyMask", "SecretForms"]

# A shorter value is no key but the dummy of a local server, and hiding it would garble the answer.
_SHORTEST_SECRET = 6
# So much of the beginning of a secret may stand at the end of a body.
_SHORTEST_BEGINNING = 4
_FILLING = "~redacted"
# "***" in base64: what is hidden inside of base64 stays readable as base64.
_BASE64_FILLING = b"Kioq"
# Of the length of an AWS event-stream message; no text begins so.
_FIRST_BYTES_OF_MESSAGES = (0, 1)
_PERCENT_CODE = re.compile("%[0-9A-F]{2}")


def _mask(size: int) -> str:
    return (_FILLING * (size // len(_FILLING) + 1))[:size]


def _written_forms(secret: str) -> set[str]:
    """The ways in which a secret may be written: plainly, in a URL, in JSON."""
    quoted = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}
    quoted |= {_PERCENT_CODE.sub(lambda code: code[0].lower(), form) for form in quoted}
    in_json = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    return quoted | in_json | {form.replace("/", "\\/") for form in in_json}


def _base64_forms(secret: str) -> set[bytes]:
    """What a secret looks like in base64 at each of the three alignments, without the letters that it shares."""
    data = secret.encode()
    forms: set[bytes] = set()
    for shift in range(3):
        whole = (len(data) + shift) // 3 * 3 - shift
        encoded = base64.b64encode(bytes(shift) + data[: max(0, whole)])
        forms.add(encoded[4 if shift else 0 :])
    return {form for form in forms if len(form) >= 2 * len(_BASE64_FILLING)}


class SecretForms:
    """The forms of some secrets, and what stands in their place: as many bytes that tell nothing."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        masks: dict[bytes, bytes] = {}
        texts: set[str] = set()
        for secret in secrets:
            if len(secret.strip()) >= _SHORTEST_SECRET:
                for form in _base64_forms(secret):
                    masks[form] = _BASE64_FILLING * (len(form) // len(_BASE64_FILLING))
                for text in _written_forms(secret):
                    data = text.encode("utf-8", "surrogateescape")
                    masks[data] = _mask(len(data)).encode()
                    texts.add(_mask(len(data)))
        # Longest first, so that a secret inside another leaves no rest.
        self.masks = dict(sorted(masks.items(), key=lambda item: (-len(item[0]), item[0])))
        """The bytes of each form and of its mask, the longest first."""
        self.longest = max(map(len, self.masks), default=0)
        self.beginning = re.compile(b"|".join(sorted({re.escape(form[:1]) for form in self.masks})))
        """Finds the first bytes of the forms."""
        self.texts = tuple(sorted(texts, key=len, reverse=True))
        """The masks that stand for a secret in a text, the longest first."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def text(self, text: str) -> str:
        """The text with the secrets masked."""
        for form, mask in self.masks.items():
            text = text.replace(form.decode("utf-8", "surrogateescape"), mask.decode())
        return text


class BodyMask:
    """Masks the secrets of one body. A read is held back while its end could be the beginning of a secret."""

    def __init__(self, forms: SecretForms) -> None:
        self._forms = forms
        self._held = bytearray()
        self._original = bytearray()
        self._sizes: deque[int] = deque()
        self._checksums: MessageChecksums | None = None
        self._begun_body = False

    def feed(self, read: bytes) -> list[bytes]:
        """Takes the next read and gives those that are ready, in order, each as long as it came."""
        if not self._forms.masks:
            return [read]
        if read and not self._begun_body:
            self._begun_body = True
            self._checksums = MessageChecksums() if read[0] in _FIRST_BYTES_OF_MESSAGES else None
        self._held += read
        self._original += read
        self._sizes.append(len(read))
        for form, mask in self._forms.masks.items():
            place = self._held.find(form)
            while place >= 0:
                self._held[place : place + len(form)] = mask
                place = self._held.find(form, place + len(form))
        return self._release(len(self._held) - self._begun())

    def end(self) -> list[bytes]:
        """The body is over: the reads that were held back, without the beginning of a secret at the end."""
        begun = self._begun()
        if begun >= _SHORTEST_BEGINNING:
            self._held[-begun:] = _mask(begun).encode()
        return self._release(len(self._held))

    def _begun(self) -> int:
        """How many bytes at the end could be the beginning of a secret."""
        forms = self._forms
        tail = bytes(self._held[max(0, len(self._held) - forms.longest + 1) :])
        for found in forms.beginning.finditer(tail):
            rest = tail[found.start() :]
            if any(form.startswith(rest) for form in forms.masks):
                return len(rest)
        return 0

    def _release(self, safe: int) -> list[bytes]:
        ready: list[bytes] = []
        begin = 0
        while self._sizes and begin + self._sizes[0] <= safe:
            end = begin + self._sizes.popleft()
            read = bytes(self._held[begin:end])
            if self._checksums is not None:
                read = self._checksums.feed(bytes(self._original[begin:end]), read)
            ready.append(read)
            begin = end
        del self._held[:begin]
        del self._original[:begin]
        return ready
