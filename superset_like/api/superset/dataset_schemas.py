"""Bodies of /api/v1/dataset and of /datasource."""

from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from superset_like.api.superset.bodies import IdList, json_object, json_text, text

DEEPEST_FOLDER = 5


def time_format(value: str | None) -> None:
    """Nothing, or ValidationError when it is neither a strftime pattern nor epoch_s or epoch_ms."""
    if value and value not in {"epoch_s", "epoch_ms"} and "%" not in value:
        raise ValidationError("Invalid date/timestamp format")


class Strict(Schema):
    class Meta:
        unknown = RAISE


class Tolerant(Schema):
    class Meta:
        unknown = EXCLUDE


class DatasetPost(Strict):
    database = fields.Integer(required=True, strict=True)
    catalog = text(250)
    schema = text(250)
    table_name = text(250, 1, required=True)
    sql = text()
    owners = IdList()
    is_managed_externally = fields.Boolean(allow_none=True)
    external_url = text(2000)
    normalize_columns = fields.Boolean()
    always_filter_main_dttm = fields.Boolean()
    currency_code_column = text(250)
    template_params = text(check=json_object)
    uuid = fields.UUID()


class ColumnPut(Strict):
    id = fields.Integer(strict=True)
    column_name = text(255, 1, required=True)
    type = text()
    advanced_data_type = text(255, 1)
    verbose_name = text(1024)
    description = text()
    expression = text()
    extra = text(check=json_text)
    filterable = fields.Boolean(allow_none=True)
    groupby = fields.Boolean(allow_none=True)
    is_active = fields.Boolean(allow_none=True)
    is_dttm = fields.Boolean(allow_none=True)
    python_date_format = text(255, 1, check=time_format)
    datetime_format = text(100, 1, check=time_format)
    uuid = fields.UUID(allow_none=True)


class CurrencyField(Strict):
    symbol = text(128)
    symbolPosition = text(128)  # noqa: N815 - the wire's name


class MetricPut(Strict):
    id = fields.Integer(strict=True)
    metric_name = text(255, 1, required=True)
    expression = text(least=1, required=True)
    description = text()
    extra = text(check=json_text)
    metric_type = text(32)
    d3format = text(128)
    currency = fields.Nested(CurrencyField, allow_none=True)
    verbose_name = text(1024)
    warning_text = text()
    uuid = fields.UUID(allow_none=True)


class FolderPut(Strict):
    uuid = fields.UUID(required=True)
    type = fields.String(validate=OneOf(("metric", "column", "folder")))
    name = text(250, 1)
    description = text(1000)
    children = fields.List(fields.Nested(lambda: FolderPut()), allow_none=True)


def folders_depth(value: list[dict[str, Any]]) -> None:
    """Nothing, or ValidationError when folders stand in folders too deeply."""
    level, depth = value, 0
    while level:
        depth += 1
        if depth > DEEPEST_FOLDER:
            raise ValidationError("Folders are nested too deeply")
        level = [child for folder in level for child in folder.get("children") or ()]


class DatasetPut(Strict):
    table_name = text(250, 1)
    database_id = fields.Integer(strict=True)
    sql = text()
    filter_select_enabled = fields.Boolean(allow_none=True)
    fetch_values_predicate = text(1000)
    catalog = text(250)
    schema = text(250)
    description = text()
    main_dttm_col = text(250)
    currency_code_column = text(250)
    normalize_columns = fields.Boolean(allow_none=True)
    always_filter_main_dttm = fields.Boolean(allow_none=True)
    offset = fields.Integer(allow_none=True)
    default_endpoint = text()
    cache_timeout = fields.Integer(allow_none=True)
    is_sqllab_view = fields.Boolean(allow_none=True)
    template_params = text(check=json_object)
    owners = IdList()
    columns = fields.List(fields.Nested(ColumnPut))
    metrics = fields.List(fields.Nested(MetricPut))
    folders = fields.List(fields.Nested(FolderPut), validate=folders_depth)
    extra = text(check=json_object)
    is_managed_externally = fields.Boolean(allow_none=True)
    external_url = text(2000)
    uuid = fields.UUID()


class DatasetDuplicate(Strict):
    base_model_id = fields.Integer(required=True, strict=True)
    table_name = text(250, 1, required=True)


class DatasetGetOrCreate(Strict):
    table_name = text(250, 1, required=True)
    database_id = fields.Integer(required=True, strict=True)
    catalog = text(250)
    schema = text(250)
    template_params = text(check=json_object)
    normalize_columns = fields.Boolean()
    always_filter_main_dttm = fields.Boolean()


class SampleFilters(Tolerant):
    """What narrows a sample: filters as in chart data."""

    filters = fields.List(fields.Dict())
    granularity = text()
    time_range = text()


class ExpressionCheck(Tolerant):
    expression = text(least=1, required=True)
    expression_type = fields.String(load_default="where", validate=OneOf(("column", "metric", "where", "having")))
    clause = fields.String(allow_none=True, validate=Length(max=10))


class DatasetToWarm(Schema):
    db_name = fields.String(required=True)
    table_name = fields.String(required=True)
    dashboard_id = fields.Integer(allow_none=True, load_default=None, validate=Range(1, 2**31 - 1))
    extra_filters = fields.String(allow_none=True, load_default=None)


ROWS = {
    "type": "object",
    "properties": {
        "result": {
            "type": "object",
            "properties": {
                "data": {"type": "array", "items": {"type": "object"}},
                "colnames": {"type": "array", "items": {"type": "string"}},
                "coltypes": {"type": "array", "items": {"type": "integer"}},
                "rowcount": {"type": "integer"},
            },
        }
    },
}
VALUES = {"type": "object", "properties": {"result": {"type": "array", "items": {}}}}
TABLE_ID = {
    "type": "object",
    "properties": {"result": {"type": "object", "properties": {"table_id": {"type": "integer"}}}},
}
