"""The package itself: its names are loaded when they are asked for (PEP 562)."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import deltawire


@pytest.fixture
def forgotten() -> str:
    """A name that the package has not kept."""
    name = "Accumulator"
    vars(deltawire).pop(name, None)
    return name


def test_a_name_is_looked_up_in_its_module_and_kept(forgotten: str) -> None:
    found = getattr(deltawire, forgotten)
    assert found is importlib.import_module("deltawire.accumulator").Accumulator
    assert vars(deltawire)[forgotten] is found


def test_a_module_is_an_attribute_as_well() -> None:
    module = deltawire.__getattr__("events")  # type: ignore[attr-defined]
    assert module is importlib.import_module("deltawire.events")


def test_all_is_what_the_modules_export() -> None:
    exported = [importlib.import_module(f"deltawire.{name}").__all__ for name in deltawire._MODULES]  # type: ignore[attr-defined]
    assert deltawire.__all__ == sorted(name for names in exported for name in names)


def test_all_names_are_listed() -> None:
    assert set(dir(deltawire)) == {*deltawire.__all__, *deltawire._MODULES, "__version__"}  # type: ignore[attr-defined]


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    for name in ("Nothing", "_hidden", "__wrapped__"):
        with pytest.raises(AttributeError, match=f"'deltawire' has no attribute '{name}'"):
            getattr(deltawire, name)


def test_nothing_is_loaded_before_it_is_asked_for() -> None:
    code = """
import sys
import deltawire
loaded = {name for name in sys.modules if name.partition(".")[0] in ("deltawire", "attr", "attrs", "json")}
assert loaded == {"deltawire", "deltawire.version"}, loaded
assert deltawire.Limits is deltawire.limits.Limits
assert "deltawire.response" not in sys.modules
from deltawire import *
assert parser is deltawire.parser
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
