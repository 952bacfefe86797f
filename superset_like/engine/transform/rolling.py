"""rolling: an aggregate over a window that moves down the rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.engine.transform import windows
from superset_like.engine.transform.frame import Frame
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.values import (
    doubles,
    narrowed,
    require_numbers,
    shifted,
)
from superset_like.errors import QuestionInvalid

# {x} is the column, {w} the window, {n} the count of values in it.
STATISTICS = {
    "count": "{n}",
    "kurt": "CASE WHEN {n} > 3 AND min({x}) {w} < max({x}) {w} THEN kurtosis({x}) {w} END",
    "max": "max({x}) {w}",
    "mean": "favg({x}) {w}",
    "median": "median({x}) {w}",
    "min": "min({x}) {w}",
    "quantile": "quantile_cont({x}, {quantile}) {w}",
    "skew": "CASE WHEN {n} > 2 AND min({x}) {w} < max({x}) {w} THEN skewness({x}) {w} END",
    "std": "sqrt(var_pop({x}) {w} * {n} / nullif(greatest({n} - {ddof}, 0), 0))",
    "sum": "{sum}({x}) {w}",
    "var": "var_pop({x}) {w} * {n} / nullif(greatest({n} - {ddof}, 0), 0)",
}
EXACT = ("count", "max", "min", "sum")
OPTIONS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "quantile": {
        "quantile": lambda value: _is_number(value) and 0 <= value <= 1,
        "interpolation": lambda value: value == "linear",
    },
    "std": {"ddof": lambda value: isinstance(value, int)},
    "var": {"ddof": lambda value: isinstance(value, int)},
}
WEIGHTED = ("mean", "std", "sum", "var")


@dataclass(frozen=True, slots=True)
class Rolling(Operation):
    """Each value with those before it, `window` in all; with center those around it.

    columns: source -> target. min_periods: NULL when fewer values are present; none: as many as the window has; the
    rows before it can be reached are left out. win_type: the values weighted (mean, sum, std, var).
    rolling_type_options: ddof of std and var; quantile of quantile; the parameters of a win_type.
    """

    rolling_type: str
    columns: Mapping[str, str] = field(default_factory=dict)
    window: int | None = None
    rolling_type_options: Mapping[str, Any] = field(default_factory=dict)
    center: bool = False
    win_type: str | None = None
    min_periods: int | None = None

    def apply(self, frame: Frame) -> Frame:
        frame.require(self.columns)
        self._check()
        labels = frame.under(self.columns)
        sources = [require_numbers(frame.columns[label], label[0] or "") for label in labels]
        made = self._weighted(sources) if self.win_type else self._plain(sources)
        found = frame.mapped(self.columns, dict(zip(labels, made, strict=True)))
        return found.from_row(self.min_periods - 1) if self.min_periods else found

    def _check(self) -> None:
        if self.window is None:
            raise _invalid("window", "Undefined window for rolling operation")
        if self.window <= 0:
            raise _invalid("window", "Window must be > 0")
        if self.min_periods is not None and not 0 <= self.min_periods <= self.window:
            raise _invalid("min_periods", f"min_periods {self.min_periods} must be <= window {self.window}")
        if self.rolling_type not in (WEIGHTED if self.win_type else STATISTICS):
            raise _invalid("rolling_type", f"Invalid rolling_type: {self.rolling_type}")
        if not self.win_type and not self._are_options_right():
            given = dict(self.rolling_type_options)
            raise _invalid("rolling_type_options", f"Invalid options for {self.rolling_type}: {given}")

    def _are_options_right(self) -> bool:
        known = OPTIONS.get(self.rolling_type, {})
        if self.rolling_type == "quantile" and "quantile" not in self.rolling_type_options:
            return False
        return all(key in known and known[key](value) for key, value in self.rolling_type_options.items())

    @property
    def _size(self) -> int:
        return self.window or 1

    @property
    def _after(self) -> int:
        """How many rows of the window come after the row."""
        return (self._size - 1) // 2 if self.center else 0

    @property
    def _least(self) -> int:
        return self._size if self.min_periods is None else self.min_periods

    def _plain(self, sources: Sequence[pa.Array]) -> list[pa.Array]:
        if not sources:
            return []
        prepared = [_prepared(column, self.rolling_type) for column in sources]
        table = pa.table({f"x{place}": column for place, column in enumerate(prepared)})
        numbered = table.append_column("i", pa.array(range(table.num_rows), pa.int64()))
        wanted = ", ".join(self._sql(place, column.type) for place, column in enumerate(prepared))
        rows = f"ROWS BETWEEN {self._size - 1 - self._after} PRECEDING AND {self._after} FOLLOWING"
        statement = f"SELECT {wanted} FROM frame WINDOW w AS (ORDER BY i {rows}) ORDER BY i"
        return [_settled(column) for column in _asked(statement, numbered).columns]

    def _sql(self, place: int, kind: pa.DataType) -> str:
        parts = {
            "x": f"x{place}",
            "w": "OVER w",
            "n": f"(count(x{place}) OVER w)",
            # fsum adds doubles so that no digit gets lost on the way.
            "sum": "fsum" if types.is_floating(kind) else "sum",
            "quantile": float(self.rolling_type_options.get("quantile", 0)),
            "ddof": int(self.rolling_type_options.get("ddof", 1)),
        }
        value = STATISTICS[self.rolling_type].format(**parts)
        if self.rolling_type == "sum" and self._least == 0:
            value = f"coalesce({value}, 0)"
        # A count of nothing is a number: for it, rows count.
        enough = "count(*) OVER w" if self.rolling_type == "count" else parts["n"]
        return f"CASE WHEN {enough} >= {self._least} THEN {value} END AS x{place}"

    def _weighted(self, sources: Sequence[pa.Array]) -> list[pa.Array]:
        weights = windows.weights(self.win_type or "", self._size, self.rolling_type_options)
        return [self._weighed(_finite(doubles(column)), weights) for column in sources]

    def _weighed(self, column: pa.Array, weights: Sequence[float]) -> pa.Array:
        moved = [shifted(column, self._size - 1 - self._after - place) for place in range(self._size)]
        present = [pc.cast(pc.is_valid(one), pa.float64()) for one in moved]
        filled = [pc.fill_null(one, 0.0) for one in moved]
        count = _sum(present)
        total = _sum([pc.multiply(one, weight) for one, weight in zip(filled, weights, strict=True)])
        weight = _sum([pc.multiply(one, own) for one, own in zip(present, weights, strict=True)])
        value = total
        if self.rolling_type != "sum":
            value = mean = pc.divide(total, weight)
            if self.rolling_type in ("std", "var"):
                value = _spread(filled, present, weights, mean, weight, int(self.rolling_type_options.get("ddof", 1)))
                value = pc.sqrt(value) if self.rolling_type == "std" else value
        return doubles(pc.if_else(pc.greater_equal(count, max(self._least, 1)), value, None))


def _invalid(option: str, message: str) -> QuestionInvalid:
    return QuestionInvalid(message, fields={option: [message]})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _prepared(column: pa.Array, rolling_type: str) -> pa.Array:
    """The column as DuckDB takes it: as it is where the answer is exact, else as doubles; infinities as NULL."""
    is_exact = rolling_type in EXACT and not types.is_decimal256(column.type) and not types.is_floating(column.type)
    return column if is_exact else _finite(doubles(column))


def _finite(column: pa.Array) -> pa.Array:
    return pc.if_else(pc.is_finite(column), column, None)


def _asked(statement: str, frame: pa.Table) -> pa.Table:
    """The answer of a database in this process that sees nothing but the table `frame`."""
    config: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": "false", "threads": "1"}
    with duckdb.connect(":memory:", config=config) as connection:
        connection.register("frame", frame)
        try:
            return connection.execute(statement).to_arrow_table()
        except duckdb.OutOfRangeException as error:
            raise QuestionInvalid("The values are too great for the window's statistic") from error


def _settled(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return doubles(whole) if types.is_floating(whole.type) else narrowed(whole)


def _sum(columns: Sequence[pa.Array]) -> pa.Array:
    total = columns[0]
    for column in columns[1:]:
        total = pc.add(total, column)
    return total


def _spread(
    filled: Sequence[pa.Array],
    present: Sequence[pa.Array],
    weights: Sequence[float],
    mean: pa.Array,
    weight: pa.Array,
    ddof: int,
) -> pa.Array:
    """The weighted variance; ddof is taken from the rows of the window, as pandas does.

    pandas' own (roll_weighted_var) turns the weights from row to row, so that it is right in one row of each window.
    """
    parts = [
        pc.multiply(pc.multiply(pc.power(pc.subtract(value, mean), 2.0), is_there), own)
        for value, is_there, own in zip(filled, present, weights, strict=True)
    ]
    count = _sum(present)
    size = len(weights)
    divisor = pc.multiply(weight, (size - ddof) / size)
    return pc.if_else(pc.greater(count, float(ddof)), pc.divide(_sum(parts), divisor), None)
