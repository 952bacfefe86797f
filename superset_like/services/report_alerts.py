"""What an alert asks, and whether the answer is a reason to tell somebody."""

import json
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from superset_like.access.actor import Actor
from superset_like.engine import run
from superset_like.engine.encode import json as records
from superset_like.engine.encode.json import Times
from superset_like.errors import Invalid, QueryRefused
from superset_like.extensions import db, settings
from superset_like.models import Query, Report
from superset_like.services import databases, query_plan, slots
from superset_like.services.query_plan import Plan
from superset_like.services.query_run import distinct_names

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
VALIDATORS = ("not null", "operator")
MOST_ROWS = 1_000
BATCH_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What an alert found. value: the first that is a reason, else the first; None when it is no number.

    rows: JSON of the first rows that are a reason, of `count`; row: of the first of them, or of all. is_cut: the
    database had more rows than an alert looks at.
    """

    is_triggered: bool
    value: float | None = None
    row: str | None = None
    rows: bytes = b"[]"
    count: int = 0
    is_cut: bool = False


def plan(actor: Actor, database_id: int, sql: str, timeout_s: float) -> Plan:
    """The alert's SELECT as this caller may run it. Raises NotFound, Forbidden, DataForbidden, QueryRefused, ..."""
    database = databases.usable(actor, database_id)
    return query_plan.watched(actor, database, Query(database_id=database_id, sql=sql, limit=MOST_ROWS), timeout_s)


def evaluated(actor: Actor, report: Report, timeout_s: float) -> Finding:
    """What the alert finds now. A row is a reason when its first value is; one such row is enough.

    Raises what forbids the query or goes wrong in it, and QueryRefused for a value that cannot be compared.
    """
    if report.database_id is None:
        raise QueryRefused("The database of this alert is gone")
    is_reason = _judge(report)
    databases.runnable(actor, report.database_id)
    planned = plan(actor, report.database_id, report.sql or "", timeout_s)
    # No transaction on the metadata stays open while the user's database works.
    db.session.commit()
    with (
        slots.take(actor, planned.database_id, planned.background_wait_s),
        planned.engine.open(planned.target, timeout_s) as session,
    ):
        found = run.fetched(session.read(planned.read or "", BATCH_ROWS), planned.limit, planned.max_bytes)
    table = found.table.rename_columns(distinct_names(found.table.column_names))
    return _found(table, found.truncated, is_reason)


def condition(validator_type: str, config: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Whether a value is a reason to tell. Raises Invalid when the condition is not whole."""
    if validator_type == "not null":
        # Superset's: an empty text and 0 tell nothing either.
        return lambda value: not (value is None or value == "" or value == 0 or _is_nan(value))
    compare, threshold = OPERATORS.get(str(config.get("op"))), config.get("threshold")
    if compare is None or not isinstance(threshold, int | float) or isinstance(threshold, bool):
        text = "An operator needs op (one of < <= > >= == !=) and threshold (a number)."
        raise Invalid(fields={"validator_config_json": [text]})
    return lambda value: compare(_number(value), threshold)


def _judge(report: Report) -> Callable[[Any], bool]:
    return condition(report.validator_type or "", json.loads(report.validator_config_json or "{}"))


def _found(table: pa.Table, is_cut: bool, is_reason: Callable[[Any], bool]) -> Finding:
    if table.num_columns == 0 or table.num_rows == 0:
        return Finding(False, is_cut=is_cut)
    values = table.column(0).to_pylist()
    reasons = [position for position, value in enumerate(values) if is_reason(value)]
    first = reasons[0] if reasons else 0
    told = pa.array(reasons[: settings().report_rows], pa.int64())
    return Finding(
        bool(reasons),
        _shown(values[first]),
        records.records(table.slice(first, 1), Times.ISO).decode(),
        records.records(table.take(told), Times.ISO),
        len(reasons),
        is_cut,
    )


def _number(value: Any) -> Any:
    """The value as a number; nothing counts as 0, as it does in Superset."""
    if value is None or _is_nan(value):
        return 0
    if isinstance(value, int | float | Decimal):
        return value
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise QueryRefused("The alert's first column holds a value that is no number") from error
    return found if found.is_finite() else 0


def _is_nan(value: Any) -> bool:
    return isinstance(value, float | Decimal) and math.isnan(value)


def _shown(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
