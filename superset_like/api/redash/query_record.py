"""Queries as Redash shows them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

from superset_like.access import derived_keys, rules
from superset_like.access.actor import Actor
from superset_like.access.derived_keys import KeyKind
from superset_like.api.redash.people import maker, user_records
from superset_like.api.redash.resource import moment
from superset_like.api.redash.visualization_record import records
from superset_like.engine import parameters
from superset_like.models import ObjectType, SavedQuery
from superset_like.services import chart_queries, marks, saved_queries, saved_runs, tags, visualizations
from superset_like.services.chart_queries import Asked, ChartQuery
from superset_like.services.query_lists import Found

# Redash never raises it, and clients send back what they read at any later time: docs/decisions/0012.
VERSION = 1


def query_record(actor: Actor, saved: Asked, *, with_visualizations: bool = True) -> dict[str, Any]:
    """The query with its people, as its own endpoints answer it."""
    people = user_records([saved.created_by_fk, saved.changed_by_fk])
    _, kind, pk = chart_queries.place_of(saved.id)
    starred = marks.stars(actor, kind, [pk])
    found = {
        **_fields(saved, saved.options),
        "api_key": None if isinstance(saved, ChartQuery) else saved_queries.key_of(actor, saved),
        "tags": tags.names_of(kind, [pk]).get(pk, []),
        "is_safe": saved_runs.is_safe(saved),
        "user": maker(people, saved.created_by_fk),
        "last_modified_by": people.get(saved.changed_by_fk or 0),
        "is_favorite": bool(starred),
    }
    if with_visualizations:
        charts = [saved.chart] if isinstance(saved, ChartQuery) else visualizations.of_query(actor, saved)
        known = records(charts)
        found["visualizations"] = [known[chart.id] for chart in charts]
    return found


def query_items(actor: Actor, found: Found) -> list[dict[str, Any]]:
    """The queries of a list; two statements for the people in it, however many they are."""
    people = user_records(row.created_by_fk for row in found.rows)
    return [_item(actor, row, found.tags.get(row.id, ()), people) for row in found.rows]


def _item(actor: Actor, row: Any, names: Sequence[str], people: Mapping[int, Any]) -> dict[str, Any]:
    options = orjson.loads(row.options_json)
    is_own = actor.key_objects is None and (actor.is_admin or row.created_by_fk == actor.user_id)
    is_own = is_own and row.key_nonce is not None
    found = {
        **_fields(row, options),
        "api_key": derived_keys.key_of(KeyKind.QUERY, row.id, row.key_nonce) if is_own else None,
        "tags": list(names),
        "is_safe": not parameters.is_template(row.sql) and parameters.is_safe(row.sql, parameters.declared(options)),
        "user": maker(people, row.created_by_fk),
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
        "query_hash": parameters.text_hash(saved_runs.own_text(query.sql, options)),
        "schedule": None if query.schedule_json is None else orjson.loads(query.schedule_json),
        "is_archived": query.is_archived,
        "is_draft": query.is_draft,
        "updated_at": moment(query.changed_on),
        "created_at": moment(query.created_on),
        "data_source_id": query.db_id,
        "options": options,
        "version": VERSION,
    }


def with_rights(actor: Actor, saved: Asked, record: dict[str, Any]) -> dict[str, Any]:
    """The record with whether the caller may edit the query."""
    thing = saved.chart if isinstance(saved, ChartQuery) else saved
    return {**record, "can_edit": rules.can(actor, "edit", thing)}


def moment_of_ms(epoch_ms: Any) -> str | None:
    """A time in milliseconds since 1970 as Redash writes times."""
    return moment(saved_runs.moment_of_ms(epoch_ms))


def query_records(actor: Actor, queries: Collection[SavedQuery]) -> dict[int, dict[str, Any]]:
    """id -> the query as other objects show it: with its people, without its visualizations and the caller's star."""
    people = user_records(pk for saved in queries for pk in (saved.created_by_fk, saved.changed_by_fk))
    names = tags.names_of(ObjectType.SAVED_QUERY, [saved.id for saved in queries])
    return {
        saved.id: {
            **_fields(saved, saved.options),
            "api_key": saved_queries.key_of(actor, saved),
            "tags": names.get(saved.id, []),
            "is_safe": saved_runs.is_safe(saved),
            "user": maker(people, saved.created_by_fk),
            "last_modified_by": people.get(saved.changed_by_fk or 0),
        }
        for saved in queries
    }
