"""The dataset of a saved query: its SQL, over which its charts are drawn.

It is made without a question to the database, which may be down, and whose answer a draft has none of: its columns are
those of the latest result. Who asks it later may read no table that the author of the query's SQL may not read, unless
he may himself; see user_sql.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from superset_like.access.actor import Actor
from superset_like.engine.databases.base import ColumnInfo
from superset_like.errors import Invalid, ProductError, QueryError
from superset_like.extensions import db
from superset_like.models import Database, Dataset, DatasetColumn, DatasetMetric, Query, SavedQuery, stamp
from superset_like.services import chart_dialect, datasets, history, query_templates, remembered

LONGEST_LABEL = 220
# A dataset without SQL would be a table.
NOTHING_ASKED = "-- no text yet"


def dataset_of(actor: Actor, saved: SavedQuery) -> Dataset:
    """The dataset of the saved query, made where there is none; not committed. Raises Invalid without a connection.

    The caller's right to the query is checked before, by the service.
    """
    found = existing(saved.id)
    if found is not None:
        return found
    if saved.db_id is None:
        raise Invalid("The query has no data source", fields={"query_id": ["It has no data source"]})
    try:
        with db.session.begin_nested():
            return _made(saved)
    except IntegrityError:
        # Somebody else made it meanwhile.
        made = existing(saved.id)
        if made is None:
            raise
        return made


def makers(actor: Actor, saved: SavedQuery) -> list[User]:
    """Who owns what is drawn over the saved query: whoever made it, and the caller."""
    ids = {saved.created_by_fk, actor.user_id} - {None}
    return list(db.session.execute(select(User).where(User.id.in_(ids)).order_by(User.id)).scalars())


def existing(saved_query_id: int) -> Dataset | None:
    """The dataset of the saved query; None where it has none yet."""
    found: Dataset | None = db.session.execute(select(Dataset).where(Dataset.saved_query_id == saved_query_id)).scalar()
    return found


def follow(saved: SavedQuery) -> None:
    """The dataset has the text, parameters, name and connection that the saved query has now; not committed."""
    dataset = existing(saved.id)
    if dataset is None or saved.db_id is None:
        return
    wanted = _source(saved)
    if all(getattr(dataset, name) == value for name, value in wanted.items()):
        return
    former = history.before(dataset)
    if dataset.sql != wanted["sql"]:
        # Which columns another text has, its next result tells. What people wrote on one may still hold.
        dataset.columns = [column for column in dataset.columns if column.expression or _is_described(column)]
    dataset.database = _database(saved.db_id)
    for name, value in wanted.items():
        setattr(dataset, name, value)
    datasets.flush(dataset)
    history.keep(former)


def release(actor: Actor, saved: SavedQuery) -> None:
    """The saved query, which is about to go, leaves a dataset only to who might have made it; not committed."""
    dataset = existing(saved.id)
    if dataset is None:
        return
    variables = json.loads(dataset.template_params or "{}")
    now = datetime.now(UTC).replace(tzinfo=None)
    # Dates that move are known of queries alone.
    dataset.template_params = json.dumps(query_templates.resolved(variables, now)) if variables else None
    try:
        datasets.require_sound(actor, dataset, has_new_source=True)
        if not dataset.columns:
            _set_columns(dataset, _described(datasets.columns_of(actor, dataset)))
        dataset.saved_query_id = None
    except ProductError:
        datasets.discard(dataset)


def learn_columns(saved_query_id: int, columns: Sequence[Mapping[str, Any]]) -> None:
    """The dataset's columns are those of this result, which is one of the query's; what people wrote on them stays.

    columns: `column_name`, `type` and `is_dttm` of each. Nothing is written where they are known already.
    """
    dataset = existing(saved_query_id)
    if dataset is None or not columns or _facts_of(dataset) == [_facts(each) for each in columns]:
        return
    former = history.before(dataset)
    _set_columns(dataset, columns)
    datasets.flush(dataset)
    chart_dialect.redraw(dataset)
    history.keep(former)
    db.session.commit()


def with_columns(actor: Actor, dataset: Dataset) -> Dataset:
    """The dataset with columns, for who only reads it: those of a query that never ran are asked of its database now.

    The caller's right to the dataset is checked before. Raises TemplateInvalid, QueryRefused, DataForbidden.
    """
    if dataset.columns or dataset.saved_query_id is None:
        return dataset
    try:
        infos = datasets.source_columns(actor, dataset)
    except QueryError:
        return dataset
    try:
        learn_columns(dataset.saved_query_id, _described(infos))
    except (IntegrityError, StaleDataError):
        # The other charts of a dashboard ask the same at this moment.
        db.session.rollback()
    stamp.look_again()
    return remembered.dataset(dataset.id)


def _is_described(column: DatasetColumn) -> bool:
    return any((column.verbose_name, column.description, column.python_date_format, column.extra))


def _described(infos: Sequence[ColumnInfo]) -> list[dict[str, Any]]:
    return [{"column_name": each.name, "type": each.type, "is_dttm": each.is_temporal} for each in infos]


def _made(saved: SavedQuery) -> Dataset:
    assert saved.db_id is not None
    count = DatasetMetric(metric_name="count", verbose_name="COUNT(*)", metric_type="count", expression="COUNT(*)")
    owners = [saved.created_by] if saved.created_by is not None else []
    dataset = Dataset(saved_query_id=saved.id, owners=owners, metrics=[count], **_source(saved))
    db.session.add(dataset)
    dataset.database = _database(saved.db_id)
    _set_columns(dataset, _columns_of_result(saved))
    datasets.flush(dataset)
    return dataset


def _columns_of_result(saved: SavedQuery) -> list[dict[str, Any]]:
    """The columns of the query's latest result; none where there is none yet."""
    latest = None if saved.latest_query_id is None else db.session.get(Query, saved.latest_query_id)
    return json.loads(latest.result_columns or "[]") if latest is not None else []


