"""What was written in a savepoint goes with its transaction, over SQLite too, whose driver begins none for reading."""

from flask import Flask
from sqlalchemy import select

from superset_like.extensions import db
from superset_like.models import Tag


def test_what_is_undone_is_gone(app: Flask) -> None:
    with app.app_context():
        db.session.execute(select(1))
        with db.session.begin_nested():
            db.session.add(Tag(name="for a moment"))
        db.session.rollback()
        assert db.session.query(Tag).count() == 0
        with db.session.begin_nested():
            db.session.add(Tag(name="to stay"))
        db.session.commit()
        assert db.session.query(Tag.name).all() == [("to stay",)]
