"""/api/v1/database: uploads of files. A file goes to the disk before anybody reads it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema

from superset_like.access.actor import current
from superset_like.api.sizes import FORM, MIB
from superset_like.api.superset import database_upload_schemas as forms
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetResource, checked, json_response, whole_number
from superset_like.engine.databases.loading import Already
from superset_like.engine.encode.json import Times, records
from superset_like.engine.uploads.reading import Preview
from superset_like.engine.uploads.wishes import Wishes
from superset_like.errors import BadRequest, TooLarge
from superset_like.extensions import settings
from superset_like.services import uploads
from superset_like.services.uploads import Destination, File, Loaded

REFUSALS = (400, 401, 403, 404, 413, 422, 501)


def form(schema: type[Schema]) -> dict[str, Any]:
    """The form's description: its fields and the file."""
    properties: dict[str, Any] = {name: {"type": "string"} for name in schema().fields} | {
        "file": {"type": "string", "format": "binary"}
    }
    needed = [name for name, field in schema().fields.items() if field.required]
    return {"type": "object", "properties": properties, "required": ["file", *needed]}


class SupersetDatabaseUploadApi(SupersetResource):
    """Files that become tables."""

    resource_name = "database"
    class_permission_name = "Database"
    openapi_spec_tag = "Database"

    @endpoint(
        "POST",
        "/<pk>/upload/",
        "Write a file into a table",
        permission="upload",
        status=201,
        body=form(forms.Upload),
        body_type=FORM,
        answer=forms.LOADED,
        refusals=(*REFUSALS, 502, 504),
    )
    def upload(self, pk: str) -> Response:
        database_id = whole_number(pk)
        # Whose file would be refused anyway need not send it.
        uploads.require_database(current(), database_id)
        with received(forms.Upload) as (values, file):
            to = Destination(
                values["table_name"], values.get("schema"), values.get("catalog"), Already(values["already_exists"])
            )
            loaded = uploads.load(current(), database_id, file, to, wishes(values))
        return json_response(201, {"message": "OK", "result": loaded_record(database_id, loaded)})

    @endpoint(
        "POST",
        "/upload_metadata/",
        "What is in a file: sheets, columns, types, first rows",
        permission="upload",
        body=form(forms.UploadMetadata),
        body_type=FORM,
        answer=forms.PREVIEWS,
        refusals=REFUSALS,
    )
    def upload_metadata(self) -> Response:
        with received(forms.UploadMetadata) as (values, file):
            items = [preview_record(each) for each in uploads.preview(file, wishes(values))]
        return json_response(200, {"result": {"items": items}})


@contextmanager
def received(schema: type[Schema]) -> Iterator[tuple[dict[str, Any], File]]:
    """The form's fields, and its file, on the disk while the block runs. Raises BadRequest, TooLarge."""
    try:
        values = checked(schema, request.form)
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise BadRequest(fields={"file": ["Field is required"]})
        with TemporaryDirectory(prefix="upload-") as folder:
            path = Path(folder) / "file"
            sent.save(path)
            limit = settings().max_upload_mib
            if path.stat().st_size > limit * MIB:
                raise TooLarge(f"The file is larger than {limit} MiB", limit=limit)
            yield values, File(path, sent.filename, values["type"])
    finally:
        for each in request.files.values():
            each.close()


def wishes(values: Mapping[str, Any]) -> Wishes:
    """How the sender wants his file read."""
    usual = Wishes()
    return Wishes(
        delimiter=values.get("delimiter"),
        encoding=values.get("encoding"),
        header_row=values.get("header_row", 0),
        skip_rows=values.get("skip_rows", 0),
        rows_to_read=values.get("rows_to_read"),
        skip_initial_space=values.get("skip_initial_space", False),
        skip_blank_lines=values.get("skip_blank_lines", True),
        null_values=tuple(values.get("null_values", ())),
        decimal_character=values.get("decimal_character", usual.decimal_character),
        day_first=values.get("day_first", False),
        column_dates=tuple(values.get("column_dates", ())),
        column_types=values.get("column_data_types", {}),
        columns_read=tuple(values.get("columns_read", ())),
        index_column=values.get("index_column"),
        writes_index=values.get("dataframe_index", False),
        index_label=values.get("index_label"),
        sheet_name=values.get("sheet_name"),
    )


def preview_record(preview: Preview) -> dict[str, Any]:
    """A sheet as Superset tells it, with its types and first rows."""
    return {
        "sheet_name": preview.sheet,
        "column_names": preview.schema.names,
        "columns": [{"name": field.name, "type": str(field.type)} for field in preview.schema],
        "rows": orjson.Fragment(records(preview.rows, Times.ISO)),
    }


def loaded_record(database_id: int, loaded: Loaded) -> dict[str, Any]:
    """What was written, and where one finds it."""
    return {
        "database_id": database_id,
        "catalog": loaded.table.catalog,
        "schema": loaded.table.schema,
        "table_name": loaded.table.name,
        "row_count": loaded.rows,
        "columns": [{"name": column.name, "type": column.type} for column in loaded.columns],
        "dataset_id": loaded.dataset.id if loaded.dataset else None,
    }