def _source(saved: SavedQuery) -> dict[str, Any]:
    made = query_templates.of(saved.sql, saved.options)
    return {
        # The number keeps it apart from the datasets of queries with the same name.
        "table_name": f"{saved.label[:LONGEST_LABEL]} (query {saved.id})",
        "sql": made.sql if made.sql.strip() else NOTHING_ASKED,
        "template_params": json.dumps(made.variables) if made.variables else None,
        "description": saved.description,
        "database_id": saved.db_id,
        "schema": saved.schema or None,
        "catalog": saved.catalog or None,
    }


def _database(pk: int) -> Database:
    return db.session.execute(select(Database).where(Database.id == pk)).scalar_one()


def _facts_of(dataset: Dataset) -> list[tuple[str, str | None, bool]]:
    return [(each.column_name, each.type, each.is_dttm) for each in dataset.columns if not each.expression]


def _facts(column: Mapping[str, Any]) -> tuple[str, str | None, bool]:
    return str(column["column_name"]), column.get("type"), bool(column.get("is_dttm"))


def _set_columns(dataset: Dataset, columns: Sequence[Mapping[str, Any]]) -> None:
    present = {column.column_name: column for column in dataset.columns}
    named = {_facts(each)[0] for each in columns}
    kept = [column for column in dataset.columns if column.expression and column.column_name not in named]
    made = []
    for name, type_, is_time in map(_facts, columns):
        column = present.get(name) or DatasetColumn(column_name=name, is_active=True)
        column.type, column.is_dttm, column.expression = type_, is_time, None
        made.append(column)
    dataset.columns = [*made, *kept]
    times = [column.column_name for column in dataset.columns if column.is_dttm]
    if dataset.main_dttm_col not in times:
        dataset.main_dttm_col = times[0] if times else None
