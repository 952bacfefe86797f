"""The example data: the flights that left New York City in 2013, with datasets, charts and a dashboard over them.

What there is to make stands in `superset_like/example_data`, in the words of Superset's exports; see the README there.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import duckdb
from sqlalchemy import select

from superset_like.access.actor import Actor
from superset_like.engine import databases as engines
from superset_like.engine.databases.base import Target
from superset_like.errors import Conflict, DatabaseUnreachable, QueryError
from superset_like.extensions import db, settings
from superset_like.models import Chart, Dashboard, Database, Dataset
from superset_like.models.stamp import Stamp
from superset_like.services import charts, dashboards, databases, datasets

DATA = Path(__file__).parents[1] / "example_data"
FILE_NAME = "examples.duckdb"
DATABASE_NAME = "examples"
DATABASE_UUID = UUID("4d0df6a5-c66e-590c-ae3d-93fd92da753a")
# The name of the counter that says that the examples were made here to the end, even if all of them were deleted since.
LOADED = "examples"

Spec: TypeAlias = Mapping[str, Any]
Item = TypeVar("Item", Database, Dataset, Chart, Dashboard)


@dataclass(frozen=True, slots=True)
class Step:
    """What a step came to: how many things (`rows`, `charts`) were made, and how long that took."""

    what: str
    made: int
    seconds: float


Report: TypeAlias = Callable[[Step], None]


def load(actor: Actor, report: Report, *, force: bool = False) -> bool:
    """Whether anything was made; the examples are there. What was changed since they were first loaded stays so.

    force: the data is written anew, and what was deleted since comes back; without it, it does not.
    Raises Conflict when another file has the place of the data.
    """
    was_loaded = db.session.get(Stamp, LOADED) is not None
    may_make = force or not was_loaded
    if not may_make and not _stored(Database, [str(DATABASE_UUID)]):
        return False
    made = [_timed(report, "rows", lambda: _write_data(force))]
    if may_make:
        making = Making(actor, was_loaded)
        made.append(_timed(report, "datasets", making.datasets))
        made.append(_timed(report, "charts", making.charts))
        made.append(_timed(report, "dashboards", making.dashboard))
        _remember_loaded()
    return any(made)


@dataclass
class Making:
    """Makes what is missing of the examples. was_loaded: they were complete once, so what is there is people's own."""

    actor: Actor
    was_loaded: bool

    def datasets(self) -> int:
        """How many datasets were made."""
        specs = _read("datasets.json")
        present = _stored(Dataset, [spec["uuid"] for spec in specs])
        database = self._database()
        for spec in specs:
            found = present.get(spec["uuid"])
            dataset = found or datasets.create(self.actor, _dataset_values(spec, database))
            # A load that was interrupted left a dataset without its descriptions.
            if found is None or not self.was_loaded:
                datasets.update(self.actor, dataset.id, _description(spec, dataset), override_columns=True)
        return len(specs) - len(present)

    def charts(self) -> int:
        """How many charts were made."""
        specs = _read("charts.json")
        present = _stored(Chart, [spec["uuid"] for spec in specs])
        asked = _stored(Dataset, [spec["dataset_uuid"] for spec in specs])
        for spec in specs:
            if spec["uuid"] not in present:
                charts.create(self.actor, _chart_values(spec, asked[spec["dataset_uuid"]]))
        return len(specs) - len(present)

    def dashboard(self) -> int:
        """How many dashboards were made. One that is there gets the charts back that its layout names."""
        spec = _read("dashboard.json")
        of_layout = _stored(Chart, [each["uuid"] for each in _read("charts.json")])
        found = _stored(Dashboard, [spec["uuid"]]).get(spec["uuid"])
        if found is None:
            dashboards.create(self.actor, _dashboard_values(spec, of_layout))
            return 1
        former = json.loads(found.position_json or "{}")
        layout = _placed(former, of_layout)
        if layout != former:
            dashboards.update(self.actor, found.id, {"position_json": json.dumps(layout)})
        return 0

    def _database(self) -> Database:
        values = {
            "database_name": DATABASE_NAME,
            "sqlalchemy_uri": _uri(_path()),
            "uuid": DATABASE_UUID,
            "expose_in_sqllab": True,
            "allow_run_async": True,
        }
        return _stored(Database, [str(DATABASE_UUID)]).get(str(DATABASE_UUID)) or databases.create(self.actor, values)


def _dataset_values(spec: Spec, database: Database) -> dict[str, Any]:
    named = {name: spec[name] for name in ("table_name", "description")}
    sql = "\n".join(spec["sql"]) if "sql" in spec else None
    return {**named, "database": database.id, "uuid": UUID(spec["uuid"]), "sql": sql}


def _description(spec: Spec, dataset: Dataset) -> dict[str, Any]:
    """What `datasets.update` takes: all columns and metrics, those that are there already among them."""
    calculated = {column["column_name"]: column for column in spec.get("calculated_columns", ())}
    stored = [column.column_name for column in dataset.columns if column.column_name not in calculated]
    columns = [{"column_name": name, **spec["columns"].get(name, {})} for name in stored]
    ids = {metric.metric_name: metric.id for metric in dataset.metrics}
    return {
        "columns": [*columns, *calculated.values()],
        "metrics": [{"id": ids.get(metric["metric_name"]), **metric} for metric in spec["metrics"]],
        "main_dttm_col": spec.get("main_dttm_col"),
    }


