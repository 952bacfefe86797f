from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superset_like.engine.transform import label_map, transformed
from superset_like.errors import QuestionInvalid
from tests.unit.engine.transform.reference import EXAMPLES, FLATTEN, agree, records, step, tables

pytestmark = pytest.mark.slow

TABLE = pa.table(
    {
        "month": [datetime(2013, 2, 1), datetime(2013, 1, 1), datetime(2013, 1, 1)],
        "origin": ["EWR", "JFK", "EWR"],
        "count": [9104, 9108, 9845],
        "delay": [1.5, None, 2.5],
    }
)
MEAN = {"count": {"operator": "mean"}}


def pivot(**options: Any) -> Any:
    return step("pivot", **{"index": ["month"], "columns": ["origin"], "aggregates": MEAN, **options})


def pivoted(frame: pd.DataFrame, columns: list[str], index: list[str], values: list[str], **options: Any) -> Any:
    """Superset's way over pandas' pivot_table, flattened."""
    combine = options.pop("combine", False)
    if columns:
        frame[columns] = frame[columns].fillna("<NULL>")
    wanted = {(value, *row) for value in values for row in frame[columns].itertuples(index=False, name=None)}
    made = frame.pivot_table(values=values, index=index, columns=columns, **options)
    if columns and not options["dropna"]:
        made = made[[label for label in made.columns if label in wanted]]
    if combine:
        made = made.stack(0).unstack()
    if columns:
        made.columns = [", ".join(level.replace(",", r"\,") for level in label) for label in made.columns]
        made.columns = [name.replace(r"\,", ",") for name in made.columns]
    return made.reset_index()


def test_a_column_for_each_value() -> None:
    made = transformed(TABLE, [pivot(), FLATTEN])
    assert records(made) == [
        {"month": datetime(2013, 1, 1), "count, EWR": 9845.0, "count, JFK": 9108.0},
        {"month": datetime(2013, 2, 1), "count, EWR": 9104.0, "count, JFK": None},
    ]
    assert label_map(made) == {
        "month": ["month"],
        "count, EWR": ["count", "EWR"],
        "count, JFK": ["count", "JFK"],
    }


def test_without_flatten_it_comes_out_as_with_it() -> None:
    # Superset answers 500: sample 145.
    assert transformed(TABLE, [pivot()]) == transformed(TABLE, [pivot(), FLATTEN])


@EXAMPLES
@given(
    tables(),
    st.sampled_from([["k"], ["k", "j"], ["t"]]),
    st.sampled_from(["mean", "sum", "max", "count", "median"]),
    st.booleans(),
)
def test_columns_come_as_in_pandas(table: pa.Table, columns: list[str], operator: str, drops: bool) -> None:
    if columns == ["t"]:
        return
    aggregates = {"n": {"operator": operator}, "x": {"operator": operator}}
    options = {"index": ["t"], "columns": columns, "aggregates": aggregates, "drop_missing_columns": drops}
    agree(
        table,
        [step("pivot", **options), FLATTEN],
        lambda frame: pivoted(frame, columns, ["t"], ["n", "x"], aggfunc=operator, dropna=drops),
    )


@EXAMPLES
@given(tables(), st.booleans(), st.sampled_from([["k"], ["k", "j"]]))
def test_rows_come_as_in_pandas(table: pa.Table, drops: bool, index: list[str]) -> None:
    table = table.filter(pa.compute.and_(table["k"].is_valid(), table["j"].is_valid()))
    if not table.num_rows:
        return
    options = {"index": index, "aggregates": {"x": {"operator": "sum"}}, "drop_missing_columns": drops}
    agree(
        table,
        [step("pivot", **options), FLATTEN],
        lambda frame: pivoted(frame, [], index, ["x"], aggfunc="sum", dropna=drops),
    )


@EXAMPLES
@given(tables(), st.booleans())
def test_the_metric_can_be_the_last_level(table: pa.Table, drops: bool) -> None:
    aggregates = {"n": {"operator": "count"}, "x": {"operator": "count"}}
    options = {"index": ["t"], "columns": ["k"], "aggregates": aggregates, "combine_value_with_metric": True}
    agree(
        table,
        [step("pivot", **options, drop_missing_columns=drops), FLATTEN],
        lambda frame: pivoted(frame, ["k"], ["t"], ["n", "x"], aggfunc="count", dropna=drops, combine=True),
    )


@EXAMPLES
@given(tables(), st.sampled_from(["sum", "mean", "max"]))
def test_margins_are_those_of_pandas(table: pa.Table, operator: str) -> None:
    table = table.filter(table["k"].is_valid()).filter(table.filter(table["k"].is_valid())["x"].is_valid())
    if not table.num_rows:
        return
    aggregates = {"x": {"operator": operator}}
    options = {"index": ["k"], "columns": ["j"], "aggregates": aggregates, "marginal_distributions": True}
    agree(
        table,
        [step("pivot", **options), FLATTEN],
        lambda frame: pivoted(frame, ["j"], ["k"], ["x"], aggfunc=operator, dropna=True, margins=True),
    )


def test_what_is_missing_can_be_filled() -> None:
    made = transformed(TABLE, [pivot(metric_fill_value=0), FLATTEN])
    assert made.column("count, JFK").to_pylist() == [9108.0, 0.0]


def test_null_among_the_columns_has_a_name_or_is_left_out() -> None:
    table = pa.table({"i": [1, 1], "c": [None, 7], "v": [1, 2]})
    options = {"index": ["i"], "columns": ["c"], "aggregates": {"v": {"operator": "sum"}}}
    assert transformed(table, [step("pivot", **options)]).column_names == ["i", "v, 7", "v, <NULL>"]
    named = step("pivot", **options, column_fill_value="none")
    assert transformed(table, [named]).column_names == ["i", "v, 7", "v, none"]
    assert transformed(table, [step("pivot", **options, column_fill_value=None)]).column_names == ["i", "v, 7"]


def test_values_are_ordered_as_values_and_named_as_texts() -> None:
    table = pa.table({"i": [1] * 3, "n": [10, 9, -1], "b": [True, False, True], "f": [1.0, 0.5, 2.0], "v": [1] * 3})
    for column, names in {"n": ["-1", "9", "10"], "b": ["False", "True"], "f": ["0.5", "1.0", "2.0"]}.items():
        options = {"index": ["i"], "columns": [column], "aggregates": {"v": {"operator": "sum"}}}
        assert transformed(table, [step("pivot", **options)]).column_names[1:] == [f"v, {name}" for name in names]


def test_every_digit_is_kept() -> None:
    table = pa.table({"i": [1, 2], "c": ["a", "b"], "n": [2**60 + 1, 3], "m": [Decimal("0.10"), Decimal("7.25")]})
    aggregates = {"n": {"operator": "sum"}, "m": {"operator": "mean"}}
    made = transformed(table, [step("pivot", index=["i"], columns=["c"], aggregates=aggregates)])
    assert made.column("n, a").to_pylist() == [2**60 + 1, None]
    assert made.column("m, b").to_pylist() == [None, Decimal("7.25")]


def test_a_table_without_rows_has_only_its_index() -> None:
    assert transformed(TABLE.slice(0, 0), [pivot(), FLATTEN]).column_names == ["month"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"index": []}, "Pivot operation requires at least one index"),
        ({"aggregates": {}}, "Pivot operation must include at least one aggregate"),
        ({"columns": ["zz"]}, "Referenced columns not available in DataFrame."),
        ({"index": ["zz"]}, "Referenced columns not available in DataFrame."),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionInvalid) as caught:
        transformed(TABLE, [pivot(**options)])
    assert caught.value.message == message
