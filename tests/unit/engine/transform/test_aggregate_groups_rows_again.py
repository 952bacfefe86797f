from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superset_like.engine.transform import transformed
from superset_like.errors import QuestionInvalid
from tests.unit.engine.transform.reference import EXAMPLES, agree, records, step, tables

pytestmark = pytest.mark.slow

TABLE = pa.table({"k": ["b", "a", "b", None], "n": [1, 2, 3, 4], "l": [[1]] * 4})
LIKE_PANDAS = ("sum", "mean", "median", "min", "max", "std", "var", "prod", "count", "nunique", "first", "last")


def aggregated(table: pa.Table, groupby: list[str], **aggregates: object) -> list[dict[str, object]]:
    return records(transformed(table, [step("aggregate", groupby=groupby, aggregates=aggregates)]))


def test_a_row_for_each_group_in_the_order_of_the_keys() -> None:
    found = aggregated(TABLE, ["k"], s={"operator": "sum", "column": "n"}, n={"operator": "max"})
    assert found == [{"k": "a", "s": 2, "n": 2}, {"k": "b", "s": 4, "n": 3}]


def test_without_keys_there_is_one_row() -> None:
    assert aggregated(TABLE, [], s={"operator": "sum", "column": "n"}) == [{"s": 10}]


@EXAMPLES
@given(tables(), st.sampled_from(LIKE_PANDAS), st.sampled_from([["k"], ["k", "j"], ["t"]]), st.sampled_from("nx"))
def test_each_operator_is_that_of_pandas(table: pa.Table, operator: str, groupby: list[str], column: str) -> None:
    agree(
        table,
        [step("aggregate", groupby=groupby, aggregates={"made": {"operator": operator, "column": column}})],
        lambda frame: frame.groupby(groupby).agg(made=(column, operator)).reset_index(),
    )


@EXAMPLES
@given(tables(), st.integers(0, 100), st.sampled_from(["linear", "lower", "higher", "midpoint", "nearest"]))
def test_percentiles_are_those_of_pandas(table: pa.Table, q: int, method: str) -> None:
    asked = {"operator": "percentile", "column": "x", "options": {"q": q, "method": method}}
    agree(
        table,
        [step("aggregate", groupby=["k"], aggregates={"made": asked})],
        lambda frame: frame.groupby("k")["x"].quantile(q / 100, interpolation=method).rename("made").reset_index(),
    )


def test_sums_keep_every_digit() -> None:
    table = pa.table(
        {
            "k": ["a", "a", "b"],
            "big": [2**62, 2**62, 2**53 + 1],
            "money": pa.array([Decimal("0.10"), Decimal("12345678901234567890.12"), None], pa.decimal128(38, 2)),
        }
    )
    sums = {name: {"operator": "sum"} for name in ("big", "money")}
    assert aggregated(table, ["k"], **sums) == [
        {"k": "a", "big": 2**63, "money": Decimal("12345678901234567890.22")},
        {"k": "b", "big": 2**53 + 1, "money": Decimal("0.00")},
    ]


def test_the_mean_of_one_is_that_one() -> None:
    table = pa.table({"k": ["a"], "big": [2**60 + 1], "money": [Decimal("12345678901234567890.12")]})
    means = {name: {"operator": "mean"} for name in ("big", "money")}
    assert aggregated(table, ["k"], **means) == [
        {"k": "a", "big": 2**60 + 1, "money": Decimal("12345678901234567890.12")}
    ]


def test_extremes_of_texts_and_times_keep_their_type() -> None:
    table = pa.table({"k": ["a", "a"], "s": ["x", "y"], "t": pa.array([5, 3], pa.timestamp("ns"))})
    made = transformed(
        table, [step("aggregate", groupby=["k"], aggregates={"s": {"operator": "max"}, "t": {"operator": "min"}})]
    )
    assert made.schema.types == [pa.string(), pa.string(), pa.timestamp("ns")]
    assert made.column("t").cast(pa.int64()).to_pylist() == [3]


@pytest.mark.parametrize(
    ("aggregates", "message"),
    [
        ({"s": {"operator": "sum", "column": "zz"}}, "Column referenced by aggregate is undefined: zz"),
        ({"n": {"column": "n"}}, "Operator undefined for aggregator: n"),
        ({"n": {"operator": "zz"}}, "Invalid numpy function: zz"),
        ({"n": {"operator": "percentile"}}, "Invalid options for percentile: {}"),
        ({"n": {"operator": "sum", "options": {"zz": 1}}}, "Invalid options for sum: {'zz': 1}"),
        ({"l": {"operator": "max"}}, 'Values of column "l" cannot be compared'),
        ({"k": {"operator": "sum"}}, 'Column "k" is not numeric'),
    ],
)
def test_mistakes_are_named(aggregates: dict[str, object], message: str) -> None:
    with pytest.raises(QuestionInvalid) as caught:
        aggregated(TABLE, ["k"], **aggregates)
    assert caught.value.message == message


def test_no_rows_give_no_groups() -> None:
    assert aggregated(TABLE.slice(0, 0), ["k"], s={"operator": "sum", "column": "n"}) == []
