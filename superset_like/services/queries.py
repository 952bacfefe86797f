"""SQL that people run: asked, run here or by a worker, stopped, and its result read again.

pending -> running -> success | failed | stopped | timed_out. Each step is one conditional UPDATE, so a message that is
delivered twice, a worker that comes back from the dead and a stop at the last moment leave one outcome.
"""

import json
import logging
import secrets
import string
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import pyarrow as pa
from flask import current_app
from flask_appbuilder.security.sqla.models import User
from kombu.exceptions import KombuError
from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.engine import databases as engines
from superset_like.engine import guard, template
from superset_like.errors import (
    Gone,
    Invalid,
    NotFound,
    ProductError,
    QueryCanceled,
    QueryRefused,
    QueryTimedOut,
    ResultsNotFound,
    Unavailable,
)
from superset_like.extensions import db, settings, tell
from superset_like.models import Database, Query, QueryStatus
from superset_like.models.mixins import now
from superset_like.services import databases, query_plan, remembered, slots, stores
from superset_like.services.query_plan import CreateAs, Plan, Problem, planned
from superset_like.services.query_run import Outcome, Watch, perform

log = logging.getLogger(__name__)

CLIENT_ID_LENGTH = 10
LONGEST_CLIENT_ID = 11
LETTERS = string.ascii_letters + string.digits
# So many heartbeats may fail to come before a query counts as lost.
LOST_AFTER_HEARTBEATS = 6
LOST = "The process that ran this query was lost. Run it again."
NOT_TAKEN = "No worker took this query. Run it again."
MOST_UPDATES = 1000
# A broker may lose what it was given. What still waits is told of again, less and less often: workers may be busy.
TOLD_AGAIN_AFTER = timedelta(seconds=30)
MOST_TOLD = 1000
# A query's own changes are written below the ORM: as objects they would be read again after each commit.
QUERIES = cast(Table, Query.__table__)
INSERT = insert(QUERIES)
MOVE = update(QUERIES).where(QUERIES.c.id == bindparam("query_id"), QUERIES.c.status == bindparam("since"))
# What is said about a query besides its own row.
NAMED = (
    joinedload(Query.database).load_only(Database.database_name),
    joinedload(Query.user).load_only(User.first_name, User.last_name),
)


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of a query that succeeded. is_cut: there are more rows than these."""

    query: Query
    rows: pa.Table
    columns: Sequence[dict[str, Any]]
    is_cut: bool


def submit(
    actor: Actor,
    database_id: int,
    sql: str,
    *,
    client_id: str | None = None,
    limit: int | None = None,
    schema: str | None = None,
    catalog: str | None = None,
    tab: str | None = None,
    sql_editor_id: str | None = None,
    template_params: str | None = None,
    run_async: bool = False,
    create_as: CreateAs | None = None,
) -> Query | Result:
    """Its result when it is run here; the waiting query when run_async.

    limit: rows; None means the setting SQL_ROW_LIMIT, 0 the largest allowed. Raises Invalid when client_id is taken,
    Unavailable when no worker can be told, and what goes wrong while it runs here.
    """
    reap()
    database = databases.runnable(actor, database_id)
    values: dict[str, Any] = {
        "client_id": client_id or _new_client_id(),
        "database_id": database.id,
        "user_id": actor.user_id,
        "sql": sql,
        "limit": _limit(limit),
        "schema": schema or None,
        "catalog": catalog or None,
        "tab_name": tab,
        "sql_editor_id": sql_editor_id,
        "template_params": template_params,
        "run_async": run_async,
        "start_time": _epoch_ms(),
        "heartbeat_on": now(),
    }
    if create_as is not None:
        values |= {"select_as_cta": True, "ctas_method": create_as.method}
        values |= {"tmp_table_name": create_as.name, "tmp_schema_name": create_as.schema}
    if run_async:
        query_id = _kept(values)
        send(query_id)
        return _row(query_id)
    # Nobody else can take it, so it begins as running.
    query_id = _kept({**values, "status": QueryStatus.RUNNING.value, "start_running_time": values["start_time"]})
    return _ran(actor, query_id, lambda: planned(actor, database, Query(**values)))


def usual_plan(actor: Actor, query: Query) -> Plan:
    """What a query of the SQL editor runs. Raises what forbids it."""
    return planned(actor, databases.usable(actor, query.database_id), query)


def run(actor: Actor, query_id: int, plan_of: Callable[[Actor, Query], Plan] = usual_plan) -> Query:
    """The query in its final state; unchanged when somebody else has it, had it, or stopped it before it began.

    plan_of: what it runs. Raises what went wrong, after that is written down.
    """
    if not _moved(query_id, QueryStatus.PENDING, status=QueryStatus.RUNNING.value, start_running_time=_epoch_ms()):
        return _row(query_id)

    return _ran(actor, query_id, lambda: plan_of(actor, _row(query_id))).query


def added(values: Mapping[str, Any]) -> int:
    """The number of a new query with these values, which waits for a worker unless they say otherwise; committed.

    The caller has found that it may be run. Raises Invalid.
    """
    known = {"client_id": _new_client_id(), "run_async": True, "start_time": _epoch_ms(), "heartbeat_on": now()}
    return _kept({**known, **values})


def failed_at_once(values: Mapping[str, Any], error: ProductError) -> int:
    """The number of a new query that did not come to run, with the reason; committed."""
    ended = {"status": _status_of(error).value, "error_message": error.message, "end_time": _epoch_ms()}
    return added({**values, **ended})


def send(query_id: int) -> None:
    """A worker is told of the waiting query. Raises Unavailable, and then there is no such query."""
    try:
        tell("queries.run", query_id)
    except (KombuError, OSError) as error:
        withdraw(query_id)
        raise Unavailable("The queue of background work is not available", retry_after_s=5) from error


def tell_again() -> int:
    """How many waiting queries workers were told of again; taking one twice does no harm."""
    moment = now()
    columns = (QUERIES.c.id, QUERIES.c.start_time, QUERIES.c.heartbeat_on)
    untold = select(*columns).where(_waits_for_a_worker(), QUERIES.c.heartbeat_on < moment - TOLD_AGAIN_AFTER)
    rows = db.session.connection().execute(untold.order_by(QUERIES.c.id).limit(MOST_TOLD)).all()
    db.session.rollback()
    waits = [(pk, told, timedelta(milliseconds=_epoch_ms() - asked)) for pk, asked, told in rows]
    count = 0
    for pk, told, wait in waits:
        try:
            count += moment - told > wait / 2 and _told_again(pk, told, moment)
        except (KombuError, OSError):
            # The others would wait for the same.
            log.warning("the queue of background work is not available; query %s waits", pk)
            break
    return count


def _told_again(query_id: int, told: datetime, moment: datetime) -> bool:
    mine = update(QUERIES).where(QUERIES.c.id == query_id, _waits_for_a_worker(), QUERIES.c.heartbeat_on == told)
    values = {"heartbeat_on": moment, "changed_on": QUERIES.c.changed_on}
    taken = db.session.connection().execute(mine.values(values)).rowcount == 1
    db.session.commit()
    if taken:
        try:
            tell("queries.run", query_id)
        except (KombuError, OSError):
            back = update(QUERIES).where(QUERIES.c.id == query_id, _waits_for_a_worker())
            db.session.connection().execute(back.values({**values, "heartbeat_on": told}))
            db.session.commit()
            raise
    return taken


def _waits_for_a_worker() -> ColumnElement[bool]:
    return and_(QUERIES.c.status == QueryStatus.PENDING.value, QUERIES.c.run_async.is_(True))


def withdraw(query_id: int) -> None:
    """There is no such query, unless it began meanwhile; committed."""
    db.session.execute(delete(Query).where(Query.id == query_id, Query.status == QueryStatus.PENDING.value))
    db.session.commit()


def row(query_id: int) -> Query:
    """The query as it is now. Raises NotFound."""
    return _row(query_id)


def end(query_id: int) -> Query:
    """The query, which has ended or ends within a second or two. The caller has found that it may be stopped."""
    reap(at_once=True)
    ended = _moved(query_id, QueryStatus.PENDING, status=QueryStatus.STOPPED.value, end_time=_epoch_ms())
    if not ended:
        _moved(query_id, QueryStatus.RUNNING, stop_requested=True)
    return _row(query_id)


def _ran(actor: Actor, query_id: int, make_plan: Callable[[], Plan]) -> Result:
    """What the running query answers; how it ends is written down."""
    try:
        with Watch(query_id, settings().heartbeat_s) as watch:
            plan = make_plan()
            databases.require_running(remembered.database(plan.database_id))
            # No transaction on the metadata stays open while the user's database works.
            db.session.commit()
            with slots.take(actor, plan.database_id, plan.background_wait_s, watch.require_going):
                outcome = perform(plan, watch)
        _succeed(query_id, outcome, plan.result_ttl_s)
    except ProductError as error:
        _end(query_id, error)
        raise
    except Exception:
        _end(query_id, ProductError())
        raise
    return Result(_row(query_id), outcome.rows, outcome.columns, outcome.is_cut)


def find(actor: Actor, *, query_id: int | None = None, client_id: str | None = None) -> Query:
    """The query, by its number or its client's name for it. Raises NotFound, also when it is somebody else's."""
    statement = select(Query).where(Query.id == query_id if client_id is None else Query.client_id == client_id)
    query: Query | None = db.session.execute(_visible(actor, statement)).scalar_one_or_none()
    if query is None:
        raise NotFound(f"Query with client_id {client_id} not found" if client_id is not None else "")
    return query


def stop(actor: Actor, *, query_id: int | None = None, client_id: str | None = None) -> Query:
    """The query, which has ended or ends within a second or two: whoever runs it has been told."""
    return end(find(actor, query_id=query_id, client_id=client_id).id)


def asker(query_id: int) -> int | None:
    """The user who submitted the query; None when there is no such query or nobody any more."""
    return db.session.execute(select(Query.user_id).where(Query.id == query_id)).scalar_one_or_none()


def refuse(query_id: int, error: ProductError) -> None:
    """The waiting query is failed, with this reason, without being run."""
    _end(query_id, error, since=QueryStatus.PENDING)


def reap(*, at_once: bool = False) -> int:
    """How many queries turned out to be lost, and are failed now; looks at most once a heartbeat unless at_once."""
    beat = settings().heartbeat_s
    state: dict[str, float] = current_app.extensions.setdefault("superset_like_reaped", {"at": 0.0})
    if not at_once and time.monotonic() - state["at"] < beat:
        return 0
    state["at"] = time.monotonic()
    silent = Query.heartbeat_on < now() - timedelta(seconds=LOST_AFTER_HEARTBEATS * beat)
    # A query may well wait long for a free worker.
    forgotten = Query.start_time < _epoch_ms() - 1000 * settings().async_timeout_s
    lost = _failed(and_(Query.status == QueryStatus.RUNNING.value, silent), LOST)
    lost += _failed(and_(Query.status == QueryStatus.PENDING.value, Query.run_async.is_(False), silent), LOST)
    lost += _failed(and_(_waits_for_a_worker(), forgotten), NOT_TAKEN)
    return lost


def results(actor: Actor, key: str, rows: int | None = None) -> Result:
    """The result kept under this key, its first `rows` rows. Raises ResultsNotFound; Gone once it has expired."""
    statement = _visible(actor, select(Query).where(Query.results_key == key))
    query = db.session.execute(statement).scalar_one_or_none()
    if query is None:
        raise ResultsNotFound()
    return _result(actor, query, rows)


def results_of(actor: Actor, query: Query, rows: int | None = None) -> Result:
    """The result of a query that `find` or `submit` gave. Raises ResultsNotFound while it has none, Gone."""
    if query.results_key is None:
        raise ResultsNotFound()
    return _result(actor, query, rows)


def workbook(result: Result) -> bytes:
    """The rows as an .xlsx file."""
    # Few requests want a workbook, and its library costs every start 50 ms.
    from superset_like.engine.encode import xlsx

    return xlsx.workbook(result.rows.to_batches(), result.rows.column_names)


def updated_since(actor: Actor, epoch_ms: float) -> Sequence[Query]:
    """The caller's queries that changed after this moment, oldest change first."""
    reap()
    try:
        moment = datetime.fromtimestamp(epoch_ms / 1000, UTC).replace(tzinfo=None)
    except (OverflowError, ValueError, OSError) as error:
        raise Invalid("last_updated_ms is no time", fields={"last_updated_ms": ["Not a valid time."]}) from error
    statement = _visible(actor, select(Query).where(Query.changed_on > moment))
    return list(db.session.execute(statement.order_by(Query.changed_on, Query.id).limit(MOST_UPDATES)).scalars())


