"""geohash_decode: longitude and latitude of a geohash."""

from dataclasses import dataclass

import pyarrow as pa
from pyarrow import types

from superset_like.engine.transform import geohash
from superset_like.engine.transform.frame import Frame
from superset_like.engine.transform.operation import Operation
from superset_like.errors import QuestionInvalid

INVALID = "Invalid geohash string"


@dataclass(frozen=True, slots=True)
class GeohashDecode(Operation):
    """Two columns, the middle of the geohash; NULL where it is. longitude, latitude: the new columns."""

    geohash: str
    longitude: str
    latitude: str

    def apply(self, frame: Frame) -> Frame:
        frame.require([self.geohash])
        column = frame.column(self.geohash)
        if not (types.is_string(column.type) or types.is_large_string(column.type)):
            raise QuestionInvalid(INVALID, fields={"geohash": [INVALID]})
        try:
            places = [(None, None) if text is None else geohash.decoded(text) for text in column.to_pylist()]
        except ValueError as error:
            raise QuestionInvalid(INVALID, fields={"geohash": [INVALID]}) from error
        return frame.with_columns(
            {
                (self.latitude,): pa.array([latitude for latitude, _ in places], pa.float64()),
                (self.longitude,): pa.array([longitude for _, longitude in places], pa.float64()),
            }
        )
