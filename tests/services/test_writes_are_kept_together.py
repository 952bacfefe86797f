"""one_transaction: what services commit in the block is kept at its end, or not at all."""

import pytest
from flask import Flask
from sqlalchemy import select

from superset_like.extensions import db, one_transaction
from superset_like.models import CssTemplate


def names() -> list[str]:
    """What another connection sees."""
    with db.engine.connect() as connection:
        return list(connection.execute(select(CssTemplate.template_name)).scalars())


def add(name: str) -> None:
    """As a service does."""
    db.session.add(CssTemplate(template_name=name, css=""))
    db.session.commit()


def test_commits_wait_for_the_end(app: Flask) -> None:
    with app.app_context():
        with one_transaction():
            add("first")
            assert names() == []
            add("second")
        assert sorted(names()) == ["first", "second"]
        add("third")
        assert len(names()) == 3


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt])
def test_nothing_is_kept_of_what_failed(app: Flask, problem: type[BaseException]) -> None:
    with app.app_context():
        with pytest.raises(problem), one_transaction():
            add("first")
            raise problem
        assert names() == []
        add("second")
        assert names() == ["second"]


def test_what_was_undone_halfway_is_not_kept_in_part(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(RuntimeError), one_transaction():
            add("first")
            db.session.rollback()
            add("second")
        assert names() == []
