"""geodetic_parse: the coordinates that a text writes."""

import re
from dataclasses import dataclass

import pyarrow as pa
from pyarrow import types

from superset_like.engine.transform.frame import Frame
from superset_like.engine.transform.operation import Operation
from superset_like.errors import QuestionInvalid

INVALID = "Invalid geodetic string"
MOST_CHARACTERS = 100

# Degrees with minutes and seconds, the side of the equator and of Greenwich before or behind, then the altitude.
_NUMBER = r"\d+(?:\.\d+)?"
_ANGLE = (
    r"(?P<{0}sign>[+-])?(?P<{0}degrees>" + _NUMBER + r")(?:\s*[\xb0d\s]\s*)?"
    r"(?:(?P<{0}minutes>"
    + _NUMBER
    + r")\s*['\u2032m]\s*)?(?:(?P<{0}seconds>"
    + _NUMBER
    + r")\s*(?:\"|\u2033|''|s)\s*)?"
)
_PLAIN = re.compile(rf"\s*([+-]?{_NUMBER})\s*,\s*([+-]?{_NUMBER})\s*")
_POINT = re.compile(
    r"\s*(?P<north_before>[NS])?\s*"
    + _ANGLE.format("up_")
    + r"\s*(?P<north>[NS])?\s*[,;/\s]\s*(?P<east_before>[EW])?\s*"
    + _ANGLE.format("across_")
    + r"\s*(?P<east>[EW])?\s*(?:[,;/\s]\s*(?P<altitude>[+-]?"
    + _NUMBER
    + r")\s*(?P<unit>km|m|mi|ft|nm|nmi)?)?\s*",
    re.IGNORECASE,
)
_KM = {"km": 1.0, "m": 0.001, "mi": 1.609344, "ft": 0.0003048, "nm": 1.852, "nmi": 1.852}


@dataclass(frozen=True, slots=True)
class GeodeticParse(Operation):
    """Columns of latitude, longitude and, when asked for, altitude in km; NULL where the text is.

    Texts: `41.5, -81.0`, `41.5 N 81.0 W`, `23 26' 22" N, 23 27' 30" E`, `23 26m 22s N 23 27m 30s E, 10m`.
    """

    geodetic: str
    longitude: str
    latitude: str
    altitude: str | None = None

    def apply(self, frame: Frame) -> Frame:
        frame.require([self.geodetic])
        column = frame.column(self.geodetic)
        if not (types.is_string(column.type) or types.is_large_string(column.type)):
            raise QuestionInvalid(INVALID, fields={"geodetic": [INVALID]})
        points = [(None, None, None) if text is None else point(text) for text in column.to_pylist()]
        names = [self.latitude, self.longitude, *([self.altitude] if self.altitude else [])]
        return frame.with_columns(
            {(name,): pa.array([one[place] for one in points], pa.float64()) for place, name in enumerate(names)}
        )


def point(text: str) -> tuple[float, float, float]:
    """Latitude and longitude in degrees, altitude in km (0 when none is written). Raises QuestionInvalid."""
    plain = _PLAIN.fullmatch(text)
    found = None if plain or len(text) > MOST_CHARACTERS else _POINT.fullmatch(" ".join(text.split()))
    if plain:
        return _checked(float(plain[1]), float(plain[2]), 0.0)
    if found is None:
        raise QuestionInvalid(INVALID, fields={"geodetic": [INVALID]})
    part = found.groupdict()
    up = _degrees(part, "up_", (part["north_before"] or part["north"] or "N").upper() == "S")
    across = _degrees(part, "across_", (part["east_before"] or part["east"] or "E").upper() == "W")
    return _checked(up, across, float(part["altitude"] or 0) * _KM[(part["unit"] or "km").lower()])


def _checked(up: float, across: float, altitude: float) -> tuple[float, float, float]:
    if not -90 <= up <= 90:
        raise QuestionInvalid(INVALID, fields={"geodetic": [INVALID]})
    return up, across if -180 <= across <= 180 else (across + 180) % 360 - 180, altitude


def _degrees(part: dict[str, str | None], which: str, is_negative: bool) -> float:
    degrees, minutes, seconds = (float(part[f"{which}{unit}"] or 0) for unit in ("degrees", "minutes", "seconds"))
    angle = degrees + minutes / 60 + seconds / 3600
    return -angle if is_negative != (part[f"{which}sign"] == "-") else angle
