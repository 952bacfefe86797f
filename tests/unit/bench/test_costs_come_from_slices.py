from itertools import count, groupby

import pytest

from bench.client import Client, Refused, Request
from bench.load import MANY, SLICES, WARM_UP, Cost, Sent, Slice, cost, measured, percentile, wall
from tests.unit.bench.answering import Asked, answering

HEALTH = Request("GET", "/health")


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (1, 1), (50, 50), (99, 99), (99.1, 100), (100, 100)])
def test_a_percentile_is_one_of_the_values(percent: float, expected: float) -> None:
    assert percentile(list(range(100, 0, -1)), percent) == expected


def test_of_one_value_every_percentile_is_that() -> None:
    assert [percentile([7.0], percent) for percent in (1, 50, 99)] == [7, 7, 7]


def test_slices_are_seen_as_one() -> None:
    found = wall([Slice([0.001] * 99, 1, None), Slice([0.003], 3, None)])
    assert (found.rate, found.p50_ms, found.p99_ms) == (25, 1, 1)


def test_the_cpu_of_a_request_is_the_median_of_the_slices() -> None:
    slices = [Slice([0.1] * 10, 1, 0.01), Slice([0.1] * 10, 1, 0.9), Slice([0.1] * 20, 1, 0.04)]
    assert cost(slices, slices, 5).cpu_ms == pytest.approx(2)


def test_what_cannot_be_seen_is_not_guessed() -> None:
    slices = [Slice([0.1], 1, None)]
    assert cost(slices, slices, 5).cpu_ms is None


def test_servers_take_turns() -> None:
    order: list[str] = []

    def noting(name: str, asked: Asked) -> tuple[int, bytes]:
        order.append(name)
        return 200, b"four"

    with answering(lambda asked: noting("ours", asked)) as ours, answering(lambda asked: noting("theirs", asked)) as it:
        found = measured([Sent(Client(ours), HEALTH, None), Sent(Client(it), HEALTH, None)], 0.003)
    turns = [name for name, _ in groupby(order)]
    assert turns == ["ours", "theirs"] * (1 + 2 * SLICES)
    assert [each.bytes for each in found if isinstance(each, Cost)] == [4, 4]


def test_who_refuses_is_left_out_and_the_other_measured() -> None:
    with (
        answering(lambda _: (403, b"not for you")) as closed,
        answering(lambda _: (200, b"")) as ours,
    ):
        refused, found = measured([Sent(Client(closed), HEALTH, None), Sent(Client(ours), HEALTH, None)], 0.003)
    assert str(refused) == "GET /health answered 403: not for you"
    assert isinstance(found, Cost)


def test_who_refuses_later_is_left_out_too() -> None:
    numbers = count()
    with answering(lambda _: (200 if next(numbers) < WARM_UP + 2 else 429, b"")) as tired:
        (found,) = measured([Sent(Client(tired), HEALTH, None)], 0.003)
    assert isinstance(found, Refused)
    assert next(numbers) <= WARM_UP + 2 + MANY


def test_who_is_not_there_is_left_out() -> None:
    with answering(lambda _: (200, b"")) as gone:
        pass
    (found,) = measured([Sent(Client(gone), HEALTH, None)], 0.003)
    assert "ConnectionRefusedError" in str(found)
