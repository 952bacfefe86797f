"""What one can do with saved queries."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from superset_like.access import derived_keys, rules
from superset_like.access.actor import Actor
from superset_like.access.derived_keys import Key, KeyKind
from superset_like.engine import parameters
from superset_like.errors import BadRequest, Forbidden, Invalid
from superset_like.extensions import db
from superset_like.models import Database, ObjectType, SavedQuery
from superset_like.models.mixins import new_nonce, now
from superset_like.services import (
    chart_queries,
    charts,
    found,
    history,
    marks,
    query_alerts,
    query_datasets,
    query_schedule,
    query_texts,
    saved_runs,
    visualizations,
)
from superset_like.services.chart_queries import Asked, ChartQuery

# Columns that may not be empty: a null in a body means the default.
DEFAULTS: Mapping[str, Any] = {"label": "", "sql": "", "extra_json": "{}", "options_json": "{}"}
NO_DROPDOWN = (
    "You are trying to associate a dropdown query that does not have a matching group. Please verify the dropdown "
    "query id you are trying to associate with this query."
)
COPIED = ("db_id", "catalog", "schema", "sql", "description", "options_json", "template_parameters")
LONGEST_LABEL = 256


def create(actor: Actor, values: Mapping[str, Any]) -> SavedQuery:
    """A new saved query of the caller. Raises Invalid, Forbidden."""
    saved = made(actor, values)
    db.session.commit()
    return saved


def create_with_table(actor: Actor, values: Mapping[str, Any]) -> SavedQuery:
    """As `create`, with a table of its rows as its first visualization, and a kept result where there is one."""
    saved = made(actor, values)
    latest = saved_runs.latest_of_text(actor, saved)
    saved.latest_query_id = latest.id if latest else None
    visualizations.create(actor, saved, kind="TABLE", name="Table", description="", options={})
    return saved


def made(actor: Actor, values: Mapping[str, Any]) -> SavedQuery:
    """As `create`, not committed. values: its columns, and `tags`: ids."""
    rules.require_new(actor, SavedQuery)
    if actor.user_id is None or not actor.can("can_write", "SavedQuery"):
        raise Forbidden()
    values = dict(values)
    require_database(actor, values["db_id"])
    _require_dropdowns(actor, values.get("options_json"))
    values |= _for_the_editor(values)
    tag_ids = values.pop("tags", ())
    saved = SavedQuery(**_stored(values))
    _schedule(saved, values)
    db.session.add(saved)
    db.session.flush()
    marks.tag(ObjectType.SAVED_QUERY, saved.id, tag_ids)
    return saved


def update(actor: Actor, pk: int, values: Mapping[str, Any]) -> SavedQuery:
    """The saved query with these values; what is not named stays. Raises NotFound, Forbidden, Invalid."""
    if values.get("is_archived"):
        visualizations.hold_dashboards(pk)
    saved = found.editable(actor, SavedQuery, [pk])[0]
    former = history.before(saved)
    values = dict(values)
    if values.get("is_archived") and not saved.is_archived:
        _put_away(_one_for(actor, "own", pk))
        values.pop("schedule_json", None)
    if values.get("db_id") is None:
        values.pop("db_id", None)
    else:
        require_database(actor, values["db_id"])
    if "tags" in values:
        marks.tag(ObjectType.SAVED_QUERY, saved.id, values.pop("tags"))
    if "options_json" in values:
        _require_dropdowns(actor, values["options_json"])
        values |= _for_the_editor(values)
    for name, value in _stored(values).items():
        # What somebody writes again as it is has no new author.
        if getattr(saved, name) != value:
            setattr(saved, name, value)
    _schedule(saved, values)
    history.keep(former)
    query_datasets.follow(saved)
    visualizations.attach(actor, saved)
    db.session.commit()
    return saved


def update_asked(actor: Actor, query_id: int, values: Mapping[str, Any]) -> Asked:
    """As `update`, for a chart that stands for a query too, of which name, description and tags can be written.

    What is written as it is, is no change. Raises BadRequest where a chart's question would change.
    """
    asked = chart_queries.one(actor, query_id)
    if not isinstance(asked, ChartQuery):
        return update(actor, query_id, values)
    same = {"sql": asked.sql, "db_id": asked.db_id, "options_json": "{}", "schedule_json": None, "is_archived": False}
    changed = {name: value for name, value in values.items() if name not in same or same[name] != value}
    names = {"label": "slice_name", "description": "description", "tags": "tags"}
    if changed.keys() - names.keys() - {"is_draft"}:
        raise BadRequest(chart_queries.MADE_ELSEWHERE)
    written = {names[name]: value for name, value in changed.items() if name in names}
    chart = charts.update(actor, asked.chart.id, written)
    return chart_queries.of_chart(actor, chart)


def archive(actor: Actor, pk: int) -> SavedQuery:
    """The query, which no list and no dashboard shows, nobody runs by a clock, and no alert looks at.

    Raises NotFound, Forbidden, also for who may change it and did not make it.
    """
    visualizations.hold_dashboards(pk)
    saved = _one_for(actor, "own", pk)
    if not saved.is_archived:
        _put_away(saved)
        db.session.commit()
    return saved


def _put_away(saved: SavedQuery) -> None:
    """It is archived; not committed."""
    saved.is_archived, saved.schedule_json, saved.next_run_on = True, None, None
    visualizations.take_off_dashboards(saved)
    query_alerts.forget(saved.id)


def fork(actor: Actor, pk: int) -> SavedQuery:
    """A copy of the query with its visualizations, owned by the caller. Raises NotFound, RunForbidden, Forbidden."""
    source = chart_queries.one(actor, pk)
    copied = {name: getattr(source, name, None) for name in COPIED}
    label = f"Copy of (#{source.id}) {source.label}"[:LONGEST_LABEL]
    tag_ids = [tag.id for tag in source.tags]
    values = {**copied, "label": label, "is_shared": True, "is_draft": True, "tags": tag_ids}
    try:
        copy = made(actor, values)
    except Invalid as error:
        raise Forbidden() from error
    copy.latest_query_id = source.latest_query_id
    if isinstance(source, ChartQuery):
        visualizations.create(actor, copy, kind="TABLE", name="Table", description="", options={})
    else:
        visualizations.copy_all(actor, source, copy)
    return copy


def renew_key(actor: Actor, pk: int, expires_on: datetime | None = None) -> SavedQuery:
    """The query, whose former key opens nothing any more. Raises NotFound, Forbidden.

    expires_on: when the new key ends (UTC); None for never.
    """
    saved = _one_for(actor, "own", pk)
    saved.key_nonce, saved.key_expires_on = new_nonce(), expires_on
    db.session.commit()
    return saved


def key_of(actor: Actor, saved: SavedQuery) -> Key | None:
    """The query's key, for who may edit it; None for others, since it reads with its maker's rights."""
    if not rules.can(actor, "edit", saved):
        return None
    return derived_keys.key_of(KeyKind.QUERY, saved.id, saved.key_nonce, saved.key_expires_on)


def grant(actor: Actor, pk: int, user_id: int) -> SavedQuery:
    """The query, which this person may change from now on. Raises NotFound, Forbidden, Invalid (user_id)."""
    saved = _one_for(actor, "grant", pk)
    if all(editor.id != user_id for editor in saved.editors):
        user = db.session.get(User, user_id)
        if user is None:
            raise Invalid("User not found.", fields={"user_id": ["User not found."]})
        saved.editors.append(user)
        db.session.commit()
    return saved


def revoke(actor: Actor, pk: int, user_id: int) -> None:
    """This person may not change the query any more, unless he made it. Raises NotFound, Forbidden."""
    saved = _one_for(actor, "grant", pk)
    saved.editors = [editor for editor in saved.editors if editor.id != user_id]
    db.session.commit()


def _for_the_editor(values: Mapping[str, Any]) -> dict[str, str]:
    """What the SQL editor gives the text's places: the values that the parameters have by themselves, as of now."""
    if "template_parameters" in values:
        return {}
    own = query_texts.own_values(json.loads(values.get("options_json") or "{}"))
    return {"template_parameters": json.dumps(own)} if own else {}


