"""The request's id among the headers."""

from __future__ import annotations

import pytest

from deltawire.request_id import request_id


@pytest.mark.parametrize(
    "name",
    [
        "x-request-id",
        "request-id",
        "apim-request-id",
        "x-amzn-requestid",
        "x-generation-id",
        "mistral-correlation-id",
        "cf-ray",
    ],
)
def test_each_vendors_header_is_known(name: str) -> None:
    assert request_id({name: " req_1 ", "date": "today"}) == "req_1"


def test_the_providers_own_id_goes_before_the_gateways() -> None:
    assert request_id({"cf-ray": "8f0-FRA", "request-id": "req_1"}) == "req_1"
    assert request_id({"cf-ray": "8f0-FRA", "x-request-id": ""}) == "8f0-FRA"


def test_without_one_there_is_none() -> None:
    assert request_id({}) is None
    assert request_id({"x-request-id": "  "}) is None


def test_an_absurdly_long_id_is_cut() -> None:
    assert request_id({"x-request-id": "a" * 100_000}) == "a" * 200
