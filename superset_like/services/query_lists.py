"""Lists of saved queries: pages of what a caller sees, searched, ordered and counted.

Rows are read below the ORM: a list of Redash's needs neither sessions nor objects.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, or_, select
from sqlalchemy.orm import aliased

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.extensions import db
from superset_like.models import Favorite, ObjectType, Query, SavedQuery, Tag, TaggedObject
from superset_like.services import tags

MOST_RECENT = 10
MOST_WORDS = 20
WORD = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
LATEST = aliased(Query)
STARS = aliased(Favorite)
RUNTIME = LATEST.end_time - func.coalesce(LATEST.start_running_time, LATEST.start_time)
ORDERS: Mapping[str, Any] = {
    "name": SavedQuery.label,
    "created_at": SavedQuery.created_on,
    "schedule": SavedQuery.next_run_on,
    "runtime": RUNTIME,
    "executed_at": LATEST.end_time,
    "created_by": SavedQuery.created_by_fk,
    "starred_at": STARS.created_on,
}
COLUMNS = (
    *(SavedQuery.id, SavedQuery.label, SavedQuery.description, SavedQuery.sql, SavedQuery.options_json),
    *(SavedQuery.schedule_json, SavedQuery.key_nonce, SavedQuery.is_archived, SavedQuery.is_draft),
    *(SavedQuery.created_on, SavedQuery.changed_on, SavedQuery.created_by_fk, SavedQuery.changed_by_fk),
    *(SavedQuery.db_id, SavedQuery.latest_query_id),
    LATEST.end_time.label("retrieved_ms"),
    RUNTIME.label("runtime_ms"),
    STARS.created_on.label("starred_on"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be listed. order: see ORDERS, `-` before it for the other way; empty: what fits best, or the newest.

    mine, starred: of the caller alone. tag_names: all of them.
    """

    page: int = 1
    size: int = 25
    order: str = ""
    words: str = ""
    tag_names: Sequence[str] = field(default=())
    archived: bool = False
    mine: bool = False
    starred: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A page. rows: of COLUMNS. tags: of each by its id. count: of all pages."""

    count: int
    rows: Sequence[Any]
    tags: Mapping[int, Sequence[str]]


def listed(actor: Actor, wish: Wish) -> Found:
    """The page of saved queries that the caller sees."""
    condition = and_(*_conditions(actor, wish))
    stars = and_(
        STARS.object_id == SavedQuery.id,
        STARS.object_type == ObjectType.SAVED_QUERY.value,
        STARS.user_id == actor.user_id,
    )
    counted = select(func.count(SavedQuery.id)).where(condition)
    page = select(*COLUMNS).outerjoin(LATEST, LATEST.id == SavedQuery.latest_query_id)
    if wish.starred:
        counted = counted.join(STARS, stars)
        page = page.join(STARS, stars)
    else:
        page = page.outerjoin(STARS, stars)
    page = page.where(condition).order_by(*_order(wish)).limit(wish.size).offset((wish.page - 1) * wish.size)
    connection = db.session.connection()
    count = connection.execute(counted).scalar_one()
    rows = connection.execute(page).all()
    return Found(count, rows, tags.names_of(ObjectType.SAVED_QUERY, [row.id for row in rows]))


def recent(actor: Actor) -> Found:
    """The caller's queries that were changed last."""
    wish = Wish(size=MOST_RECENT, mine=True)
    page = select(*COLUMNS).outerjoin(LATEST, LATEST.id == SavedQuery.latest_query_id)
    stars = and_(
        STARS.object_id == SavedQuery.id,
        STARS.object_type == ObjectType.SAVED_QUERY.value,
        STARS.user_id == actor.user_id,
    )
    page = page.outerjoin(STARS, stars).where(*_conditions(actor, wish))
    page = page.order_by(SavedQuery.changed_on.desc(), SavedQuery.id.desc()).limit(MOST_RECENT)
    rows = db.session.connection().execute(page).all()
    return Found(len(rows), rows, tags.names_of(ObjectType.SAVED_QUERY, [row.id for row in rows]))


def tag_counts(actor: Actor) -> list[tuple[str, int]]:
    """(tag, how many of the queries that the caller sees bear it), the most borne first."""
    seen = select(SavedQuery.id).where(*_conditions(actor, Wish()))
    borne = func.count(TaggedObject.id)
    statement = (
        select(Tag.name, borne)
        .join(TaggedObject, TaggedObject.tag_id == Tag.id)
        .where(TaggedObject.object_type == ObjectType.SAVED_QUERY.value, TaggedObject.object_id.in_(seen))
        .group_by(Tag.name)
        .order_by(borne.desc(), Tag.name)
    )
    return [(name, count) for name, count in db.session.connection().execute(statement)]


def _conditions(actor: Actor, wish: Wish) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [SavedQuery.is_archived.is_(wish.archived)]
    seen = rules.visible(actor, SavedQuery)
    if seen is not None:
        found.append(seen)
    if wish.mine:
        found.append(SavedQuery.created_by_fk == actor.user_id)
    if wish.archived and not actor.is_admin:
        found.append(or_(SavedQuery.is_draft.is_(False), SavedQuery.created_by_fk == actor.user_id))
    found += [SavedQuery.id.in_(_bearing(name)) for name in dict.fromkeys(wish.tag_names)]
    if wish.words:
        found.append(_fits(wish.words))
    return found


def _bearing(name: str) -> Select[Any]:
    return (
        select(TaggedObject.object_id)
        .join(Tag, Tag.id == TaggedObject.tag_id)
        .where(TaggedObject.object_type == ObjectType.SAVED_QUERY.value, Tag.name == name)
    )


def _fits(text: str) -> ColumnElement[bool]:
    """All the words, or one of those around an `or`; none with a `-` before it."""
    parts: list[list[ColumnElement[bool]]] = [[]]
    for sign, quoted, plain in WORD.findall(text)[:MOST_WORDS]:
        word = quoted or plain
        if word.lower() == "or" and not quoted:
            parts.append([])
            continue
        if word:
            has = _has(word)
            parts[-1].append(not_(has) if sign else has)
    return or_(*(and_(*part) for part in parts if part)) if any(parts) else literal(True)


def _has(word: str) -> ColumnElement[bool]:
    places = [SavedQuery.label, SavedQuery.description, SavedQuery.sql]
    found: list[ColumnElement[bool]] = [
        func.coalesce(place.icontains(word, autoescape=True), False) for place in places
    ]
    if word.isascii() and word.isdigit() and len(word) < 10:
        found.append(SavedQuery.id == int(word))
    return or_(*found)


def _order(wish: Wish) -> Sequence[Any]:
    name, is_down = wish.order.removeprefix("-"), wish.order.startswith("-")
    column = ORDERS.get(name)
    if column is not None:
        # What has no value stands last either way; not all databases say so by themselves.
        empty = case((column.is_(None), 1), else_=0)
        return (empty, column.desc() if is_down else column.asc(), SavedQuery.id.desc())
    newest = (SavedQuery.created_on.desc(), SavedQuery.id.desc())
    if not wish.words:
        return newest
    in_name = SavedQuery.label.icontains(wish.words, autoescape=True)
    return (case((in_name, 0), else_=1), *newest)
