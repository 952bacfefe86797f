from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superset_like.engine.transform import transformed
from superset_like.errors import QuestionInvalid
from tests.unit.engine.transform.reference import EXAMPLES, FLATTEN, agree, step, tables, with_time

pytestmark = pytest.mark.slow

TABLE = with_time(n=[9104, 9724, 8734])


def test_a_running_sum() -> None:
    made = transformed(TABLE, [step("cum", operator="sum", columns={"n": "n"})])
    assert made.column_names == ["t", "n"]
    assert made.column("n").to_pylist() == [9104, 18828, 27562]


def test_the_change_from_row_to_row() -> None:
    made = transformed(TABLE, [step("diff", columns={"n": "d"})])
    assert made.column("d").to_pylist() == [None, 620, -990]
    assert made.column("n").to_pylist() == [9104, 9724, 8734]


@EXAMPLES
@given(tables(most=12), st.sampled_from(["sum", "prod", "min", "max"]), st.sampled_from("nx"))
def test_each_operator_is_that_of_pandas(table: pa.Table, operator: str, column: str) -> None:
    def reference(frame: pd.DataFrame) -> pd.DataFrame:
        frame["made"] = getattr(frame[column].astype(float), f"cum{operator}")()
        return frame

    agree(table, [step("cum", operator=operator, columns={column: "made"})], reference)


@EXAMPLES
@given(tables(), st.integers(-4, 4), st.sampled_from("nx"))
def test_differences_are_those_of_pandas(table: pa.Table, periods: int, column: str) -> None:
    def reference(frame: pd.DataFrame) -> pd.DataFrame:
        frame["made"] = frame[column].diff(periods)
        return frame

    agree(table, [step("diff", columns={column: "made"}, periods=periods)], reference)


@EXAMPLES
@given(tables(), st.sampled_from([-2, -1, 0, 1, 2]))
def test_differences_across_are_those_of_pandas(table: pa.Table, periods: int) -> None:
    def reference(frame: pd.DataFrame) -> pd.DataFrame:
        made = frame[["n", "x"]].astype(float).diff(periods, axis=1)
        frame[["y", "z"]] = made
        return frame

    agree(table, [step("diff", columns={"n": "y", "x": "z"}, periods=periods, axis=1)], reference)


def test_all_columns_of_a_pivoted_metric_are_meant() -> None:
    table = pa.table({"i": [1, 1, 2], "c": ["a", "b", "a"], "v": [1, 2, 3]})
    pivot = step("pivot", index=["i"], columns=["c"], aggregates={"v": {"operator": "sum"}})
    same = transformed(table, [pivot, step("cum", operator="sum", columns={"v": "v"}), FLATTEN])
    assert same.to_pydict() == {"i": [1, 2], "v, a": [1, 4], "v, b": [2, None]}
    added = transformed(table, [pivot, step("diff", columns={"v": "d"}), FLATTEN])
    assert added.column_names == ["i", "v, a", "v, b", "d, a", "d, b"]


def test_every_digit_is_kept() -> None:
    table = pa.table({"n": [2**62, 2**62, 1], "m": [Decimal("0.10"), None, Decimal("12345678901234567890.12")]})
    made = transformed(table, [step("cum", operator="sum", columns={"n": "n", "m": "m"})])
    assert made.column("n").to_pylist() == [2**62, 2**63, 2**63 + 1]
    assert made.column("m").to_pylist() == [Decimal("0.10"), None, Decimal("12345678901234567890.22")]
    made = transformed(table, [step("diff", columns={"n": "n", "m": "m"}, periods=2)])
    assert made.column("n").to_pylist() == [None, None, 1 - 2**62]
    assert made.column("m").to_pylist() == [None, None, Decimal("12345678901234567890.02")]


def test_a_product_beyond_all_digits_is_a_double() -> None:
    made = transformed(pa.table({"n": [10**9] * 10}), [step("cum", operator="prod", columns={"n": "n"})])
    assert made.column("n").to_pylist()[-1] == pytest.approx(1e90)


@pytest.mark.parametrize(
    ("operation", "options", "message"),
    [
        ("cum", {"operator": "zz", "columns": {"n": "n"}}, "Invalid cumulative operator: zz"),
        ("cum", {"operator": "sum", "columns": {"zz": "n"}}, "Referenced columns not available in DataFrame."),
        ("cum", {"operator": "sum", "columns": {"t": "n"}}, 'Column "t" is not numeric'),
        ("diff", {"columns": {"n": "n"}, "axis": 3}, "diff: `axis` must be one of: 0, 1, index, rows, columns"),
        ("diff", {}, "diff: `columns` is required"),
    ],
)
def test_mistakes_are_named(operation: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(QuestionInvalid) as caught:
        transformed(TABLE, [step(operation, **options)])
    assert caught.value.message == message
