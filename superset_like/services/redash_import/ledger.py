"""What was brought from a server before: by the numbers there, with marks of what it was."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from superset_like.extensions import db
from superset_like.models import BroughtObject

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """An object that was brought; see BroughtObject."""

    own_id: int
    source_mark: str
    own_mark: str | None


def read(source: str) -> dict[Key, Entry]:
    """(kind, number there) -> what it became."""
    columns = (BroughtObject.kind, BroughtObject.foreign_id, BroughtObject.own_id)
    marks = (BroughtObject.source_mark, BroughtObject.own_mark)
    rows = db.session.execute(select(*columns, *marks).where(BroughtObject.source == source))
    return {(kind, foreign_id): Entry(own_id, mark, own_mark) for kind, foreign_id, own_id, mark, own_mark in rows}


def write(source: str, key: Key, entry: Entry) -> None:
    """The object is this one from now on; not committed."""
    kind, foreign_id = key
    here = (BroughtObject.source == source, BroughtObject.kind == kind, BroughtObject.foreign_id == foreign_id)
    found = db.session.execute(select(BroughtObject).where(*here)).scalar()
    if found is None:
        found = BroughtObject(source=source, kind=kind, foreign_id=foreign_id)
        db.session.add(found)
    found.own_id, found.source_mark, found.own_mark = entry.own_id, entry.source_mark, entry.own_mark


def mark_of(value: Mapping[str, Any]) -> str:
    """A short text that differs where the values do."""
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
