from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superset_like.engine.transform import label_map, transformed
from superset_like.errors import QuestionInvalid
from tests.unit.engine.transform.reference import EXAMPLES, FLATTEN, agree, records, step, tables

pytestmark = pytest.mark.slow

TABLE = pa.table({"k": ["b", "a", None], "n": [1, 1, 3]})
LONG = pa.table({"i": [1, 1], "c": ["x, y", "z"], "v": [1, 2]})
PIVOT = step("pivot", index=["i"], columns=["c"], aggregates={"v": {"operator": "sum"}})


def test_columns_are_chosen_ordered_and_renamed() -> None:
    made = transformed(TABLE, [step("select", columns=["n", "k"], rename={"n": "m"})])
    assert made.column_names == ["m", "k"]
    assert transformed(TABLE, [step("select", exclude=["k"])]).column_names == ["n"]


def test_columns_are_renamed() -> None:
    made = transformed(TABLE, [step("rename", columns={"n": "flights"})])
    assert made.column_names == ["k", "flights"]


def test_a_level_renamed_to_nothing_is_left_out() -> None:
    # Sample 151.
    rename = step("rename", columns={"v": None}, level=0, inplace=True)
    assert transformed(LONG, [PIVOT, rename, FLATTEN]).column_names == ["i", "x, y", "z"]


def test_rows_are_sorted_and_null_comes_last() -> None:
    assert transformed(TABLE, [step("sort", by="k")]).column("k").to_pylist() == ["a", "b", None]
    down = transformed(TABLE, [step("sort", by=["n", "k"], ascending=[False, True])])
    assert records(down) == [{"k": None, "n": 3}, {"k": "a", "n": 1}, {"k": "b", "n": 1}]
    assert transformed(TABLE, [step("sort")]) == TABLE


def test_rows_are_sorted_by_their_index() -> None:
    table = pa.table({"i": [1, 2], "v": [5, 6]})
    pivot = step("pivot", index=["i"], aggregates={"v": {"operator": "sum"}})
    made = transformed(table, [pivot, step("sort", is_sort_index=True, ascending=False), FLATTEN])
    assert made.to_pydict() == {"i": [2, 1], "v": [6, 5]}


@EXAMPLES
@given(
    tables(),
    st.lists(st.sampled_from("kjtnx"), min_size=1, max_size=3, unique=True),
    st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_the_order_is_that_of_pandas(table: pa.Table, by: list[str], ascending: list[bool]) -> None:
    asked = step("sort", by=by, ascending=ascending[: len(by)])
    agree(table, [asked], lambda frame: frame.sort_values(by, ascending=ascending[: len(by)], kind="stable"))


def test_levels_are_joined_and_told() -> None:
    made = transformed(LONG, [PIVOT, FLATTEN])
    assert made.column_names == ["i", "v, x, y", "v, z"]
    assert label_map(made) == {"i": ["i"], "v, x, y": ["v", "x, y"], "v, z": ["v", "z"]}


def test_levels_can_be_dropped() -> None:
    assert transformed(LONG, [PIVOT, step("flatten", drop_levels=[0])]).column_names == ["i", "x, y", "z"]
    assert transformed(LONG, [PIVOT, step("flatten", drop_levels=["c"])]).column_names == ["i", "v"]


def test_a_flattened_column_is_named_with_its_separators_escaped() -> None:
    select = step("select", columns=[r"v, x\, y"])
    assert transformed(LONG, [PIVOT, FLATTEN, select]).column_names == ["v, x, y"]
    plain = step("select", columns=["v, x, y"])
    assert transformed(LONG, [PIVOT, FLATTEN, step("unescape_separator"), plain]).column_names == ["v, x, y"]


def test_separators_are_escaped_in_names() -> None:
    table = pa.table({"a, b": [1]})
    select = step("select", columns=[r"a\, b"])
    made = transformed(table, [step("escape_separator"), select])
    assert made.column_names == ["a, b"]
    assert label_map(made) == {"a, b": ["a, b"]}


@pytest.mark.parametrize(
    ("operation", "options", "message"),
    [
        ("select", {"columns": ["zz"]}, "Referenced columns not available in DataFrame."),
        ("select", {"columns": ["n"], "exclude": ["k"]}, "Referenced columns not available in DataFrame: k"),
        ("rename", {"columns": {"zz": "y"}}, "Referenced columns not available in DataFrame."),
        ("rename", {"columns": {"n": "k"}}, "Label already exists"),
        ("rename", {"columns": {"n": "m"}, "level": 4}, "There is no level 4 of the columns"),
        ("sort", {"by": ["zz"]}, "Referenced columns not available in DataFrame."),
        ("sort", {"by": ["n"], "ascending": [True, False]}, "Length of ascending (2) != length of by (1)"),
        ("flatten", {"drop_levels": [7]}, "There is no level 7 of the columns"),
        ("flatten", {"zz": 1}, "flatten: `zz` is no option; there are: reset_index, drop_levels"),
    ],
)
def test_mistakes_are_named(operation: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionInvalid) as caught:
        transformed(TABLE, [step(operation, **options)])
    assert caught.value.message == message
