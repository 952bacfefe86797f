"""Saved queries and texts run for whoever asks, and results that are kept for all who would get the same.

Each execution that others may share has a mark: a hash of where and what it ran, with its caller's row rules put in. A
caller is given a kept result, or joins a run that is on its way, when his own question has the same mark.

Who may use the connection runs what he likes of what he may read. Who may only look (`saved_query_access`, the key of
a query, the token of a dashboard) runs queries whose parameters leave nothing open; their tables are judged by the
rights of whoever wrote the text.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from flask import current_app
from sqlalchemy import Table, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from superset_like.access import actors, rules, template_context
from superset_like.access.actor import Actor
from superset_like.access.api_keys import limited
from superset_like.access.remembered import Remembered
from superset_like.engine import literals, parameters, template
from superset_like.engine.parameters import Parameter, Setting
from superset_like.errors import (
    DatabaseGone,
    DataForbidden,
    Forbidden,
    NotAuthenticated,
    NotFound,
    ParameterInvalid,
    ProductError,
    QueryError,
    RunForbidden,
    Unavailable,
)
from superset_like.extensions import db, look_afresh, settings
from superset_like.models import Chart, Database, Query, QueryStatus, SavedQuery, stamp
from superset_like.models.mixins import now
from superset_like.models.query import query_asker
from superset_like.services import (
    chart_queries,
    databases,
    found,
    library,
    queries,
    query_datasets,
    query_plan,
    remembered,
    saved_results,
    stores,
)
from superset_like.services.chart_queries import ChartQuery
from superset_like.services.query_plan import Plan

UNSAFE = "This query contains potentially unsafe parameters and cannot be executed "
ON_SHARES = "on a shared dashboard or an embedded visualization."
READ_ONLY = "with read-only access to this data source."
NOT_KEPT = "No cached result found for this query."
AUTO_LIMIT = 1000
KEPT_MARKS = 5000
POLL_S = 0.05
# How long one who asks lets another begin the same run, and how often he looks.
LONGEST_TURN_S, TURN_PAUSE_S, TURN_RETRY_S = 10.0, 0.01, 5
ACTIVE = (QueryStatus.PENDING.value, QueryStatus.RUNNING.value)
SAVED: Table = SavedQuery.__table__
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


def ask(
    actor: Actor,
    saved: SavedQuery,
    values: Mapping[str, Any] | None = None,
    *,
    max_age: float | None = None,
    with_defaults: bool = False,
    auto_limit: bool = False,
    unattended: bool = False,
) -> Query:
    """An execution of the query: one that succeeded and is kept, or one that is waiting, running or failed at once.

    values: of its parameters by name. max_age: seconds that a kept result may be old; 0: a new one in any case, None:
    any age. with_defaults: what is not named has the value that the parameter has by itself. auto_limit: 1,000 rows at
    most. unattended: the caller has not seen what he asks; what another wrote only reads, and what that one may read.
    Raises RunForbidden, DatabaseGone, DatabasePaused, ParameterInvalid, ParameterMissing.
    """
    question = _of_saved(actor, saved, values or {}, with_defaults, auto_limit)
    if unattended and question.reader is None and saved.sql_by_fk != actor.user_id:
        question = replace(question, reader=_writer(saved) or actor)
    return _answered(actor, question, max_age)


def asked(actor: Actor, query: SavedQuery | ChartQuery, values: Mapping[str, Any] | None = None, **wish: Any) -> Query:
    """As `ask` or `ask_chart`, whichever it is. A chart's question has no parameters. Raises ParameterInvalid too."""
    if not isinstance(query, ChartQuery):
        return ask(actor, query, values, **wish)
    if values:
        raise ParameterInvalid(parameters.INVALID + ", ".join(values))
    return ask_chart(actor, query, max_age=wish.get("max_age"))


def ask_chart(actor: Actor, asked: ChartQuery, *, max_age: float | None = None) -> Query:
    """An execution of a chart's question, as `ask` gives one. Raises DatabasePaused."""
    question = _of_chart(asked)
    databases.require_running(question.database)
    return _answered(actor, question, max_age)


