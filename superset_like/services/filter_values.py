"""What a native filter of a dashboard offers to choose from, as its declaration says."""

from collections.abc import Mapping
from typing import Any

import orjson

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.chart_types.base import adhoc_filters
from superset_like.engine import databases
from superset_like.engine.query import Kind
from superset_like.errors import BadRequest, NotFound, QuestionInvalid
from superset_like.models import Dashboard, Dataset
from superset_like.services import chart_data, declarations, remembered
from superset_like.services.declarations import Declaration
from superset_like.services.extra_form_data import Extra, asked_with
from superset_like.services.questions import QueryObject

MOST_VALUES = 1000


def offered(
    actor: Actor, dashboard: Dashboard, filter_id: str, parents: Extra, search: str | None = None
) -> dict[str, Any]:
    """What the filter offers, under the caller's row rules: {values, truncated, kind}, or {min, max} for a range.

    parents: what the filters are set to on which this one depends. search: text that the values hold. Raises NotFound,
    DataForbidden, BadRequest.
    """
    metadata = declarations.metadata_of(dashboard)
    known = {str(each["id"]): each for each in declarations.native(metadata)}
    declaration = known.get(filter_id)
    if declaration is None:
        raise NotFound()
    _require_parents(declaration, known, parents)
    dataset = _dataset(actor, declaration)
    match declaration["filterType"]:
        case "filter_select":
            return _values(actor, declaration, dataset, parents, search)
        case "filter_range":
            return _bounds(actor, declaration, dataset, parents)
        case "filter_timecolumn":
            return {"values": [each.column_name for each in dataset.columns if each.is_dttm], "truncated": False}
        case "filter_timegrain":
            return {"values": _grains(dataset), "truncated": False}
    raise NotFound()


def _require_parents(declaration: Declaration, known: Mapping[str, Declaration], parents: Extra) -> None:
    """Nothing, or BadRequest when something is set that no filter is about on which this one depends."""
    above = [known[str(pk)] for pk in declaration.get("cascadeParentIds") or () if str(pk) in known]
    columns = {name for each in above for _, name in declarations.targets(each)}
    kinds = {each["filterType"] for each in above}
    foreign = [
        each["col"] for each in parents.filters if not isinstance(each["col"], str) or each["col"] not in columns
    ]
    is_time_foreign = (parents.time_range and "filter_time" not in kinds) or (
        parents.granularity and "filter_timecolumn" not in kinds
    )
    if foreign or is_time_foreign or parents.adhoc_filters:
        raise BadRequest(fields={"parents": ["Only the filters that this one depends on may be set."]})


def _dataset(actor: Actor, declaration: Declaration) -> Dataset:
    pk = next(
        (target.get("datasetId") for target in declaration.get("targets") or () if isinstance(target, dict)), None
    )
    if not isinstance(pk, int):
        raise NotFound()
    dataset = remembered.dataset(pk)
    # A guest's right is that to the embedded dashboard, which declares this filter.
    if actor.needs_rights:
        rules.require(actor, "query", dataset)
    return dataset


def _values(
    actor: Actor, declaration: Declaration, dataset: Dataset, parents: Extra, search: str | None
) -> dict[str, Any]:
    column = _column(declaration, dataset)
    controls = declaration.get("controlValues") or {}
    metric = declaration.get("sortMetric") or controls.get("sortMetric")
    is_rising = controls.get("sortAscending") is not False
    asked = {
        **_question(declaration),
        "columns": [column],
        "metrics": [metric] if metric else [],
        "orderby": [[metric or column, is_rising]],
        "row_limit": MOST_VALUES,
        "apply_fetch_values_predicate": True,
    }
    found = _answer(actor, dataset, _searched(asked, column, search, dataset), parents)
    kind = found.meta["kinds"][found.meta["labels"].index(column)]
    values = [row[column] for row in orjson.loads(found.body)]
    return {"values": values, "truncated": found.meta["truncated"], "kind": kind}


def _bounds(actor: Actor, declaration: Declaration, dataset: Dataset, parents: Extra) -> dict[str, Any]:
    column = _column(declaration, dataset)
    metrics = [
        {"expressionType": "SIMPLE", "aggregate": name.upper(), "column": {"column_name": column}, "label": name}
        for name in ("min", "max")
    ]
    found = _answer(actor, dataset, {**_question(declaration), "columns": [], "metrics": metrics}, parents)
    rows: list[dict[str, Any]] = orjson.loads(found.body)
    return rows[0] if rows else {"min": None, "max": None}


def _question(declaration: Declaration) -> QueryObject:
    """What the declaration narrows its own values by."""
    filters, where, having = adhoc_filters(declaration.get("adhoc_filters") or ())
    return {
        "filters": filters,
        "extras": {"where": where, "having": having},
        "granularity": declaration.get("granularity_sqla"),
        "time_range": declaration.get("time_range"),
    }


def _answer(actor: Actor, dataset: Dataset, asked: QueryObject, parents: Extra) -> chart_data.Answer:
    here = chart_data.of_declaration(actor, dataset)
    return chart_data.answer(here, chart_data.plan(here, _dependent(asked, parents, dataset)))


def _dependent(asked: QueryObject, parents: Extra, dataset: Dataset) -> QueryObject:
    if parents.time_range and not asked.get("granularity"):
        asked = {**asked, "granularity": parents.granularity or dataset.main_dttm_col}
    return asked_with(asked, parents, dataset)


def _searched(asked: QueryObject, column: str, search: str | None, dataset: Dataset) -> QueryObject:
    if not search:
        return asked
    kind = _kind(column, dataset)
    if kind is Kind.STRING:
        wanted = {"col": column, "op": "ILIKE", "val": f"%{search}%"}
    else:
        wanted = {"col": column, "op": "==", "val": search}
    return {**asked, "filters": [*asked["filters"], wanted]}


def _kind(name: str, dataset: Dataset) -> Kind:
    found = next(each for each in dataset.columns if each.column_name == name)
    return Kind.TEMPORAL if found.is_dttm else databases.of_uri(dataset.database.sqlalchemy_uri).kind(found.type or "")


def _column(declaration: Declaration, dataset: Dataset) -> str:
    name = next((name for _, name in declarations.targets(declaration)), None)
    if name is None or name not in {each.column_name for each in dataset.columns}:
        raise QuestionInvalid("The column of this filter is not in its dataset any more")
    return name


def _grains(dataset: Dataset) -> list[str]:
    return [grain for grain in databases.of_uri(dataset.database.sqlalchemy_uri).grains if grain]
