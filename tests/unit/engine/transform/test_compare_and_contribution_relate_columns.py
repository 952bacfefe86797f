from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superset_like.engine.transform import transformed
from superset_like.errors import QuestionInvalid
from tests.unit.engine.transform.reference import EXAMPLES, FLATTEN, agree, step, tables, with_time

pytestmark = pytest.mark.slow

TABLE = with_time(a=[1, 3], b=[2, 1])
PIVOT = step("pivot", index=["t"], columns=["k"], aggregates={m: {"operator": "sum"} for m in "nx"})


def compared(table: pa.Table, kind: str, **options: Any) -> pa.Table:
    return transformed(
        table, [step("compare", source_columns=["a"], compare_columns=["b"], compare_type=kind, **options)]
    )


def test_the_difference_of_two_columns() -> None:
    made = compared(TABLE, "difference")
    assert made.column_names == ["t", "a", "b", "difference__a__b"]
    assert made.column("difference__a__b").to_pylist() == [-1, 2]


def test_the_original_columns_can_be_dropped() -> None:
    made = compared(with_time(a=[1, 2], b=[3, 3]), "percentage", drop_original_columns=True, precision=2)
    assert made.column_names == ["t", "percentage__a__b"]
    assert made.column("percentage__a__b").to_pylist() == [-0.67, -0.33]


@EXAMPLES
@given(tables(), st.sampled_from(["difference", "percentage", "ratio"]))
def test_each_type_is_that_of_pandas(table: pa.Table, kind: str) -> None:
    def reference(frame: pd.DataFrame) -> pd.DataFrame:
        n, x = frame["n"], frame["x"]
        made = {"difference": n - x, "percentage": ((n - x) / x).round(4), "ratio": (n / x).round(4)}
        frame[f"{kind}__n__x"] = made[kind]
        return frame

    agree(table, [step("compare", source_columns=["n"], compare_columns=["x"], compare_type=kind)], reference)


def test_pivoted_columns_are_compared_each_with_its_own() -> None:
    table = pa.table({"t": [1, 1], "k": ["p", "q"], "n": [5, 7], "x": [1, 2]})
    compare = step("compare", source_columns=["n"], compare_columns=["x"], compare_type="difference")
    made = transformed(table, [PIVOT, compare, FLATTEN])
    assert made.select(["difference__n__x, p", "difference__n__x, q"]).to_pylist() == [
        {"difference__n__x, p": 4, "difference__n__x, q": 5}
    ]


def test_differences_keep_every_digit() -> None:
    table = pa.table({"a": [2**60 + 1, -(2**63)], "b": [2**60, 2**62]})
    assert compared(table, "difference").column(2).to_pylist() == [1, -(2**63) - 2**62]
    money = pa.table({"a": [Decimal("0.30")], "b": [Decimal("0.1")]})
    assert compared(money, "difference").column(2).to_pylist() == [Decimal("0.20")]


def test_shares_of_a_column() -> None:
    made = transformed(TABLE, [step("contribution", columns=["a"], rename_columns=["pct"])])
    assert made.column_names == ["t", "a", "b", "pct"]
    assert made.column("pct").to_pylist() == [0.25, 0.75]


def test_shares_of_a_row() -> None:
    made = transformed(TABLE, [step("contribution", orientation="row")])
    assert made.column("a").to_pylist() == [1 / 3, 0.75]
    assert made.column("t") == TABLE.column("t")


@EXAMPLES
@given(tables(), st.sampled_from(["row", "column"]), st.booleans())
def test_shares_are_those_of_pandas(table: pa.Table, orientation: str, is_pivoted: bool) -> None:
    def reference(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.astype({"n": float})
        if orientation == "column":
            filled = frame[["n", "x"]].fillna(0)
            frame[["n", "x"]] = filled / filled.sum()
        else:
            frame[["n", "x"]] = frame[["n", "x"]].div(frame[["n", "x"]].sum(axis=1), axis=0)
        return frame

    theirs = reference(table.to_pandas()).replace([float("inf"), float("-inf")], float("nan"))
    ours = transformed(table, [step("contribution", orientation=orientation)])
    if not theirs[["n", "x"]].isna().any().any() and (theirs[["n", "x"]].abs() < 1e6).all().all():
        agree(table, [step("contribution", orientation=orientation)], reference)
    assert ours.num_rows == len(theirs)


def test_shifted_columns_are_a_row_of_their_own() -> None:
    table = pa.table({"a": [1], "b": [3], "a__1 day ago": [1], "b__1 day ago": [1]})
    made = transformed(table, [step("contribution", orientation="row", time_shifts=["1 day ago"])])
    assert made.to_pylist() == [{"a": 0.25, "b": 0.75, "a__1 day ago": 0.5, "b__1 day ago": 0.5}]


def test_a_given_total_takes_the_place_of_the_sum() -> None:
    totals = {"a": 8, "b": 0}
    made = transformed(TABLE, [step("contribution", contribution_totals=totals)])
    assert made.select(["a", "b"]).to_pydict() == {"a": [0.125, 0.375], "b": [0.0, 0.0]}


def test_decimals_have_shares() -> None:
    made = transformed(pa.table({"m": [Decimal("0.25"), Decimal("0.75")]}), [step("contribution")])
    assert made.column("m").to_pylist() == [0.25, 0.75]


@pytest.mark.parametrize(
    ("operation", "options", "message"),
    [
        (
            "compare",
            {"source_columns": ["a"], "compare_columns": ["zz"], "compare_type": "ratio"},
            "Referenced columns not available in DataFrame.",
        ),
        (
            "compare",
            {"source_columns": ["a"], "compare_columns": [], "compare_type": "ratio"},
            "`compare_columns` must have the same length as `source_columns`.",
        ),
        (
            "compare",
            {"source_columns": ["a"], "compare_columns": ["b"], "compare_type": "zz"},
            "`compare_type` must be `difference`, `percentage` or `ratio`",
        ),
        (
            "contribution",
            {"columns": ["t"]},
            'Column "t" is not numeric or does not exists in the query results.',
        ),
        (
            "contribution",
            {"columns": ["a"], "rename_columns": ["x", "y"]},
            "`rename_columns` must have the same length as `columns` + `time_shift_columns`.",
        ),
        ("contribution", {"orientation": "zz"}, "contribution: `orientation` must be one of: row, column"),
    ],
)
def test_mistakes_are_named(operation: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionInvalid) as caught:
        transformed(TABLE, [step(operation, **options)])
    assert caught.value.message == message
