from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superset_like.engine.transform import transformed
from superset_like.engine.transform.windows import weights
from superset_like.errors import QuestionInvalid
from tests.unit.engine.transform.reference import EXAMPLES, agree, is_same, step, tables, with_time

pytestmark = pytest.mark.slow

TYPES = ("mean", "sum", "min", "max", "std", "var", "median", "count", "skew", "kurt", "quantile")


def rolled(values: Any, **options: Any) -> list[Any]:
    table = pa.table({"v": values})
    found: list[Any] = transformed(table, [step("rolling", columns={"v": "v"}, **options)]).column("v").to_pylist()
    return found


def test_the_mean_of_three() -> None:
    # Sample 146, the first months of EWR.
    assert rolled([9845.0, 9104.0, 10428.0], rolling_type="mean", window=3, min_periods=0) == [
        9845.0,
        9474.5,
        9792.333333333334,
    ]


def test_rows_before_the_window_is_full_are_left_out() -> None:
    assert rolled([1, 2, 3, 4], rolling_type="sum", window=3, min_periods=3) == [6, 9]
    assert rolled([1, 2, 3, 4], rolling_type="sum", window=3) == [None, None, 6, 9]


def test_another_name_is_another_column() -> None:
    made = transformed(with_time(v=[1, 2]), [step("rolling", rolling_type="sum", window=2, columns={"v": "w"})])
    assert made.column_names == ["t", "v", "w"]


@EXAMPLES
@given(
    tables(),
    st.sampled_from(TYPES),
    st.integers(1, 6),
    st.one_of(st.none(), st.integers(0, 6)),
    st.booleans(),
    st.sampled_from("nx"),
)
def test_each_type_is_that_of_pandas(
    table: pa.Table, kind: str, window: int, least: int | None, center: bool, column: str
) -> None:
    least = None if least is None else min(least, window)
    more = {"quantile": 0.25} if kind == "quantile" else {}
    theirs = {"q": 0.25} if kind == "quantile" else {}

    def reference(frame: pd.DataFrame) -> pd.DataFrame:
        rolling = frame[[column]].astype(float).rolling(window, min_periods=least, center=center)
        frame[column] = getattr(rolling, kind)(**theirs)
        return frame[least - 1 :] if least else frame

    options = {"rolling_type": kind, "window": window, "min_periods": least, "center": center}
    asked = step("rolling", columns={column: column}, rolling_type_options=more, **options)
    agree(table, [asked], reference)


def test_a_count_of_nothing_is_a_number() -> None:
    assert rolled([None, 1, None], rolling_type="count", window=2) == [None, 1, 1]
    assert rolled(pa.array([None, None], pa.int64()), rolling_type="count", window=1) == [0, 0]


def test_infinities_are_no_values() -> None:
    assert rolled([float("inf"), 1.0, 2.0], rolling_type="var", window=2) == [None, None, 0.5]


def test_sums_are_exact() -> None:
    assert rolled([2**62, 2**62, 1], rolling_type="sum", window=2) == [None, Decimal(2**63), Decimal(2**62 + 1)]
    money = [Decimal("0.10"), Decimal("0.20"), Decimal("12345678901234567890.12")]
    assert rolled(money, rolling_type="sum", window=2) == [None, Decimal("0.30"), Decimal("12345678901234567890.32")]
    # A running sum would have lost the ones by now.
    assert rolled([1e17, 1.0, 1.0, 1.0], rolling_type="sum", window=2)[2:] == [2.0, 2.0]


