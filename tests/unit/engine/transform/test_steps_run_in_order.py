import importlib.util
import subprocess
import sys
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from superset_like.engine.transform import operations, read, transformed
from superset_like.errors import QuestionInvalid
from tests.unit.engine.transform.reference import step, with_time

pytestmark = pytest.mark.slow
TABLE = pa.table({"n": [1, 2]})
NAMES = (
    "aggregate, boxplot, compare, contribution, cum, diff, escape_separator, flatten, geodetic_parse, geohash_decode, "
    "geohash_encode, histogram, pivot, prophet, rank, rename, resample, rolling, select, sort, unescape_separator"
)
FORECAST = {"time_grain": "P1M", "periods": 2, "confidence_interval": 0.8}


def test_every_operation_of_superset_is_there() -> None:
    assert ", ".join(operations()) == NAMES


def test_each_step_takes_what_the_one_before_made() -> None:
    made = transformed(
        TABLE, [step("rename", columns={"n": "m"}), None, step("cum", operator="sum", columns={"m": "m"})]
    )
    assert made.to_pydict() == {"m": [1, 3]}


def test_without_steps_the_table_is_untouched() -> None:
    assert transformed(TABLE, [None]) is TABLE


def test_dictionaries_and_nan_are_what_they_stand_for() -> None:
    table = pa.table({"d": pa.array(["a", "b"]).dictionary_encode(), "x": pa.array([float("nan"), 1.0])})
    made = transformed(table, [step("select")])
    assert made.to_pydict() == {"d": ["a", "b"], "x": [None, 1.0]}


@pytest.mark.parametrize("wrong", [{"operation": "zzz", "options": {}}, {"operation": None}, {}, "cum"])
def test_an_unknown_operation_is_told_what_there_is(wrong: Any) -> None:
    with pytest.raises(QuestionInvalid) as caught:
        read([wrong])
    assert caught.value.fields == {"operation": [f"Must be one of: {NAMES}."]}


def test_options_are_an_object() -> None:
    with pytest.raises(QuestionInvalid) as caught:
        read([{"operation": "cum", "options": [1]}])
    assert caught.value.message == "cum: `options` must be an object"


def test_neither_numpy_nor_pandas_is_needed() -> None:
    code = """
import sys
sys.modules |= {"numpy": None, "pandas": None}
from datetime import datetime
import pyarrow as pa
from superset_like.engine.transform import transformed
times = pa.array([datetime(2020, 1, day) for day in (1, 4)], pa.timestamp("ns"))
table = pa.table({"t": times, "k": ["a", "b"], "n": [1, 2]})
pivot = {"index": ["t"], "columns": ["k"], "aggregates": {"n": {"operator": "mean"}}}
rolling = {"rolling_type": "mean", "window": 2, "min_periods": 0, "columns": {"n": "n"}}
steps = {"pivot": pivot, "resample": {"rule": "1D", "method": "ffill"}, "rolling": rolling, "flatten": {}}
made = transformed(table, [{"operation": name, "options": options} for name, options in steps.items()])
print(made.num_rows, made.column_names)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "4 ['t', 'n, a', 'n, b']", done.stderr


@pytest.mark.skipif(importlib.util.find_spec("prophet") is not None, reason="prophet is installed")
def test_a_forecast_says_how_to_install_its_package() -> None:
    table = with_time(y=[1, 2]).rename_columns(["__timestamp", "y"])
    with pytest.raises(QuestionInvalid) as caught:
        transformed(table, [step("prophet", **FORECAST)])
    assert caught.value.message.startswith("`prophet` package not installed")
    assert "pip install 'superset-like[prophet]'" in caught.value.message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "DataFrame must include temporal column"),
        ({"time_grain": "zz"}, "Unsupported time grain: zz"),
        ({"periods": -1}, "Periods must be a whole number"),
        ({"confidence_interval": 1}, "Confidence interval must be between 0 and 1 (exclusive)"),
    ],
)
def test_a_forecast_is_checked_before(options: dict[str, Any], message: str) -> None:
    table = pa.table({"time_hour": [datetime(2013, 1, 1)], "count": [1]})
    with pytest.raises(QuestionInvalid) as caught:
        transformed(table, [step("prophet", **{**FORECAST, **options})])
    assert caught.value.message == message
