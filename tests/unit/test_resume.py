"""What is known of a response that broke off, and what a provider must do with it."""

from __future__ import annotations

import attrs
import pytest

from deltawire.providers.base import Provider
from deltawire.registry import PROVIDERS
from deltawire.resume import Resumable, Resume


def test_a_provider_that_says_it_can_resume_must_do_it() -> None:
    class Forgetful(Resumable):
        pass

    with pytest.raises(NotImplementedError):
        Forgetful().resume(Resume("resp_1", 3))


def test_only_responses_of_openai_can_be_taken_up_again() -> None:
    schemas: set[type[Provider]] = {row.schema for row in PROVIDERS.values()}
    assert {schema.__name__ for schema in schemas if issubclass(schema, Resumable)} == {"OpenAIResponses"}


def test_what_is_known_is_frozen() -> None:
    known = Resume("resp_1", 3)
    assert known.items == ()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        known.starting_after = 4  # type: ignore[misc]
