"""Form data that somebody sends, read into the questions that a chart with them asks."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from marshmallow import INCLUDE, Schema, ValidationError, fields
from marshmallow.validate import OneOf

from superset_like import chart_types
from superset_like.chart_types import forms
from superset_like.chart_types.base import Question
from superset_like.errors import BadRequest

Fields: TypeAlias = dict[str, Any]


def _named(value: Any) -> None:
    """Nothing, or ValidationError when the value is neither the name of a column or metric nor an object of one."""
    if not isinstance(value, str | dict | None):
        raise ValidationError("Not a column or metric.")


def _named_or_list(value: Any) -> None:
    for each in value if isinstance(value, list) else [value]:
        _named(each)


def _order(value: Any) -> None:
    """Nothing, or ValidationError when the value is no list of JSON texts of pairs."""
    for each in value or []:
        try:
            pair = json.loads(each)
        except (TypeError, ValueError, RecursionError) as error:
            raise ValidationError("Takes JSON texts of a column and true or false.") from error
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValidationError("Takes JSON texts of a column and true or false.")


class AdhocFilter(Schema):
    class Meta:
        unknown = INCLUDE

    expressionType = fields.String(allow_none=True, validate=OneOf(("SIMPLE", "SQL")))  # noqa: N815 - the wire's name
    clause = fields.String(allow_none=True, validate=OneOf(("WHERE", "HAVING", "where", "having")))
    sqlExpression = fields.String(allow_none=True)  # noqa: N815 - the wire's name
    operator = fields.String(allow_none=True)


class ExtraFormData(Schema):
    class Meta:
        unknown = INCLUDE

    filters = fields.List(fields.Dict(), allow_none=True)
    time_range = fields.String(allow_none=True)


class SentFormData(Schema):
    """The fields that chart types read; the others are for drawing."""

    class Meta:
        unknown = INCLUDE

    viz_type = fields.String(required=True)
    adhoc_filters = fields.List(fields.Nested(AdhocFilter), allow_none=True)
    adhoc_filters_b = fields.List(fields.Nested(AdhocFilter), allow_none=True)
    annotation_layers = fields.List(fields.Dict(), allow_none=True)
    extra_form_data = fields.Nested(ExtraFormData, allow_none=True)
    filters = fields.List(fields.Dict(), allow_none=True)
    granularity_sqla = fields.String(allow_none=True)
    having = fields.String(allow_none=True)
    order_by_cols = fields.List(fields.String(), allow_none=True, validate=_order)
    order_desc = fields.Boolean(allow_none=True)
    order_desc_b = fields.Boolean(allow_none=True)
    temporal_columns_lookup = fields.Dict(allow_none=True)
    time_compare = fields.Raw(allow_none=True)
    time_grain_sqla = fields.String(allow_none=True)
    time_range = fields.String(allow_none=True)
    timeseries_limit_metric = fields.Raw(allow_none=True, validate=_named_or_list)
    timeseries_limit_metric_b = fields.Raw(allow_none=True, validate=_named_or_list)
    url_params = fields.Dict(allow_none=True)
    where = fields.String(allow_none=True)
    x_axis = fields.Raw(allow_none=True, validate=_named)


SENT = SentFormData()
NAMING = frozenset({"column", "columns", "metric", "metrics"})


def questions(form_data: Mapping[str, Any]) -> list[Question]:
    """The questions that a chart with these form data asks, in its order. Raises BadRequest, which names fields."""
    try:
        found: Fields = SENT.load(form_data)
    except ValidationError as error:
        raise _refused(error.messages if isinstance(error.messages, dict) else {"form_data": error.messages}) from error
    kind = chart_types.of(found["viz_type"])
    form = forms.of(found["viz_type"])
    if form is not None:
        _require_names(form, found)
        lacking = form.lacking(found)
        if lacking:
            raise _refused({each["name"]: [f"{each['label']} is needed."] for each in lacking})
    return kind.questions(found)


def _require_names(form: forms.Form, found: Fields) -> None:
    for control in form.controls():
        if control["kind"] in NAMING and control["name"] in found:
            try:
                _named_or_list(found[control["name"]])
            except ValidationError as error:
                raise _refused({control["name"]: error.messages}) from error


def _refused(fields_at_fault: Mapping[str, Any]) -> BadRequest:
    texts = [f"{name}: {_first(told)}" for name, told in fields_at_fault.items()]
    return BadRequest(f"The form data are not complete or not valid. {' '.join(texts)}", fields=fields_at_fault)


def _first(told: Any) -> str:
    """The first text of what marshmallow says of a field, which may hold others."""
    while isinstance(told, dict | list):
        told = next(iter(told.values() if isinstance(told, dict) else told), "")
    return str(told)