def formatted(
    actor: Actor,
    sql: str,
    *,
    engine: str | None = None,
    database_id: int | None = None,
    template_params: str | None = None,
) -> str:
    """The SQL set in lines; of a database when one is named, else of an engine, else of no dialect.

    A text with a template stays as it is: its macros are no SQL. Raises SyntaxInvalid, NotFound, Forbidden.
    """
    if template.has_template(sql):
        return sql
    dialect = ""
    if database_id is not None:
        dialect = databases.engine_of(databases.usable(actor, database_id)).dialect
    elif engine in engines.all_engines():
        dialect = engines.find(engine or "").dialect
    return guard.formatted(sql, dialect)


def estimated(
    actor: Actor,
    database_id: int,
    sql: str,
    schema: str | None = None,
    catalog: str | None = None,
    template_params: str | None = None,
) -> Sequence[Mapping[str, str]]:
    """What each SELECT would cost, in the engine's own figures: name -> text.

    Raises QueryRefused where the engine tells none, and what forbids the query.
    """
    database = databases.runnable(actor, database_id)
    engine = databases.engine_of(database)
    if not engine.estimates:
        raise QueryRefused("Database does not support cost estimation")
    asked = Query(database_id=database.id, sql=sql, schema=schema, catalog=catalog, template_params=template_params)
    reads = query_plan.explainable(actor, database, asked)
    target = databases.target(database, schema=schema, catalog=catalog)
    return [figures for each in reads for figures in engine.estimate(target, each)]


