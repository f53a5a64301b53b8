"""The sizes of neighbours are those of all that comes with them."""

from __future__ import annotations

import sys
from importlib import metadata

import pytest
from tests import neighbours


def test_a_package_without_requirements_is_itself() -> None:
    found = neighbours.closure("attrs")
    assert list(found) == ["attrs"]
    assert 0.05 < neighbours.mebibytes(found) < 5


def test_what_a_package_needs_is_counted_once_and_extras_only_if_asked_for() -> None:
    found = neighbours.closure("pytest")
    assert {"pytest", "pluggy", "packaging"} <= set(found)
    assert "hypothesis" not in found
    assert neighbours.mebibytes(found) > neighbours.mebibytes({"pytest": found["pytest"]})


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["neighbours", "attrs", "no-such-package"])
    assert neighbours.main() == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[-2].startswith(f"| attrs | {metadata.version('attrs')} | 1 |")
    assert "not installed here" in rows[-1]
