"""pandas beside our operations: tables to try, and whether two answers are the same."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
from hypothesis import settings
from hypothesis import strategies as st

from superset_like.engine.transform import transformed

EXAMPLES = settings(max_examples=60, deadline=None, database=None, derandomize=True)

DAY = datetime(2020, 1, 1)

TEXTS = st.sampled_from(["a", "b", "c, d", None])
WHOLE = st.one_of(st.none(), st.integers(-1000, 1000))
REAL = st.one_of(st.none(), st.floats(-1000, 1000).map(lambda value: round(value, 3) + 0.0))


def step(operation: str, **options: Any) -> Mapping[str, Any]:
    return {"operation": operation, "options": options}


FLATTEN = step("flatten")


def tables(least: int = 1, most: int = 25) -> st.SearchStrategy[pa.Table]:
    """Tables of the columns k and j (texts), t (days), n (integers) and x (doubles), all but t with NULL."""
    days = st.integers(0, 60).map(lambda day: DAY + timedelta(days=day))
    rows = st.tuples(TEXTS, TEXTS, days, WHOLE, REAL)
    return st.lists(rows, min_size=least, max_size=most).map(table_of)


def table_of(rows: list[tuple[Any, ...]]) -> pa.Table:
    k, j, t, n, x = zip(*rows, strict=True) if rows else ((),) * 5
    return pa.table(
        {
            "k": pa.array(k, pa.string()),
            "j": pa.array(j, pa.string()),
            "t": pa.array(t, pa.timestamp("us")),
            "n": pa.array(n, pa.int64()),
            "x": pa.array(x, pa.float64()),
        }
    )


def with_time(**columns: list[Any]) -> pa.Table:
    """A table of these columns beside the days t, one after the other."""
    count = len(next(iter(columns.values())))
    return pa.table({"t": [DAY + timedelta(days=day) for day in range(count)], **columns})


def records(table: pa.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def agree(table: pa.Table, steps: list[Any], reference: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Our steps give what the reference makes of the same table in pandas: names, rows, values to the last digits."""
    ours = transformed(table, steps)
    theirs = reference(table.to_pandas())
    assert ours.column_names == [str(name) for name in theirs.columns]
    assert ours.num_rows == len(theirs)
    for place, name in enumerate(ours.column_names):
        values = theirs.iloc[:, place].tolist()
        pairs = zip(ours.column(name).to_pylist(), values, strict=True)
        wrong = [(mine, other) for mine, other in pairs if not is_same(mine, other)]
        assert not wrong, (name, wrong)


def is_same(mine: Any, other: Any) -> bool:
    if isinstance(other, list):
        return len(mine) == len(other) and all(map(is_same, mine, other))
    if mine is None or pd.isna(other):
        return mine is None and bool(pd.isna(other))
    if isinstance(mine, int | float | Decimal) and isinstance(other, int | float):
        return math.isclose(float(mine), float(other), rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(mine, datetime):
        return pd.Timestamp(mine) == pd.Timestamp(other)
    return bool(mine == other)
