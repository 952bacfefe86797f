"""Countries by name or code: what the rows say is found whatever its letters' size, and what is not found is said."""

import json
from typing import Any

import pytest
from py_mini_racer import MiniRacer

from superset_like.pictures import modules

FOLDER = modules.CHART_TYPES
LOOK = {"width": 800, "height": 500, "theme": "light", "locale": "en-US", "zone": "UTC"}


@pytest.fixture(scope="module")
def v8() -> MiniRacer:
    made = MiniRacer()
    made.eval(f"const base = {modules.script(FOLDER, 'base')}({{}});0")
    made.eval(f"const type = {modules.script(FOLDER, 'world_map')}(base);0")
    return made


def option(v8: MiniRacer, kind: str, *countries: str | None, **form: Any) -> Any:
    rows = [{"where": country, "n": place + 1, "m": 5} for place, country in enumerate(countries)]
    results = [{"data": rows, "colnames": ["where", "n", "m"], "coltypes": [1, 0, 0]}]
    form_data = {"viz_type": "world_map", "entity": "where", "metric": "n", "country_fieldtype": kind, **form}
    given = ", ".join(json.dumps(each) for each in (form_data, results, LOOK))
    return json.loads(str(v8.eval(f"JSON.stringify(type.option({given}))")))


@pytest.mark.parametrize(
    ("kind", "told", "name"),
    [
        ("cca2", "de", "Germany"),
        ("cca3", "DEU", "Germany"),
        ("cioc", "GER", "Germany"),
        ("name", "germany", "Germany"),
        # The committee's BRN is not the one of ISO.
        ("cioc", "BRN", "Bahrain"),
        ("cca3", "BRN", "Brunei"),
        ("name", "Côte d\u2019Ivoire", "Cote d'Ivoire"),
        ("name", "The Bahamas", "Bahamas"),
        ("name", "USA", "United States"),
        ("name", "Korea, Republic of", "South Korea"),
        ("name", "Congo", "Congo"),
        ("cca2", "NA", "Namibia"),
        ("cca3", "XKX", "Kosovo"),
    ],
)
def test_a_country_is_found(v8: MiniRacer, kind: str, told: str, name: str) -> None:
    made = option(v8, kind, told)
    assert [each["name"] for each in made["series"][0]["data"]] == [name]
    assert made["graphic"] == []


def test_a_country_that_is_told_twice_is_summed(v8: MiniRacer) -> None:
    (data,) = option(v8, "cca2", "FR", "fr")["series"][0]["data"]
    assert data["value"] == 3


def test_what_names_no_country_is_said(v8: MiniRacer) -> None:
    made = option(v8, "cca2", "FR", "Atlantis", None)
    assert made["graphic"][0]["style"]["text"] == "2 rows name no country: Atlantis, N/A"
    assert "Atlantis" in json.dumps(option(v8, "cca2", "Atlantis"))


def test_bubbles_stand_where_their_countries_are(v8: MiniRacer) -> None:
    made = option(v8, "cca2", "NZ", "SG", show_bubbles=True, secondary_metric="m")
    places = {each["name"]: each["value"] for each in made["series"][1]["data"]}
    assert places["New Zealand"][0] > places["Singapore"][0] > 0
    assert places["New Zealand"][1] < places["Singapore"][1] < 10
    assert places["Singapore"][2] == 5


def test_each_country_of_the_shapes_has_a_name_of_its_own(v8: MiniRacer) -> None:
    found = json.loads(str(v8.eval("JSON.stringify(type.maps().world.features.map((each) => each.properties.name))")))
    assert len(found) == len(set(found)) > 225


def test_shapes_stay_within_the_map(v8: MiniRacer) -> None:
    points = "type.maps().world.features.flatMap((each) => each.geometry.coordinates.flat(2))"
    widest = f"Math.max(...{points}.map(([x]) => Math.abs(x)))"
    assert float(str(v8.eval(widest))) < 180
    steps = (
        "Math.max(...type.maps().world.features.flatMap((each) => each.geometry.coordinates.flat(1))"
        ".flatMap((ring) => ring.slice(1).map(([x], at) => Math.abs(x - ring[at][0]))))"
    )
    # No country reaches around the back of the world.
    assert float(str(v8.eval(steps))) < 60
