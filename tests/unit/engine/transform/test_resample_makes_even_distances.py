from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superset_like.engine.transform import transformed
from superset_like.errors import QuestionInvalid
from tests.unit.engine.transform.reference import DAY, EXAMPLES, FLATTEN, agree, step

pytestmark = pytest.mark.slow

METHODS = ("asfreq", "bfill", "ffill", "linear", "median", "mean", "sum")
RULES = ("1D", "7D", "5D", "1W", "2W", "W-MON", "ME", "2ME", "MS", "3MS", "QE", "QS", "QE-JAN", "YE", "YS", "36h", "6h")


def moments(table: pa.Table) -> Any:
    """The table with t as its index."""
    return step("pivot", index=["t"], aggregates={"x": {"operator": "mean"}}, drop_missing_columns=False)


def resampled(frame: pd.DataFrame, rule: str, method: str, fill: float | None) -> pd.DataFrame:
    """Superset's way over pandas."""
    frame = frame.set_index("t").sort_index()
    frame.index = frame.index.as_unit("us")
    if method == "asfreq" and fill is not None:
        return frame.resample(rule).asfreq(fill_value=fill).fillna(fill).reset_index()
    if method == "linear":
        return frame.resample(rule).interpolate().reset_index()
    made = getattr(frame.resample(rule), method)()
    return (getattr(made, method)() if method in ("ffill", "bfill") else made).reset_index()


@EXAMPLES
@given(
    st.dictionaries(st.integers(0, 500), st.one_of(st.none(), st.integers(-99, 99)), min_size=1, max_size=12),
    st.sampled_from(RULES),
    st.sampled_from(METHODS),
    st.sampled_from([None, 0.0]),
)
def test_rules_and_methods_are_those_of_pandas(
    days: dict[int, int | None], rule: str, method: str, fill: float | None
) -> None:
    hours = [DAY + timedelta(hours=7 * day) for day in days]
    table = pa.table({"t": hours, "x": pa.array(days.values(), pa.float64())})
    steps = [moments(table), step("resample", rule=rule, method=method, fill_value=fill), FLATTEN]
    agree(table, steps, lambda frame: resampled(frame, rule, method, fill))


@pytest.mark.parametrize("days", range(0, 400, 13))
@pytest.mark.parametrize("rule", RULES)
def test_each_bin_is_that_of_pandas(rule: str, days: int) -> None:
    times = [DAY + timedelta(days=days), DAY + timedelta(days=days + 40, hours=5), DAY + timedelta(days=days + 75)]
    table = pa.table({"t": times, "x": [1.0, 2.0, 4.0]})
    steps = [moments(table), step("resample", rule=rule, method="sum"), FLATTEN]
    agree(table, steps, lambda frame: resampled(frame, rule, "sum", None))


@pytest.mark.parametrize(
    ("former", "rule"), {"1M": "ME", "1Q": "QE", "1H": "1h", "30T": "30min", "1A": "YE", "AS": "YS", "1S": "1s"}.items()
)
def test_former_names_of_rules_are_known(former: str, rule: str) -> None:
    times = [DAY, DAY + timedelta(hours=30)]
    table = pa.table({"t": times, "x": [1.0, 2.0]})
    made, known = (
        transformed(table, [moments(table), step("resample", rule=name, method="sum")]) for name in (former, rule)
    )
    assert made == known


@pytest.mark.parametrize("method", ["median", "mean", "sum"])
def test_as_many_periods_as_rows_are_not_one_row_each(method: str) -> None:
    times = [DAY, DAY + timedelta(hours=1), DAY + timedelta(days=2)]
    table = pa.table({"t": times, "x": [1.0, 3.0, 5.0]})
    steps = [moments(table), step("resample", rule="1D", method=method), FLATTEN]
    agree(table, steps, lambda frame: resampled(frame, "1D", method, None))


def test_a_week_from_the_first_day() -> None:
    # Sample 150: months, filled forward by 7D.
    table = pa.table({"t": [datetime(2013, 1, 1), datetime(2013, 2, 1)], "x": [9845.0, 9104.0]})
    made = transformed(table, [moments(table), step("resample", rule="7D", method="ffill", fill_value=None), FLATTEN])
    assert made.to_pydict() == {
        "t": [datetime(2013, 1, day) for day in (1, 8, 15, 22, 29)],
        "x": [9845.0] * 5,
    }


def test_days_are_those_of_the_zone() -> None:
    kind = pa.timestamp("us", "America/New_York")
    times = pa.array([datetime(2020, 1, 1, 4), datetime(2020, 1, 1, 6)], pa.timestamp("us")).cast(kind)
    table = pa.table({"t": times, "x": [1.0, 2.0]})
    made = transformed(table, [moments(table), step("resample", rule="1D", method="sum"), FLATTEN])
    assert made.schema.field("t").type == kind
    assert made.column("x").to_pylist() == [1.0, 2.0]


def test_without_rows_there_are_none() -> None:
    table = pa.table({"t": pa.array([], pa.timestamp("us")), "x": pa.array([], pa.float64())})
    assert transformed(table, [moments(table), step("resample", rule="1D", method="sum"), FLATTEN]).num_rows == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"rule": "1D", "method": "zz"},
            "Resample method should be in asfreq, bfill, ffill, linear, median, mean, sum.",
        ),
        ({"rule": "zz", "method": "sum"}, "Invalid frequency: zz"),
        ({"rule": "0D", "method": "sum"}, "Invalid frequency: 0D"),
        ({"rule": "W-ZZZ", "method": "sum"}, "Invalid frequency: W-ZZZ"),
        ({"rule": "1us", "method": "sum"}, "The rule would make more than 1000000 rows"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], message: str) -> None:
    table = pa.table({"t": [DAY, DAY + timedelta(days=1)], "x": [1.0, 2.0]})
    with pytest.raises(QuestionInvalid) as caught:
        transformed(table, [moments(table), step("resample", **options)])
    assert caught.value.message == message


def test_an_index_of_times_is_needed() -> None:
    table = pa.table({"t": [DAY], "x": [1.0]})
    with pytest.raises(QuestionInvalid, match="Resample operation requires DatetimeIndex"):
        transformed(table, [step("resample", rule="1D", method="sum")])
