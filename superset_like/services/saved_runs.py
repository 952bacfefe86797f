"""Saved queries and texts run for whoever asks, and results that are kept for all who would get the same.

A caller is given a kept result, or joins a run that is on its way, when his own question has the same mark: see
run_rights.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Table, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.engine import literals, parameters
from superset_like.engine.parameters import Setting
from superset_like.errors import (
    DatabaseGone,
    DataForbidden,
    Forbidden,
    NotFound,
    ParameterInvalid,
    ProductError,
    QueryError,
    RunForbidden,
    Unavailable,
)
from superset_like.extensions import db, look_afresh, settings
from superset_like.models import Query, QueryStatus, SavedQuery, stamp
from superset_like.models.mixins import now
from superset_like.models.query import query_asker
from superset_like.services import (
    chart_queries,
    databases,
    queries,
    query_datasets,
    query_texts,
    remembered,
    run_rights,
    saved_results,
    stores,
)
from superset_like.services.chart_queries import ChartQuery
from superset_like.services.run_rights import Question

NOT_KEPT = "No cached result found for this query."
AUTO_LIMIT = 1000
POLL_S = 0.05
# How long one who asks lets another begin the same run, and how often he looks.
LONGEST_TURN_S, TURN_PAUSE_S, TURN_RETRY_S = 10.0, 0.01, 5
ACTIVE = (QueryStatus.PENDING.value, QueryStatus.RUNNING.value)
SAVED: Table = SavedQuery.__table__
# What the server notes of a query is no change that somebody made.
UNTOUCHED = {"changed_on": SAVED.c.changed_on, "changed_by_fk": SAVED.c.changed_by_fk}
QUERIES: Table = Query.__table__


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
        question = replace(question, reader=run_rights.writer_of(saved) or actor)
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
    question = run_rights.question_of_chart(asked)
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
    text = query_texts.rendered(actor, database, sql, given)
    # A draft is no execution of the query: who may only look at that shall not find the rows of this.
    is_its_own = saved is not None and saved.db_id == database.id and sql == saved.sql
    return _answered(actor, Question(database, text, _limit(auto_limit), saved if is_its_own else None), max_age)


def run(actor: Actor, query_id: int) -> Query:
    """The execution in its final state; see `queries.run`. Raises what went wrong, after that is written down."""
    query = queries.run(actor, query_id, run_rights.plan_of)
    if query.status == QueryStatus.SUCCESS.value and query.run_mark is not None:
        _note_result(query)
    return query


def kept(actor: Actor, saved: SavedQuery | ChartQuery) -> Query:
    """The latest kept result of the query with the values that its parameters have by themselves. Raises NotFound.

    After the text was changed, the last result of the former one, for who may have it.
    """
    if isinstance(saved, ChartQuery):
        return _kept_of_chart(actor, saved)
    if saved.db_id is None:
        raise NotFound(NOT_KEPT)
    query = _kept_by_mark(actor, saved)
    if query is None and saved.latest_query_id is not None and actor.key_objects is None:
        query = _successful(Query.id == saved.latest_query_id)
        query = query if query is not None and run_rights.may_have(actor, query) else None
    if query is None or not saved_results.is_kept(query):
        raise NotFound(NOT_KEPT)
    return query


def _kept_of_chart(actor: Actor, asked: ChartQuery) -> Query:
    try:
        mark = run_rights.mark_of(actor, run_rights.question_of_chart(asked))
    except (QueryError, DataForbidden):
        mark = None
    query = _fresh(mark, None) if mark is not None else None
    if query is None:
        raise NotFound(NOT_KEPT)
    return query


def result(actor: Actor, query_id: int, saved: SavedQuery | ChartQuery | None = None) -> Query:
    """The execution of this number, whose rows the caller may have. Raises NotFound, Forbidden.

    saved: the query that it must be an execution of for a key; people are answered rows that others asked for too.
    """
    query = _successful(Query.id == query_id)
    if query is None or (saved is not None and actor.key_objects is not None and not _is_of(query, saved)):
        raise NotFound()
    if not run_rights.may_have(actor, query):
        raise Forbidden()
    if not saved_results.is_kept(query):
        raise NotFound()
    return query


def job(actor: Actor, uuid: Any, saved_query_id: int | None = None) -> Query:
    """The execution, for who asked for it, and administrators. Raises NotFound.

    saved_query_id: whose execution it must be for a key; a person may wait for a run of another query with that text.
    """
    queries.reap()
    statement = select(Query).where(Query.uuid == uuid)
    if saved_query_id is not None and actor.key_objects is not None:
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
    if query.status == QueryStatus.SUCCESS.value and not run_rights.may_have(actor, query):
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


def latest_of_text(actor: Actor, saved: SavedQuery) -> Query | None:
    """The latest execution of the very text of a query, whoever asked it, that the caller may have."""
    try:
        return _kept_by_mark(actor, saved)
    except ProductError:
        return None


def require_full(actor: Actor, query: SavedQuery | ChartQuery) -> None:
    """Nothing. Raises Forbidden for who may only look."""
    if not isinstance(query, ChartQuery) and run_rights.standing(actor, query) is not None:
        raise Forbidden()


def _of_saved(
    actor: Actor, saved: SavedQuery, values: Mapping[str, Any], with_defaults: bool, auto_limit: bool
) -> Question:
    reader = run_rights.standing(actor, saved)
    database = run_rights.database_of(saved)
    databases.require_running(database)
    declared = parameters.declared(saved.options)
    asked = {**parameters.defaults(declared), **values} if with_defaults else values
    given = parameters.texts(declared, asked, _setting(actor, saved))
    if not parameters.is_template(saved.sql):
        parameters.require_all(saved.sql, given)
    text = query_texts.rendered(actor, database, saved.sql, given)
    return Question(database, text, _limit(auto_limit), saved, reader, saved.schema, saved.catalog)


def _setting(actor: Actor, saved: SavedQuery | None) -> Setting:
    def offered(query_id: int) -> Sequence[str]:
        try:
            return [each["value"] for each in choices(actor, query_id)]
        except (NotFound, RunForbidden, DatabaseGone):
            return ()

    def quotable(text: str) -> str:
        assert saved is not None and saved.db_id is not None
        return literals.between_quotes(text, databases.engine_of(remembered.database(saved.db_id)).dialect)

    return Setting(query_texts.now_in_zone(), offered, quotable)


def _limit(auto_limit: bool) -> int:
    most = settings().max_row_limit
    return min(AUTO_LIMIT, most) if auto_limit else most


def _answered(actor: Actor, question: Question, max_age: float | None) -> Query:
    queries.reap()
    values: dict[str, Any] = {**question.row(), "user_id": actor.user_id}
    try:
        mark = run_rights.mark_of(actor, question)
    except (QueryError, DataForbidden) as error:
        # What is wrong with the SQL is the job's to say: asking for it was right.
        return queries.row(queries.failed_at_once(values, error))
    values["run_mark"] = mark
    if mark is not None:
        ready = _fresh(mark, max_age)
        if ready is not None:
            return ready
        running = _running(actor, values)
        if running is not None:
            return _joined(actor, running)
    return _started(actor, values)


def _started(actor: Actor, values: Mapping[str, Any]) -> Query:
    mark = values["run_mark"]
    if mark is None:
        return _sent(values)
    look_afresh()
    with _turn(mark):
        running = _running(actor, values)
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


def _running(actor: Actor, values: Mapping[str, Any]) -> Query | None:
    """What is on its way and would answer the same; for a key, of its own query alone: it sees the jobs of no other."""
    same = (Query.run_mark == values["run_mark"], Query.status.in_(ACTIVE), Query.stop_requested.is_(False))
    statement = select(Query).where(*same)
    if actor.key_objects is not None:
        statement = statement.where(Query.saved_query_id == values["saved_query_id"])
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
    reader = run_rights.standing(actor, saved)
    declared = parameters.declared(saved.options)
    try:
        text = query_texts.rendered(
            actor, run_rights.database_of(saved), saved.sql, query_texts.own_given(declared, _setting(actor, saved))
        )
        mark = run_rights.mark_of(
            actor,
            Question(run_rights.database_of(saved), text, _limit(False), saved, reader, saved.schema, saved.catalog),
        )
    except (QueryError, DataForbidden):
        return None
    return None if mark is None else _successful(Query.run_mark == mark)


def _is_of(query: Query, saved: SavedQuery | ChartQuery) -> bool:
    """Whether it is an execution of the query, by itself or by another query of the same text."""
    if isinstance(saved, ChartQuery):
        return query.chart_id == saved.chart.id
    return query.saved_query_id == saved.id or (
        query.database_id == saved.db_id and query.text_hash == query_texts.own_hash(saved)
    )


def _is_asker(actor: Actor, query: Query) -> bool:
    if actor.key_objects is not None:
        return query.saved_query_id is not None and _reaches(actor, query) and _waits(actor, query)
    return rules.visible(actor, Query) is None or _waits(actor, query)


def _waits(actor: Actor, query: Query) -> bool:
    """Whether it was asked in the caller's name, by himself or by a key of his."""
    if query.user_id == actor.user_id:
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
    is_newer = or_(SAVED.c.latest_query_id.is_(None), SAVED.c.latest_query_id < query.id)
    here = (SavedQuery.db_id == query.database_id, same, is_newer)
    rows = db.session.execute(select(SavedQuery).where(*here)).scalars()
    ids = [saved.id for saved in rows if query_texts.own_hash(saved) == query.text_hash]
    if ids:
        # Below the ORM, and with what it would set by itself: a run is no change of the query.
        db.session.connection().execute(
            update(SAVED).where(SAVED.c.id.in_(ids), is_newer).values(**values, **UNTOUCHED)
        )
        stamp.note_activity(db.session())
    db.session.commit()
    for pk in ids:
        query_datasets.learn_columns(pk, orjson.loads(query.result_columns or "[]"))


def _earlier(query: Query) -> Any:
    """Executions of the same text on the same connection."""
    return select(QUERIES.c.id).where(
        QUERIES.c.text_hash == query.text_hash, QUERIES.c.database_id == query.database_id
    )