def problems(
    actor: Actor, database_id: int, sql: str, schema: str | None, catalog: str | None, template_params: str | None
) -> list[Problem]:
    """What is wrong with SQL, without running it. Raises NotFound, Forbidden, DataForbidden."""
    database = databases.usable(actor, database_id)
    asked = Query(database_id=database.id, sql=sql, schema=schema, catalog=catalog, template_params=template_params)
    return query_plan.problems(actor, database, asked)


def _visible(actor: Actor, statement: Any) -> Any:
    condition = rules.visible(actor, Query)
    return statement if condition is None else statement.where(condition)


def _new_client_id() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CLIENT_ID_LENGTH))


def _limit(asked: int | None) -> int:
    largest = settings().max_row_limit
    if asked is None:
        return min(settings().sql_row_limit, largest)
    if asked < 0:
        raise Invalid("The limit cannot be negative", fields={"queryLimit": ["Must be 0 or more."]})
    return min(asked or largest, largest)


def _epoch_ms() -> float:
    return time.time() * 1000


def _kept(values: Mapping[str, Any]) -> int:
    """The number of the new query; committed."""
    if len(values["client_id"]) > LONGEST_CLIENT_ID:
        text = f"Longer than maximum length {LONGEST_CLIENT_ID}."
        raise Invalid(text, fields={"client_id": [text]})
    try:
        made = cast("tuple[int]", db.session.connection().execute(INSERT, values).inserted_primary_key)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        text = "A query with this client_id exists"
        raise Invalid(text, fields={"client_id": [text]}) from error
    return made[0]


