"""A period begins on every engine when Python's calendar says so, whatever the form in which a moment is stored."""

import pytest

from superset_like.engine.build import build
from superset_like.engine.query import Dimension, Order, Query
from superset_like.engine.run import Limits, answer
from tests.engines.awkward import TIMES, rows
from tests.engines.calendar_periods import GRAINS, period
from tests.engines.judges import Judged, comparable


def test_all_grains_are_judged(asked: Judged) -> None:
    assert set(asked.engine.grains) == set(GRAINS)


@pytest.mark.parametrize("name", TIMES)
def test_every_moment_lies_in_its_period(asked: Judged, name: str) -> None:
    dimensions = [Dimension(name, column=name), *(Dimension(grain, column=name, grain=grain) for grain in GRAINS)]
    query = Query(tuple(dimensions), order=(Order(Dimension("number", column="id")),))
    found = answer(asked.engine, asked.target, build(query, asked.shape, asked.engine, ()), Limits(20)).table
    moments = [comparable(value) for value in found.column(name).to_pylist()]
    assert len(moments) == len(rows())
    for grain in GRAINS:
        begun = [comparable(value) for value in found.column(grain).to_pylist()]
        wrong = [
            (moment, value, period(moment, grain))
            for moment, value in zip(moments, begun, strict=True)
            if value != (moment and period(moment, grain))
        ]
        assert not wrong, grain
