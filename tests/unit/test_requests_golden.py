"""Whole requests against files written by hand from the vendors' references.

Each file holds a target, what is asked, and the request that must come of it; `KEY` stands for the key.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deltawire.dialects import DIALECTS
from deltawire.requests import Options, Target, build_request
from deltawire.requests.vendors import VENDORS
from deltawire.version import __version__

FILES = sorted((Path(__file__).parent / "golden" / "requests").glob("*.json"))
CASES = {file.stem: json.loads(file.read_text("utf-8")) for file in FILES}
KEY = "canary-0123456789"

each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def built(case: dict[str, Any]) -> Any:
    target = dict(case["target"])
    if target.get("api_key") == "KEY":
        target["api_key"] = KEY
    ask = dict(case["ask"])
    options = Options(**ask.pop("options")) if "options" in ask else None
    return build_request(Target(**target), options=options, **ask)


@each_case
def test_request_is_the_one_in_the_file(case: dict[str, Any]) -> None:
    request = built(case)
    names = [name.lower() for name, _ in request.headers]
    assert len(names) == len(set(names))
    headers = {name: value.replace(KEY, "***").replace(__version__, "VERSION") for name, value in request.headers}
    assert {
        "method": request.method,
        "url": request.url,
        "headers": headers,
        "body": json.loads(request.body),
    } == case["request"]


@each_case
def test_key_is_in_one_header_and_nowhere_else(case: dict[str, Any]) -> None:
    request = built(case)
    assert sum(KEY in value for _, value in request.headers) == ("api_key" in case["target"])
    assert KEY not in request.url
    assert KEY.encode() not in request.body
    assert KEY not in repr(request)


@each_case
def test_nobody_is_asked_for_a_temperature(case: dict[str, Any]) -> None:
    assert b"temperature" not in built(case).body


@pytest.mark.parametrize("provider", VENDORS)
@pytest.mark.parametrize("kind", ["prompt", "tools", "thinking", "system"])
def test_every_provider_has_a_file_of_each_kind(provider: str, kind: str) -> None:
    assert f"{provider}-{kind}" in CASES


def test_every_dialect_is_a_provider() -> None:
    assert DIALECTS.keys() <= VENDORS.keys()
