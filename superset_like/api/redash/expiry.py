"""Until when a key opens what it opens, where whoever makes it says so."""

from datetime import UTC, datetime

from marshmallow import Schema, fields

from superset_like.api.redash.resource import loaded, loose_body
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
