from dataclasses import replace

import pytest

from bench import rows
from bench.client import Client
from bench.figures import Figures, walls_of
from bench.load import Cost, Wall
from bench.machine import REFERENCE_FLASK_MS, Machine
from bench.products import Product
from bench.report import report

MACHINE = Machine("some processor", 2, "3.11.7", REFERENCE_FLASK_MS * 2)


def cost(cpu_ms: float | None, p50_ms: float) -> Cost:
    return Cost(cpu_ms, Wall(1000 / p50_ms, p50_ms, p50_ms * 2), Wall(8000 / p50_ms, p50_ms, p50_ms * 3), 1234)


def ours() -> Product:
    product = Product("ours", Client(""), {})
    product.costs = {rows.CACHED: cost(1.2, 2), rows.CHART: cost(3, 4)}
    product.values = {rows.CACHED: 1.2, rows.CHART: 3, rows.FRESH: 120, rows.START: 2}
    return product


def line(text: str, name: str) -> str:
    return next(each for each in text.splitlines() if each.startswith(name))


def test_a_row_has_its_figure_its_target_and_both_ratios() -> None:
    kept = Figures(MACHINE, {rows.CACHED.name: 0.6, rows.CHART.name: 3}, {})
    shown = line(report(MACHINE, ours(), [], kept), rows.CACHED.name)
    assert shown.removeprefix(rows.CACHED.name).split()[:8] == [
        "1.20",
        "0.60",
        "0.8",
        "2.00",
        "2.00",
        "500",
        "2.00",
        "4.00",
    ]
    assert shown.endswith("<-- WORSE than committed")


def test_times_stand_beside_the_committed_ones() -> None:
    walls = walls_of(cost(1, 1))
    text = report(MACHINE, ours(), [], Figures(MACHINE, {}, {rows.CHART.name: walls}))
    shown = text.splitlines()[-3].split()
    assert shown == ["one", "chart", *["4.00"] * 6]


def test_what_is_marked_stands_at_the_end() -> None:
    assert report(MACHINE, ours(), [], None).splitlines()[-1] == "ABOVE target: one chart"


@pytest.mark.parametrize(("load", "is_said"), [(None, False), (1.0, False), (1.1, True)])
def test_a_machine_with_others_on_it_is_said(load: float | None, is_said: bool) -> None:
    assert ("BUSY" in report(replace(MACHINE, load=load), ours(), [], None)) is is_said


def test_where_nothing_is_marked_that_is_said() -> None:
    product = ours()
    product.values[rows.CHART] = 1
    assert report(MACHINE, product, [], None).splitlines()[-1].startswith("nothing is worse")


def test_a_rival_stands_below_and_is_compared() -> None:
    rival = Product("Superset", Client(""), {}, notes={rows.CHART: "its chart"})
    rival.costs = {rows.CACHED: cost(24, 30), rows.CHART: cost(None, 8)}
    rival.values = {rows.COLD_KEY: 200}
    rival.left_out = {rows.GUEST_TOKEN: "answered 404"}
    text = report(MACHINE, ours(), [rival], None)
    lines = text.splitlines()
    below = lines[lines.index(line(text, rows.CACHED.name)) + 1]
    assert below.startswith("  Superset ")
    assert below.endswith("20.0 times our CPU, 15.0 times our p50")
    assert line(text, "  Superset (its chart)").split()[3] == "?"
    assert line(text, "  Superset (its chart)").endswith("  2.0 times our p50")
    assert "not measured: answered 404" in text
