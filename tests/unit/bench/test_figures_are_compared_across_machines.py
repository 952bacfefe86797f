from pathlib import Path

import pytest

from bench.figures import Figures, judged, keep, load, wall_ratios
from bench.load import Cost, Wall
from bench.machine import REFERENCE_FLASK_MS, Machine
from bench.rows import Row, Unit

REFERENCE = Machine("reference", 2, "3.11.7", REFERENCE_FLASK_MS)
SLOW = Machine("slow", 2, "3.11.7", REFERENCE_FLASK_MS * 2)
SPEED = Row("speed", Unit.MS, target=10)
MEMORY = Row("memory", Unit.MIB, target=100, slack=16)


def committed(machine: Machine = REFERENCE, **values: float) -> Figures:
    return Figures(machine, values, {})


def test_a_slower_machine_is_no_worse_product() -> None:
    found = judged(SPEED, 16, SLOW, committed(speed=8))
    assert (found.plain, found.corrected, found.at_reference) == pytest.approx((2, 1, 8))
    assert found.marks == ""


def test_a_faster_machine_hides_no_worse_product() -> None:
    found = judged(SPEED, 8, REFERENCE, committed(SLOW, speed=8))
    assert (found.plain, found.corrected) == pytest.approx((1, 2))
    assert found.marks == "WORSE than committed"


@pytest.mark.parametrize(("value", "is_worse"), [(4.0, False), (5.0, False), (5.1, True)])
def test_a_quarter_more_is_worse(value: float, is_worse: bool) -> None:
    assert judged(SPEED, value, REFERENCE, committed(speed=4)).is_worse is is_worse


@pytest.mark.parametrize(("value", "is_above"), [(20.0, False), (20.2, True)])
def test_the_target_is_that_of_the_reference_machine(value: float, is_above: bool) -> None:
    assert judged(SPEED, value, SLOW, None).is_above is is_above


@pytest.mark.parametrize(("value", "is_above"), [(100.0, False), (101.0, True)])
def test_memory_is_the_same_on_every_machine(value: float, is_above: bool) -> None:
    found = judged(MEMORY, value, SLOW, committed(memory=value))
    assert (found.plain, found.corrected, found.is_above) == (1, 1, is_above)


def test_a_few_mebibytes_are_no_difference() -> None:
    assert not judged(MEMORY, 20, REFERENCE, committed(memory=5)).is_worse
    assert judged(MEMORY, 22, REFERENCE, committed(memory=5)).is_worse


@pytest.mark.parametrize("kept", [None, committed(), committed(speed=0), committed(speed=-3)])
def test_there_is_no_ratio_to_nothing(kept: Figures | None) -> None:
    found = judged(SPEED, 4, REFERENCE, kept)
    assert (found.plain, found.corrected, found.is_worse) == (None, None, False)


def test_a_lower_rate_is_as_much_slower_as_a_longer_time() -> None:
    cost = Cost(1, Wall(50, 20, 80), Wall(200, 30, 90), 1)
    walls = {"req/s": 200, "p50": 5, "p99": 20, "req/s 8": 200, "p50 8": 30, "p99 8": 45}
    found = wall_ratios(SPEED, cost, SLOW, Figures(REFERENCE, {}, {"speed": walls}))
    assert found == pytest.approx({"req/s": 2, "p50": 2, "p99": 2, "req/s 8": 0.5, "p50 8": 0.5, "p99 8": 1})


def test_times_that_were_not_kept_have_no_ratio() -> None:
    cost = Cost(1, Wall(50, 20, 80), Wall(200, 30, 90), 1)
    kept = Figures(REFERENCE, {}, {"speed": {"p50": 20, "p75": 30, "p99": 0}})
    assert wall_ratios(SPEED, cost, REFERENCE, kept) == {"p50": 1}
    assert wall_ratios(MEMORY, cost, REFERENCE, kept) == {}


def test_both_marks_are_said() -> None:
    assert judged(SPEED, 20, REFERENCE, committed(speed=1)).marks == "WORSE than committed, ABOVE target"


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    assert load(path) is None
    keep(Figures(SLOW, {"speed": 1.23456, "packages": 74}, {"speed": {"p99_ms": 0.000123456}}), path)
    assert load(path) == Figures(SLOW, {"speed": 1.235, "packages": 74}, {"speed": {"p99_ms": 0.0001235}})