def _one_for(actor: Actor, verb: str, pk: int) -> SavedQuery:
    """The query. Raises NotFound, or Forbidden where this is not for the caller: see access/rules.py."""
    saved = found.one(actor, SavedQuery, pk)
    rules.require(actor, verb, saved)
    return saved


def _schedule(saved: SavedQuery, values: Mapping[str, Any]) -> None:
    """The query is due when what was written says. Raises Invalid (schedule)."""
    if "schedule_json" in values:
        query_schedule.checked(json.loads(values["schedule_json"] or "null"))
        saved.schedule_failures = 0
    if "schedule_json" in values or "is_archived" in values:
        saved.next_run_on = query_schedule.plan(saved, now())


def _require_dropdowns(actor: Actor, options_json: str | None) -> None:
    """Nothing. Raises Invalid for a parameter over a query that does not exist, Forbidden for one not to be seen."""
    declared = parameters.declared(json.loads(options_json or "{}"))
    wanted = {each.query_id for each in declared if each.query_id is not None}
    known = set(db.session.execute(select(SavedQuery.id).where(SavedQuery.id.in_(wanted))).scalars())
    if known != wanted:
        raise Invalid(NO_DROPDOWN, fields={"options": [NO_DROPDOWN]})
    if len(found.known(actor, SavedQuery, sorted(wanted))) != len(wanted):
        raise Forbidden()


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error. Their datasets stay with who might have made them himself."""
    items = found.visible(actor, SavedQuery, pks)
    for saved in items:
        rules.require(actor, "own", saved)
    history.bury(actor, items)
    for saved in items:
        query_datasets.release(actor, saved)
        db.session.delete(saved)
    marks.forget(ObjectType.SAVED_QUERY, pks)
    db.session.commit()
    return len(items)


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: DEFAULTS.get(name) if value is None else value for name, value in values.items()}


def require_database(actor: Actor, pk: int) -> None:
    """Nothing. Raises Invalid (db_id) where he may not run SQL on the connection; Forbidden where he may look at it."""
    database = db.session.get(Database, pk)
    if database is None or not rules.can(actor, "use", database):
        if database is not None and rules.can(actor, "look", database):
            raise Forbidden()
        raise Invalid(fields={"db_id": ["Database does not exist"]})
