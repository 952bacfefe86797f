"""The committed figures, and what those of a run look like beside them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.load import Cost
from bench.machine import Machine
from bench.rows import Row

KEPT = Path(__file__).with_name("figures.json")
WORSE = 1.25


@dataclass(frozen=True)
class Figures:
    """What a run measured. values: name of a row -> its figure. walls: name of a row -> throughput and times."""

    machine: Machine
    values: Mapping[str, float]
    walls: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Judged:
    """A row's figure. at_reference: what it would be on the reference machine.

    plain, corrected: how many times the committed figure it is, as it stands and after what the machines differ;
    None where nothing is committed.
    """

    value: float
    at_reference: float
    plain: float | None
    corrected: float | None
    is_worse: bool
    is_above: bool

    @property
    def marks(self) -> str:
        """What is to be looked at, in words."""
        said = ("WORSE than committed" if self.is_worse else "", "ABOVE target" if self.is_above else "")
        return ", ".join(each for each in said if each)


def judged(row: Row, value: float, machine: Machine, kept: Figures | None) -> Judged:
    """The figure beside its target and the committed one."""
    at_reference = value / machine.slowness if row.follows_the_machine else value
    is_above = row.target is not None and at_reference > row.target
    former = kept.values.get(row.name) if kept else None
    # Nothing is a multiple of none, and of less than none, as memory may come out, neither.
    if kept is None or former is None or former <= 0:
        return Judged(value, at_reference, None, None, False, is_above)
    former_there = former / kept.machine.slowness if row.follows_the_machine else former
    corrected = at_reference / former_there
    is_worse = corrected > WORSE and at_reference - former_there > row.slack
    return Judged(value, at_reference, value / former, corrected, is_worse, is_above)


def walls_of(cost: Cost) -> dict[str, float]:
    """Throughput and times of a row, by their names in a report."""
    return {
        "req/s": cost.alone.rate,
        "p50": cost.alone.p50_ms,
        "p99": cost.alone.p99_ms,
        "req/s 8": cost.many.rate,
        "p50 8": cost.many.p50_ms,
        "p99 8": cost.many.p99_ms,
    }


def wall_ratios(row: Row, cost: Cost, machine: Machine, kept: Figures) -> dict[str, float]:
    """How many times slower than committed, after what the machines differ; a rate counts as the time it leaves."""
    former = kept.walls.get(row.name, {})
    faster = kept.machine.slowness / machine.slowness
    both = [(name, now, former[name]) for name, now in walls_of(cost).items() if former.get(name)]
    return {name: faster * (was / now if "/s" in name else now / was) for name, now, was in both}


def load(path: Path = KEPT) -> Figures | None:
    """The committed figures; None when there are none."""
    if not path.exists():
        return None
    found = json.loads(path.read_text())
    return Figures(Machine(**found["machine"]), found["values"], found["walls"])


def keep(figures: Figures, path: Path = KEPT) -> None:
    """Writes them, to be committed."""
    path.write_text(json.dumps(_rounded(asdict(figures)), indent=2) + "\n")


def _rounded(found: object) -> object:
    if isinstance(found, dict):
        return {name: _rounded(value) for name, value in found.items()}
    return float(f"{found:.4g}") if isinstance(found, float) else found
