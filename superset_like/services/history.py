"""Former states: each write of a chart, dashboard, dataset or saved query keeps the one that it replaces.

A state is what people made of the object: its own fields, its owners and roles, its columns and metrics, and what it
refers to by id and uuid. Stars, tags and leaves to embed are no part of it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import Table, delete, func, select, update

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import NotFound
from superset_like.extensions import db, settings
from superset_like.models import (
    Chart,
    Dashboard,
    Database,
    Dataset,
    DeletedObject,
    FormerState,
    ObjectType,
    RowRule,
    Theme,
)
from superset_like.models import SavedQuery as Saved
from superset_like.models.mixins import now

Tracked = Chart | Dashboard | Dataset | Saved
State = dict[str, Any]

KINDS: Mapping[type[Model], ObjectType] = {
    Chart: ObjectType.CHART,
    Dashboard: ObjectType.DASHBOARD,
    Dataset: ObjectType.DATASET,
    Saved: ObjectType.SAVED_QUERY,
}
SHARED = ("certified_by", "certification_details", "is_managed_externally", "external_url")
FIELDS: Mapping[type[Model], tuple[str, ...]] = {
    Chart: (
        *("slice_name", "viz_type", "description", "params", "query_context", "cache_timeout", "datasource_type"),
        *SHARED,
    ),
    Dashboard: (
        *("dashboard_title", "slug", "description", "position_json", "json_metadata", "css", "published"),
        *SHARED,
    ),
    Dataset: (
        *("table_name", "catalog", "schema", "sql", "description", "main_dttm_col", "currency_code_column"),
        *("filter_select_enabled", "fetch_values_predicate", "is_sqllab_view", "template_params", "default_endpoint"),
        *("offset", "cache_timeout", "params", "extra", "folders", "normalize_columns", "always_filter_main_dttm"),
        *("is_managed_externally", "external_url"),
    ),
    Saved: ("label", "description", "catalog", "schema", "sql", "template_parameters", "extra_json", "options_json"),
}
COLUMN_FIELDS = (
    *("column_name", "verbose_name", "type", "advanced_data_type", "expression", "description", "is_active"),
    *("is_dttm", "groupby", "filterable", "python_date_format", "datetime_format", "extra"),
)
METRIC_FIELDS = (
    *("metric_name", "verbose_name", "metric_type", "expression", "description", "d3format", "currency"),
    *("warning_text", "extra"),
)
# JSON objects in texts, of which single keys are told as changed; lists of parts, by the name of each.
OBJECTS = frozenset(
    {"params", "json_metadata", "template_params", "template_parameters", "extra", "extra_json", "options_json"}
)
PARTS = {"columns": "column_name", "metrics": "metric_name"}
MOST_PRUNED = 200
_restored: ContextVar[int | None] = ContextVar("restored", default=None)


@dataclass(frozen=True, slots=True)
class Before:
    """An object as it was before a write."""

    item: Tracked
    version: int
    changed_on: datetime
    changed_by: int | None
    state: State


@dataclass(frozen=True, slots=True)
class Entry:
    """A version. changed: the fields by which it differs from the one before; None where that is not known any more."""

    version: int
    changed_on: datetime
    changed_by: User | None
    is_current: bool
    changed: Sequence[str] | None
    restored_version: int | None


def before(item: Tracked) -> Before:
    """The object as it is; to be asked before anything of it changes."""
    return Before(item, item.version, item.changed_on, item.changed_by_fk, state_of(item))


def keep(former: Before) -> None:
    """The former state is kept with the write that replaces it, unless that changed nothing; not committed."""
    changed = differences(former.state, state_of(former.item))
    if not changed:
        return
    # Also where only relations changed: no two states have the same version.
    former.item.changed_on = now()
    if not settings().history_versions:
        return
    kind = KINDS[type(former.item)]
    db.session.add(
        FormerState(
            object_type=kind,
            object_id=former.item.id,
            version=former.version,
            changed_on=former.changed_on,
            changed_by_fk=former.changed_by,
            changed=json.dumps(changed),
            restored_version=_restored.get(),
            state=json.dumps(former.state),
        )
    )
    db.session.flush()
    over = _of(kind, former.item.id, select(FormerState.id)).order_by(FormerState.version.desc())
    _delete(FormerState, over.offset(settings().history_versions))


@contextmanager
def restoring(version: int) -> Iterator[None]:
    """Writes in the block bring this version back."""
    token = _restored.set(version)
    try:
        yield
    finally:
        _restored.reset(token)


def entries(actor: Actor, item: Tracked, page: int, size: int) -> tuple[int, list[Entry]]:
    """(how many versions are known, a page of them, the latest first). Raises Forbidden for whoever may not edit it."""
    rules.require(actor, "edit", item)
    kind = KINDS[type(item)]
    count = 1 + db.session.execute(_of(kind, item.id, select(func.count(FormerState.id)))).scalar_one()
    start = page * size
    # One more at each end: the write that made a version is told by the one before it.
    found = _of(kind, item.id, select(FormerState)).order_by(FormerState.version.desc())
    rows: list[Any] = list(db.session.execute(found.limit(size + 1).offset(max(start - 1, 0))).scalars())
    line = [item, *rows] if start == 0 else rows
    made = [_entry(each, line[at + 1] if at + 1 < len(line) else None) for at, each in enumerate(line)]
    return count, made[:size]


def version_of(actor: Actor, item: Tracked, version: int) -> tuple[Entry, State]:
    """(the version, its state). Raises NotFound, Forbidden."""
    rules.require(actor, "edit", item)
    kind = KINDS[type(item)]
    row: Any = item
    if version != item.version:
        found = _of(kind, item.id, select(FormerState)).where(FormerState.version == version)
        row = db.session.execute(found).scalar()
        if row is None:
            raise NotFound()
    older = _of(kind, item.id, select(FormerState)).where(FormerState.version < version)
    former = db.session.execute(older.order_by(FormerState.version.desc()).limit(1)).scalar()
    return _entry(row, former), json.loads(row.state) if isinstance(row, FormerState) else state_of(item)


def bury(actor: Actor, items: Sequence[Tracked]) -> None:
    """The objects can be restored for a time, with their former states; to be said before they are deleted."""
    if not settings().restore_days:
        for item in items:
            _delete(FormerState, _of(KINDS[type(item)], item.id, select(FormerState.id)), all_now=True)
        return
    _delete(DeletedObject, select(DeletedObject.id).where(DeletedObject.deleted_on < _oldest()))
    for item in items:
        kind = KINDS[type(item)]
        grave = DeletedObject(
            object_type=kind,
            object_id=item.id,
            uuid=item.uuid,
            name=str(item)[:500],
            version=item.version,
            state=json.dumps(_whole(item)),
            deleted_by_fk=actor.user_id,
            owners=_owners(item),
        )
        db.session.add(grave)
        db.session.flush()
        here = (FormerState.object_type == kind, FormerState.object_id == item.id)
        db.session.execute(update(FormerState).where(*here).values(object_id=None, deleted_object_id=grave.id))


def deleted(actor: Actor, kind: ObjectType, page: int, size: int) -> tuple[int, list[DeletedObject]]:
    """(how many, a page of) the deleted objects that the caller may restore, the latest first."""
    found = _restorable(actor, kind)
    count = db.session.execute(found.with_only_columns(func.count(DeletedObject.id))).scalar_one()
    newest = found.order_by(DeletedObject.deleted_on.desc(), DeletedObject.id.desc())
    return count, list(db.session.execute(newest.limit(size).offset(page * size)).scalars())


def deleted_one(actor: Actor, kind: ObjectType, pk: int) -> DeletedObject:
    """The deleted object, if the caller may restore it. Raises NotFound."""
    found: DeletedObject | None = db.session.execute(_restorable(actor, kind).where(DeletedObject.id == pk)).scalar()
    if found is None:
        raise NotFound()
    return found


def restorable_until(grave: DeletedObject) -> datetime:
    """When it will be gone for good."""
    return grave.deleted_on + timedelta(days=settings().restore_days)


def identity(grave: DeletedObject, model: type[Model]) -> dict[str, Any]:
    """The uuid of a deleted object, and its id where no other has it by now."""
    taken = db.session.execute(select(model.id).where(model.id == grave.object_id)).first()
    return {"uuid": grave.uuid} if taken else {"uuid": grave.uuid, "id": grave.object_id}


def unbury(grave: DeletedObject, item: Tracked) -> None:
    """The object has its past again, and a version of its own after it; not committed."""
    db.session.add(item)
    db.session.flush()
    table: Any = item.__table__
    assert isinstance(table, Table)
    # Versions of a new row begin anew, which would make two states of one number.
    db.session.connection().execute(update(table).where(table.c.id == item.id).values(version=grave.version + 1))
    db.session.refresh(item, ["version"])
    here = FormerState.deleted_object_id == grave.id
    db.session.execute(update(FormerState).where(here).values(object_id=item.id, deleted_object_id=None))
    db.session.delete(grave)


def state_of(item: Tracked) -> State:
    """What people made of it, JSON-ready."""
    state: State = {name: getattr(item, name) for name in FIELDS[type(item)]}
    if isinstance(item, Chart):
        state["dataset"] = _reference(Dataset, item.datasource_id)
    if isinstance(item, Saved):
        state["database"] = _reference(Database, item.db_id)
        return state
    state["owners"] = sorted(owner.id for owner in item.owners)
    if isinstance(item, Dashboard):
        state["roles"] = sorted(role.id for role in item.roles)
        state["theme"] = _reference(Theme, item.theme_id)
        state["charts"] = [_named(chart) for chart in sorted(item.charts, key=lambda chart: chart.id)]
    if isinstance(item, Dataset):
        state["database"] = _named(item.database)
        state["columns"] = [_part(column, COLUMN_FIELDS) for column in item.columns]
        state["metrics"] = [_part(metric, METRIC_FIELDS) for metric in item.metrics]
    return state


def referred(model: type[Model], reference: Mapping[str, Any] | None) -> Any:
    """What a state refers to, if it is still there; by its uuid, since ids are given anew."""
    return next(iter(referred_all(model, () if reference is None else (reference,)).values()), None)


def referred_all(model: type[Model], references: Sequence[Mapping[str, Any]]) -> dict[int, Any]:
    """Id in the state -> what it refers to, of what is still there, in the state's order."""
    if not references:
        return {}
    uuids = [UUID(each["uuid"]) for each in references]
    found = {item.uuid: item for item in db.session.execute(select(model).where(model.uuid.in_(uuids))).scalars()}
    return {each["id"]: found[uuid] for each, uuid in zip(references, uuids, strict=True) if uuid in found}


