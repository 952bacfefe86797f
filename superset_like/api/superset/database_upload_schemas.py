"""Forms of uploads into databases, as Superset's clients send them."""

import json
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load
from marshmallow.validate import Length, OneOf, Range

from superset_like.engine.databases.loading import Already
from superset_like.engine.uploads.reading import KINDS

MOST_NAMES = 1000
MOST_SKIPPED = 1_000_000
COLUMN = {"type": "object", "properties": {"name": {"type": "string"}, "type": {"type": "string"}}}
PREVIEWS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "result": {
            "type": "object",
            "properties": {
                "items": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "sheet_name": {"type": "string", "nullable": True},
                            "column_names": {"type": "array", "items": {"type": "string"}},
                            "columns": {"type": "array", "items": COLUMN},
                            "rows": {"type": "array", "items": {"type": "object"}},
                        },
                    },
                }
            },
        }
    },
}
LOADED = {
    "type": "object",
    "properties": {
        "message": {"type": "string"},
        "result": {
            "type": "object",
            "properties": {
                "database_id": {"type": "integer"},
                "catalog": {"type": "string", "nullable": True},
                "schema": {"type": "string", "nullable": True},
                "table_name": {"type": "string"},
                "row_count": {"type": "integer"},
                "columns": {"type": "array", "items": COLUMN},
                "dataset_id": {"type": "integer", "nullable": True},
            },
        },
    },
}


class Names(fields.Field[list[str]]):
    """Texts parted by commas, or as a JSON list where one of them has a comma."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        text = str(value)
        try:
            found = json.loads(text) if text.startswith("[") else text.split(",")
        except (ValueError, RecursionError) as error:
            raise ValidationError("Not a valid list.") from error
        if not isinstance(found, list) or len(found) > MOST_NAMES or not all(isinstance(each, str) for each in found):
            raise ValidationError("Not a valid list.")
        return found


class TypeNames(fields.Field[dict[str, str]]):
    """JSON of an object: column -> type."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        try:
            found = json.loads(str(value))
        except (ValueError, RecursionError) as error:
            raise ValidationError("Not a valid JSON object.") from error
        if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
            raise ValidationError("Not a valid JSON object.")
        return found


class HeaderRow(fields.Integer):
    """A row's number; empty where there is no header."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == "":
            return None
        number = super()._deserialize(value, attr, data, **kwargs)
        if number is not None and not 0 <= number <= MOST_SKIPPED:
            raise ValidationError(f"Must be between 0 and {MOST_SKIPPED}.")
        return number


class Reading(Schema):
    """How the file is read. An empty field is one that was left out, but for those where it means something."""

    class Meta:
        unknown = EXCLUDE

    type = fields.String(required=True, validate=OneOf(KINDS))
    delimiter = fields.String()
    encoding = fields.String()
    header_row = HeaderRow()
    skip_rows = fields.Integer(validate=Range(0, MOST_SKIPPED))
    rows_to_read = fields.Integer(validate=Range(1, 2**62))
    skip_initial_space = fields.Boolean()
    skip_blank_lines = fields.Boolean()
    null_values = Names()
    decimal_character = fields.String(validate=OneOf((".", ",")))
    day_first = fields.Boolean()
    column_dates = Names()
    columns_read = Names()
    column_data_types = TypeNames()
    index_column = fields.String(validate=Length(max=1000))
    dataframe_index = fields.Boolean()
    index_label = fields.String(validate=Length(max=128))
    sheet_name = fields.String(validate=Length(max=1000))

    @pre_load
    def without_empty(self, data: Any, **kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value != "" or name == "header_row"}


class UploadMetadata(Reading):
    pass


class Upload(Reading):
    table_name = fields.String(required=True, validate=Length(1, 10000))
    schema = fields.String(validate=Length(max=250))
    catalog = fields.String(validate=Length(max=250))
    already_exists = fields.String(load_default=Already.FAIL.value, validate=OneOf([each.value for each in Already]))
