"""What the engines answer to any question is what plain SQL, written by hand, answers to it by the driver itself."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from superset_like.engine.build import build, distinct_values
from superset_like.engine.query import Aggregate, Dimension, Filter, FilterGroup, Measure, Order, Predicate, Query
from superset_like.engine.run import Limits, answer
from tests.engines.awkward import AWKWARD, SIZE
from tests.engines.judges import Judged, Rows, in_any_order, read_as_asked, same
from tests.engines.plain_sql import Plain
from tests.engines.questions import filters, grouped, limited_series, raw, restricted

EXAMPLES = settings(max_examples=40, deadline=None, database=None, derandomize=True)
RULES = st.sampled_from([None, "k > 0 OR city IS NULL", "LOWER(city) <> 'bonn'"])
ID = Dimension("the number", column="id")


@EXAMPLES
@given(data=st.data())
def test_rows(asked: Judged, data: st.DataObject) -> None:
    check(asked, data.draw(restricted(raw())), data.draw(RULES), data.draw(st.booleans()))


@EXAMPLES
@given(data=st.data())
def test_groups(asked: Judged, data: st.DataObject) -> None:
    check(asked, data.draw(restricted(grouped(asked.words))), data.draw(RULES), data.draw(st.booleans()))


@settings(EXAMPLES, max_examples=25)
@given(data=st.data())
def test_the_top_series(asked: Judged, data: st.DataObject) -> None:
    check(asked, data.draw(restricted(limited_series(asked.words))), data.draw(RULES), data.draw(st.booleans()))


@EXAMPLES
@given(members=st.lists(filters(), min_size=5, max_size=5))
def test_filters(asked: Judged, members: list[Filter]) -> None:
    for member in members:
        check(asked, Query((ID,), where=FilterGroup((member,)), order=(Order(ID),)))


def test_labels_hide_no_column(asked: Judged) -> None:
    rows = (Dimension("k", column="w"), Dimension("w", column="price"))
    by_k = (Order(Dimension("beside", expression="0 - k")), Order(ID))
    check(asked, Query(rows, where_sql="k > 0", order=by_k))
    check(asked, Query((*rows, Dimension("City", column="k"), Dimension("city", column="n")), order=by_k))
    city, most = Dimension("w", column="city"), Measure("k", aggregate=Aggregate.MAX, column="w")
    by_sum = (Order(Measure("beside", expression="0 - SUM(k)")), Order(city))
    for having in ("SUM(k) > 10", "MIN(w) < 0"):
        check(asked, Query((city,), (most,), having_sql=having, order=by_sum))
    check(asked, Query((city, Dimension("W", column="k")), (most,), row_count=True))


@pytest.mark.parametrize("search", ["", "o", "N", "%", "_", "'", "\\", "!", "Ö", "🙂", " "])
def test_values_of_a_filter(asked: Judged, search: str) -> None:
    for column in ("city", "k", "price", SIZE):
        statement = distinct_values(asked.shape, asked.engine, column, 1000, (), search)
        found = answer(asked.engine, asked.target, statement, Limits(20)).table.column(0).to_pylist()
        expected = asked.rows(Plain(asked.words).values(column, search))
        assert same([(value,) for value in found], expected), (statement.sql, found, expected)


def check(asked: Judged, query: Query, rule: str | None = None, is_virtual: bool = False) -> None:
    plain = Plain(asked.words, rule)
    if query.series is not None:
        ranks = [row[0] for row in asked.rows(plain.ranking(query))]
        # Which of equal ones is a top series, is any engine's choice.
        assume(len(ranks) <= query.series.count or ranks[query.series.count - 1] != ranks[query.series.count])
    shape = replace(asked.shape, sql=f"SELECT * FROM {AWKWARD}") if is_virtual else asked.shape
    statement = build(query, shape, asked.engine, [Predicate(rule)] if rule else ())
    ours = answer(asked.engine, asked.target, statement, Limits(20))
    found: Rows = list(zip(*(column.to_pylist() for column in ours.table.columns), strict=True))
    judged = read_as_asked(query, asked.rows(plain.question(query)))
    expected = judged if query.row_count else cut(query, judged)
    if not is_total(query):
        found, expected = in_any_order(found), in_any_order(expected)
    different = [pair for pair in zip(found, expected, strict=False) if not same(*([row] for row in pair))]
    assert same(found, expected), (statement.sql, plain.question(query), len(found), len(expected), different[:5])
    assert ours.truncated is (
        not query.row_count and query.limit is not None and len(judged) - query.offset > query.limit
    )
    assert ours.table.column_names == [output.label for output in statement.outputs]


def cut(query: Query, rows: Rows) -> Rows:
    """The rows between the offset and the limit."""
    return rows[query.offset :][: query.limit]


def is_total(query: Query) -> bool:
    """Whether the order leaves no two rows beside each other."""
    ordered = {order.by.label for order in query.order}
    if query.measures is None:
        return "the number" in ordered
    return bool(query.order) and ordered.issuperset(item.label for item in query.dimensions)