def ask_text(
    actor: Actor,
    database_id: int,
    sql: str,
    values: Mapping[str, Any] | None = None,
    *,
    saved: SavedQuery | None = None,
    max_age: float | None = None,
    auto_limit: bool = False,
) -> Query:
    """An execution of this text, as `ask` gives one. saved: the query that it is a draft of; its parameters count.

    Raises RunForbidden, and what `ask` raises.
    """
    try:
        database = databases.usable(actor, database_id)
    except ProductError as error:
        raise RunForbidden() from error
    databases.require_running(database)
    declared = parameters.declared(saved.options) if saved else ()
    given = parameters.texts(declared, values or {}, _setting(actor, saved))
    if not parameters.is_template(sql):
        parameters.require_all(sql, given)
    text = _rendered(actor, database, sql, given)
    # A draft is no execution of the query: who may only look at that shall not find the rows of this.
    is_its_own = saved is not None and saved.db_id == database.id and sql == saved.sql
    return _answered(actor, Question(database, text, _limit(auto_limit), saved if is_its_own else None), max_age)


def run(actor: Actor, query_id: int) -> Query:
    """The execution in its final state; see `queries.run`. Raises what went wrong, after that is written down."""
    query = queries.run(actor, query_id, _plan_of)
    if query.status == QueryStatus.SUCCESS.value and query.run_mark is not None:
        _note_result(query)
    return query


def kept(actor: Actor, saved: SavedQuery | ChartQuery) -> Query:
    """The latest kept result of the query with the values that its parameters have by themselves. Raises NotFound.

    After the text was changed, the last result of the former one, for who may have it.
    """
    if isinstance(saved, ChartQuery):
        return _kept_of_chart(actor, saved)
    query = _kept_by_mark(actor, saved)
    if query is None and saved.latest_query_id is not None and actor.key_objects is None:
        query = _successful(Query.id == saved.latest_query_id)
        query = query if query is not None and may_have(actor, query) else None
    if query is None or not saved_results.is_kept(query):
        raise NotFound(NOT_KEPT)
    return query


def _kept_of_chart(actor: Actor, asked: ChartQuery) -> Query:
    try:
        mark = _mark(actor, _of_chart(asked))
    except (QueryError, DataForbidden):
        mark = None
    query = _fresh(mark, None) if mark is not None else None
    if query is None:
        raise NotFound(NOT_KEPT)
    return query


def result(actor: Actor, query_id: int, saved: SavedQuery | ChartQuery | None = None) -> Query:
    """The execution of this number, whose rows the caller may have. Raises NotFound, RunForbidden.

    saved: the query that it must be an execution of.
    """
    query = _successful(Query.id == query_id)
    if query is None or (saved is not None and not _is_of(query, saved) and not _is_his_draft(actor, query)):
        raise NotFound()
    if not may_have(actor, query):
        raise RunForbidden()
    if not saved_results.is_kept(query):
        raise NotFound()
    return query


def job(actor: Actor, uuid: Any, saved_query_id: int | None = None) -> Query:
    """The execution, for who asked for it, and administrators. Raises NotFound.

    saved_query_id: whose execution it must be.
    """
    queries.reap()
    statement = select(Query).where(Query.uuid == uuid)
    if saved_query_id is not None:
        statement = statement.where(Query.saved_query_id == saved_query_id)
    query: Query | None = db.session.execute(statement).scalar()
    if query is None or not _is_asker(actor, query):
        raise NotFound()
    return query


def cancel(actor: Actor, uuid: Any) -> Query:
    """The execution, which has ended or ends within a second or two, for all who asked for it. Raises NotFound."""
    return queries.end(job(actor, uuid).id)


def waited_for(actor: Actor, query: Query, seconds: float) -> Query:
    """The execution, in its final state or as it is after so many seconds; sooner where many wait.

    Raises RunForbidden where its rows came to be none of the caller's.
    """
    if query.status not in ACTIVE or seconds <= 0:
        return query
    # Each who waits holds a thread.
    with suppress(TimeoutError), stores.crowd().waiting() as left_s:
        query = _ended(query, seconds if left_s is None else min(seconds, left_s))
        if query.status in ACTIVE:
            raise TimeoutError
    if query.status == QueryStatus.SUCCESS.value and not may_have(actor, query):
        raise RunForbidden()
    return query


