"""What only one API knows of an object: kept whole, and given back while the object is still as it was.

A mark names the state of the object that the content was written for; a caller who passes the present one gets nothing
that belongs to another.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from superset_like.extensions import db
from superset_like.models import Dialect, DialectRecord


def read(dialect: Dialect, object_type: str, ids: Sequence[int]) -> dict[int, tuple[dict[str, Any], str | None]]:
    """id -> (content, mark) of those of the objects that have any."""
    columns = (DialectRecord.object_id, DialectRecord.content, DialectRecord.mark)
    rows = db.session.execute(select(*columns).where(*_of(dialect, object_type, ids)))
    return {pk: (json.loads(content), mark) for pk, content, mark in rows}


def write(dialect: Dialect, object_type: str, pk: int, content: dict[str, Any], mark: str | None = None) -> None:
    """The object has this content, and no other; not committed."""
    found = db.session.execute(select(DialectRecord).where(*_of(dialect, object_type, [pk]))).scalar()
    if found is None:
        found = DialectRecord(dialect=dialect.value, object_type=object_type, object_id=pk)
        db.session.add(found)
    found.content, found.mark = json.dumps(content), mark


def forget(dialect: Dialect, object_type: str, ids: Sequence[int]) -> None:
    """The objects have none; not committed."""
    db.session.execute(delete(DialectRecord).where(*_of(dialect, object_type, ids)))


def _of(dialect: Dialect, object_type: str, ids: Sequence[int]) -> tuple[Any, ...]:
    return (
        DialectRecord.dialect == dialect.value,
        DialectRecord.object_type == object_type,
        DialectRecord.object_id.in_(ids),
    )