def present(model: type[User] | type[Role], ids: Sequence[int]) -> list[Any]:
    """Those people or roles of a state that are still there."""
    return list(db.session.execute(select(model).where(model.id.in_(ids)).order_by(model.id)).scalars())


def differences(former: State, latter: State) -> list[str]:
    """The fields that differ, with a dot for what is within one: `params.groupby`, `columns.amount`."""
    return [name for field in latter if former.get(field) != latter[field] for name in _within(field, former, latter)]


def value_at(state: State, field: str) -> Any:
    """The value of a field that `differences` names; None where the state has none."""
    name, _, within = field.partition(".")
    members = _members(name, state.get(name)) if within else None
    return state.get(name) if members is None else members.get(within)


def _within(field: str, former: State, latter: State) -> list[str]:
    both = (_members(field, former.get(field)), _members(field, latter[field]))
    if both[0] is None or both[1] is None:
        return [field]
    names = sorted(both[0].keys() | both[1].keys())
    return [f"{field}.{name}" for name in names if both[0].get(name) != both[1].get(name)] or [field]


def _members(field: str, value: Any) -> dict[str, Any] | None:
    if field in PARTS:
        return {part[PARTS[field]]: part for part in value or ()}
    if field not in OBJECTS:
        return None
    try:
        found = json.loads(value or "{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _entry(row: Any, former: FormerState | None) -> Entry:
    return Entry(
        row.version,
        row.changed_on,
        row.changed_by,
        not isinstance(row, FormerState),
        None if former is None else json.loads(former.changed),
        None if former is None else former.restored_version,
    )


def _of(kind: ObjectType, pk: int, statement: Any) -> Any:
    return statement.where(FormerState.object_type == kind, FormerState.object_id == pk)


def _delete(model: type[Model], which: Any, *, all_now: bool = False) -> None:
    # By key, and not many at a time: MySQL locks whole ranges of an index that it deletes by.
    while pks := db.session.execute(which.limit(MOST_PRUNED)).scalars().all():
        db.session.execute(delete(model).where(model.id.in_(pks)))
        if not all_now:
            break


def _restorable(actor: Actor, kind: ObjectType) -> Any:
    statement = select(DeletedObject).where(DeletedObject.object_type == kind, DeletedObject.deleted_on >= _oldest())
    condition = rules.visible(actor, DeletedObject)
    return statement if condition is None else statement.where(condition)


def _oldest() -> datetime:
    return now() - timedelta(days=settings().restore_days)


def _whole(item: Tracked) -> State:
    """The state, and what else goes with the object."""
    more: State = {"created_on": item.created_on.isoformat(), "created_by": item.created_by_fk}
    if isinstance(item, Chart):
        more["dashboards"] = [_named(dashboard) for dashboard in item.dashboards]
    if isinstance(item, Dataset):
        more["charts"] = _all(select(Chart).where(Chart.datasource_id == item.id))
        more["row_rules"] = _all(select(RowRule).where(RowRule.tables.any(Dataset.id == item.id)))
    return state_of(item) | more


def _all(statement: Any) -> list[dict[str, Any]]:
    return [_named(each) for each in db.session.execute(statement).scalars()]


def _owners(item: Tracked) -> list[User]:
    if isinstance(item, Saved):
        return [] if item.created_by is None else [item.created_by]
    return list(item.owners)


def _reference(model: type[Model], pk: int | None) -> dict[str, Any] | None:
    found = None if pk is None else db.session.get(model, pk)
    return None if found is None else _named(found)


def _named(item: Any) -> dict[str, Any]:
    return {"id": item.id, "uuid": str(item.uuid)}


def _part(part: Any, fields: Sequence[str]) -> dict[str, Any]:
    return {"uuid": str(part.uuid), **{name: getattr(part, name) for name in fields}}