def _ended(query: Query, seconds: float) -> Query:
    end = time.monotonic() + seconds
    pause_s = POLL_S
    while query.status in ACTIVE and time.monotonic() < end:
        # The next look shall see what others committed, and hold no connection meanwhile.
        db.session.rollback()
        time.sleep(min(pause_s, max(end - time.monotonic(), 0)))
        pause_s = min(pause_s * 1.3, 0.5)
        query = queries.row(query.id)
    return query


def choices(actor: Actor, query_id: int) -> list[dict[str, str]]:
    """{name, value} of each row of a query's kept result: columns of these names, or the first. Raises NotFound."""
    return saved_results.choices(kept(actor, chart_queries.one(actor, query_id)))


def offers(saved: SavedQuery | ChartQuery, query_id: int) -> bool:
    """Whether the rows of that query are what a parameter of this one may be."""
    return query_id in {each.query_id for each in parameters.declared(saved.options)}


def own_text(sql: str, options: Mapping[str, Any]) -> str:
    """A query's text with the values that its parameters have by themselves."""
    declared = parameters.declared(options)
    if not declared or parameters.is_template(sql):
        return sql
    return parameters.filled(sql, _own_values(declared, Setting(now_in_zone())))


def own_values(options: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a query's parameters have by themselves, as a template names them."""
    return _nested(_own_values(parameters.declared(options), Setting(now_in_zone())))


def latest_of_text(actor: Actor, saved: SavedQuery) -> Query | None:
    """The latest execution of the very text of a query, whoever asked it, that the caller may have."""
    try:
        return _kept_by_mark(actor, saved)
    except ProductError:
        return None


def require_full(actor: Actor, query: SavedQuery | ChartQuery) -> None:
    """Nothing. Raises Forbidden for who may only look."""
    if not isinstance(query, ChartQuery) and standing(actor, query) is not None:
        raise Forbidden()


def moment_of_ms(epoch_ms: Any) -> datetime | None:
    """The stored time of so many milliseconds since 1970: UTC, without zone."""
    if epoch_ms is None:
        return None
    return datetime.fromtimestamp(float(epoch_ms) / 1000, UTC).replace(tzinfo=None)


def standing(actor: Actor, saved: SavedQuery) -> Actor | None:
    """Whose right to read tables counts where the caller runs the query; None for his own. Raises RunForbidden."""
    database = _database(saved)
    if actor.key_objects is None and rules.can(actor, "use", database):
        return None
    if actor.key_objects is None and database.id not in actor.viewed_databases:
        raise RunForbidden()
    if not is_safe(saved):
        raise RunForbidden(UNSAFE + (READ_ONLY if actor.key_objects is None else ON_SHARES))
    return _author(saved, database)


def is_safe(saved: SavedQuery | ChartQuery) -> bool:
    """Whether who runs the query cannot put text of his own into it."""
    if isinstance(saved, ChartQuery):
        return True
    return not parameters.is_template(saved.sql) and parameters.is_safe(saved.sql, parameters.declared(saved.options))


def _author(saved: SavedQuery, database: Database) -> Actor:
    try:
        author = actors.of_user(saved.sql_by_fk or 0)
    except NotAuthenticated as error:
        raise RunForbidden() from error
    if not rules.can(author, "use", database):
        raise RunForbidden()
    return author


def _writer(saved: SavedQuery) -> Actor | None:
    """Who wrote the text; None where he is gone."""
    try:
        return actors.of_user(saved.sql_by_fk or 0)
    except NotAuthenticated:
        return None


def _database(saved: SavedQuery) -> Database:
    if saved.db_id is None:
        raise DatabaseGone()
    return remembered.database(saved.db_id)


def _of_saved(
    actor: Actor, saved: SavedQuery, values: Mapping[str, Any], with_defaults: bool, auto_limit: bool
) -> Question:
    reader = standing(actor, saved)
    database = _database(saved)
    databases.require_running(database)
    declared = parameters.declared(saved.options)
    asked = {**parameters.defaults(declared), **values} if with_defaults else values
    given = parameters.texts(declared, asked, _setting(actor, saved))
    if not parameters.is_template(saved.sql):
        parameters.require_all(saved.sql, given)
    text = _rendered(actor, database, saved.sql, given)
    return Question(database, text, _limit(auto_limit), saved, reader, saved.schema, saved.catalog)


def _of_chart(asked: ChartQuery) -> Question:
    return Question(remembered.database(asked.db_id), asked.sql, settings().max_row_limit, chart=asked.chart)


def _rendered(actor: Actor, database: Database, sql: str, given: Mapping[str, str]) -> str:
    """The text with its values: plain places are filled in once, all other templates are Jinja's."""
    if not parameters.is_template(sql):
        return parameters.filled(sql, given)
    context = library.offered_on(template_context.of(actor, params=_nested(given)), actor, database.id)
    return template.render(sql, context, databases.engine_of(database))


def _nested(given: Mapping[str, str]) -> dict[str, Any]:
    """The values as a template names them: the ends of a range below its name."""
    made: dict[str, Any] = {}
    for place, text in given.items():
        name, _, end = place.partition(".")
        if end:
            made.setdefault(name, {})[end] = text
        else:
            made[name] = text
    return made


def _setting(actor: Actor, saved: SavedQuery | None) -> Setting:
    def offered(query_id: int) -> Sequence[str]:
        try:
            return [each["value"] for each in choices(actor, query_id)]
        except (NotFound, RunForbidden, DatabaseGone):
            return ()

    def quotable(text: str) -> str:
        assert saved is not None and saved.db_id is not None
        return literals.between_quotes(text, databases.engine_of(remembered.database(saved.db_id)).dialect)

    return Setting(now_in_zone(), offered, quotable)


def now_in_zone() -> datetime:
    """The time where the users are, without zone."""
    zone = settings().time_zone
    return datetime.now(ZoneInfo(zone) if zone else UTC).replace(tzinfo=None)


def _limit(auto_limit: bool) -> int:
    most = settings().max_row_limit
    return min(AUTO_LIMIT, most) if auto_limit else most


def _answered(actor: Actor, question: Question, max_age: float | None) -> Query:
    queries.reap()
    values = {**question.row(), "user_id": actor.user_id}
    try:
        mark = _mark(actor, question)
    except (QueryError, DataForbidden) as error:
        # What is wrong with the SQL is the job's to say: asking for it was right.
        return queries.row(queries.failed_at_once(values, error))
    if mark is not None:
        ready = _fresh(mark, max_age)
        if ready is not None:
            return ready
        running = _running(mark)
        if running is not None:
            return _joined(actor, running)
    return _started(actor, {**values, "run_mark": mark})


def _started(actor: Actor, values: Mapping[str, Any]) -> Query:
    mark = values["run_mark"]
    if mark is None:
        return _sent(values)
    look_afresh()
    with _turn(mark):
        running = _running(mark)
        return _sent(values) if running is None else _joined(actor, running)


def _sent(values: Mapping[str, Any]) -> Query:
    query = queries.row(queries.added(values))
    # Read before: a quick worker has done it by now, and who asked for a new run is told of one that begins.
    queries.send(query.id)
    return query


@contextmanager
def _turn(mark: str) -> Iterator[None]:
    """Nobody else begins a run of this mark meanwhile: of many who ask at the same moment, the others find the first.

    Whoever waited for too long goes on: one run too many does less harm than none.
    """
    end = time.monotonic() + LONGEST_TURN_S
    lease = stores.leases().take(f"run {mark}")
    while lease is None and time.monotonic() < end:
        time.sleep(TURN_PAUSE_S)
        lease = stores.leases().take(f"run {mark}")
    try:
        yield
    finally:
        if lease is not None:
            lease.release()


def _running(mark: str) -> Query | None:
    statement = select(Query).where(Query.run_mark == mark, Query.status.in_(ACTIVE), Query.stop_requested.is_(False))
    running: Query | None = db.session.execute(statement.order_by(Query.id).limit(1)).scalar()
    return running


def _joined(actor: Actor, query: Query) -> Query:
    pk = query.id
    if actor.user_id is not None and query.user_id != actor.user_id:
        pair = {"query_id": pk, "user_id": actor.user_id}
        here = (query_asker.c.query_id == pk, query_asker.c.user_id == actor.user_id)
        if db.session.execute(select(query_asker.c.query_id).where(*here)).first() is None:
            try:
                db.session.execute(insert(query_asker).values(pair))
                db.session.commit()
            except IntegrityError:
                # He asked twice at once, or it is gone.
                db.session.rollback()
    try:
        return queries.row(pk)
    except NotFound as error:
        # Whoever asked for it could tell no worker.
        raise Unavailable(retry_after_s=TURN_RETRY_S) from error


def _fresh(mark: str, max_age: float | None) -> Query | None:
    if max_age == 0:
        return None
    condition = [Query.run_mark == mark]
    if max_age is not None and max_age > 0:
        condition.append(Query.end_time >= (time.time() - max_age) * 1000)
    query = _successful(*condition)
    return query if query is not None and saved_results.is_kept(query) else None


def _successful(*conditions: Any) -> Query | None:
    statement = select(Query).where(Query.status == QueryStatus.SUCCESS.value, *conditions)
    query: Query | None = db.session.execute(statement.order_by(Query.id.desc()).limit(1)).scalar()
    return query


def _kept_by_mark(actor: Actor, saved: SavedQuery) -> Query | None:
    reader = standing(actor, saved)
    declared = parameters.declared(saved.options)
    try:
        text = _rendered(actor, _database(saved), saved.sql, _own_values(declared, _setting(actor, saved)))
        mark = _mark(actor, Question(_database(saved), text, _limit(False), saved, reader, saved.schema, saved.catalog))
    except (QueryError, DataForbidden):
        return None
    return None if mark is None else _successful(Query.run_mark == mark)


def _own_values(declared: Sequence[Parameter], setting: Setting) -> dict[str, str]:
    made: dict[str, str] = {}
    for each in declared:
        try:
            made |= parameters.texts([each], parameters.defaults([each]), setting)
        except ParameterInvalid:
            # It has no value by itself that it would take.
            continue
    return made


def _mark(actor: Actor, question: Question) -> str | None:
    """What tells whether two executions would answer the same; None for one that does more than read.

    To find it the text is judged for the caller, so who is told a mark may have the rows. Raises what forbids the text.
    """
    memory: Remembered[Any, str] = current_app.extensions.setdefault("superset_like_run_marks", Remembered(KEPT_MARKS))
    stamps = stamp.current(db.session())
    reader_id = question.reader.user_id if question.reader else None
    place = (question.database.id, question.schema, question.catalog, question.limit)
    if question.chart is not None:
        # What it asks for may depend on the time of day.
        return _mark_of(chart_queries.plan(actor, question.chart), Query(**question.row()))
    key = (actor.user_id, actor.key_scopes, reader_id, place, sha256(question.sql.encode()).digest())
    mark = memory.get(stamps, key)
    if mark is None:
        asked = Query(**question.row())
        mark = _mark_of(query_plan.planned(actor, question.database, asked, question.reader), asked)
        if mark is None:
            return None
        memory.put(stamps, key, mark)
    return mark


def _mark_of(plan: Plan, query: Query) -> str | None:
    if plan.writes or plan.read is None:
        return None
    place = (query.database_id, query.schema, query.catalog, query.limit)
    return sha256(repr((*place, plan.read)).encode()).hexdigest()


def _plan_of(actor: Actor, query: Query) -> Plan:
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
    mark = _mark_of(plan, query)
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
    if own is not None and (saved is None or _mark_of(own, query) == query.run_mark):
        return own
    if saved is not None:
        with suppress(DataForbidden, RunForbidden):
            lent = limited(actor, frozenset({f"can_read:SavedQuery:{saved.id}"}))
            plan = query_plan.planned(lent, database, query, _reader(lent, database, saved))
            if own is None or _mark_of(plan, query) == query.run_mark:
                return plan
    if own is None:
        raise refusal or RunForbidden()
    return own


def _reader(actor: Actor, database: Database, saved: SavedQuery | None) -> Actor | None:
    """As `standing`, for a text that was asked before, whose values were judged then."""
    if actor.key_objects is None and rules.can(actor, "use", database):
        return None
    if saved is None or saved.db_id != database.id or not rules.can(actor, "read", saved):
        raise RunForbidden()
    if actor.key_objects is None and database.id not in actor.viewed_databases:
        raise RunForbidden()
    return _author(saved, database)


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
        return _mark(actor, asked) == query.run_mark
    except (RunForbidden, DataForbidden, QueryError, NotFound):
        return False


def _is_text_of(query: Query, saved: SavedQuery) -> bool:
    """Whether the execution is one of the text that the query has now, with values that leave nothing open."""
    if (query.schema or None, query.catalog or None) != (saved.schema or None, saved.catalog or None):
        return False
    if not is_safe(saved):
        return query.text_hash == _own_hash(saved)
    return parameters.is_filled(saved.sql, query.sql)


def _may_have_of_chart(actor: Actor, query: Query) -> bool:
    """Where its question depends on the time, an earlier result is no longer one of it; its asker has it still."""
    chart = None if query.chart_id is None else db.session.get(Chart, query.chart_id)
    if chart is None or not rules.can(actor, "read", chart):
        return False
    if query.user_id == actor.user_id:
        return True
    try:
        return _mark(actor, _of_chart(chart_queries.of_chart(actor, chart))) == query.run_mark
    except (DataForbidden, QueryError, NotFound):
        return False


def _is_of(query: Query, saved: SavedQuery | ChartQuery) -> bool:
    """Whether it is an execution of the query, by itself or by another query of the same text."""
    if isinstance(saved, ChartQuery):
        return query.chart_id == saved.chart.id
    return query.saved_query_id == saved.id or (
        query.database_id == saved.db_id and query.text_hash == _own_hash(saved)
    )


def _is_his_draft(actor: Actor, query: Query) -> bool:
    return query.saved_query_id is None and query.user_id == actor.user_id and actor.key_objects is None


def _own_hash(saved: SavedQuery) -> str:
    return parameters.text_hash(own_text(saved.sql, saved.options))


def _is_asker(actor: Actor, query: Query) -> bool:
    if actor.key_objects is not None:
        return query.saved_query_id is not None and query.user_id == actor.user_id and _reaches(actor, query)
    if rules.visible(actor, Query) is None or query.user_id == actor.user_id:
        return True
    here = (query_asker.c.query_id == query.id, query_asker.c.user_id == actor.user_id)
    return db.session.execute(select(query_asker.c.query_id).where(*here)).first() is not None


def _reaches(actor: Actor, query: Query) -> bool:
    saved = db.session.get(SavedQuery, query.saved_query_id)
    return saved is not None and rules.can(actor, "read", saved)


def _note_result(query: Query) -> None:
    """The saved queries whose text this is know it as their latest result; committed."""
    values = {"latest_query_id": query.id, "rows": query.rows, "last_run": now()}
    same = or_(SAVED.c.id == query.saved_query_id, SAVED.c.latest_query_id.in_(_earlier(query)))
    rows = db.session.execute(select(SavedQuery).where(SavedQuery.db_id == query.database_id, same)).scalars()
    ids = [saved.id for saved in rows if _own_hash(saved) == query.text_hash]
    if ids:
        # Below the ORM: a run is no change of the query.
        db.session.connection().execute(update(SAVED).where(SAVED.c.id.in_(ids)).values(values))
        stamp.note_activity(db.session())
    db.session.commit()
    for pk in ids:
        query_datasets.learn_columns(pk, orjson.loads(query.result_columns or "[]"))


def _earlier(query: Query) -> Any:
    """Executions of the same text on the same connection."""
    return select(QUERIES.c.id).where(
        QUERIES.c.text_hash == query.text_hash, QUERIES.c.database_id == query.database_id
    )
