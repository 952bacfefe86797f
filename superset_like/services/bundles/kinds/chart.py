"""Charts in bundles."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from flask_appbuilder import Model
from marshmallow import ValidationError, fields, pre_load
from marshmallow.validate import Length
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.extensions import db
from superset_like.models import Chart, ObjectType
from superset_like.models.mixins import now
from superset_like.services import people
from superset_like.services.bundles import tags
from superset_like.services.bundles.arrivals import Arrivals
from superset_like.services.bundles.kind import VERSION, Config, Kind, assign_values, json_or_none
from superset_like.services.bundles.kinds.dataset import DatasetKind
from superset_like.services.bundles.references import ChartIds, annotated_charts
from superset_like.services.bundles.selection import Selection

PLAIN = (
    "slice_name",
    "description",
    "certified_by",
    "certification_details",
    "viz_type",
    "cache_timeout",
    "is_managed_externally",
    "external_url",
)
JSON_TEXTS = frozenset({"params", "query_context"})
NOT_NULL = {"is_managed_externally": False}


def _json_object(text: str | None) -> None:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise ValidationError("JSON not valid") from error
    if not isinstance(value, dict):
        raise ValidationError("JSON not valid")


class ChartConfig(Config):
    slice_name = fields.String(required=True, validate=Length(1, 250))
    description = fields.String(allow_none=True)
    certified_by = fields.String(allow_none=True)
    certification_details = fields.String(allow_none=True)
    viz_type = fields.String(required=True, validate=Length(1, 250))
    params = fields.Dict(allow_none=True)
    query_context = fields.String(allow_none=True, validate=_json_object)
    cache_timeout = fields.Integer(allow_none=True)
    # None: the chart lost its dataset before it was exported.
    dataset_uuid = fields.UUID(allow_none=True, load_default=None)
    tags = fields.List(fields.String(validate=Length(1, 250)), allow_none=True)

    @pre_load
    def _present_names(self, given: Any, **_: Any) -> Any:
        if not isinstance(given, dict) or "datasource_uuid" not in given:
            return given
        made = {name: value for name, value in given.items() if name != "datasource_uuid"}
        return {"dataset_uuid": given["datasource_uuid"], **made}


class ChartKind(Kind):
    """Charts."""

    name = "chart"
    type_name = "Slice"
    noun = "Chart"
    folder = "charts"
    resource = "Chart"
    rank = 3
    holds = frozenset({"database", "dataset"})
    model = Chart
    title_field = "slice_name"
    schema: ClassVar[type[Config]] = ChartConfig
    loading = (selectinload(Chart.tags), selectinload(Chart.table).options(*DatasetKind.loading))

    def related(self, item: Chart) -> Iterable[Model]:
        if item.table is not None:
            yield item.table
        annotated = [pk for pk in annotated_charts(json.loads(item.params)) if isinstance(pk, int)]
        if annotated:
            statement = select(Chart).where(Chart.id.in_(annotated)).options(*self.loading)
            yield from db.session.execute(statement).scalars()

    def config(self, item: Chart, selection: Selection) -> dict[str, Any]:
        ids = ChartIds(
            selection.number(item),
            None if item.table is None else selection.number(item.table),
            lambda pk: _uuid_of(selection.found(Chart, pk)),
        )
        context = json_or_none(item.query_context)
        config = {
            "slice_name": item.slice_name,
            "description": item.description,
            "certified_by": item.certified_by,
            "certification_details": item.certification_details,
            "viz_type": item.viz_type,
            "params": ids.form(json.loads(item.params)),
            "query_context": None if context is None else json.dumps(ids.context(context)),
            "cache_timeout": item.cache_timeout,
            "uuid": str(item.uuid),
            "version": VERSION,
        }
        if item.table is not None:
            config["dataset_uuid"] = str(item.table.uuid)
        return {**config, **tags.config(item)}

    def made(self, actor: Actor, config: Mapping[str, Any], arrivals: Arrivals) -> Chart:
        made = Chart(uuid=config["uuid"], slice_name=config["slice_name"], owners=people.owners(actor, None))
        db.session.add(made)
        # Its own id stands in its params.
        db.session.flush()
        return made

    def assign(self, actor: Actor, item: Chart, config: Mapping[str, Any], arrivals: Arrivals) -> list[str]:
        dataset = arrivals.needed("dataset", config, "dataset_uuid") if config["dataset_uuid"] else None
        if dataset is not None:
            rules.require(actor, "query", dataset)
        values = {name: config[name] for name in PLAIN if name in config}
        values.update({name: value for name, value in NOT_NULL.items() if values.get(name, value) is None})
        ids = ChartIds(item.id, None if dataset is None else dataset.id, lambda named: _id_of(arrivals, named))
        if "params" in config:
            values["params"] = json.dumps(ids.form(config["params"] or {}))
        if "query_context" in config:
            context = json_or_none(config["query_context"])
            values["query_context"] = None if context is None else json.dumps(ids.context(context))
        values = {name: value for name, value in values.items() if not _is_as_exported(item, name, value)}
        values["datasource_id"] = None if dataset is None else dataset.id
        differing = assign_values(item, values, JSON_TEXTS)
        differing += tags.assign(actor, ObjectType.CHART, item, config, arrivals)
        if differing:
            item.last_saved_at, item.last_saved_by_fk = now(), actor.user_id
        return ["dataset_uuid" if name == "datasource_id" else name for name in differing]


def _is_as_exported(item: Chart, name: str, text: str | None) -> bool:
    """Whether the object would be exported with this JSON text: an export leaves out what means nothing elsewhere."""
    if name not in JSON_TEXTS or not text or not getattr(item, name):
        return False
    ids = ChartIds(item.id, item.datasource_id, lambda pk: pk)
    stored = json.loads(getattr(item, name))
    return bool(json.loads(text) == (ids.form(stored) if name == "params" else ids.context(stored)))


def _uuid_of(item: Chart | None) -> str | None:
    return None if item is None else str(item.uuid)


def _id_of(arrivals: Arrivals, named: Any) -> int | None:
    # Superset 6.1 writes its own id here, newer versions the uuid.
    found = arrivals.numbered("chart", named) or (arrivals.known("chart", named) if isinstance(named, str) else None)
    return None if found is None else int(found.id)
