"""Keys that are made of what they open, so that nothing secret is kept of them.

A key is a letter for its kind, the number of what it opens in base 36, and a code over both and a nonce, made with a
key derived from SECRET_KEY. Who reads the metadata cannot make one; another nonce, or none, voids it. A key of a person
speaks for him; one of a saved query or a dashboard speaks for its owner, and reads that one thing.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256

import orjson
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import select

from superset_like.access import actors
from superset_like.access.actor import Actor
from superset_like.access.actors import Known
from superset_like.access.api_keys import limited
from superset_like.access.remembered import Remembered
from superset_like.errors import NotAuthenticated
from superset_like.extensions import db, settings
from superset_like.models import (
    Chart,
    Dashboard,
    DashboardShare,
    Dataset,
    Dialect,
    DialectRecord,
    SavedQuery,
    UserKey,
    stamp,
)
from superset_like.models.dashboard import dashboard_chart
from superset_like.models.mixins import now

KEPT = 5000
LENGTH = 40
NUMBER_LENGTH = 7
CODE_LENGTH = LENGTH - NUMBER_LENGTH - 1
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LARGEST_ID = 2**31 - 1


class KeyKind(StrEnum):
    """What a key opens; its first letter."""

    USER = "u"
    QUERY = "q"
    DASHBOARD = "d"


@dataclass(frozen=True, slots=True)
class Named:
    """What a key says that it opens. code: what shows that we made it."""

    kind: KeyKind
    id: int
    code: str

    def is_genuine(self, nonce: str) -> bool:
        """Whether this installation made it, with this nonce; keys made with a former SECRET_KEY open too."""
        secrets = (settings().secret_key, *settings().previous_secret_keys)
        return any(hmac.compare_digest(self.code, _code(secret, self.kind, self.id, nonce)) for secret in secrets)


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is given away. expires_on: UTC; None where it does not end by itself."""

    text: str
    expires_on: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether it opens nothing any more."""
        return is_over(self.expires_on)


@dataclass(frozen=True, slots=True)
class Lent:
    """A person's key that was found genuine. expires_on: UTC."""

    user_id: int
    expires_on: datetime | None


def key_of(kind: KeyKind, pk: int, nonce: str, expires_on: datetime | None = None) -> Key:
    """The key, of 40 letters and digits, which ends then (UTC)."""
    return Key(f"{kind}{_in_base_36(pk)}{_code(settings().secret_key, kind, pk, nonce)}", expires_on)


def named(key: str) -> Named | None:
    """What the text names, whether or not it is genuine; None when it is no such key."""
    if len(key) != LENGTH or key[0] not in set(KeyKind) or not set(key) <= set(DIGITS):
        return None
    pk = int(key[1 : NUMBER_LENGTH + 1], 36)
    return Named(KeyKind(key[0]), pk, key[NUMBER_LENGTH + 1 :]) if 0 < pk <= LARGEST_ID else None


def person_of(key: Named) -> Known:
    """The owner of a person's key, with all his rights. Raises NotAuthenticated."""
    stamp_now = stamp.current(db.session())[0]
    memory: Remembered[Named, Lent] = current_app.extensions.setdefault("superset_like_user_keys", Remembered(KEPT))
    lent = memory.value(stamp_now, key, lambda: _lent(key))
    if is_over(lent.expires_on):
        raise NotAuthenticated()
    return actors.known(lent.user_id)


def _lent(key: Named) -> Lent:
    row = db.session.execute(select(UserKey.nonce, UserKey.expires_on).where(UserKey.user_id == key.id)).first()
    if row is None or not key.is_genuine(row.nonce):
        raise NotAuthenticated()
    return Lent(key.id, row.expires_on)


def reader_of_query(key: Named) -> Actor:
    """The maker of the saved query, as far as reading that query. Raises NotAuthenticated."""
    columns = (SavedQuery.key_nonce, SavedQuery.key_expires_on, SavedQuery.created_by_fk)
    row = db.session.execute(select(*columns).where(SavedQuery.id == key.id)).first()
    if row is None or row.created_by_fk is None or not key.is_genuine(row.key_nonce) or is_over(row.key_expires_on):
        raise NotAuthenticated()
    return limited(actors.of_user(row.created_by_fk), frozenset({f"can_read:SavedQuery:{key.id}"}))


def reader_of_dashboard(key: Named) -> Actor:
    """Who shared the dashboard, as far as reading it, its charts and their queries. Raises NotAuthenticated."""
    sharer = sharer_of(key)
    shown = (
        select(Chart.id, Dataset.id, Dataset.saved_query_id)
        .join(dashboard_chart, dashboard_chart.c.chart_id == Chart.id)
        .outerjoin(Dataset, Dataset.id == Chart.datasource_id)
        .where(dashboard_chart.c.dashboard_id == key.id)
    )
    rows = db.session.execute(shown).all()
    objects = [("Dashboard", key.id)]
    for chart_id, dataset_id, query_id in rows:
        parts = (("Chart", chart_id), ("Dataset", dataset_id), ("SavedQuery", query_id))
        objects += [(resource, pk) for resource, pk in parts if pk is not None]
    scopes = frozenset(f"can_read:{resource}:{pk}" for resource, pk in objects)
    return limited(sharer, scopes)


def sharer_of(key: Named) -> Actor:
    """Who shared the dashboard, with all his rights. Raises NotAuthenticated."""
    if is_sharing_off():
        raise NotAuthenticated()
    columns = (DashboardShare.nonce, DashboardShare.shared_by_id, DashboardShare.expires_on)
    shared = select(*columns).join(Dashboard, Dashboard.id == DashboardShare.dashboard_id)
    row = db.session.execute(shared.where(Dashboard.id == key.id, Dashboard.is_archived.is_(False))).first()
    if row is None or not key.is_genuine(row.nonce) or is_over(row.expires_on):
        raise NotAuthenticated()
    return actors.of_user(row.shared_by_id)


def is_sharing_off() -> bool:
    """Whether administrators said that no public address counts; see services/organization.py."""
    here = (DialectRecord.dialect == Dialect.REDASH.value, DialectRecord.object_type == "organization")
    kept = db.session.execute(select(DialectRecord.content).where(*here)).scalar()
    return kept is not None and orjson.loads(kept).get("disable_public_urls") is True


def is_over(expires_on: datetime | None) -> bool:
    """Whether a key that ends then (UTC; None: never) has ended."""
    return expires_on is not None and expires_on < now()


def _in_base_36(number: int) -> str:
    digits = []
    for _ in range(NUMBER_LENGTH):
        number, rest = divmod(number, 36)
        digits.append(DIGITS[rest])
    return "".join(reversed(digits))


def _code(secret: str, kind: KeyKind, pk: int, nonce: str) -> str:
    return hmac.new(_derived(secret), f"{kind}:{pk}:{nonce}".encode(), sha256).hexdigest()[:CODE_LENGTH]


@cache
def _derived(secret: str) -> bytes:
    # One purpose, one key: see models/secret.py.
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"superset_like derived keys").derive(secret.encode())
