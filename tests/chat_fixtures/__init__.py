"""Streams of Chat Completions in the manner of each server, written by hand."""

from __future__ import annotations

from tests.chat_fixtures.build import COUNTS, VERDICT, Fixture
from tests.chat_fixtures.hosted import HOSTED
from tests.chat_fixtures.local import LOCAL
from tests.chat_fixtures.openai import OPENAI

__all__ = ["COUNTS", "FIXTURES", "VERDICT", "Fixture"]

FIXTURES: dict[str, Fixture] = {**OPENAI, **HOSTED, **LOCAL}
