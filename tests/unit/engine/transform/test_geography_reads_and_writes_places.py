from typing import Any

import pyarrow as pa
import pytest

from superset_like.engine.transform import transformed
from superset_like.engine.transform.geodetic_parse import point
from superset_like.errors import QuestionInvalid
from tests.unit.engine.transform.reference import step

pytestmark = pytest.mark.slow

NAMES = {"geohash": "g", "longitude": "lon", "latitude": "lat"}

# Wikipedia, "Geohash", and geohash.org.
PLACES = [
    ("u4pruydqqvj8", 57.64911, 10.40744),
    ("9q8yyk8ytpxr", 37.77493, -122.41942),
]


def test_a_geohash_is_the_middle_of_its_cell() -> None:
    made = transformed(pa.table({"g": ["ezs42", None]}), [step("geohash_decode", **NAMES)])
    assert made.column_names == ["g", "lat", "lon"]
    assert made.column("lat").to_pylist() == [42.60498046875, None]
    assert made.column("lon").to_pylist() == [-5.60302734375, None]


@pytest.mark.parametrize(("text", "latitude", "longitude"), PLACES)
def test_places_there_and_back(text: str, latitude: float, longitude: float) -> None:
    table = pa.table({"g": [text]})
    made = transformed(table, [step("geohash_decode", **NAMES), step("geohash_encode", **{**NAMES, "geohash": "h"})])
    assert made.column("h").to_pylist() == [text]
    assert made.column("lat").to_pylist() == [pytest.approx(latitude, abs=1e-4)]
    assert made.column("lon").to_pylist() == [pytest.approx(longitude, abs=1e-4)]


@pytest.mark.parametrize("size", range(1, 12))
def test_a_shorter_geohash_is_a_larger_cell(size: int) -> None:
    table = pa.table({"g": ["u4pruydqqvj8"[:size]]})
    (found,) = transformed(table, [step("geohash_decode", **NAMES)]).to_pylist()
    up, across = 180 / 2 ** (5 * size // 2), 360 / 2 ** ((5 * size + 1) // 2)
    assert found["lat"] == pytest.approx(57.64911063, abs=up / 2 + 1e-8)
    assert found["lon"] == pytest.approx(10.40743969, abs=across / 2 + 1e-8)


# geopy.point.Point's own examples.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("41.5, -81.0", (41.5, -81.0, 0.0)),
        ("41.5 N -81.0 W", (41.5, 81.0, 0.0)),
        ("-41.5 S;81.0 E", (41.5, 81.0, 0.0)),
        ("-41.5;-81.0", (-41.5, -81.0, 0.0)),
        ("23 26m 22s N 23 27m 30s E", (23.439444444, 23.458333333, 0.0)),
        ("23 26' 22\" N 23 27' 30\" E", (23.439444444, 23.458333333, 0.0)),
        ("23\u00b026\u203222\u2033 N, 23\u00b027\u203230\u2033 E", (23.439444444, 23.458333333, 0.0)),
        ("N 41.5, W 81", (41.5, -81.0, 0.0)),
        ("41.5, -81.0, 10m", (41.5, -81.0, 0.01)),
        ("10, 190", (10.0, -170.0, 0.0)),
    ],
)
def test_points_are_read_in_many_forms(text: str, expected: tuple[float, float, float]) -> None:
    assert point(text) == pytest.approx(expected)


def test_altitude_comes_when_asked_for() -> None:
    options = {"geodetic": "p", "longitude": "lon", "latitude": "lat"}
    table = pa.table({"p": ["41.5, -81.0, 2km", None]})
    assert transformed(table, [step("geodetic_parse", **options)]).column_names == ["p", "lat", "lon"]
    made = transformed(table, [step("geodetic_parse", **options, altitude="alt")])
    assert made.column("alt").to_pylist() == [2.0, None]


@pytest.mark.parametrize(
    ("operation", "options", "message"),
    [
        ("geohash_decode", {**NAMES, "geohash": "bad"}, "Invalid geohash string"),
        ("geohash_decode", {**NAMES, "geohash": "n"}, "Invalid geohash string"),
        ("geohash_encode", {**NAMES, "latitude": "n", "longitude": "n"}, "Invalid longitude/latitude"),
        ("geodetic_parse", {"geodetic": "bad", "longitude": "x", "latitude": "y"}, "Invalid geodetic string"),
        (
            "geodetic_parse",
            {"geodetic": "zz", "longitude": "x", "latitude": "y"},
            "Referenced columns not available in DataFrame.",
        ),
    ],
)
def test_mistakes_are_named(operation: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionInvalid) as caught:
        transformed(pa.table({"bad": ["a!"], "n": [91]}), [step(operation, **options)])
    assert caught.value.message == message
