"""People as Redash shows them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from superset_like.api.redash.resource import moment
from superset_like.models.mixins import full_name
from superset_like.services import persons
from superset_like.services.persons import Person

AVATAR = "/static/images/avatar.svg"

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
    """id -> the person as he is now, for those of them that exist."""
    return _records(persons.read(ids))


def author_records(ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    """id -> the person, for those of them that exist, beside what they made."""
    return _records(persons.authors(ids))


def _records(found: Mapping[int, Person]) -> dict[int, dict[str, Any]]:
    return {pk: _record(person) for pk, person in found.items()}


def maker(people: Mapping[int, dict[str, Any]], pk: int | None) -> dict[str, Any]:
    """The person among those; nobody, by a record with the same fields, for what nobody made or who is gone."""
    # Each object of Redash has its user, and scripts print the name.
    return people.get(pk or 0) or dict(NOBODY)


def _record(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": full_name(person),
        "email": person.email,
        "profile_image_url": AVATAR,
        "groups": list(person.group_ids),
        "updated_at": _local_moment(person.changed_on),
        "created_at": _local_moment(person.created_on),
        "disabled_at": None if person.active else _local_moment(person.changed_on),
        "is_disabled": not person.active,
        "active_at": _local_moment(person.last_login),
        "is_invitation_pending": not person.has_password,
        # Nobody is asked to confirm his address; administrators write them.
        "is_email_verified": True,
        "auth_type": "password" if person.has_password else "external",
    }


def _local_moment(value: datetime | None) -> str | None:
    """FAB keeps times in the server's own zone."""
    return None if value is None else moment(value.astimezone(UTC).replace(tzinfo=None))
