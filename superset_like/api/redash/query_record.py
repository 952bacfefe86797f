"""Queries as Redash shows them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

from superset_like.access import derived_keys
from superset_like.access.actor import Actor
from superset_like.access.derived_keys import Key, KeyKind
from superset_like.api.redash.expiry import key_fields
from superset_like.api.redash.people import author_records, maker
from superset_like.api.redash.resource import moment
from superset_like.api.redash.visualization_record import drawn
from superset_like.engine import parameters
from superset_like.services import chart_queries, query_facts, query_texts, saved_queries, saved_results, tags
from superset_like.services.chart_queries import Asked, ChartQuery
from superset_like.services.query_lists import Found

# Redash never raises it, and clients send back what they read at any later time: docs/decisions/0012.
VERSION = 1


def query_record(actor: Actor, query_id: int, *, with_visualizations: bool = True) -> dict[str, Any]:
    """The query with its people, as its own endpoints answer it. Raises NotFound."""
    facts = query_facts.of(actor, query_id)
    asked = facts.asked
    people = author_records([asked.created_by_fk, asked.changed_by_fk])
    found = {**_whole(asked, facts.key, facts.tags, people), "is_favorite": facts.is_starred}
    if with_visualizations:
        found["visualizations"] = [drawn(chart, shown) for chart, shown in facts.charts]
    return found


def query_records(actor: Actor, asked: Collection[Asked]) -> dict[int, dict[str, Any]]:
    """Query -> it with its people and nothing below it; statements do not grow with their number."""
    people = author_records(pk for each in asked for pk in (each.created_by_fk, each.changed_by_fk))
    places = {each.id: chart_queries.place_of(each.id)[1:] for each in asked}
    borne = {
        kind: tags.names_of(kind, [pk for of, pk in places.values() if of is kind])
        for kind in {kind for kind, _ in places.values()}
    }
    made = {}
    for each in asked:
        kind, pk = places[each.id]
        key = None if isinstance(each, ChartQuery) else saved_queries.key_of(actor, each)
        made[each.id] = _whole(each, key, borne[kind].get(pk, ()), people)
    return made


def _whole(asked: Asked, key: Key | None, names: Sequence[str], people: Mapping[int, Any]) -> dict[str, Any]:
    return {
        **_fields(asked, asked.options),
        **{"api_key": None, **key_fields(key)},
        "tags": list(names),
        "is_safe": query_texts.is_safe(asked),
        "user": maker(people, asked.created_by_fk),
        "last_modified_by": people.get(asked.changed_by_fk or 0),
    }


def query_items(actor: Actor, found: Found) -> list[dict[str, Any]]:
    """The queries of a list; two statements for the people in it, however many they are."""
    people = author_records(row.created_by_fk for row in found.rows)
    return [_item(actor, row, found.tags.get(row.id, ()), people) for row in found.rows]


def _item(actor: Actor, row: Any, names: Sequence[str], people: Mapping[int, Any]) -> dict[str, Any]:
    options = orjson.loads(row.options_json)
    is_own = actor.key_objects is None and (actor.is_admin or row.created_by_fk == actor.user_id)
    is_own = is_own and row.key_nonce is not None
    key = derived_keys.key_of(KeyKind.QUERY, row.id, row.key_nonce, row.key_expires_on) if is_own else None
    found = {
        **_fields(row, options),
        **{"api_key": None, **key_fields(key)},
        "tags": list(names),
        "is_safe": not parameters.is_template(row.sql) and parameters.is_safe(row.sql, parameters.declared(options)),
        "user": maker(people, row.created_by_fk),
        "user_id": row.created_by_fk,
        "last_modified_by_id": row.changed_by_fk,
        "retrieved_at": moment_of_ms(row.retrieved_ms),
        "runtime": None if row.runtime_ms is None else float(row.runtime_ms) / 1000,
        "is_favorite": row.starred_on is not None,
    }
    if row.starred_on is not None:
        found["starred_at"] = moment(row.starred_on)
    return found


def _fields(query: Any, options: Any) -> dict[str, Any]:
    """What both show; query: the object, or a row of a list."""
    return {
        "id": query.id,
        "latest_query_data_id": query.latest_query_id,
        "name": query.label,
        "description": query.description,
        "query": query.sql,
        "query_hash": parameters.text_hash(query_texts.own_text(query.sql, options)),
        "schedule": None if query.schedule_json is None else orjson.loads(query.schedule_json),
        "is_archived": query.is_archived,
        "is_draft": query.is_draft,
        "updated_at": moment(query.changed_on),
        "created_at": moment(query.created_on),
        "data_source_id": query.db_id,
        "options": options,
        "version": VERSION,
    }


def moment_of_ms(epoch_ms: Any) -> str | None:
    """A time in milliseconds since 1970 as Redash writes times."""
    return moment(saved_results.moment_of_ms(epoch_ms))
