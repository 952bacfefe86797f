"""A dashboard as Superset's examples are kept: its files with the rows of its datasets beside them, as Parquet."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import yaml
from werkzeug.utils import secure_filename

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.engine.encode import arrow_ipc
from superset_like.errors import AnswerTooLarge
from superset_like.extensions import settings
from superset_like.models import Chart, Dashboard, Dataset
from superset_like.services import chart_data, found
from superset_like.services.bundles.archive import MIB
from superset_like.services.bundles.exporting import Bundle, zipped
from superset_like.services.bundles.kinds import kind_of
from superset_like.services.bundles.selection import Selection
from superset_like.services.bundles.yaml_text import Dumper

# The connection to which Superset's example files belong.
EXAMPLES_UUID = "a2dc77af-e654-49bb-b321-40f6b559a1ee"
TOO_LARGE = "The example is too large. Ask for fewer rows by sample_rows."
# A row rule or a template is no part of an example, nor where it was made.
ROWS_INSTEAD = {"sql": None, "schema": None, "params": None, "template_params": None, "source_db_engine": None}


def of_dashboard(actor: Actor, pk: int, *, with_data: bool = True, most_rows: int | None = None) -> Bundle:
    """The dashboard, its charts and datasets, and the rows that the caller may read of these.

    most_rows: of each dataset; all when None. Raises NotFound, DataForbidden, AnswerTooLarge.
    """
    dashboard = found.one(actor, Dashboard, pk)
    selection = Selection(actor, "dashboard", [dashboard])
    items = selection.in_order()
    datasets = [item for item in items if isinstance(item, Dataset)]
    for dataset in datasets:
        rules.require(actor, "query", dataset)
    name = secure_filename(dashboard.slug or "") or f"dashboard_{pk}"
    files = {"dashboard.yaml": _yaml(_config(dashboard, selection))}
    for item in items:
        if isinstance(item, Chart):
            path = f"charts/{kind_of(item).file_name(item, selection.number(item))}.yaml"
            # Its question is made of its params anew.
            files[path] = _yaml({**_config(item, selection), "query_context": None})
    places = _places(datasets, selection)
    for dataset, (path, data_path) in zip(datasets, places, strict=True):
        instead = {**ROWS_INSTEAD, "data_file": data_path.rsplit("/", 1)[-1], "database_uuid": EXAMPLES_UUID}
        files[path] = _yaml({**_config(dataset, selection), **instead})
    columns = [[column.column_name for column in dataset.columns if not column.expression] for dataset in datasets]
    if with_data:
        pks = [dataset.id for dataset in datasets]
        for dataset_id, names, (_, data_path) in zip(pks, columns, places, strict=True):
            if names:
                files[data_path] = _parquet(_rows(actor, dataset_id, names, most_rows))
    return Bundle(f"{name}_example.zip", zipped("", files))


def _config(item: Any, selection: Selection) -> dict[str, Any]:
    config = kind_of(item).config(item, selection)
    return {name: value for name, value in config.items() if name not in {"tags", "theme_uuid"}}


def _yaml(value: Any) -> bytes:
    text: str = yaml.dump(value, Dumper=Dumper, allow_unicode=True)
    return text.encode()


def _places(datasets: list[Dataset], selection: Selection) -> list[tuple[str, str]]:
    """(file, file of rows) of each dataset."""
    if len(datasets) == 1:
        return [("dataset.yaml", "data.parquet")]
    names = [kind_of(dataset).file_name(dataset, selection.number(dataset)) for dataset in datasets]
    return [(f"datasets/{name}.yaml", f"data/{name}.parquet") for name in names]


def _rows(actor: Actor, dataset_id: int, names: list[str], most_rows: int | None) -> pa.Table:
    """The rows under the caller's row rules."""
    asked = {"columns": names, "metrics": None, "row_limit": most_rows or settings().stream_row_limit}
    made = chart_data.download(chart_data.of_dataset(actor, dataset_id), asked, "arrow")
    if isinstance(made, chart_data.Answer):
        return arrow_ipc.loaded(made.body)
    held, size, most = [], 0, settings().max_answer_mib * MIB
    try:
        for chunk in made.chunks:
            held.append(chunk)
            size += len(chunk)
            if size > most:
                raise AnswerTooLarge(TOO_LARGE, limit_mib=most // MIB)
    finally:
        made.close()
    return arrow_ipc.loaded(b"".join(held))


def _parquet(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pyarrow.parquet.write_table(table, stream, compression="zstd")
    return stream.getvalue()
