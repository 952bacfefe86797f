"""People as Redash shows them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User, assoc_user_group
from sqlalchemy import select

from superset_like.api.redash.resource import moment
from superset_like.extensions import db
from superset_like.models.mixins import full_name

AVATAR = "/static/images/avatar.svg"
COLUMNS = (
    *(User.id, User.first_name, User.last_name, User.email, User.active, User.created_on, User.changed_on),
    *(User.last_login, User.login_count),
)


def user_records(ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    """id -> the person, for those of them that exist; two statements for any number."""
    wanted = sorted({pk for pk in ids if pk is not None})
    if not wanted:
        return {}
    connection = db.session.connection()
    pairs = select(assoc_user_group.c.user_id, assoc_user_group.c.group_id).where(
        assoc_user_group.c.user_id.in_(wanted)
    )
    groups: dict[int, list[int]] = {}
    for user_id, group_id in connection.execute(pairs):
        groups.setdefault(user_id, []).append(group_id)
    rows = connection.execute(select(*COLUMNS).where(User.id.in_(wanted)))
    return {row.id: _record(row, sorted(groups.get(row.id, []))) for row in rows}


def _record(row: Any, groups: list[int]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": full_name(row),
        "email": row.email,
        "profile_image_url": AVATAR,
        "groups": groups,
        "updated_at": _local_moment(row.changed_on),
        "created_at": _local_moment(row.created_on),
        "disabled_at": None if row.active else _local_moment(row.changed_on),
        "is_disabled": not row.active,
        "active_at": _local_moment(row.last_login),
        "is_invitation_pending": False,
        "is_email_verified": True,
        "auth_type": "password",
    }


def _local_moment(value: datetime | None) -> str | None:
    """FAB keeps times in the server's own zone."""
    return None if value is None else moment(value.astimezone(UTC).replace(tzinfo=None))
