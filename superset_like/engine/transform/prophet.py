"""prophet: forecasts, by the package of that name, which is an extra."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from superset_like.engine.transform.frame import Frame, Label
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.values import doubles, require_numbers
from superset_like.errors import QuestionInvalid

INDEX = "__timestamp"
NOT_INSTALLED = "`prophet` package not installed: the administrator adds it by pip install 'superset-like[prophet]'"
FREQUENCIES = {
    "PT1S": "s",
    "PT1M": "min",
    "PT5M": "5min",
    "PT10M": "10min",
    "PT15M": "15min",
    "PT30M": "30min",
    "PT0.5H": "30min",
    "PT1H": "h",
    "P1D": "D",
    "P1W": "W",
    "P1M": "MS",
    "P3M": "QS",
    "P0.25Y": "QS",
    "P1Y": "YS",
    "1969-12-28T00:00:00Z/P1W": "W-SUN",
    "1969-12-29T00:00:00Z/P1W": "W-MON",
    "P1W/1970-01-03T00:00:00Z": "W-SAT",
    "P1W/1970-01-04T00:00:00Z": "W-SUN",
}


@dataclass(frozen=True, slots=True)
class Prophet(Operation):
    """For each series columns __yhat, __yhat_lower and __yhat_upper before it, and `periods` more rows.

    index: the column of time. *_seasonality: none lets the package find out, true and false as they say, a number is
    the order of the Fourier series.
    """

    time_grain: str
    periods: int
    confidence_interval: float
    yearly_seasonality: bool | int | None = None
    weekly_seasonality: bool | int | None = None
    daily_seasonality: bool | int | None = None
    index: str | None = None

    def apply(self, frame: Frame) -> Frame:
        frame = frame.flat().without_index()
        name = self.index or INDEX
        self._check(frame, name)
        model_of = _package()
        moments = _without_zone(frame.column(name))
        columns: dict[Label, pa.Array] = {}
        for label, column in frame.columns.items():
            if label == (name,):
                continue
            series = label[0] or ""
            found = self._forecast(model_of, moments, doubles(require_numbers(column, series)))
            columns.setdefault((name,), found[0])
            for suffix, made in zip(("__yhat", "__yhat_lower", "__yhat_upper", ""), found[1:], strict=True):
                columns[(f"{series}{suffix}",)] = made
        return Frame(columns, len(columns[(name,)]), {})

    def _check(self, frame: Frame, name: str) -> None:
        if self.time_grain not in FREQUENCIES:
            raise _invalid("time_grain", f"Unsupported time grain: {self.time_grain}")
        if self.periods < 0:
            raise _invalid("periods", "Periods must be a whole number")
        if not 0 < self.confidence_interval < 1:
            raise _invalid("confidence_interval", "Confidence interval must be between 0 and 1 (exclusive)")
        if (name,) not in frame.columns or not types.is_temporal(frame.columns[(name,)].type):
            raise _invalid("index", "DataFrame must include temporal column")
        if len(frame.columns) < 2:
            raise _invalid("index", "DataFrame include at least one series")

    def _forecast(self, model_of: Any, moments: pa.Array, values: pa.Array) -> Sequence[pa.Array]:
        """The moments, the forecast, its bounds, and the values, with the rows to come."""
        model = model_of(
            interval_width=self.confidence_interval,
            yearly_seasonality=_seasonality(self.yearly_seasonality),
            weekly_seasonality=_seasonality(self.weekly_seasonality),
            daily_seasonality=_seasonality(self.daily_seasonality),
        )
        # The package speaks pandas, and brings it.
        known = pa.table({"ds": moments, "y": values}).to_pandas()
        model.fit(known)
        future = model.make_future_dataframe(periods=self.periods, freq=FREQUENCIES[self.time_grain])
        made = model.predict(future)[["ds", "yhat", "yhat_lower", "yhat_upper"]]
        joined = made.join(known.set_index("ds"), on="ds")
        table = pa.Table.from_pandas(joined, preserve_index=False)
        return [table.column("ds").cast(pa.timestamp("us")).combine_chunks(), *map(_number, table.columns[1:])]


def _package() -> Any:
    try:
        from prophet import Prophet as Model
    except ImportError as error:
        raise QuestionInvalid(NOT_INSTALLED) from error
    return Model


def _invalid(option: str, message: str) -> QuestionInvalid:
    return QuestionInvalid(message, fields={option: [message]})


def _seasonality(given: bool | int | None) -> bool | int | str:
    return "auto" if given is None else given


def _without_zone(moments: pa.Array) -> pa.Array:
    if types.is_timestamp(moments.type) and moments.type.tz:
        moments = pc.cast(moments, pa.timestamp("us", "UTC"), safe=False)
    return pc.cast(moments, pa.timestamp("us"), safe=False)


def _number(column: pa.ChunkedArray) -> pa.Array:
    return doubles(column.combine_chunks())
