from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superset_like.engine.transform import transformed
from superset_like.errors import QuestionInvalid
from tests.unit.engine.transform.reference import EXAMPLES, agree, records, step, tables

pytestmark = pytest.mark.slow

MONTHS = [7422, 7912, 8410, 8584, 8595, 8686, 8734, 8805, 8839, 8839]


def test_a_rank_is_a_share_of_the_group() -> None:
    table = pa.table({"k": ["a", "a", "b", "a"], "v": [3, 1, 9, 3]})
    made = transformed(table, [step("rank", metric="v", group_by="k")])
    assert made.column("rank").to_pylist() == [2.5 / 3, 1 / 3, 1.0, 2.5 / 3]


@EXAMPLES
@given(tables(), st.sampled_from([None, "k"]), st.sampled_from("nx"))
def test_ranks_are_those_of_pandas(table: pa.Table, group_by: str | None, metric: str) -> None:
    def reference(frame: pd.DataFrame) -> pd.DataFrame:
        source = frame.groupby(group_by)[metric] if group_by else frame[metric]
        frame["rank"] = source.rank(pct=True)
        return frame

    agree(table, [step("rank", metric=metric, group_by=group_by)], reference)


def test_counts_in_equal_bins() -> None:
    table = pa.table({"count": [7422, 10589, 8213, 8214, 9005, 9006, 9798]})
    made = transformed(table, [step("histogram", column="count", bins=4, groupby=[])])
    # The names as in sample 157.
    assert records(made) == [
        {"7422.0 - 8213.75": 2, "8213.75 - 9005.5": 2, "9005.5 - 9797.25": 1, "9797.25 - 10589.0": 2}
    ]


@EXAMPLES
@given(tables(), st.integers(1, 9), st.sampled_from([[], ["k"], ["k", "j"]]), st.booleans(), st.booleans())
def test_histograms_are_those_of_numpy(
    table: pa.Table, bins: int, groupby: list[str], cumulative: bool, normalize: bool
) -> None:
    table = table.filter(pa.compute.and_(table["k"].is_valid(), table["j"].is_valid()))
    values = [value for value in table.column("x").to_pylist() if value is not None]
    if not values:
        return

    def counts(series: pd.Series) -> Any:
        found = np.histogram(series, bins=np.histogram_bin_edges(values, bins))[0]
        return found.cumsum() if cumulative else found

    def reference(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.dropna(subset=["x"])
        names = [f"{low} - {high}" for low, high in pairwise(np.histogram_bin_edges(values, bins))]
        if not groupby:
            made = pd.DataFrame([counts(frame["x"])], columns=names)
            return made / made.values.sum() if normalize else made
        groups = {key: counts(group) for key, group in frame.groupby(groupby)["x"]}
        made = pd.DataFrame(groups.values(), columns=names)
        made = made / made.values.sum() if normalize else made
        keys = pd.DataFrame([key if isinstance(key, tuple) else (key,) for key in groups], columns=groupby)
        return pd.concat([keys, made], axis=1)

    options = {"bins": bins, "groupby": groupby, "cumulative": cumulative, "normalize": normalize}
    agree(table, [step("histogram", column="x", **options)], reference)


def test_whiskers_end_at_the_last_value_that_is_no_outlier() -> None:
    table = pa.table({"origin": ["LGA"] * 10, "count": MONTHS})
    made = transformed(table, [step("boxplot", groupby=["origin"], metrics=["count"], whisker_type="tukey")])
    assert records(made) == [
        {
            "origin": "LGA",
            "count__mean": 8482.6,
            "count__median": 8640.5,
            "count__max": 8839,
            "count__min": 8410,
            "count__q1": 8497.0,
            "count__q3": 8769.5,
            "count__count": 10,
            "count__outliers": [7422, 7912],
        }
    ]


@EXAMPLES
@given(tables(), st.sampled_from(["tukey", "min/max", "percentile"]), st.sampled_from("nx"))
def test_boxplots_are_those_of_pandas(table: pa.Table, whisker: str, metric: str) -> None:
    table = table.filter(table[metric].is_valid())
    if not table.num_rows or not table["k"].is_valid().to_pylist().count(True):
        return

    def one(values: pd.Series) -> dict[str, Any]:
        first, third = (np.percentile(values, q, method="midpoint") for q in (25, 75))
        low, high = values.min(), values.max()
        if whisker == "tukey":
            low = values[values >= first - 1.5 * (third - first)].min()
            high = values[values <= third + 1.5 * (third - first)].max()
        elif whisker == "percentile":
            low, high = np.percentile(values, 10), np.percentile(values, 90)
        outliers = values[values > high].tolist() + values[values < low].tolist()
        return {
            "mean": values.mean(),
            "median": np.median(values),
            "max": high,
            "min": low,
            "q1": first,
            "q3": third,
            "count": len(values),
            "outliers": outliers,
        }

    def reference(frame: pd.DataFrame) -> pd.DataFrame:
        rows = {key: one(values) for key, values in frame.groupby("k")[metric]}
        made = pd.DataFrame(list(rows.values())).add_prefix(f"{metric}__")
        made.insert(0, "k", list(rows))
        return made

    options = {"groupby": ["k"], "metrics": [metric], "whisker_type": whisker, "percentiles": [10, 90]}
    agree(table, [step("boxplot", **options)], reference)


def test_statistics_come_before_metrics_in_the_order_of_columns() -> None:
    table = pa.table({"k": ["a"], "m": [Decimal("0.10")], "n": [None]})
    table = table.set_column(2, "n", pa.array([None], pa.int64()))
    made = transformed(table, [step("boxplot", groupby=["k"], metrics=["m", "n"], whisker_type="min/max")])
    assert made.column_names[1:5] == ["m__mean", "n__mean", "m__median", "n__median"]
    first = records(made)[0]
    assert (first["m__mean"], first["m__max"], first["n__max"]) == (Decimal("0.10"), Decimal("0.10"), None)
    assert (first["n__count"], first["n__outliers"]) == (0, [])


@pytest.mark.parametrize(
    ("operation", "options", "message"),
    [
        ("rank", {"metric": "zz"}, "Referenced columns not available in DataFrame."),
        ("histogram", {"column": "zz"}, "Referenced columns not available in DataFrame."),
        ("histogram", {"column": "v", "bins": 0}, "`bins` must be an integer between 1 and 1000"),
        ("histogram", {"column": "k"}, "Column 'k' contains non-numeric values"),
        (
            "boxplot",
            {"groupby": ["k"], "metrics": ["v"], "whisker_type": "percentile", "percentiles": [9, 1]},
            "percentiles must be a list or tuple with two numeric values, "
            "of which the first is lower than the second value",
        ),
        (
            "boxplot",
            {"groupby": ["k"], "metrics": ["v"], "whisker_type": "zz"},
            "whisker_type must be one of: tukey, min/max, percentile",
        ),
    ],
)
def test_mistakes_are_named(operation: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionInvalid) as caught:
        transformed(pa.table({"k": ["a"], "v": [1]}), [step(operation, **options)])
    assert caught.value.message == message
