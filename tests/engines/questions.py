"""Questions to the awkward table, of every form that `Query` has."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from hypothesis import strategies as st

from superset_like.engine.query import (
    Aggregate,
    Dimension,
    Filter,
    FilterGroup,
    Measure,
    Operator,
    Order,
    Query,
    SeriesLimit,
    TimeRange,
)
from tests.engines.awkward import CITIES, EDGES, LARGE, SIZE, TIMES, Words
from tests.engines.calendar_periods import GRAINS

COLUMNS = ("city", "k", "n", "price", "ratio", "is_open", "day", "at", "epoch", SIZE, "k_twice", "is_big")
NUMBERS = ("k", "w", "price", "ratio", "k_twice", SIZE)
# MAX and MIN of booleans are no functions of PostgreSQL.
SORTED = ("city", "k", "n", "price", "ratio", "day", "at", "epoch", SIZE)
EXPRESSIONS = (
    "LOWER(city)",
    "COALESCE(city, 'none')",
    "k + 1",
    "k % 3",
    "CASE WHEN k > 0 THEN 'more' WHEN k < 0 THEN 'less' END",
    "1",
    "'x'",
    "-5",
)
MEASURES = (
    "COUNT(DISTINCT city)",
    "SUM(k) * 1.0 / COUNT(*)",
    "SUM(CASE WHEN is_open THEN k ELSE 0 END)",
    "SUM(k_twice)",
)
# Names of columns that are not what they name; what must be quoted; what is too long, or the same but for its case.
LABELS = ("n", "k", "city", "City", "day", "at", SIZE, "id", "w", 'say "hi"', "a`b", "100%", "x.y", "{col}", "select")
LONG_LABELS = ("ü" * 40, "ü" * 40 + "b", "it's", "a\\")
PATTERNS = ("%", "", "_", "%o%", "B%", "b%", "a_b", "100\\%", "%'%", "%\U0001f642", "k%", "a\\\\b", "%n")
CONDITIONS = ("k > 5 OR city IS NULL", "NOT is_open", "city LIKE '%o%'", "k_twice > 20", "k IN (0, 1, 7)")
HAVINGS = ("COUNT(*) > 1", "SUM(k) > 10 OR SUM(k) IS NULL", "MAX(k_twice) < 100")
COMPARING = (Operator.EQ, Operator.NE, Operator.GT, Operator.LT, Operator.GE, Operator.LE)

# As clients say moments: as such, as days, as text, as milliseconds.
MOMENTS: st.SearchStrategy[datetime | date | str | int] = st.sampled_from(
    [
        *EDGES,
        *[edge.date() for edge in EDGES],
        *[edge.isoformat() for edge in EDGES],
        1577836799000,
        -1000,
    ]
)
VALUES: dict[str, st.SearchStrategy] = {
    "city": st.sampled_from(CITIES[:-1]),
    "k": st.one_of(st.integers(-10, 10), st.sampled_from([" 7 ", "-1", Decimal("0.5"), 1.5, -1000])),
    "n": st.sampled_from(LARGE[1:]),
    "price": st.sampled_from([Decimal("0.00"), Decimal("-0.10"), Decimal("1234567.89"), 5_000_000, -0.1]),
    "ratio": st.sampled_from([0.0, -0.125, 50_000.5, 7]),
    "is_open": st.booleans(),
    "day": MOMENTS,
    "at": MOMENTS,
    "epoch": MOMENTS,
    SIZE: st.integers(0, 4),
    "k_twice": st.integers(-10, 10),
}


def dimensions() -> st.SearchStrategy[Dimension]:
    """A column, an expression, or a column of moments cut to a grain; unlabelled."""
    cut = st.builds(Dimension, st.just(""), column=st.sampled_from(TIMES), grain=st.sampled_from(GRAINS))
    return st.one_of(
        st.builds(Dimension, st.just(""), column=st.sampled_from(COLUMNS)),
        cut,
        st.builds(Dimension, st.just(""), expression=st.sampled_from(EXPRESSIONS)),
        st.builds(Dimension, st.just(""), expression=st.sampled_from(TIMES), grain=st.sampled_from(GRAINS)),
    )


def exact_measures() -> st.SearchStrategy[Measure]:
    """Whole numbers, which one can be ordered and ranked by; unlabelled."""
    return st.sampled_from(
        [
            Measure("", aggregate=Aggregate.SUM, column="w"),
            Measure("", aggregate=Aggregate.MAX, column="w"),
            Measure("", aggregate=Aggregate.COUNT, column="*"),
            Measure("", aggregate=Aggregate.COUNT_DISTINCT, column="n"),
            Measure("", metric="total"),
            Measure("", metric="spread"),
        ]
    )


def measures(words: Words) -> st.SearchStrategy[Measure]:
    """Each aggregate over each column that it knows, saved metrics, expressions; unlabelled."""
    summed = [*NUMBERS, "n"] if words.large_sums else list(NUMBERS)
    over = {Aggregate.AVG: NUMBERS, Aggregate.SUM: summed, Aggregate.MIN: SORTED, Aggregate.MAX: SORTED} | {
        Aggregate.COUNT: COLUMNS,
        Aggregate.COUNT_DISTINCT: COLUMNS,
    }
    simple = [Measure("", aggregate=how, column=name) for how, names in over.items() for name in names]
    written = [Measure("", expression=sql) for sql in MEASURES]
    return st.one_of(exact_measures(), st.sampled_from(simple), st.sampled_from(written))


def filters() -> st.SearchStrategy[Filter]:
    """Each operator over each column that it knows."""
    return st.one_of(
        st.sampled_from(sorted(VALUES)).flatmap(_compared),
        st.sampled_from(sorted(VALUES)).flatmap(_listed),
        st.builds(
            Filter,
            st.sampled_from([Operator.LIKE, Operator.NOT_LIKE, Operator.ILIKE, Operator.NOT_ILIKE]),
            column=st.sampled_from(["city", "k"]),
            value=st.sampled_from(PATTERNS),
        ),
        st.builds(Filter, st.sampled_from([Operator.IS_NULL, Operator.IS_NOT_NULL]), column=st.sampled_from(COLUMNS)),
        st.builds(
            Filter,
            st.sampled_from([Operator.IS_TRUE, Operator.IS_FALSE]),
            column=st.sampled_from(["is_open", "is_big", "k", SIZE]),
        ),
        st.builds(
            Filter,
            st.sampled_from(COMPARING),
            column=st.sampled_from(TIMES),
            value=MOMENTS,
            grain=st.sampled_from(GRAINS),
        ),
        st.builds(
            Filter,
            st.sampled_from([Operator.IN, Operator.NOT_IN]),
            column=st.sampled_from(TIMES),
            value=st.lists(st.one_of(st.none(), MOMENTS), min_size=1, max_size=3).map(tuple),
            grain=st.sampled_from(GRAINS),
        ),
        st.builds(
            Filter, st.just(Operator.IN), expression=st.just("LOWER(city)"), value=st.just(("bonn", "", None, "köln"))
        ),
    )


def _compared(column: str) -> st.SearchStrategy[Filter]:
    operators = COMPARING[:2] if column == "is_open" else COMPARING
    return st.builds(Filter, st.sampled_from(operators), column=st.just(column), value=VALUES[column])


def _listed(column: str) -> st.SearchStrategy[Filter]:
    values = st.lists(st.one_of(st.none(), VALUES[column], VALUES[column]), min_size=1, max_size=4).map(tuple)
    return st.builds(Filter, st.sampled_from([Operator.IN, Operator.NOT_IN]), column=st.just(column), value=values)


def groups() -> st.SearchStrategy[FilterGroup]:
    """Filters, and groups of filters among them."""
    inner = st.builds(FilterGroup, st.lists(filters(), max_size=2).map(tuple), st.booleans())
    members = st.lists(st.one_of(filters(), filters(), inner), max_size=2).map(_without_empty)
    return st.builds(FilterGroup, members, st.booleans())


def _without_empty(members: Sequence[Filter | FilterGroup]) -> tuple[Filter | FilterGroup, ...]:
    return tuple(each for each in members if isinstance(each, Filter) or each.members)


def ranges() -> st.SearchStrategy[TimeRange]:
    """Closed, or open to one side."""
    moments = st.one_of(st.none(), st.sampled_from(EDGES))
    return st.builds(TimeRange, st.sampled_from(TIMES), moments, moments)


@st.composite
def restricted(draw: st.DrawFn, questions: st.SearchStrategy[Query]) -> Query:
    """Such a question about some of the rows."""
    return replace(
        draw(questions),
        where=draw(groups()),
        time=tuple(draw(st.lists(ranges(), max_size=1))),
        where_sql=draw(st.sampled_from([None, None, None, *CONDITIONS])),
    )


@st.composite
def raw(draw: st.DrawFn) -> Query:
    """Raw rows. Those with a limit are in an order that is total."""
    found = _labelled(draw, draw(st.lists(dimensions(), min_size=1, max_size=4)))
    beside = [Dimension("beside", column="k"), Dimension("beside", expression="0 - k")]
    first = draw(st.sampled_from([*found, *beside]))
    ways = draw(st.tuples(st.booleans(), st.booleans()))
    orders = (Order(first, ways[0]), Order(Dimension("the number", column="id"), ways[1]))
    is_ordered = draw(st.booleans())
    query = Query(tuple(found), order=orders if is_ordered else orders[:1])
    return _limited(draw, query) if is_ordered else query


@st.composite
def grouped(draw: st.DrawFn, words: Words) -> Query:
    """Groups with measures, or the different values alone. One with a limit is in an order that is total."""
    chosen = draw(st.lists(dimensions(), max_size=3))
    summed = draw(st.lists(measures(words), min_size=0 if chosen else 1, max_size=3))
    found = _labelled(draw, [*chosen, *summed])
    own, sums = found[: len(chosen)], found[len(chosen) :]
    query = Query(tuple(own), tuple(sums), having_sql=draw(st.sampled_from([None, None, *HAVINGS])) if sums else None)
    query = replace(query, order=_orders(draw, query))
    return _limited(draw, query) if len(query.order) >= len(own) > 0 else query


@st.composite
def limited_series(draw: st.DrawFn, words: Words) -> Query:
    """Groups of the top series, the others left out or summed up."""
    query = draw(grouped(words).filter(lambda query: query.dimensions and query.measures))
    return replace(query, series=draw(_series(query.dimensions)))


def _labelled(draw: st.DrawFn, items: object) -> list:
    first = draw(st.integers(0, len(LABELS) - 1))
    names = [*LABELS[first:], *LONG_LABELS, *LABELS[:first]]
    return [replace(item, label=name) for item, name in zip(items, names, strict=False)]


def _orders(draw: st.DrawFn, query: Query) -> tuple[Order, ...]:
    """By a measure, shown or not, and then by all dimensions, or by nothing."""
    if not draw(st.booleans()):
        return ()
    ways = draw(st.lists(st.booleans(), min_size=4, max_size=4))
    own = [Order(item, way) for item, way in zip(query.dimensions, ways, strict=False)]
    if not query.measures or not draw(st.booleans()):
        return tuple(own)
    by = draw(exact_measures())
    return (Order(replace(by, label="the order"), ways[3]), *own)


@st.composite
def _series(draw: st.DrawFn, own: Sequence[Dimension]) -> SeriesLimit:
    group_others = draw(st.booleans())
    # What a period is as text, and which texts MariaDB's CAST makes equal, is the engine's own affair.
    plain = [item for item in own if not (group_others and (item.grain or "city" in (item.expression or "")))]
    chosen = draw(
        st.lists(st.sampled_from(plain or list(own)), min_size=1, max_size=2, unique_by=lambda item: item.label)
    )
    measure = replace(draw(exact_measures()), label="the rank")
    return SeriesLimit(
        count=draw(st.integers(1, 5)),
        dimensions=tuple(item.label for item in chosen),
        measure=measure,
        ascending=draw(st.booleans()),
        group_others=bool(group_others and plain),
    )


def _limited(draw: st.DrawFn, query: Query) -> Query:
    return replace(
        query,
        limit=draw(st.one_of(st.none(), st.integers(0, 20), st.just(1000))),
        offset=draw(st.sampled_from([0, 0, 1, 7, 500])),
        row_count=draw(st.sampled_from([False, False, False, True])),
    )
