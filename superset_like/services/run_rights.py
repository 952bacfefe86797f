"""Who may run which text, and have which rows: the marks by which executions are shared.

Each execution that others may share has a mark: a hash of where and what it ran, with its caller's row rules put in.
Who would run the same has the same mark, and may have the rows.

Who may use the connection runs what he likes of what he may read. Who may only look (`saved_query_access`, the key of a
query, the token of a dashboard) runs queries whose parameters leave nothing open; their tables are judged by the rights
of whoever wrote the text.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy import Table, update

from superset_like.access import actors, rules
from superset_like.access.actor import Actor
from superset_like.access.api_keys import limited
from superset_like.access.remembered import Remembered
from superset_like.engine import parameters
from superset_like.errors import DatabaseGone, DataForbidden, NotAuthenticated, NotFound, QueryError, RunForbidden
from superset_like.extensions import db, settings
from superset_like.models import Chart, Database, Query, SavedQuery, stamp
from superset_like.services import chart_queries, databases, found, queries, query_plan, query_texts, remembered
from superset_like.services.chart_queries import ChartQuery
from superset_like.services.query_plan import Plan

UNSAFE = "This query contains potentially unsafe parameters and cannot be executed "
ON_SHARES = "on a shared dashboard or an embedded visualization."
READ_ONLY = "with read-only access to this data source."
FAILED_TO_RUN = "The query could not be run."
KEPT_MARKS = 5000
QUERIES: Table = Query.__table__


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be run: final SQL on a connection. saved: the query whose text it is.

    reader: whose right to read tables counts; None for the caller's own. limit: rows. chart: whose question it is.
    """

    database: Database
    sql: str
    limit: int
    saved: SavedQuery | None = None
    reader: Actor | None = None
    schema: str | None = None
    catalog: str | None = None
    chart: Chart | None = None

    def row(self) -> dict[str, Any]:
        """The values of an execution of it."""
        return {
            "database_id": self.database.id,
            "sql": self.sql,
            "schema": self.schema,
            "catalog": self.catalog,
            "limit": self.limit,
            "saved_query_id": self.saved.id if self.saved else None,
            "chart_id": self.chart.id if self.chart else None,
            "text_hash": parameters.text_hash(self.sql),
            "is_rendered": True,
            "run_async": True,
        }


def standing(actor: Actor, saved: SavedQuery) -> Actor | None:
    """Whose right to read tables counts where the caller runs the query; None for his own. Raises RunForbidden."""
    database = database_of(saved)
    if actor.key_objects is None and rules.can(actor, "use", database):
        return None
    if not rules.can(actor, "look", database):
        raise RunForbidden()
    if not query_texts.is_safe(saved):
        raise RunForbidden(UNSAFE + (READ_ONLY if actor.key_objects is None else ON_SHARES))
    return _author(saved, database)


def database_of(saved: SavedQuery) -> Database:
    if saved.db_id is None:
        raise DatabaseGone()
    return remembered.database(saved.db_id)


def writer_of(saved: SavedQuery) -> Actor | None:
    """Who wrote the text; None where he is gone."""
    try:
        return actors.of_user(saved.sql_by_fk or 0)
    except NotAuthenticated:
        return None


def _author(saved: SavedQuery, database: Database) -> Actor:
    try:
        author = actors.of_user(saved.sql_by_fk or 0)
    except NotAuthenticated as error:
        raise RunForbidden() from error
    if not rules.can(author, "use", database):
        raise RunForbidden()
    return author


def _reader(actor: Actor, database: Database, saved: SavedQuery | None) -> Actor | None:
    """As `standing`, for a text that was asked before, whose values were judged then."""
    if actor.key_objects is None and rules.can(actor, "use", database):
        return None
    if saved is None or saved.db_id != database.id or not rules.can(actor, "read", saved):
        raise RunForbidden()
    if not rules.can(actor, "look", database):
        raise RunForbidden()
    return _author(saved, database)


def question_of_chart(asked: ChartQuery) -> Question:
    return Question(remembered.database(asked.db_id), asked.sql, settings().max_row_limit, chart=asked.chart)


def mark_of(actor: Actor, question: Question) -> str | None:
    """What tells whether two executions would answer the same; None for one that does more than read.

    To find it the text is judged for the caller, so who is told a mark may have the rows. Raises what forbids the text.
    """
    memory: Remembered[Any, str] = current_app.extensions.setdefault("superset_like_run_marks", Remembered(KEPT_MARKS))
    stamps = stamp.current(db.session())
    reader_id = question.reader.user_id if question.reader else None
    place = (question.database.id, question.schema, question.catalog, question.limit)
    if question.chart is not None:
        # What it asks for may depend on the time of day.
        return _mark_of_plan(chart_queries.plan(actor, question.chart), Query(**question.row()))
    key = (actor.user_id, actor.key_scopes, reader_id, place, sha256(question.sql.encode()).digest())
    mark = memory.get(stamps, key)
    if mark is None:
        asked = Query(**question.row())
        mark = _mark_of_plan(query_plan.planned(actor, question.database, asked, question.reader), asked)
        if mark is None:
            return None
        memory.put(stamps, key, mark)
    return mark


