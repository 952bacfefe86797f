"""Datasets and connections in memory, detached, until something that people make changes: asking costs no SQL then."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from superset_like.access.remembered import Remembered
from superset_like.errors import NotFound
from superset_like.extensions import db
from superset_like.models import Database, Dataset, stamp

KEPT = 1000


def dataset(identity: int | str) -> Dataset:
    """The dataset of this id or uuid with its columns, metrics, owners and database, detached: to read, not to change.

    Raises NotFound.
    """
    key = _key(identity)
    memory: Remembered[int | UUID, Dataset] = current_app.extensions.setdefault(
        "superset_like_datasets", Remembered(KEPT)
    )
    stamp_now = stamp.current(db.session())[1]
    found = memory.get(stamp_now, key)
    if found is None:
        found = _read(key)
        memory.put(stamp_now, key, found)
    return found


def database(pk: int) -> Database:
    """The connection of this id, detached: to read, not to change. Raises NotFound."""
    memory: Remembered[int, Database] = current_app.extensions.setdefault("superset_like_databases", Remembered(KEPT))
    stamp_now = stamp.current(db.session())[1]
    found = memory.get(stamp_now, pk)
    if found is None:
        with _reading() as session:
            found = session.get(Database, _key(pk))
        if found is None:
            raise NotFound()
        memory.put(stamp_now, pk, found)
    return found


@contextmanager
def _reading() -> Iterator[Session]:
    """A session of its own, closed before anyone uses the object, so that no request's writes ever touch it.

    It reads over the request's connection: where each request held one and waited for a second, none would ever get it.
    What the request itself has written is not committed yet, and not for others to see: then it reads over another.
    """
    own = db.session()
    bind = db.engine if stamp.is_raised(own) else own.connection()
    with Session(bind, expire_on_commit=False, join_transaction_mode="rollback_only") as session:
        yield session


def _key(identity: int | str) -> int | UUID:
    if isinstance(identity, int):
        if not 0 < identity < 2**31:
            raise NotFound()
        return identity
    try:
        return UUID(identity)
    except ValueError as error:
        raise NotFound() from error


def _read(key: int | UUID) -> Dataset:
    condition = Dataset.id == key if isinstance(key, int) else Dataset.uuid == key
    whole = (
        joinedload(Dataset.database),
        selectinload(Dataset.columns),
        selectinload(Dataset.metrics),
        selectinload(Dataset.owners),
    )
    with _reading() as session:
        found: Dataset | None = session.execute(select(Dataset).where(condition).options(*whole)).scalar()
    if found is None:
        raise NotFound()
    return found
