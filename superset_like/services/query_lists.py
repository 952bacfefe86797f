"""Lists of queries: pages of what a caller sees, searched, ordered and counted.

Charts whose question is their own stand among the saved queries; see chart_queries. Rows are read below the ORM: a list
needs neither sessions nor objects.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, null, or_, select, union_all
from sqlalchemy.orm import aliased

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.access.remembered import Remembered
from superset_like.extensions import db
from superset_like.models import (
    Chart,
    Dataset,
    Favorite,
    ObjectType,
    Query,
    SavedQuery,
    stamp,
)
from superset_like.services import chart_queries, tags
from superset_like.services.list_wishes import Wish

KEPT = 300
# Characters of the texts on the largest page that is remembered.
LARGEST_KEPT = 200_000
MOST_RECENT = 10
MOST_WORDS = 20
WORD = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
CHANGED = "changed_at"
LATEST = aliased(Query)
STARS = aliased(Favorite)
RUNTIME = LATEST.end_time - func.coalesce(LATEST.start_running_time, LATEST.start_time)
COLUMNS = (
    *(SavedQuery.id, SavedQuery.label, SavedQuery.description, SavedQuery.sql, SavedQuery.options_json),
    *(SavedQuery.schedule_json, SavedQuery.is_archived, SavedQuery.is_draft),
    *(SavedQuery.key_nonce, SavedQuery.key_expires_on),
    *(SavedQuery.created_on, SavedQuery.changed_on, SavedQuery.created_by_fk, SavedQuery.changed_by_fk),
    *(SavedQuery.db_id, SavedQuery.latest_query_id),
    LATEST.end_time.label("retrieved_ms"),
    RUNTIME.label("runtime_ms"),
    STARS.created_on.label("starred_on"),
)
# What a chart has of these is named the same; the rest is nothing.
CHART_COLUMNS = (
    *(Chart.id.label("chart_id"), Chart.slice_name.label("label"), Chart.description, Chart.created_on),
    *(Chart.changed_on, Chart.created_by_fk, Chart.changed_by_fk, Dataset.database_id.label("db_id")),
    STARS.created_on.label("starred_on"),
)
OF_A_CHART = {
    **{"options_json": "{}", "schedule_json": None, "is_archived": False, "is_draft": False},
    **{"key_nonce": None, "key_expires_on": None},
    **{"latest_query_id": None, "retrieved_ms": None, "runtime_ms": None},
}


@dataclass(frozen=True, slots=True)
class Found:
    """A page. rows: with the attributes of COLUMNS. tags: of each by its id. count: of all pages."""

    count: int
    rows: Sequence[Any]
    tags: Mapping[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Source:
    """What is listed. name, texts: what is searched. number: its id in the list. orders: by what it can be ordered."""

    model: Any
    kind: ObjectType
    name: Any
    texts: Sequence[Any]
    number: Any
    orders: Mapping[str, Any]


SAVED = Source(
    SavedQuery,
    ObjectType.SAVED_QUERY,
    SavedQuery.label,
    (SavedQuery.label, SavedQuery.description, SavedQuery.sql),
    SavedQuery.id,
    {
        "name": func.lower(SavedQuery.label),
        "created_at": SavedQuery.created_on,
        CHANGED: SavedQuery.changed_on,
        "schedule": SavedQuery.next_run_on,
        "runtime": RUNTIME,
        "executed_at": LATEST.end_time,
        "created_by": SavedQuery.created_by_fk,
        "starred_at": STARS.created_on,
    },
)
CHARTS = Source(
    Chart,
    ObjectType.CHART,
    Chart.slice_name,
    (Chart.slice_name, Chart.description),
    Chart.id + chart_queries.FIRST,
    {
        "name": func.lower(Chart.slice_name),
        "created_at": Chart.created_on,
        CHANGED: Chart.changed_on,
        "created_by": Chart.created_by_fk,
        "starred_at": STARS.created_on,
    },
)


def listed(actor: Actor, wish: Wish) -> Found:
    """The page of queries that the caller sees, as remembered while nobody makes, changes or runs anything."""
    memory: Remembered[Any, Found] = current_app.extensions.setdefault("superset_like_query_lists", Remembered(KEPT))
    stamps, key = stamp.whole(db.session()), (actor.user_id, actor.key_scopes, wish)
    found = memory.get(stamps, key)
    if found is None:
        found = _listed(actor, wish)
        if sum(len(row.sql or "") + len(row.options_json) for row in found.rows) <= LARGEST_KEPT:
            memory.put(stamps, key, found)
    return found


def _listed(actor: Actor, wish: Wish) -> Found:
    sources = [SAVED] if wish.archived else [SAVED, CHARTS]
    connection = db.session.connection()
    count = sum(connection.execute(_counted(actor, source, wish)).scalar_one() for source in sources)
    ids = _page(actor, sources, wish) if count else []
    return _read(actor, ids, count)


def recent(actor: Actor) -> Found:
    """The caller's queries that were changed last."""
    wish = Wish(size=MOST_RECENT, mine=True, order=f"-{CHANGED}")
    ids = _page(actor, [SAVED, CHARTS], wish)
    return _read(actor, ids, len(ids))


def tag_counts(actor: Actor) -> list[tuple[str, int]]:
    """(tag, how many of the queries that the caller sees bear it), the most borne first."""
    return tags.counts(
        {each.kind: select(each.model.id).where(*_conditions(actor, each, Wish())) for each in (SAVED, CHARTS)}
    )


def _counted(actor: Actor, source: Source, wish: Wish) -> Select[Any]:
    statement = select(func.count(source.model.id)).where(*_conditions(actor, source, wish))
    return statement.join(STARS, _starred(actor, source)) if wish.starred else statement


