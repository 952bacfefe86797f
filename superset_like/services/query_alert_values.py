"""What an alert on a saved query looks for in its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from superset_like.engine.encode import json as records
from superset_like.engine.encode.json import Times
from superset_like.errors import Invalid
from superset_like.extensions import settings
from superset_like.models import AlertState
from superset_like.services import report_alerts

# Former versions of clients write words.
WORDS: Mapping[str, str] = {"greater than": ">", "less than": "<", "equals": "=="}
SELECTORS = ("first", "min", "max")
TEXTS = {"custom_subject": 1_000, "custom_body": 20_000}
LONGEST_COLUMN = 500


@dataclass(frozen=True, slots=True)
class Found:
    """What an alert found. value: as JSON has it. rows: JSON of the first rows, of `count`."""

    state: AlertState
    value: Any = None
    rows: bytes = b"[]"
    count: int = 0

    def number(self) -> float | None:
        """The value, where it is a number."""
        number = _number(self.value)
        return number if number is not None and abs(number) != float("inf") else None

    def first_row(self) -> str | None:
        """JSON of the first row."""
        found = orjson.loads(self.rows)
        return orjson.dumps(found[:1]).decode() if found else None


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, as they were given. Raises Invalid (options)."""
    wrong = []
    if not isinstance(options.get("column"), str) or not 0 < len(options["column"]) <= LONGEST_COLUMN:
        wrong.append("column: the name of a column.")
    if sign(options) not in report_alerts.OPERATORS:
        wrong.append(f"op: one of {' '.join(report_alerts.OPERATORS)}.")
    if not isinstance(options.get("value"), str | int | float):
        wrong.append("value: a number or a text.")
    if options.get("selector", "first") not in SELECTORS:
        wrong.append(f"selector: one of {', '.join(SELECTORS)}.")
    if not isinstance(options.get("muted", False), bool):
        wrong.append("muted: true or false.")
    for name, most in TEXTS.items():
        text = options.get(name) or ""
        if not isinstance(text, str) or len(text) > most:
            wrong.append(f"{name}: a text of at most {most} characters.")
    if wrong or len(orjson.dumps(options)) > settings().max_state_kib * 1024:
        raise Invalid(fields={"options": wrong or ["Too large."]})
    return dict(options)


def sign(options: Mapping[str, Any]) -> str:
    """The operator: one of < <= > >= == !=, or what was given in its place."""
    found = str(options.get("op"))
    return WORDS.get(found, found)


def judged(options: Mapping[str, Any], table: pa.Table) -> Found:
    """What the options find in the rows; `unknown` where there is nothing to compare."""
    rows = records.records(table.slice(0, settings().report_rows), Times.ISO)
    column = options["column"]
    values = orjson.loads(records.records(table.select([column]), Times.ISO)) if column in table.column_names else []
    selector = options.get("selector") or "first"
    value = _selected([each[column] for each in values], selector)
    state = AlertState.UNKNOWN if value is None else _state(sign(options), value, options["value"])
    return Found(state, value, rows, table.num_rows)


def _selected(values: list[Any], selector: str) -> Any:
    if selector == "first":
        return values[0] if values else None
    numbers = [_number(value) for value in values if value is not None]
    known = [number for number in numbers if number is not None]
    if not known or len(known) < len(numbers):
        # Of texts that are no numbers there is no largest.
        return None
    return max(known) if selector == "max" else min(known)


def _state(op: str, value: Any, threshold: Any) -> AlertState:
    """Redash's comparison: numbers, also those in texts, as numbers, all else as texts."""
    compare = report_alerts.OPERATORS[op]
    number = _number(value)
    if number is not None:
        limit = _number(threshold)
        if limit is None:
            return AlertState.UNKNOWN
        return AlertState.TRIGGERED if compare(number, limit) else AlertState.OK
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return AlertState.TRIGGERED if compare(text, _as_text(threshold)) else AlertState.OK


def _as_text(threshold: Any) -> str:
    return str(threshold).lower() if isinstance(threshold, bool) else str(threshold)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return None if number != number else number
