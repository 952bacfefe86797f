"""Bringing back: a former version by a write like any other, a deleted object with its id, uuid and past.

Who restores must be allowed to make the state himself: what it refers to is judged as if he named it now. What is not
there any more, or not for him, is left out and told; without its dataset or connection nothing comes back.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import null, select
from sqlalchemy.exc import IntegrityError

from superset_like.access import grants, rules
from superset_like.access.actor import Actor
from superset_like.errors import Conflict, Invalid
from superset_like.extensions import db
from superset_like.models import (
    Chart,
    Dashboard,
    Database,
    Dataset,
    DatasetColumn,
    DatasetMetric,
    DeletedObject,
    ObjectType,
    RowRule,
    SavedQuery,
    Theme,
)
from superset_like.services import charts, dashboards, datasets, found, history, layouts, saved_queries
from superset_like.services.history import State, Tracked

MODELS: dict[ObjectType, type[Any]] = {kind: model for model, kind in history.KINDS.items()}


def version(actor: Actor, item: Tracked, number: int) -> tuple[Tracked, list[str]]:
    """(the object in the state of that version, which is a new version; what was left out).

    Raises NotFound, Forbidden, Invalid, DataForbidden.
    """
    _, state = history.version_of(actor, item, number)
    left_out: list[str] = []
    values, update = _values(actor, item, state, left_out)
    with history.restoring(number):
        return update(actor, item.id, values), left_out


def deleted(actor: Actor, grave: DeletedObject) -> tuple[Tracked, list[str]]:
    """(the object as it was when it was deleted, what was left out).

    Raises Forbidden, Invalid, DataForbidden, Conflict.
    """
    model = MODELS[ObjectType(grave.object_type)]
    rules.require_new(actor, model)
    if db.session.execute(select(model.id).where(model.uuid == grave.uuid)).first() is not None:
        raise Conflict("Something else has its uuid by now")
    state: State = json.loads(grave.state)
    left_out: list[str] = []
    try:
        with db.session.no_autoflush:
            known = history.identity(grave, model)
            known |= {"created_on": datetime.fromisoformat(state["created_on"]), "created_by_fk": _creator(state)}
            item = _made(actor, model, state, left_out)
        for name, value in known.items():
            setattr(item, name, value)
        history.unbury(grave, item)
        _reattach(actor, item, state, left_out)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise Conflict("It collides with something that exists") from error
    return item, left_out


def _values(
    actor: Actor, item: Tracked, state: State, left_out: list[str]
) -> tuple[dict[str, Any], Callable[[Actor, int, dict[str, Any]], Tracked]]:
    """(what the service's update takes, that update)."""
    values = {name: state[name] for name in history.FIELDS[type(item)]}
    if isinstance(item, SavedQuery):
        return values | {"db_id": _needed(Database, state, "database").id}, saved_queries.update
    values["owners"] = _ids(User, state, "owners", left_out)
    if isinstance(item, Chart):
        if state["dataset"] is not None:
            values["datasource_id"] = _needed(Dataset, state, "dataset").id
        return values, charts.update
    if isinstance(item, Dashboard):
        return values | _of_dashboard(actor, state, item.charts, item.id, left_out), dashboards.update
    folders = values.pop("folders")
    if folders != item.folders:
        values["folders"] = json.loads(folders or "[]")
    values["database_id"] = _needed(Database, state, "database").id
    values["columns"] = _parts(item.columns, state["columns"], "column_name")
    values["metrics"] = _parts(item.metrics, state["metrics"], "metric_name")
    return values, datasets.update


def _made(actor: Actor, model: type[Any], state: State, left_out: list[str]) -> Any:
    values = {name: state[name] for name in history.FIELDS[model]}
    if model is SavedQuery:
        database = _needed(Database, state, "database")
        saved_queries.require_database(actor, database.id)
        return SavedQuery(**values, db_id=database.id)
    values["owners"] = _people(User, state, "owners", left_out)
    if model is Chart:
        dataset = None if state["dataset"] is None else _needed(Dataset, state, "dataset")
        if dataset is not None:
            rules.require(actor, "query", dataset)
        return Chart(**values, datasource_id=dataset.id if dataset else None)
    if model is Dashboard:
        more = _of_dashboard(actor, state, (), None, left_out)
        on_it, layout = more.pop("charts"), more.pop("position_json", None)
        made = Dashboard(**values | more | {"roles": _people(Role, state, "roles", [])})
        made.charts = list(found.known(actor, Chart, on_it))
        made.position_json = layout
        return made
    dataset = Dataset(
        **values,
        database=_needed(Database, state, "database"),
        columns=[_part(DatasetColumn, part) for part in state["columns"]],
        metrics=[_part(DatasetMetric, part) for part in state["metrics"]],
    )
    datasets.require_source(actor, dataset)
    return dataset


def _of_dashboard(
    actor: Actor, state: State, present: Iterable[Chart], own_id: int | None, left_out: list[str]
) -> dict[str, Any]:
    """The slug, roles, theme, charts and layout of a state, as far as they can be had."""
    here = {chart.id for chart in present}
    ids = {old: chart.id for old, chart in history.referred_all(Chart, state["charts"]).items()}
    seen = {chart.id for chart in found.known(actor, Chart, list(ids.values()))} | here
    kept = [pk for pk in ids.values() if pk in seen]
    left_out += [f"charts.{each['id']}" for each in state["charts"] if ids.get(each["id"]) not in seen]
    slug = state["slug"]
    taken = select(Dashboard.id).where(Dashboard.slug == slug, Dashboard.id != (own_id or 0))
    if slug and db.session.execute(taken).first() is not None:
        left_out.append("slug")
        slug = None
    # States of before themes say nothing of one.
    worn = state.get("theme")
    theme = history.referred(Theme, worn)
    if theme is None and worn is not None:
        left_out.append("theme")
    layout = json.loads(state["position_json"] or "{}")
    gone = set(layouts.chart_ids(layout)) - {old for old, new in ids.items() if new in kept}
    made = {"slug": slug, "roles": _ids(Role, state, "roles", left_out), "charts": kept}
    if "theme" in state:
        made["theme_id"] = None if theme is None else theme.id
    placed = layouts.repointed(layouts.without(layout, gone) if gone else layout, ids)
    return made | {"position_json": json.dumps(placed) if state["position_json"] else None}


def _reattach(actor: Actor, item: Tracked, state: State, left_out: list[str]) -> None:
    """What pointed to the object points to it again, unless it points elsewhere by now."""
    if isinstance(item, Chart):
        # A layout goes on naming what was deleted: under the same number it shows there again.
        dashboards_there = history.referred_all(Dashboard, state["dashboards"])
        for reference in state["dashboards"]:
            dashboard = dashboards_there.get(reference["id"])
            if dashboard is not None and rules.can(actor, "edit", dashboard):
                dashboard.charts = [*dashboard.charts, item]
            else:
                left_out.append(f"dashboards.{reference['id']}")
    if isinstance(item, Dataset):
        grants.ensure_for_dataset(item)
        # Whoever was bound by a rule of it is bound again.
        for rule in history.referred_all(RowRule, state["row_rules"]).values():
            rule.tables = [*rule.tables, item]
        for chart in history.referred_all(Chart, state["charts"]).values():
            if chart.datasource_id is None:
                chart.datasource_id = item.id


def _needed(model: type[Any], state: State, field: str) -> Any:
    found = history.referred(model, state[field])
    if found is None:
        raise Invalid(fields={field: [f"The {field} of this version is not there any more. Restore it first."]})
    return found


def _people(model: type[User] | type[Role], state: State, field: str, left_out: list[str]) -> list[Any]:
    found = history.present(model, state[field])
    left_out += [f"{field}.{pk}" for pk in sorted(set(state[field]) - {each.id for each in found})]
    return found


def _ids(model: type[User] | type[Role], state: State, field: str, left_out: list[str]) -> list[int]:
    return [each.id for each in _people(model, state, field, left_out)]


def _creator(state: State) -> Any:
    found = history.present(User, [state["created_by"] or 0])
    # Without a value the one who restores would be said to have made it.
    return found[0].id if found else null()


def _parts(present: Sequence[Any], stored: Sequence[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    """The stored columns or metrics, each as the present one of its name, else of its uuid, else as a new one."""
    free = {part.id: part for part in present}
    made = []
    for values in stored:
        plain = {key: value for key, value in values.items() if key != "uuid"}
        same = [part for part in free.values() if getattr(part, name) == values[name]]
        same = same or [part for part in free.values() if str(part.uuid) == values["uuid"]]
        if same:
            del free[same[0].id]
            plain["id"] = same[0].id
        made.append(plain)
    return made


def _part(kind: type[Any], values: Mapping[str, Any]) -> Any:
    return kind(**{**values, "uuid": UUID(values["uuid"])})
