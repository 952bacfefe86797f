"""Table."""

import json
from collections.abc import Sequence
from typing import Any

from superset_like.chart_types.base import ChartType, FormData, Question, listed, unique


class Table(ChartType):
    """Rows as they are, or grouped, as `query_mode` says; then, where the form wants them, the totals."""

    viz_types = frozenset({"table", "ag-grid-table", "table_view"})

    def questions(self, form_data: FormData) -> list[Question]:
        asked = self.question(form_data)
        return [asked, total_of(asked)] if form_data.get("show_totals") and asked["metrics"] else [asked]

    def columns(self, form_data: FormData) -> list[Any]:
        return listed(form_data.get("all_columns" if is_raw(form_data) else "groupby"))

    def metrics(self, form_data: FormData) -> list[Any] | None:
        if is_raw(form_data):
            return None
        return unique([*listed(form_data.get("metrics")), *listed(form_data.get("percent_metrics"))])

    def order(self, form_data: FormData, metrics: Sequence[Any]) -> list[Any]:
        if is_raw(form_data):
            return [json.loads(each) for each in listed(form_data.get("order_by_cols"))]
        by = form_data.get("timeseries_limit_metric") or (metrics[0] if metrics else None)
        by = listed(by)[0] if listed(by) else None
        return [[by, not form_data.get("order_desc", True)]] if by else []


def total_of(asked: Question) -> Question:
    """The same without groups: the one row that all of them sum up to, as their metrics do."""
    return {**asked, "columns": [], "series_columns": [], "orderby": [], "row_limit": 0, "row_offset": 0}


def is_raw(form_data: FormData) -> bool:
    """Whether rows are asked for without grouping."""
    mode = form_data.get("query_mode")
    return mode == "raw" or (mode is None and bool(form_data.get("all_columns")))
