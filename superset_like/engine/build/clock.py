"""Where a question states a zone: moments as columns write them, and as the clocks of that zone show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from superset_like.engine import zones
from superset_like.engine.databases import kinds
from superset_like.engine.databases.base import Engine
from superset_like.engine.query import Column, Kind, Query, Shape, TimeRange
from superset_like.errors import QuestionInvalid

UTC = "UTC"
MOMENT = Column(name="", type="TIMESTAMP", kind=Kind.TEMPORAL, is_temporal=True)
INSTANTS = frozenset({"epoch_s", "epoch_ms"})
# Other spellings of grains, which stored charts have.
SAME = {"PT0.5H": "PT30M", "P0.25Y": "P3M"}
# These divide the hour, so that a zone's change of clocks moves none of their edges: cut in the column's own time, the
# two hours of the night in which clocks go back stay two.
WITHIN_AN_HOUR: Mapping[str, timedelta] = {
    "PT1S": timedelta(seconds=1),
    "PT5S": timedelta(seconds=5),
    "PT30S": timedelta(seconds=30),
    "PT1M": timedelta(minutes=1),
    "PT5M": timedelta(minutes=5),
    "PT10M": timedelta(minutes=10),
    "PT15M": timedelta(minutes=15),
    "PT30M": timedelta(minutes=30),
    "PT1H": timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Cut:
    """SQL of the moment at which a grain begins. written: the zone whose wall clock it is, None if none is stated."""

    sql: str
    written: str | None


class Clock:
    """The time of one question to one dataset. zone: that of its answer, None where nobody stated any."""

    def __init__(self, engine: Engine, shape: Shape, query: Query | None) -> None:
        self._engine = engine
        self._own = shape.time_zone or UTC
        self._hours = shape.hours_offset
        self.zone = query.time_zone if query is not None else None
        self._since, self._until = _bounds(query.time if query is not None else ())

    def written(self, column: Column | None) -> str | None:
        """The zone in which the column writes its moments; None where the question has no zone to read them in."""
        if self.zone is None or column is None:
            return self.zone and self._own
        if column.time_format in INSTANTS or self._engine.is_zoned(column.type):
            return UTC
        # A day is the same day everywhere.
        return self.zone if kinds.is_date(column.type) else self._own

    def hours(self, column: Column | None) -> int:
        """So many hours later than stored is the column shown."""
        return 0 if column is None else self._hours

    def stored(self, moment: datetime, column: Column) -> str:
        """SQL of the moment, given as the question's zone has it, to be compared with the column."""
        written = self.written(column)
        if written is not None and self.zone is not None:
            moment = zones.moved(moment, self.zone, written)
        return self._engine.time_literal(moment - timedelta(hours=self._hours), column)

    def cut(self, sql: str, column: Column | None, grain: str) -> Cut:
        """The moment at which the grain begins that the SQL's moment lies in. Raises QuestionInvalid."""
        grain = SAME.get(grain, grain)
        template = self._engine.grains.get(grain)
        if template is None:
            raise QuestionInvalid(f"The time grain {grain} is not supported by {self._engine.title}")
        moment = self._later(self._engine.as_timestamp(sql, column or MOMENT), timedelta(hours=self.hours(column)))
        written = self.written(column)
        if self.zone is None or written is None or written == self.zone:
            return Cut(template.replace("{col}", moment), self.zone)
        width = WITHIN_AN_HOUR.get(grain)
        if width is None:
            return Cut(template.replace("{col}", self._shown(moment, written)), self.zone)
        ahead = zones.residue(written, self.zone) % width
        cut = template.replace("{col}", self._later(moment, ahead))
        return Cut(self._later(cut, -ahead), written)

    def _later(self, sql: str, span: timedelta) -> str:
        if not span:
            return sql
        seconds = int(span.total_seconds())
        return self._engine.moved.replace("{seconds}", str(seconds)).replace("{col}", sql)

    def _shown(self, sql: str, written: str) -> str:
        """The wall clock of the question's zone when that of the column's shows this."""
        assert self.zone is not None
        shift = self._engine.zone_shift
        if shift:
            return shift.replace("{source}", written).replace("{target}", self.zone).replace("{col}", sql)
        since, until = (moment and zones.moved(moment, self.zone, written) for moment in (self._since, self._until))
        return self._by_cases(sql, zones.steps(written, self.zone, since, until))

    def _by_cases(self, sql: str, steps: list[tuple[datetime | None, timedelta]]) -> str:
        """The shift of an engine that knows no zones: what is to be added, from change to change."""
        later = [self._later(sql, ahead) for _, ahead in steps]
        if len(later) == 1:
            return later[0]
        # As text some engines keep a moment; cut to the second it compares with the literal.
        edges = [self._engine.time_literal(at, MOMENT) for at, _ in steps if at is not None]
        compared = self._engine.moved.replace("{seconds}", "0").replace("{col}", sql)
        cases = [f"WHEN {compared} < {edge} THEN {moment}" for edge, moment in zip(edges, later[:-1], strict=True)]
        return f"(CASE {' '.join(cases)} ELSE {later[-1]} END)"


def _bounds(ranges: tuple[TimeRange, ...]) -> tuple[datetime | None, datetime | None]:
    """Between which moments rows are asked for, when all ranges say so; of several columns the widest."""
    sinces, untils = [each.since for each in ranges], [each.until for each in ranges]
    since = min((each for each in sinces if each), default=None) if all(sinces) else None
    until = max((each for each in untils if each), default=None) if all(untils) else None
    return since, until
