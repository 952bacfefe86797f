"""Each type draws what databases answer with: nothing, one row, NULLs, zeros, negatives, digits without end."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from py_mini_racer import MiniRacer

from superset_like.pictures import modules

FOLDER = modules.CHART_TYPES
LOOKS = [{"width": 480, "height": 300}, {"width": 120, "height": 90}]
NUMBER, TEXT = range(2)
Change = Callable[[Any, int, int], Any]


def numbers(change: Callable[[Any], Any]) -> Change:
    return lambda value, kind, place: change(value) if kind == NUMBER and value is not None else value


CHANGES: dict[str, Change] = {
    "one NULL in three": lambda value, kind, place: None if place % 3 == 0 else value,
    "only NULLs": lambda value, kind, place: None,
    "zeros": numbers(lambda value: 0),
    "negatives": numbers(lambda value: -value),
    "numbers as text": numbers(lambda value: str(9007199254740993 + int(value))),
    "odd texts": lambda value, kind, place: "<&>\"'{{}}{a|b}\u0000" if kind == TEXT else value,
}


@pytest.fixture(scope="module")
def v8() -> MiniRacer:
    made = MiniRacer()
    made.eval(f"const base = {modules.script(FOLDER, 'base')}({{}}); const types = {{}};0")
    for name in modules.names():
        made.eval(f"types[{json.dumps(name)}] = {modules.script(FOLDER, name)}(base);0")
    return made


def example(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / name / "example.json").read_text(encoding="utf-8"))
    return read


def option(v8: MiniRacer, name: str, given: dict[str, Any], look: dict[str, int]) -> dict[str, Any]:
    whole = {**look, "theme": "dark", "locale": "de-DE", "zone": "Europe/Berlin"}
    told = ", ".join(json.dumps(each) for each in (given["form_data"], given["results"], whole))
    # What is no number would be null in JSON.
    spoken = "(key, value) => (Number.isNaN(value) ? 'not a number' : value)"
    made = str(v8.eval(f"JSON.stringify(types[{json.dumps(name)}].option({told}), {spoken})"))
    assert "not a number" not in made
    read: dict[str, Any] = json.loads(made)
    return read


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", sorted(modules.names()))
def test_it_draws(v8: MiniRacer, name: str, change: str) -> None:
    given = copy.deepcopy(example(name))
    for result in given["results"]:
        kinds = dict(zip(result["colnames"], result["coltypes"], strict=True))
        result["data"] = [
            {column: CHANGES[change](value, kinds[column], place) for column, value in row.items()}
            for place, row in enumerate(result["data"])
        ]
    for look in LOOKS:
        assert option(v8, name, given, look)


@pytest.mark.parametrize("name", sorted(modules.names() - {"markup"}))
def test_nothing_is_said_and_one_row_is_drawn(v8: MiniRacer, name: str) -> None:
    given = example(name)
    one = {**given, "results": [{**each, "data": each["data"][:1]} for each in given["results"]]}
    none = {**given, "results": [{**each, "data": []} for each in given["results"]]}
    for look in LOOKS:
        assert option(v8, name, one, look)
        told = option(v8, name, none, look)
        assert not told.get("series") and told["graphic"]
