"""The unbound parts of the application: `create_app` binds them, the floors above use them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf.csrf import CSRFProtect

from superset_like.config.settings import Settings

IS_WHOLE = "is_whole"


class WorkSession(Session):
    """A session whose commits can wait for the end of a block: see `one_transaction`."""

    def commit(self) -> None:
        """What was written is kept; inside of `one_transaction` at its end."""
        if IS_WHOLE not in self.info:
            super().commit()
            return
        self.flush()
        self.expire_all()

    def rollback(self) -> None:
        """What was not kept is undone; inside of `one_transaction`, which then fails, all of its writes."""
        if IS_WHOLE in self.info:
            self.info[IS_WHOLE] = False
        super().rollback()


db = SQLAlchemy(session_options={"class_": WorkSession})
csrf = CSRFProtect()
celery = Celery("superset_like")
# The first message after a broker came back meets a connection of before, which is dead.
ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_max": 0}


def tell(task: str, *arguments: Any) -> None:
    """A worker is told of a task. Raises KombuError, OSError where no broker takes it."""
    celery.send_task(task, args=list(arguments), retry=True, retry_policy=ONCE_MORE)


@contextmanager
def one_transaction() -> Iterator[None]:
    """All that services write in the block is kept together at its end, or nothing of it."""
    session = db.session()
    session.info[IS_WHOLE] = True
    try:
        yield
        if not session.info[IS_WHOLE]:
            raise RuntimeError("A part of the block was undone")
        del session.info[IS_WHOLE]
        session.commit()
    except BaseException:
        session.info.pop(IS_WHOLE, None)
        session.rollback()
        raise


def look_afresh() -> None:
    """What is read from now on is what others have committed; inside of `one_transaction` nothing changes.

    To be asked before anything is written.
    """
    if IS_WHOLE not in db.session().info:
        db.session.rollback()


def settings() -> Settings:
    """The settings of the application that is working."""
    found: Settings = current_app.extensions["superset_like_settings"]
    return found