def _chart_values(spec: Spec, dataset: Dataset) -> dict[str, Any]:
    named = {name: spec[name] for name in ("slice_name", "viz_type", "description")}
    form_data = {"datasource": dataset.uid, **spec["params"]}
    values = {
        **named,
        "uuid": UUID(spec["uuid"]),
        "datasource_id": dataset.id,
        "datasource_type": "table",
        "params": json.dumps(form_data),
    }
    if "query_context" in spec:
        datasource = {"id": dataset.id, "type": "table"}
        context = {"datasource": datasource, **spec["query_context"], "form_data": form_data}
        values["query_context"] = json.dumps(context)
    return values


def _dashboard_values(spec: Spec, of_layout: Mapping[str, Chart]) -> dict[str, Any]:
    named = {name: spec[name] for name in ("dashboard_title", "slug", "description", "published")}
    metadata = spec["metadata"]
    filters = [_filter(each, of_layout) for each in metadata["native_filter_configuration"]]
    return {
        **named,
        "uuid": UUID(spec["uuid"]),
        "json_metadata": json.dumps({**metadata, "native_filter_configuration": filters}),
        "position_json": json.dumps(_placed(spec["position"], of_layout)),
    }


def _filter(spec: Spec, of_layout: Mapping[str, Chart]) -> dict[str, Any]:
    """The native filter with this installation's ids for the uuids of datasets and charts."""
    asked = _stored(Dataset, [target["datasetUuid"] for target in spec["targets"] if "datasetUuid" in target])
    targets = [
        {"datasetId": asked[target["datasetUuid"]].id, "column": target["column"]} if "datasetUuid" in target else {}
        for target in spec["targets"]
    ]
    excluded = set(spec["scope"]["excluded"])
    scope = {**spec["scope"], "excluded": [chart.id for uuid, chart in of_layout.items() if uuid in excluded]}
    in_scope = [chart.id for uuid, chart in of_layout.items() if uuid not in excluded]
    return {**spec, "targets": targets, "scope": scope, "chartsInScope": in_scope}


def _placed(layout: Mapping[str, Any], of_layout: Mapping[str, Chart]) -> dict[str, Any]:
    """The layout, whose charts are named by uuid, with this installation's ids of those charts."""
    placed = dict(layout)
    for name, node in layout.items():
        meta = node.get("meta") or {} if isinstance(node, dict) else {}
        chart = of_layout.get(str(meta.get("uuid")))
        if chart is not None:
            placed[name] = {**node, "meta": {**meta, "chartId": chart.id}}
    return placed


def _write_data(force: bool) -> int:
    """How many rows were written to the data file; 0 when it was complete. It is never seen half written."""
    path = _path()
    if path.exists() and not force:
        if not _is_complete(path):
            raise Conflict(f"{path} is not this version's example data; --force writes it anew")
        return 0
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # In the same folder: only there the finished file can take its place in one step.
    with TemporaryDirectory(prefix=".examples-", dir=path.parent) as folder:
        fresh = Path(folder) / path.name
        with duckdb.connect(fresh) as connection:
            for table in _rows():
                source = str(DATA / f"{table}.parquet").replace("'", "''")
                connection.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet('{source}')")
        fresh.replace(path)
    return sum(_rows().values())


def _is_complete(path: Path) -> bool:
    uri = _uri(path)
    target = Target(uri, folders=(str(path.parent),))
    try:
        # By the engine, which may have the file open already: DuckDB does not open one twice in a process.
        with engines.of_uri(uri).open(target) as session:
            return all(
                session.read(f"SELECT COUNT(*) FROM {table}", 1).read_all().column(0)[0].as_py() == rows
                for table, rows in _rows().items()
            )
    except (DatabaseUnreachable, QueryError):
        return False


def _rows() -> dict[str, int]:
    """Table -> how many rows it has."""
    return {spec["table_name"]: spec["rows"] for spec in _read("datasets.json") if "rows" in spec}


def _path() -> Path:
    return settings().local_database_folders[0] / FILE_NAME


def _uri(path: Path) -> str:
    return f"duckdb:///{path}"


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _stored(model: type[Item], uuids: Sequence[str]) -> dict[str, Item]:
    """uuid -> the object, for those that are there."""
    statement = select(model).where(model.uuid.in_([UUID(uuid) for uuid in uuids])).order_by(model.id)
    return {str(item.uuid): item for item in db.session.execute(statement).scalars()}


def _remember_loaded() -> None:
    db.session.merge(Stamp(name=LOADED, value=1))
    db.session.commit()


def _timed(report: Report, what: str, work: Callable[[], int]) -> int:
    start = time.perf_counter()
    made = work()
    report(Step(what, made, time.perf_counter() - start))
    return made