def _page(actor: Actor, sources: Sequence[Source], wish: Wish) -> list[int]:
    """The ids on the page, in order."""
    name, is_down = wish.order.removeprefix("-"), wish.order.startswith("-")
    if name not in SAVED.orders:
        name = ""
    rows = union_all(*(_sortable(actor, source, wish, name) for source in sources)).subquery()
    newest = (rows.c.created_on.desc(), rows.c.id.desc())
    # What has no value stands last either way; not all databases say so by themselves.
    empty = case((rows.c.key.is_(None), 1), else_=0)
    by_name = (empty, rows.c.key.desc() if is_down else rows.c.key.asc(), rows.c.id.desc())
    ordered = select(rows.c.id).order_by(*(by_name if name else (rows.c.rank, *newest)))
    page = ordered.limit(wish.size).offset((wish.page - 1) * wish.size)
    return list(db.session.connection().execute(page).scalars())


def _sortable(actor: Actor, source: Source, wish: Wish, order: str) -> Select[Any]:
    """id, key, created_on and rank of each."""
    key = source.orders.get(order, null()) if order else null()
    in_name = source.name.icontains(wish.words, autoescape=True) if wish.words else None
    rank = literal(0) if in_name is None else case((in_name, 0), else_=1)
    columns = (source.number.label("id"), key.label("key"), source.model.created_on.label("created_on"))
    statement = select(*columns, rank.label("rank")).select_from(source.model)
    if source is SAVED and order in {"runtime", "executed_at"}:
        statement = statement.outerjoin(LATEST, LATEST.id == SavedQuery.latest_query_id)
    if wish.starred or order == "starred_at":
        statement = statement.join(STARS, _starred(actor, source), isouter=not wish.starred)
    return statement.where(*_conditions(actor, source, wish))


def _read(actor: Actor, ids: Sequence[int], count: int) -> Found:
    saved_ids = [pk for pk in ids if pk <= chart_queries.FIRST]
    chart_ids = [pk - chart_queries.FIRST for pk in ids if pk > chart_queries.FIRST]
    rows: dict[int, Any] = {}
    names: dict[int, Sequence[str]] = {}
    if saved_ids:
        statement = (
            select(*COLUMNS)
            .outerjoin(LATEST, LATEST.id == SavedQuery.latest_query_id)
            .outerjoin(STARS, _starred(actor, SAVED))
            .where(SavedQuery.id.in_(saved_ids))
        )
        rows |= {row.id: row for row in db.session.connection().execute(statement)}
        names |= tags.names_of(ObjectType.SAVED_QUERY, saved_ids)
    if chart_ids:
        rows |= _charts(actor, chart_ids)
        borne = tags.names_of(ObjectType.CHART, chart_ids)
        names |= {chart_queries.FIRST + pk: found for pk, found in borne.items()}
    return Found(count, [rows[pk] for pk in ids if pk in rows], names)


def _charts(actor: Actor, chart_ids: Sequence[int]) -> dict[int, Any]:
    statement = (
        select(*CHART_COLUMNS)
        .join(Dataset, Dataset.id == Chart.datasource_id)
        .outerjoin(STARS, _starred(actor, CHARTS))
        .where(Chart.id.in_(chart_ids))
    )
    rows = db.session.connection().execute(statement).mappings().all()
    texts = chart_queries.texts_of(actor, [row["chart_id"] for row in rows])
    made = {}
    for row in rows:
        pk = chart_queries.FIRST + row["chart_id"]
        made[pk] = SimpleNamespace(**row, **OF_A_CHART, id=pk, sql=texts[row["chart_id"]])
    return made


def _starred(actor: Actor, source: Source) -> ColumnElement[bool]:
    return and_(
        STARS.object_id == source.model.id, STARS.object_type == source.kind.value, STARS.user_id == actor.user_id
    )


def _conditions(actor: Actor, source: Source, wish: Wish) -> list[ColumnElement[bool]]:
    model = source.model
    found: list[ColumnElement[bool]] = []
    seen = rules.visible(actor, model)
    if seen is not None:
        found.append(seen)
    if wish.mine:
        found.append(model.created_by_fk == actor.user_id)
    found += [model.id.in_(tags.bearing(source.kind, name)) for name in dict.fromkeys(wish.tag_names)]
    if wish.words:
        found.append(_fits(source, wish.words))
    if source is CHARTS:
        # The others are what a saved query shows.
        own = select(Dataset.id).where(Dataset.saved_query_id.is_(None))
        return [*found, Chart.datasource_id.in_(own)]
    found.append(SavedQuery.is_archived.is_(wish.archived))
    if wish.archived and not actor.is_admin:
        found.append(or_(SavedQuery.is_draft.is_(False), SavedQuery.created_by_fk == actor.user_id))
    return found


def _fits(source: Source, text: str) -> ColumnElement[bool]:
    """All the words, or one of those around an `or`; none with a `-` before it."""
    parts: list[list[ColumnElement[bool]]] = [[]]
    for sign, quoted, plain in WORD.findall(text)[:MOST_WORDS]:
        word = quoted or plain
        if word.lower() == "or" and not quoted:
            parts.append([])
            continue
        if word:
            has = _has(source, word)
            parts[-1].append(not_(has) if sign else has)
    return or_(*(and_(*part) for part in parts if part)) if any(parts) else literal(True)


def _has(source: Source, word: str) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [
        func.coalesce(place.icontains(word, autoescape=True), False) for place in source.texts
    ]
    if word.isascii() and word.isdigit() and len(word) < 10:
        found.append(source.number == int(word))
    return or_(*found)
