"""People as Redash shows them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from superset_like.api.redash.resource import moment
from superset_like.extensions import db
from superset_like.models.mixins import full_name
from superset_like.services import groups

AVATAR = "/static/images/avatar.svg"
COLUMNS = (
    *(User.id, User.first_name, User.last_name, User.email, User.active, User.created_on, User.changed_on),
    *(User.last_login, User.password),
)

NOBODY: Mapping[str, Any] = {
    "id": 0,
    "name": "Nobody",
    "email": "",
    "profile_image_url": AVATAR,
    "groups": [],
    "updated_at": None,
    "created_at": None,
    "disabled_at": None,
    "is_disabled": True,
    "active_at": None,
    "is_invitation_pending": False,
    "is_email_verified": False,
    "auth_type": "external",
}


def user_records(ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    """id -> the person, for those of them that exist; two statements for any number."""
    wanted = sorted({pk for pk in ids if pk is not None})
    if not wanted:
        return {}
    held = groups.of_people(wanted)
    rows = db.session.connection().execute(select(*COLUMNS).where(User.id.in_(wanted)))
    return {row.id: _record(row, held.get(row.id, [])) for row in rows}


def maker(people: Mapping[int, dict[str, Any]], pk: int | None) -> dict[str, Any]:
    """The person among those; nobody, by a record with the same fields, for what nobody made or who is gone."""
    # Each object of Redash has its user, and scripts print the name.
    return people.get(pk or 0) or dict(NOBODY)


def _record(row: Any, group_ids: list[int]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": full_name(row),
        "email": row.email,
        "profile_image_url": AVATAR,
        "groups": group_ids,
        "updated_at": _local_moment(row.changed_on),
        "created_at": _local_moment(row.created_on),
        "disabled_at": None if row.active else _local_moment(row.changed_on),
        "is_disabled": not row.active,
        "active_at": _local_moment(row.last_login),
        "is_invitation_pending": not row.password,
        # Nobody is asked to confirm his address; administrators write them.
        "is_email_verified": True,
        "auth_type": "password" if row.password else "external",
    }


def _local_moment(value: datetime | None) -> str | None:
    """FAB keeps times in the server's own zone."""
    return None if value is None else moment(value.astimezone(UTC).replace(tzinfo=None))
