"""The four engines: each over a table `engine_values` of two rows, and over the awkward one beside its driver."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.judges import Judged, judged
from tests.engines.places import KINDS, TABLE, Place, made

CREATE = f"CREATE TABLE {TABLE} (id BIGINT PRIMARY KEY, name VARCHAR(20), price DECIMAL(10,2), sold TIMESTAMP NULL)"
INSERT = f"INSERT INTO {TABLE} VALUES (9007199254740993, 'Köln 😀', 1.10, '2020-01-05 10:00:00'), (2, NULL, NULL, NULL)"


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with made(request.param, tmp_path, TABLE, [CREATE, INSERT]) as found:
        yield found


@pytest.fixture(scope="module", params=KINDS)
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    with judged(request.param, tmp_path_factory.mktemp("awkward")) as found:
        yield found