# scipy.signal.windows.get_window(name, 5, fftbins=False) and (name, 4, ...), scipy 1.x.
WINDOWS: dict[str, tuple[dict[str, float], list[float], list[float]]] = {
    "barthann": ({}, [0.0, 0.5, 1.0, 0.5, 0.0], [0.0, 0.73, 0.73, 0.0]),
    "bartlett": ({}, [0.0, 0.5, 1.0, 0.5, 0.0], [0.0, 0.666666666667, 0.666666666667, 0.0]),
    "blackman": ({}, [0.0, 0.34, 1.0, 0.34, 0.0], [0.0, 0.63, 0.63, 0.0]),
    "blackmanharris": ({}, [6e-05, 0.21747, 1.0, 0.21747, 6e-05], [6e-05, 0.520575, 0.520575, 6e-05]),
    "bohman": ({}, [0.0, 0.318309886184, 1.0, 0.318309886184, 0.0], [0.0, 0.608997781044, 0.608997781044, 0.0]),
    "boxcar": ({}, [1.0, 1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]),
    "cosine": (
        {},
        [0.309016994375, 0.809016994375, 1.0, 0.809016994375, 0.309016994375],
        [0.382683432365, 0.923879532511, 0.923879532511, 0.382683432365],
    ),
    "hamming": ({}, [0.08, 0.54, 1.0, 0.54, 0.08], [0.08, 0.77, 0.77, 0.08]),
    "hann": ({}, [0.0, 0.5, 1.0, 0.5, 0.0], [0.0, 0.75, 0.75, 0.0]),
    "nuttall": ({}, [0.0003628, 0.2269824, 1.0, 0.2269824, 0.0003628], [0.0003628, 0.5292298, 0.5292298, 0.0003628]),
    "parzen": ({}, [0.016, 0.424, 1.0, 0.424, 0.016], [0.03125, 0.71875, 0.71875, 0.03125]),
    "triang": ({}, [0.333333333333, 0.666666666667, 1.0, 0.666666666667, 0.333333333333], [0.25, 0.75, 0.75, 0.25]),
    "exponential": (
        {"tau": 2.0},
        [0.367879441171, 0.606530659713, 1.0, 0.606530659713, 0.367879441171],
        [0.472366552741, 0.778800783071, 0.778800783071, 0.472366552741],
    ),
    "gaussian": (
        {"std": 1.5},
        [0.411112290507, 0.800737402917, 1.0, 0.800737402917, 0.411112290507],
        [0.606530659713, 0.945959468907, 0.945959468907, 0.606530659713],
    ),
    "general_gaussian": (
        {"p": 1.5, "sig": 2.0},
        [0.606530659713, 0.939413062813, 1.0, 0.939413062813, 0.606530659713],
        [0.809824679342, 0.99221793826, 0.99221793826, 0.809824679342],
    ),
    "kaiser": (
        {"beta": 3.0},
        [0.204884756401, 0.726925530288, 1.0, 0.726925530288, 0.204884756401],
        [0.204884756401, 0.87124187408, 0.87124187408, 0.204884756401],
    ),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_the_weights_are_those_of_scipy(name: str) -> None:
    options, odd, even = WINDOWS[name]
    assert list(weights(name, 5, options)) == pytest.approx(odd, abs=1e-12)
    assert list(weights(name, 4, options)) == pytest.approx(even, abs=1e-12)
    assert weights(name, 1, options) == [1.0]


@pytest.mark.parametrize(
    ("kind", "center", "least", "expected"),
    [
        ("mean", False, None, [None, None, None, None, None, 9.0]),
        ("mean", False, 1, [1.0, 1.3333333333333333, 1.6666666666666667, 3.0, 5.333333333333333, 9.0]),
        ("mean", True, None, [None, None, None, None, 9.0, None]),
        ("mean", True, 1, [1.3333333333333333, 1.6666666666666667, 3.0, 5.333333333333333, 9.0, 13.333333333333334]),
        ("sum", False, None, [None, None, None, None, None, 18.0]),
        ("sum", False, 1, [0.5, 2.0, 2.5, 3.0, 8.0, 18.0]),
        ("sum", True, None, [None, None, None, None, 18.0, None]),
        ("sum", True, 1, [2.0, 2.5, 3.0, 8.0, 18.0, 20.0]),
    ],
)
def test_a_weighted_window_is_that_of_pandas(kind: str, center: bool, least: int | None, expected: list[Any]) -> None:
    found = rolled(
        [1.0, 2.0, None, 4.0, 8.0, 16.0],
        rolling_type=kind,
        window=3,
        win_type="triang",
        center=center,
        min_periods=least,
    )
    assert all(map(is_same, found, expected))


def test_a_weighted_variance_is_that_of_pandas_where_its_weights_are_in_place() -> None:
    values = [1.0, 2.0, None, 4.0, 8.0, 16.0]
    found = rolled(values, rolling_type="var", window=3, win_type="triang")
    assert found == [None, None, None, None, None, pytest.approx(28.5)]
    assert rolled(values[3:], rolling_type="std", window=3, win_type="triang")[2] == pytest.approx(28.5**0.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rolling_type": "mean"}, "Undefined window for rolling operation"),
        ({"rolling_type": "mean", "window": 0}, "Window must be > 0"),
        ({"rolling_type": "mean", "window": 2, "min_periods": 3}, "min_periods 3 must be <= window 2"),
        ({"rolling_type": "zz", "window": 2}, "Invalid rolling_type: zz"),
        ({"rolling_type": "quantile", "window": 2}, "Invalid options for quantile: {}"),
        ({"rolling_type": "mean", "window": 2, "rolling_type_options": {"z": 1}}, "Invalid options for mean: {'z': 1}"),
        ({"rolling_type": "max", "window": 2, "win_type": "hann"}, "Invalid rolling_type: max"),
        ({"rolling_type": "sum", "window": 2, "win_type": "gaussian"}, "Invalid options for gaussian: {}"),
        ({"rolling_type": "sum", "window": 2000, "win_type": "hann"}, "A weighted window has at most 1000 rows"),
        ({"rolling_type": "mean", "window": "2"}, "rolling: `window` must be a whole number"),
        ({"window": 2}, "rolling: `rolling_type` is required"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionInvalid) as caught:
        rolled([1, 2, 3], **options)
    assert caught.value.message == message
