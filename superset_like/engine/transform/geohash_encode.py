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
        try:
            made = geohash.encoded(self._degrees(frame, self.latitude), self._degrees(frame, self.longitude))
        except ValueError as error:
            raise QuestionInvalid("Invalid longitude/latitude") from error
        return frame.with_columns({(self.geohash,): made})

    def _degrees(self, frame: Frame, name: str) -> pa.Array:
        return doubles(require_numbers(frame.column(name), name))
