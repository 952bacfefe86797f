"""The distinct values of a dataset's column, as filter boxes offer them."""

from typing import Any

import orjson

from superset_like.access import row_filters, rules, template_context
from superset_like.access.actor import Actor
from superset_like.engine import build, databases, run
from superset_like.engine.cache import Entry
from superset_like.engine.cache import key as cache_key
from superset_like.engine.encode import json
from superset_like.engine.query import Kind
from superset_like.errors import QuestionInvalid
from superset_like.extensions import db, settings
from superset_like.services import guest_questions, library, remembered, shapes, slots, stores

MOST_VALUES = 10_000


def values(actor: Actor, dataset_id: int, column: str, search: str | None = None, *, force: bool = False) -> bytes:
    """A JSON list of the values, under the caller's row rules. Raises NotFound, DataForbidden, QuestionInvalid."""
    dataset = remembered.dataset(dataset_id)
    if actor.guest is not None:
        guest_questions.require_filter(actor, dataset, column)
    if actor.needs_rights:
        rules.require(actor, "query", dataset)
    shape, target = shapes.shape_of(
        dataset, actor, library.offered(template_context.of(actor), actor, dataset, is_stored=True)
    )
    if column not in {each.name for each in shape.columns}:
        raise QuestionInvalid(f"The dataset has no column {column}")
    predicates = row_filters.of(actor, dataset)
    engine = databases.find(shape.engine)
    limit = min(MOST_VALUES, settings().max_row_limit)
    key = cache_key("values", shape.version, dataset.id, predicates, column, limit, search)

    def make() -> Entry:
        # No transaction on the metadata stays open while the user's database works.
        db.session.commit()
        statement = build.distinct_values(shape, engine, column, limit, predicates, search)
        with slots.take(actor, dataset.database_id):
            found = run.answer(engine, target, statement, slots.limits(limit)).table
        kind = run.kinds_of(found.schema)[0]
        times = json.Times.ISO if kind is Kind.TEMPORAL else json.Times.EPOCH_MS
        return Entry(orjson.dumps(list(json.values(found.column(0), times)), default=str), {})

    entry, _ = stores.answers().answer(key, make, ttl_s=_ttl_s(dataset), force=force, before_waiting=db.session.commit)
    return entry.body


def _ttl_s(dataset: Any) -> int:
    named = (dataset.cache_timeout, dataset.database.cache_timeout)
    return next((ttl for ttl in named if ttl is not None), settings().cache_ttl_s)
