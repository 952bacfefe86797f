"""A table of awkward values, the same on every engine, and plain SQL's words for them.

Beside each column of moments stand columns with the beginnings of its periods, by Python's calendar; questions do not
know them, their judges do.
"""

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from tests.engines.calendar_periods import GRAINS, period

AWKWARD = f"engine_awkward_{os.getpid()}"
SIZE = "Größe in %"
TIMES = ("day", "at", "epoch")
ROWS = 300

TEXTS = ("", "Bonn", "bonn", "Köln", "KÖLN", "O'Hara", 'say "hi"', "100%", "100", "a_b", "axb", "a\\b", "ünï 🙂", "🙃")
CITIES = [*TEXTS, " led", "led ", "Others", "null", "-- x", "{col}", None]
LARGE = [None, 0, 2**63 - 1, -(2**63), 2**53 + 1, -(2**53) - 1, 12345678901234567, -5]
EDGES = [
    datetime(1905, 1, 1, 0, 0, 1),
    datetime(1969, 12, 28, 23, 59, 59),
    datetime(1969, 12, 31, 23, 59, 58),
    datetime(1970, 1, 1),
    datetime(2018, 12, 31),
    datetime(2019, 12, 29, 23, 59, 59, 999999),
    datetime(2019, 12, 30),
    datetime(2020, 1, 4, 23, 59, 59),
    datetime(2020, 1, 5),
    datetime(2020, 2, 28, 23, 59, 59, 500000),
    datetime(2020, 2, 29),
    datetime(2020, 2, 29, 23, 59, 59, 999999),
    datetime(2020, 3, 1),
    datetime(2020, 12, 31, 23, 59, 59, 999500),
    datetime(2021, 1, 1),
    datetime(2021, 1, 3, 12, 29, 59, 999999),
    datetime(2021, 1, 4, 5, 59, 59),
    datetime(2024, 12, 30, 6),
    datetime(2099, 12, 31, 18, 14, 59, 1),
]

Value = str | int | float | bool | Decimal | date | datetime | None
Row = dict[str, Value]


def rows() -> Sequence[Row]:
    """The rows, the same each time."""
    chance = random.Random(20200229)
    weights = chance.sample(range(-(10**9), 10**9), ROWS)
    return [_row(number, weight, chance) for number, weight in enumerate(weights, 1)]


def _row(number: int, weight: int, chance: random.Random) -> Row:
    moments = [_moment(chance) for _ in TIMES]
    row: Row = {
        "id": number,
        "city": chance.choice(CITIES),
        "k": chance.choice([None, 0, 1, -1, 7, -7, chance.randint(-1000, 1000)]),
        "w": chance.choice([None, weight, weight, weight]),
        "n": chance.choice([*LARGE, chance.randint(-(2**63), 2**63 - 1)]),
        "price": chance.choice([None, Decimal("0.00"), Decimal("-0.10"), Decimal(chance.randint(1, 10**9)) / 100]),
        "ratio": chance.choice([None, 0.0, -0.125, chance.randint(1, 10**6) / 8]),
        "is_open": chance.choice([None, True, False]),
        SIZE: chance.choice([None, 1, 2, 3]),
    }
    day, at, epoch = moments
    row["day"] = day and day.date()
    row["at"] = at
    row["epoch"] = epoch and (epoch - datetime(1970, 1, 1)) // timedelta(seconds=1)
    for name, moment in zip(TIMES, moments, strict=True):
        # A day, or whole seconds, lie in the period of the moment from which they were taken.
        begun = datetime.combine(moment.date(), time()) if moment and name == "day" else moment
        row.update({cut(name, grain): begun and period(begun, grain) for grain in GRAINS})
    return row


def _moment(chance: random.Random) -> datetime | None:
    if chance.random() < 0.1:
        return None
    if chance.random() < 0.5:
        return chance.choice(EDGES) + timedelta(seconds=chance.choice([0, 0, 1, -1]))
    seconds = timedelta(seconds=chance.randint(0, 5 * 365 * 86_400))
    return datetime(2019, 1, 1) + seconds + timedelta(microseconds=chance.choice([0, 0, chance.randint(0, 999_999)]))


def cut(column: str, grain: str) -> str:
    """The column that has the periods of that grain."""
    return f"{column}_cut_{GRAINS.index(grain)}"


@dataclass(frozen=True)
class Words:
    """How an engine's plain SQL spells values. text: the type that a CAST to text names. position: finds a text."""

    text: str = "VARCHAR"
    quote: str = '"'
    has_backslashes: bool = False
    has_ilike: bool = True
    has_moments: bool = True
    large_sums: bool = True
    position: str = "STRPOS"
    moment_type: str = "TIMESTAMP"
    table_options: str = ""

    def name(self, name: str) -> str:
        """The name in quotes."""
        return f"{self.quote}{name}{self.quote}"

    def value(self, value: Value) -> str:
        """The value as a literal."""
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return str(value).upper()
        if isinstance(value, datetime):
            return self._moment("TIMESTAMP", value.isoformat(" "))
        if isinstance(value, date):
            return self._moment("DATE", value.isoformat())
        if isinstance(value, str):
            text = value.replace("\\", "\\\\") if self.has_backslashes else value
            return "'" + text.replace("'", "''") + "'"
        return format(value, "f") if isinstance(value, Decimal) else repr(value)

    def _moment(self, kind: str, text: str) -> str:
        return f"{kind} '{text}'" if self.has_moments else f"'{text}'"


WORDS = {
    "duckdb": Words(),
    "postgres": Words(text="TEXT"),
    "sqlite": Words(text="TEXT", has_ilike=False, has_moments=False, large_sums=False, position="INSTR"),
    "mariadb": Words(
        text="CHAR",
        quote="`",
        has_backslashes=True,
        has_ilike=False,
        position="INSTR",
        moment_type="DATETIME(6)",
        # As the others compare: by code points, and with the spaces at the end.
        table_options=" CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
    ),
}


def statements(words: Words) -> Iterator[str]:
    """What makes the table."""
    types = {"id": "BIGINT", "city": "VARCHAR(40)", "k": "INTEGER", "w": "BIGINT", "n": "BIGINT"} | {
        "price": "DECIMAL(12,2)",
        "ratio": "DOUBLE PRECISION",
        "is_open": "BOOLEAN",
        SIZE: "INTEGER",
        "day": "DATE",
        "at": words.moment_type,
        "epoch": "BIGINT",
    }
    made = rows()
    columns = ", ".join(f"{words.name(name)} {types.get(name, words.moment_type)} NULL" for name in made[0])
    yield f"CREATE TABLE {AWKWARD} ({columns}){words.table_options}"
    for start in range(0, len(made), 100):
        values = ", ".join(f"({', '.join(map(words.value, row.values()))})" for row in made[start : start + 100])
        yield f"INSERT INTO {AWKWARD} VALUES {values}"
