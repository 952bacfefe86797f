"""One query at work: its statements run in order, watched by a thread that tells the metadata it lives."""

import logging
import time
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from flask import Flask, current_app
from sqlalchemy import select, update

from superset_like.engine import run
from superset_like.engine.databases.base import Session, Target
from superset_like.engine.query import Kind
from superset_like.errors import QueryTimedOut
from superset_like.extensions import db
from superset_like.models import Query, QueryStatus
from superset_like.models.mixins import now
from superset_like.services import watching
from superset_like.services.query_plan import Plan

log = logging.getLogger(__name__)

BATCH_ROWS = 10_000
TYPES: tuple[tuple[Any, str], ...] = (
    (pa.types.is_boolean, "BOOL"),
    (pa.types.is_integer, "INT"),
    (pa.types.is_floating, "FLOAT"),
    (pa.types.is_decimal, "DECIMAL"),
    (pa.types.is_date, "DATE"),
    (pa.types.is_time, "TIME"),
    (pa.types.is_temporal, "DATETIME"),
    (pa.types.is_string, "STRING"),
    (pa.types.is_large_string, "STRING"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a query answered. row_count: rows kept, or rows touched by a write. columns: as the wire names them."""

    rows: pa.Table
    row_count: int
    is_cut: bool = False
    limiting_factor: str = "NOT_LIMITED"
    executed_sql: str = ""
    columns: list[dict[str, Any]] = field(default_factory=list)
    created_table: bool = False


class Watch(watching.Watch):
    """Beside a running query: renews its heartbeat, and cancels it once somebody asks for that.

    It also cancels a query that is no longer `running` in the metadata: another process counts it as lost.
    """

    # A stop shall be felt within a second, and each running query asks the metadata this often.
    poll_s = 0.3

    def __init__(self, query_id: int, heartbeat_s: float) -> None:
        super().__init__(f"watch-query-{query_id}")
        self._app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        self._query_id = query_id
        self._heartbeat_s = heartbeat_s
        self._beaten = time.monotonic()

    def look(self) -> None:
        # Where the metadata does not answer, it may at the next round; the query itself needs it only at its end.
        with self._app.app_context():
            if self._is_unwanted():
                self.stop()
            if time.monotonic() - self._beaten >= self._heartbeat_s:
                self._beat()
                self._beaten = time.monotonic()

    def _is_unwanted(self) -> bool:
        wanted = select(Query.stop_requested, Query.status).where(Query.id == self._query_id)
        with db.engine.connect() as connection:
            row = connection.execute(wanted).first()
        return row is None or row.stop_requested or row.status != QueryStatus.RUNNING.value

    def _beat(self) -> None:
        # Life is no change that somebody who polls for changes should be told.
        values = {"heartbeat_on": now(), "changed_on": Query.changed_on}
        with db.engine.begin() as connection:
            connection.execute(update(Query).where(Query.id == self._query_id).values(values))


def perform(plan: Plan, watch: Watch) -> Outcome:
    """The plan's outcome. Raises QueryCanceled, QueryTimedOut, QueryFailed, DatabaseUnreachable."""
    deadline = time.monotonic() + plan.timeout_s
    touched = 0
    for sql in plan.writes:
        with _opened(plan, plan.writable, deadline) as session, watch.over(session):
            touched = session.write(sql)
    if plan.read is None:
        return Outcome(_no_rows(), touched, executed_sql=plan.writes[-1], created_table=plan.creates)
    with _opened(plan, plan.target, deadline) as session, watch.over(session):
        found = run.fetched(session.read(plan.read, BATCH_ROWS), plan.limit, plan.max_bytes)
    table = found.table.rename_columns(distinct_names(found.table.column_names, plan.before_numbers))
    return Outcome(
        rows=table,
        row_count=table.num_rows,
        is_cut=found.truncated,
        limiting_factor=_limiting_factor(plan, table.num_rows, found.truncated),
        executed_sql=plan.read,
        columns=described(table.schema),
    )


def described(schema: pa.Schema) -> list[dict[str, Any]]:
    """The columns as Superset's clients read them: name, type text, generic type."""
    return [
        {
            "column_name": each.name,
            "name": each.name,
            "type": _type_text(each.type),
            "type_generic": int(kind),
            "is_dttm": kind is Kind.TEMPORAL,
        }
        for each, kind in zip(schema, run.kinds_of(schema), strict=True)
    ]


def distinct_names(names: list[str], before_numbers: str = "__") -> list[str]:
    """The names, repeated ones numbered: a, a__1, a__2."""
    taken: set[str] = set()
    made = []
    for name in names:
        candidate, number = name, 0
        while candidate in taken:
            number += 1
            candidate = f"{name}{before_numbers}{number}"
        taken.add(candidate)
        made.append(candidate)
    return made


def _opened(plan: Plan, target: Target, deadline: float) -> Session:
    left = deadline - time.monotonic()
    if left <= 0:
        raise QueryTimedOut(limit_s=plan.timeout_s)
    return plan.engine.open(target, left)


def _no_rows() -> pa.Table:
    return pa.table({})


def _limiting_factor(plan: Plan, rows: int, is_cut: bool) -> str:
    if is_cut:
        return "DROPDOWN"
    if plan.own_limit is None or rows < plan.own_limit:
        return "NOT_LIMITED"
    return "QUERY_AND_DROPDOWN" if plan.own_limit == plan.limit else "QUERY"


def _type_text(kind: pa.DataType) -> str | None:
    return next((text for is_such, text in TYPES if is_such(kind)), None)
