"""geohash_encode: a geohash of longitude and latitude."""

from dataclasses import dataclass

import pyarrow as pa

from superset_like.engine.transform import geohash
from superset_like.engine.transform.frame import Frame
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.values import doubles, require_numbers
from superset_like.errors import QuestionInvalid


@dataclass(frozen=True, slots=True)
class GeohashEncode(Operation):
    """A column of geohashes of 12 digits; NULL where a coordinate is. geohash: the new column."""

    geohash: str
    longitude: str
    latitude: str

    def apply(self, frame: Frame) -> Frame:
        frame.require([self.longitude, self.latitude])
        pairs = zip(*(self._degrees(frame, name) for name in (self.latitude, self.longitude)), strict=True)
        try:
            made = [None if up is None or across is None else geohash.encoded(up, across) for up, across in pairs]
        except ValueError as error:
            raise QuestionInvalid("Invalid longitude/latitude") from error
        return frame.with_columns({(self.geohash,): pa.array(made, pa.string())})

    def _degrees(self, frame: Frame, name: str) -> list[float | None]:
        found: list[float | None] = doubles(require_numbers(frame.column(name), name)).to_pylist()
        return found
