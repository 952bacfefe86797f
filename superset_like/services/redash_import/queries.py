"""Queries: texts, parameters, schedules and tags, drafts and archived ones too, owned by who made them."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import CannotBring, Invalid
from superset_like.extensions import db
from superset_like.models import Database, ObjectType, SavedQuery
from superset_like.services import query_schedule, saved_queries, tags
from superset_like.services.redash_import.work import Noun, Values, Work, told


class PersonShape(Schema):
    id = fields.Integer(required=True)


class QueryShape(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    description = fields.String(allow_none=True, load_default=None)
    query = fields.String(required=True)
    data_source_id = fields.Integer(allow_none=True, load_default=None)
    options = fields.Dict(keys=fields.String(), allow_none=True, load_default=None)
    schedule = fields.Raw(allow_none=True, load_default=None)
    tags = fields.List(fields.String(), allow_none=True, load_default=None)
    is_draft = fields.Boolean(load_default=False)
    is_archived = fields.Boolean(load_default=False)
    user = fields.Nested(PersonShape, unknown=EXCLUDE, allow_none=True, load_default=None)


class Queries(Noun):
    """What a query draws its parameter's values from must be brought before: see `in_order`."""

    kind = "query"
    shape = QueryShape

    def wanted(self, work: Work, sent: Values) -> Values:
        if sent["data_source_id"] is None:
            raise CannotBring("it has no data source")
        source = work.own("data source", sent["data_source_id"])
        if source is None:
            raise CannotBring(f"its data source {sent['data_source_id']} was not brought")
        return {
            "label": sent["name"][: saved_queries.LONGEST_LABEL],
            "description": sent["description"],
            "sql": sent["query"],
            "db_id": source,
            "options": _with_own_dropdowns(work, sent["options"] or {}),
            "schedule": None if sent["is_archived"] else _schedule(work, sent["schedule"]),
            "tags": sorted({name.strip() for name in sent["tags"] or () if name.strip()}),
            "is_draft": sent["is_draft"],
            "is_archived": sent["is_archived"],
            "owner": owner(work, sent["user"]),
        }

    def make(self, work: Work, values: Values) -> int:
        database = db.session.get(Database, values["db_id"])
        with work.in_name_of(values["owner"], work.actor_of(values["owner"], _may_write(database))) as actor:
            return saved_queries.made(actor, {**_columns(values), "is_shared": True}).id

    def change(self, work: Work, pk: int, values: Values) -> None:
        saved = db.session.get(SavedQuery, pk)
        database = db.session.get(Database, values["db_id"])
        may_write = _may_write(database)
        actor = work.actor_of(values["owner"], lambda each: may_write(each) and rules.can(each, "edit", saved))
        with work.in_name_of(values["owner"], actor):
            if values["is_archived"]:
                saved_queries.archive(actor, pk)
            saved_queries.update(actor, pk, _columns(values))

    def state(self, work: Work, pk: int) -> Values | None:
        saved = db.session.get(SavedQuery, pk)
        if saved is None:
            return None
        names = ("label", "description", "sql", "db_id", "is_draft", "is_archived")
        borne = tags.names_of(ObjectType.SAVED_QUERY, [pk]).get(pk, [])
        schedule = None if saved.schedule_json is None else json.loads(saved.schedule_json)
        known = {name: getattr(saved, name) for name in names}
        return {**known, "options": saved.options, "schedule": schedule, "tags": sorted(borne)}


def in_order(items: Sequence[Values]) -> Iterator[Values]:
    """The queries of a list by number, each after those from which its parameters take their values."""
    by_id = {each["id"]: each for each in sorted(items, key=lambda each: int(each["id"]))}
    done: set[int] = set()
    for first in by_id:
        waiting = [first]
        while waiting:
            pk = waiting[-1]
            before = [] if pk in done else [each for each in _dropdowns(by_id[pk]) if each in by_id]
            # One that waits already would wait for itself.
            before = [each for each in before if each not in done and each not in waiting]
            if before:
                waiting.append(before[0])
                continue
            waiting.pop()
            if pk not in done:
                done.add(pk)
                yield by_id[pk]


def owner(work: Work, user: Mapping[str, Any] | None) -> int | None:
    """The number here of whom something belongs to; None, which the report says, for somebody who is not here."""
    own = None if user is None else work.own("user", user["id"])
    if own is None:
        work.note("its owner was not brought: it is yours")
    return own


def _may_write(database: Database | None) -> Any:
    def may(actor: Actor) -> bool:
        return actor.can("can_write", "SavedQuery") and database is not None and rules.can(actor, "use", database)

    return may


def _columns(values: Values) -> dict[str, Any]:
    names = ("label", "description", "sql", "db_id", "is_draft", "is_archived")
    schedule = values["schedule"]
    return {
        **{name: values[name] for name in names},
        "options_json": json.dumps(values["options"]),
        "schedule_json": None if schedule is None else json.dumps(schedule),
        "tags": tags.ids_of_new(values["tags"]),
    }


def _definitions(options: Any) -> list[dict[str, Any]]:
    found = options.get("parameters") if isinstance(options, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _dropdowns(item: Values) -> list[int]:
    wanted = (each.get("queryId") for each in _definitions(item.get("options")))
    return [pk for pk in wanted if isinstance(pk, int)]


def _with_own_dropdowns(work: Work, options: dict[str, Any]) -> dict[str, Any]:
    """The options, whose parameters take their values from queries here."""
    found = copy.deepcopy(options)
    for definition in _definitions(found):
        foreign = definition.get("queryId")
        if not isinstance(foreign, int):
            continue
        own = work.own("query", foreign)
        if own is None:
            name = definition.get("name")
            raise CannotBring(f"its parameter {name} takes its values from query {foreign}, which was not brought")
        definition["queryId"] = own
    return found


def _schedule(work: Work, schedule: Any) -> Any:
    """The schedule, where it can be kept here."""
    try:
        return query_schedule.checked(schedule)
    except Invalid as error:
        work.note(f"it has no schedule here: {told(error)}")
        return None
