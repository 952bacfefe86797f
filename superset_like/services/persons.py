"""What lists say of people: who made and changed things, remembered until somebody's account or rights change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from superset_like.access.remembered import Remembered
from superset_like.extensions import db
from superset_like.models import stamp
from superset_like.services import groups

KEPT = 5000
COLUMNS = (
    *(User.id, User.first_name, User.last_name, User.email, User.active, User.created_on, User.changed_on),
    *(User.last_login, User.password),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person. created_on, changed_on, last_login: in the server's own zone, as FAB keeps them."""

    id: int
    first_name: str
    last_name: str
    email: str
    active: bool
    created_on: datetime | None
    changed_on: datetime | None
    last_login: datetime | None
    has_password: bool
    group_ids: tuple[int, ...]


def read(ids: Iterable[int | None]) -> dict[int, Person]:
    """id -> the person as he is now, for those of them that exist; two statements for any number."""
    wanted = sorted({pk for pk in ids if pk is not None})
    if not wanted:
        return {}
    held = groups.of_people(wanted)
    rows = db.session.connection().execute(select(*COLUMNS).where(User.id.in_(wanted))).all()
    return {row.id: Person(*row[:8], bool(row.password), tuple(held.get(row.id, ()))) for row in rows}


def authors(ids: Iterable[int | None]) -> dict[int, Person]:
    """As `read`, for those whose last login is of no interest: as remembered."""
    memory: Remembered[int, Person] = current_app.extensions.setdefault("superset_like_persons", Remembered(KEPT))
    stamp_now = stamp.current(db.session())[0]
    found: dict[int, Person] = {}
    missing = []
    for pk in {pk for pk in ids if pk is not None}:
        person = memory.get(stamp_now, pk)
        if person is None:
            missing.append(pk)
        else:
            found[pk] = person
    for pk, person in read(missing).items():
        memory.put(stamp_now, pk, person)
        found[pk] = person
    return found