def _row(query_id: int) -> Query:
    query = db.session.get(Query, query_id, options=NAMED, populate_existing=True)
    if query is None:
        raise NotFound()
    return query


def _moved(query_id: int, since: QueryStatus, **values: Any) -> bool:
    """Whether the query was in this state, and now has these values; committed."""
    known = {"query_id": query_id, "since": since.value, "heartbeat_on": now()}
    done = db.session.connection().execute(MOVE, {**known, **values})
    db.session.commit()
    return done.rowcount == 1


def _failed(condition: ColumnElement[bool], message: str) -> int:
    values = {"status": QueryStatus.FAILED.value, "error_message": message, "end_time": _epoch_ms()}
    done = db.session.connection().execute(update(QUERIES).where(condition).values(values))
    db.session.commit()
    return done.rowcount


def _end(query_id: int, error: ProductError, since: QueryStatus = QueryStatus.RUNNING) -> None:
    # What failed may have left the session in a broken transaction.
    db.session.rollback()
    _moved(
        query_id,
        since,
        status=_status_of(error).value,
        error_message=error.message,
        error_details=json.dumps({"error": type(error).__name__, **error.details}, default=str),
        end_time=_epoch_ms(),
    )


def _status_of(error: ProductError) -> QueryStatus:
    if isinstance(error, QueryCanceled):
        return QueryStatus.STOPPED
    return QueryStatus.TIMED_OUT if isinstance(error, QueryTimedOut) else QueryStatus.FAILED


def _succeed(query_id: int, outcome: Outcome, ttl_s: int | None) -> None:
    key = str(uuid4())
    stores.results().put(key, outcome.rows, ttl_s=ttl_s or settings().results_ttl_s)
    kept = _moved(
        query_id,
        QueryStatus.RUNNING,
        status=QueryStatus.SUCCESS.value,
        progress=100,
        rows=outcome.row_count,
        truncated=outcome.is_cut,
        limiting_factor=outcome.limiting_factor,
        executed_sql=outcome.executed_sql,
        select_as_cta_used=outcome.created_table,
        results_key=key,
        result_columns=json.dumps(outcome.columns),
        end_time=_epoch_ms(),
    )
    if not kept:
        stores.results().delete(key)
        raise QueryCanceled(LOST)


def _result(actor: Actor, query: Query, rows: int | None) -> Result:
    databases.usable(actor, query.database_id)
    table = stores.results().get(query.results_key or "")
    if table is None:
        raise Gone("The result is no longer kept. You need to re-run the original query.")
    shown = table if rows is None else table.slice(0, max(rows, 0))
    return Result(query, shown, json.loads(query.result_columns or "[]"), query.truncated or len(shown) < len(table))
