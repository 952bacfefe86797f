"""Until when a key opens what it opens, where whoever makes it says so."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields

from superset_like.access.derived_keys import Key
from superset_like.api.redash.resource import loaded, loose_body, moment
from superset_like.errors import Invalid
from superset_like.models.mixins import now


class Expiry(Schema):
    """expires_at: ISO 8601, UTC where it names no zone."""

    expires_at = fields.AwareDateTime(allow_none=True, load_default=None, default_timezone=UTC)


def expiry_wish() -> datetime | None:
    """The moment that the request names, in UTC and without zone; None for never. Raises Invalid where it is over."""
    wanted: datetime | None = loaded(Expiry, loose_body())["expires_at"]
    if wanted is None:
        return None
    found = wanted.astimezone(UTC).replace(tzinfo=None)
    if found <= now():
        raise Invalid(fields={"expires_at": ["It is over already."]})
    return found


def key_fields(key: Key | None) -> dict[str, Any]:
    """The key as `api_key`, with `api_key_expires_at` where it ends by itself; nothing where there is none."""
    if key is None:
        return {}
    ends = {} if key.expires_on is None else {"api_key_expires_at": moment(key.expires_on)}
    return {"api_key": key.text, **ends}
