"""Plain SQL for a question, written by hand: what `build` must agree with. It knows nothing of how `build` works.

Names of outputs are c0, c1 ..., groups and orders are positions, and limits are left to Python.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

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
from tests.engines.awkward import AWKWARD, Value, Words, cut
from tests.engines.calendar_periods import period

CALCULATED = {"k_twice": "k * 2", "is_big": "k > 5"}
METRICS = {"total": "SUM(k)", "spread": "MAX(k) - MIN(k)"}
BOOLEANS = ("is_open", "is_big")
EPOCH = datetime(1970, 1, 1)


class Plain:
    """Writes plain SQL for one engine. rule: a condition that every row must meet."""

    def __init__(self, words: Words, rule: str | None = None) -> None:
        self.words = words
        self.rule = rule

    def question(self, query: Query) -> str:
        """All rows that answer the question, in its order, without its limit."""
        sql = self._select(query) + self._order(query)
        return f"SELECT COUNT(*) FROM ({self._select(query)}) AS counted" if query.row_count else sql

    def ranking(self, query: Query) -> str:
        """The ranks of all series, best first, NULL last."""
        assert query.series is not None
        return self._top(query, query.series, "rank")

    def values(self, column: str, search: str) -> str:
        """The different values of a column that hold the text, whatever its case, in order."""
        sql = self._column(column)
        text = sql if column == "city" else f"CAST({sql} AS {self.words.text})"
        holds = f"{self.words.position}(LOWER({text}), LOWER({self.words.value(search)})) > 0"
        found = _where([holds] if search else [])
        return f"SELECT DISTINCT {sql} AS c0 FROM {AWKWARD} AS t{found} ORDER BY 1"

    def _select(self, query: Query) -> str:
        dimensions = [self._dimension(item) for item in query.dimensions]
        conditions = self._conditions(query)
        if query.series is not None:
            is_top = self._is_top(query, query.series)
            if query.series.group_others:
                dimensions = [
                    f"CASE WHEN {is_top} THEN {self._text(item, sql)} ELSE 'Others' END"
                    if item.label in query.series.dimensions
                    else sql
                    for item, sql in zip(query.dimensions, dimensions, strict=True)
                ]
            else:
                conditions = [*conditions, is_top]
        outputs = dimensions + [self._measure(item) for item in query.measures or ()]
        chosen = ", ".join(f"{sql} AS c{at}" for at, sql in enumerate(outputs))
        distinct = "DISTINCT " if query.measures == () else ""
        sql = f"SELECT {distinct}{chosen} FROM {AWKWARD} AS t" + _where(conditions)
        if query.measures and dimensions:
            sql += " GROUP BY " + ", ".join(str(at) for at, _ in enumerate(dimensions, 1))
        return sql + (f" HAVING {_written_out(query.having_sql)}" if query.having_sql else "")

    def _text(self, item: Dimension, sql: str) -> str:
        return sql if item.column == "city" else f"CAST({sql} AS {self.words.text})"

    def _conditions(self, query: Query) -> list[str]:
        found = [f"({self.rule})"] if self.rule else []
        found += [self._group(query.where)] if query.where.members else []
        found += [condition for asked in query.time for condition in self._range(asked)]
        return [*found, f"({_written_out(query.where_sql)})"] if query.where_sql else found

    def _order(self, query: Query) -> str:
        labels = [item.label for item in (*query.dimensions, *(query.measures or ()))]
        terms = [self._term(order, labels) for order in query.order]
        return f" ORDER BY {', '.join(terms)}" if terms else ""

    def _term(self, order: Order, labels: Sequence[str]) -> str:
        if order.by.label in labels:
            sql = str(labels.index(order.by.label) + 1)
        else:
            sql = self._dimension(order.by) if isinstance(order.by, Dimension) else self._measure(order.by)
        return f"{sql} {'ASC' if order.ascending else 'DESC'}"

    def _is_top(self, query: Query, series: SeriesLimit) -> str:
        chosen = [self._dimension(item) for item in _series(query, series)]
        same = " AND ".join(
            f"(top.s{at} = {sql} OR (top.s{at} IS NULL AND {sql} IS NULL))" for at, sql in enumerate(chosen)
        )
        return f"EXISTS (SELECT 1 FROM ({self._top(query, series)} LIMIT {series.count}) AS top WHERE {same})"

    def _top(self, query: Query, series: SeriesLimit, what: str = "") -> str:
        chosen = [f"{self._dimension(item)} AS s{at}" for at, item in enumerate(_series(query, series))]
        ranked = series.measure or (query.measures or ())[0]
        outputs = ", ".join([*chosen, f"{self._measure(ranked)} AS ranked"])
        keys = ", ".join(str(at) for at, _ in enumerate(chosen, 1))
        sql = f"SELECT {outputs} FROM {AWKWARD} AS t{_where(self._conditions(query))} GROUP BY {keys}"
        names = "ranked" if what == "rank" else ", ".join(f"s{at}" for at, _ in enumerate(chosen))
        way = "ASC" if series.ascending else "DESC"
        return (
            f"SELECT {names} FROM ({sql}) AS series ORDER BY CASE WHEN ranked IS NULL THEN 1 ELSE 0 END, ranked {way}"
        )

    def _dimension(self, item: Dimension) -> str:
        if item.grain:
            name = item.column or item.expression
            assert name
            return f"t.{self.words.name(cut(name, item.grain))}"
        return f"({item.expression})" if item.expression else self._column(item.column or "")

    def _column(self, name: str) -> str:
        return f"({CALCULATED[name]})" if name in CALCULATED else f"t.{self.words.name(name)}"

    def _measure(self, item: Measure) -> str:
        if item.metric:
            return METRICS[item.metric]
        if item.expression:
            return _written_out(item.expression)
        column = "*" if item.column in (None, "*") else self._column(item.column or "")
        if item.aggregate is Aggregate.COUNT_DISTINCT:
            return f"COUNT(DISTINCT {column})"
        return f"{item.aggregate}({column})"

    def _range(self, asked: TimeRange) -> list[str]:
        pairs = ((">=", asked.since), ("<", asked.until))
        return [
            f"{self._column(asked.column)} {sign} {self._moment(asked.column, moment)}"
            for sign, moment in pairs
            if moment
        ]

    def _group(self, group: FilterGroup) -> str:
        parts = [self._group(each) if isinstance(each, FilterGroup) else self._filter(each) for each in group.members]
        return "(" + (" OR " if group.any_of else " AND ").join(parts) + ")"

    def _filter(self, item: Filter) -> str:
        sql = f"({item.expression})" if item.expression else self._column(item.column or "")
        if item.grain:
            sql = f"t.{self.words.name(cut(item.column or '', item.grain))}"
        operator = item.operator
        if operator in (Operator.IS_NULL, Operator.IS_NOT_NULL):
            return f"{sql} {operator}"
        if operator in (Operator.IS_TRUE, Operator.IS_FALSE):
            wanted = operator is Operator.IS_TRUE
            return f"{sql} = {str(wanted).upper()}" if item.column in BOOLEANS else f"{sql} {'<>' if wanted else '='} 0"
        if operator in (Operator.IN, Operator.NOT_IN):
            return self._membership(sql, item)
        if operator in (Operator.LIKE, Operator.NOT_LIKE, Operator.ILIKE, Operator.NOT_ILIKE):
            return self._like(sql, item)
        return f"{sql} {'<>' if operator is Operator.NE else '=' if operator is Operator.EQ else operator} " + (
            self._compared(item, item.value)
        )

    def _membership(self, sql: str, item: Filter) -> str:
        assert isinstance(item.value, tuple)
        values = [self._compared(item, value) for value in item.value if value is not None]
        is_in = item.operator is Operator.IN
        parts = [f"{sql} {'IN' if is_in else 'NOT IN'} ({', '.join(values)})"] if values else []
        if None in item.value:
            parts.append(f"{sql} IS NULL" if is_in else f"{sql} IS NOT NULL")
        return "(" + (" OR " if is_in else " AND ").join(parts) + ")"

    def _like(self, sql: str, item: Filter) -> str:
        text = sql if item.expression or item.column == "city" else f"CAST({sql} AS {self.words.text})"
        pattern = self.words.value(item.value)
        if "ILIKE" in item.operator and not self.words.has_ilike:
            return f"LOWER({text}) {item.operator.replace('ILIKE', 'LIKE')} LOWER({pattern})"
        return f"{text} {item.operator} {pattern}"

    def _compared(self, item: Filter, value: Value) -> str:
        if item.column not in ("day", "at", "epoch"):
            return str(value).strip() if isinstance(value, str) and item.column == "k" else self.words.value(value)
        moment = _moment(value)
        if item.grain:
            return self.words.value(period(moment, item.grain))
        return self._moment(item.column, moment)

    def _moment(self, column: str, moment: datetime) -> str:
        if column == "epoch":
            return str((moment - EPOCH) // timedelta(seconds=1))
        is_day = column == "day" and moment.time() == time()
        return self.words.value(moment.date() if is_day else moment)


def _written_out(sql: str) -> str:
    for name, meant in CALCULATED.items():
        sql = sql.replace(name, f"({meant})")
    return sql


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _series(query: Query, series: SeriesLimit) -> list[Dimension]:
    return [next(item for item in query.dimensions if item.label == label) for label in series.dimensions]


def _moment(value: Value) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    assert isinstance(value, int)
    return EPOCH + timedelta(milliseconds=value)
