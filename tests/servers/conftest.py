"""The servers, once for each process of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.aimock import aimock as running_aimock
from tests.servers.fixtures import FIXTURES
from tests.servers.nginx import Middlebox
from tests.servers.nginx import nginx as running_nginx
from tests.servers.program import MissingError


@pytest.fixture(scope="session")
def aimock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of aimock with all our fixtures; skips where it cannot be."""
    try:
        with running_aimock(tmp_path_factory.mktemp("aimock"), FIXTURES) as base_url:
            yield base_url
    except MissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Middlebox]:
    """A running nginx; skips where there is none."""
    try:
        with running_nginx(tmp_path_factory.mktemp("nginx")) as middlebox:
            yield middlebox
    except MissingError as missing:
        pytest.skip(str(missing))
