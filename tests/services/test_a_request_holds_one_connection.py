"""What is remembered is read over the connection that the request has: two of each would soon be none for anybody."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event, select

from superset_like.access.remembered import Remembered
from superset_like.errors import NotFound
from superset_like.extensions import db
from superset_like.models import Database, Dataset
from superset_like.services import remembered


@pytest.fixture
def here(app: Flask) -> Iterator[Flask]:
    """Nothing is remembered yet."""
    with app.app_context():
        app.extensions["superset_like_databases"] = Remembered(10)
        app.extensions["superset_like_datasets"] = Remembered(10)
        yield app


@pytest.fixture
def taken(here: Flask) -> Iterator[list[int]]:
    """How many connections are in use each time one is taken."""
    found: list[int] = []

    def note(*_: object) -> None:
        found.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]

    event.listen(db.engine, "checkout", note)
    yield found
    event.remove(db.engine, "checkout", note)


def test_reading_takes_no_second_one(taken: list[int], sales: int, data_database: int) -> None:
    db.session.execute(select(1))
    assert remembered.database(data_database).database_name == "shop"
    assert remembered.dataset(sales).table_name == "sales"
    with pytest.raises(NotFound):
        remembered.database(10**6)
    assert len(taken) == 1
    # The transaction that it was read in goes on.
    assert db.session().in_transaction()
    db.session.rollback()


def test_what_a_request_wrote_and_did_not_keep_is_not_remembered(here: Flask, sales: int, data_database: int) -> None:
    for kind, pk, read, name in (
        (Database, data_database, remembered.database, "database_name"),
        (Dataset, sales, remembered.dataset, "table_name"),
    ):
        item = db.session.get(kind, pk)
        was = getattr(item, name)
        setattr(item, name, "nothing yet")
        db.session.flush()
        assert getattr(read(pk), name) == was  # type: ignore[operator]
        db.session.rollback()
        assert getattr(read(pk), name) == was  # type: ignore[operator]
