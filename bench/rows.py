"""What is measured, and what it is to come to: the rows of the table."""

from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """What a row's figure counts."""

    MS = "ms CPU"
    S = "s"
    MIB = "MiB"
    KB = "kB"
    MB = "MB"
    COUNT = ""


@dataclass(frozen=True)
class Row:
    """One thing that is measured. target: at most, on the reference machine. slack: what more is no difference."""

    name: str
    unit: Unit = Unit.MS
    target: float | None = None
    slack: float = 0

    @property
    def follows_the_machine(self) -> bool:
        """Whether a machine that is twice as fast shows half of it."""
        return self.unit in (Unit.MS, Unit.S)


HEALTH = Row("health")
CACHED = Row("chart data, cached, 35 rows", target=0.8)
# 11 of them are the engine's.
AGGREGATE = Row("chart data, forced, aggregate over 336,776 rows", target=15)
WIDE_CACHED = Row("chart data, 10,000 x 10, cached", target=2)
WIDE = Row("chart data, 10,000 x 10, forced", target=40)
CHARTS = Row("list of 25 of 1,000 charts", target=1.5)
CHART = Row("one chart", target=1)
GUEST_TOKEN = Row("guest token", target=1.5)
SQL = Row("SQL editor, 1,000 x 19, synchronous", target=12)
CSV = Row("CSV, 100,000 x 10, forced", target=200)
# A tenth of what Redash 26.08 takes for the same.
QUERIES = Row("Redash's API: list of 25 of 200 queries", target=2.9)
QUERY = Row("Redash's API: one query", target=2.2)
KEPT_RESULT = Row("Redash's API: POST results, kept, 5 rows", target=2.2)
THOUSAND = Row("Redash's API: 1,000 rows as JSON", target=2.4)
TEN_THOUSAND = Row("Redash's API: 10,000 rows as JSON", target=7.5)
RESULT_CSV = Row("Redash's API: 10,000 rows as CSV", target=19.6)
REDASH = (QUERIES, QUERY, KEPT_RESULT, THOUSAND, TEN_THOUSAND, RESULT_CSV)
REQUESTS = (HEALTH, CACHED, AGGREGATE, WIDE_CACHED, WIDE, CHARTS, CHART, GUEST_TOKEN, SQL, CSV, *REDASH)

CSV_PEAK = Row("CSV, 100,000 x 10: more memory at its peak", Unit.MIB, slack=32)
# The target is none at all; so much the allocators keep.
LARGE_PEAK = Row("CSV, 10,000,000 rows: more memory than 10,000", Unit.MIB, target=32, slack=16)
LARGE_TIME = Row("CSV, 10,000,000 rows: time", Unit.S)
COLD_KEY = Row("one cold key, 200 callers at once: queries run", Unit.COUNT, target=1)
FRESH_RESULT = Row("Redash's API: fresh result of 5 rows, end to end", Unit.S, target=0.33)
PICTURE_FIRST = Row("chart as PNG, first: V8 is started", Unit.S)
PICTURE = Row("chart as PNG, asked and drawn anew", Unit.S, target=0.3)
PICTURE_KEPT = Row("chart as PNG, kept", Unit.S, target=0.01, slack=0.005)
DASHBOARD_PNG = Row("dashboard of 18 charts as PNG, asked and drawn anew", Unit.S)
DASHBOARD_PDF = Row("dashboard of 18 charts as PDF, asked and drawn anew", Unit.S)
DASHBOARD_KEPT = Row("dashboard of 18 charts as PNG, kept", Unit.S, target=0.1, slack=0.02)
PICTURES = (PICTURE_FIRST, PICTURE, PICTURE_KEPT, DASHBOARD_PNG, DASHBOARD_PDF, DASHBOARD_KEPT)
MIGRATE = Row("fresh home: migrate and initialise", Unit.S, target=3)
EXAMPLES = Row("fresh home: load the examples", Unit.S)
ADMIN = Row("fresh home: create an admin", Unit.S)
SCRIPTS = Row("embedded, three charts: JavaScript over the wire", Unit.KB, target=450)
PAGE_REQUESTS = Row("embedded, three charts: requests", Unit.COUNT, target=20)
FIRST_CHART = Row("embedded, nothing kept: first chart drawn", Unit.S, target=1.0)
ALL_CHARTS = Row("embedded, nothing kept: all three drawn", Unit.S)
START = Row("start to the first answer, median of 5", Unit.S, target=1.2)
FRESH = Row("memory of a worker, fresh", Unit.MIB, target=130)
LOADED = Row("memory of a worker, after load", Unit.MIB, target=160)
PACKAGES = Row("packages of a runtime installation", Unit.COUNT, target=80)
SIZE = Row("size of a runtime installation", Unit.MB, target=500)
ONCE = (
    CSV_PEAK,
    LARGE_PEAK,
    LARGE_TIME,
    COLD_KEY,
    FRESH_RESULT,
    *PICTURES,
    MIGRATE,
    EXAMPLES,
    ADMIN,
    SCRIPTS,
    PAGE_REQUESTS,
    FIRST_CHART,
    ALL_CHARTS,
    START,
    FRESH,
    LOADED,
    PACKAGES,
    SIZE,
)