def _mark_of_plan(plan: Plan, query: Query) -> str | None:
    if plan.writes or plan.read is None:
        return None
    place = (query.database_id, query.schema, query.catalog, query.limit)
    return sha256(repr((*place, plan.read)).encode()).hexdigest()


def plan_of(actor: Actor, query: Query) -> Plan:
    """What a worker runs for who asked."""
    if query.run_mark is None:
        return queries.usual_plan(actor, query)
    database = remembered.database(query.database_id)
    databases.require_running(database)
    if query.chart_id is not None:
        plan = chart_queries.plan(actor, found.one(actor, Chart, query.chart_id))
    else:
        saved = db.session.get(SavedQuery, query.saved_query_id) if query.saved_query_id is not None else None
        plan = _as_asked(actor, database, query, saved)
    mark = _mark_of_plan(plan, query)
    if mark != query.run_mark:
        # His rights changed since he asked: what comes now is for others than it would have been.
        db.session.connection().execute(update(QUERIES).where(QUERIES.c.id == query.id).values(run_mark=mark))
    return replace(plan, result_ttl_s=settings().saved_results_ttl_s, before_numbers="")


def _as_asked(actor: Actor, database: Database, query: Query, saved: SavedQuery | None) -> Plan:
    """What he would run himself; what the key of the query would, where that is what was asked in his name."""
    own, refusal = None, None
    try:
        own = query_plan.planned(actor, database, query, _reader(actor, database, saved))
    except (DataForbidden, RunForbidden) as error:
        refusal = error
    if own is not None and (saved is None or _mark_of_plan(own, query) == query.run_mark):
        return own
    if saved is not None:
        with suppress(DataForbidden, RunForbidden):
            lent = limited(actor, frozenset({f"can_read:SavedQuery:{saved.id}"}))
            plan = query_plan.planned(lent, database, query, _reader(lent, database, saved))
            if own is None or _mark_of_plan(plan, query) == query.run_mark:
                return plan
    if own is None:
        raise refusal or RunForbidden()
    return own


def may_have(actor: Actor, query: Query) -> bool:
    """Whether the caller, asking the same, would get these rows; administrators of queries have all."""
    if query.run_mark is None:
        return rules.can(actor, "read", query) and actor.key_objects is None
    if actor.key_objects is None and rules.visible(actor, Query) is None:
        return True
    database = remembered.database(query.database_id)
    if query.chart_id is not None:
        return _may_have_of_chart(actor, query)
    saved = db.session.get(SavedQuery, query.saved_query_id) if query.saved_query_id is not None else None
    try:
        reader = _reader(actor, database, saved)
        if reader is not None and (saved is None or not _is_text_of(query, saved)):
            # What another wrote, or who could put anything into it, is not for who only looks at what is there now.
            return False
        asked = Question(database, query.sql, query.limit or 0, saved, reader, query.schema, query.catalog)
        return mark_of(actor, asked) == query.run_mark
    except (RunForbidden, DataForbidden, QueryError, NotFound):
        return False


def _is_text_of(query: Query, saved: SavedQuery) -> bool:
    """Whether the execution is one of the text that the query has now, with values that leave nothing open."""
    if (query.schema or None, query.catalog or None) != (saved.schema or None, saved.catalog or None):
        return False
    if not query_texts.is_safe(saved):
        return query.text_hash == query_texts.own_hash(saved)
    return parameters.is_filled(saved.sql, query.sql)


def _may_have_of_chart(actor: Actor, query: Query) -> bool:
    """Where its question depends on the time, an earlier result is no longer one of it; its asker has it still."""
    chart = None if query.chart_id is None else db.session.get(Chart, query.chart_id)
    if chart is None or not rules.can(actor, "read", chart):
        return False
    if query.user_id == actor.user_id:
        return True
    try:
        return mark_of(actor, question_of_chart(chart_queries.of_chart(actor, chart))) == query.run_mark
    except (DataForbidden, QueryError, NotFound):
        return False


def failure(actor: Actor, query: Query) -> str:
    """What is said to the caller of an execution that failed."""
    if actor.key_objects is not None and actor.key_objects.ids("Dashboard"):
        # What databases say of a text has pieces of it, and whoever has the address of a dashboard sees no SQL.
        return FAILED_TO_RUN
    return query.error_message or "Unknown error."
