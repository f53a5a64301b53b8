"""Note codes are a closed set of words."""

from __future__ import annotations

import pickle

import pytest

from deltawire.notes import NoteCode


@pytest.mark.parametrize("code", NoteCode)
def test_each_code_is_its_name_in_small_letters(code: NoteCode) -> None:
    assert code.value == code.name.lower() == str(code)
    assert pickle.loads(pickle.dumps(code)) is code


def test_codes_are_told_apart() -> None:
    assert len({code.value for code in NoteCode}) == len(NoteCode)
    with pytest.raises(ValueError, match="new_code"):
        NoteCode("new_code")
