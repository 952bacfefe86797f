from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from superset_like.models import crontab

BERLIN = "Europe/Berlin"


def due(expression: str, zone: str, since: datetime, count: int) -> list[datetime]:
    moments: list[datetime] = []
    while len(moments) < count:
        found = crontab.after(expression, zone, moments[-1] if moments else since)
        assert found is not None
        moments.append(found)
    return moments


def test_an_hour_of_the_day_is_that_of_the_zone() -> None:
    assert due("0 9 * * *", BERLIN, datetime(2026, 3, 27, 12), 3) == [
        datetime(2026, 3, 28, 8),
        datetime(2026, 3, 29, 7),
        datetime(2026, 3, 30, 7),
    ]


def test_what_is_due_in_an_hour_that_is_left_out_is_due_at_its_end() -> None:
    found = due("30 2 * * *", BERLIN, datetime(2026, 3, 28, 12), 2)
    assert found == [datetime(2026, 3, 29, 1), datetime(2026, 3, 30, 0, 30)]


@pytest.mark.parametrize("minutes", range(0, 180, 15))
def test_what_is_due_in_a_repeated_hour_is_due_once_whenever_one_looks(minutes: int) -> None:
    since = datetime(2026, 10, 24, 23, 45) + timedelta(minutes=minutes)
    expected = datetime(2026, 10, 25, 0, 30) if since < datetime(2026, 10, 25, 0, 30) else datetime(2026, 10, 26, 1, 30)
    assert crontab.after("30 2 * * *", BERLIN, since) == expected


def test_what_comes_each_half_hour_keeps_its_distance_through_both() -> None:
    for start in (datetime(2026, 3, 28, 23), datetime(2026, 10, 24, 23)):
        found = due("*/30 * * * *", BERLIN, start, 12)
        assert {later - sooner for sooner, later in pairwise(found)} == {timedelta(minutes=30)}


@pytest.mark.parametrize("expression", ["30 2 * * *", "*/7 * * * *", "0 */2 * * *", "0 9 1 * *", "15 3 * * SUN"])
@pytest.mark.parametrize("start", [datetime(2026, 3, 28, 20), datetime(2026, 10, 24, 20)])
def test_the_last_time_is_the_last_before_the_next_whenever_one_looks(expression: str, start: datetime) -> None:
    for step in range(0, 60 * 14, 13):
        moment = start + timedelta(minutes=step)
        last, following = crontab.latest(expression, BERLIN, moment), crontab.after(expression, BERLIN, moment)
        assert last is not None
        assert following is not None
        assert last <= moment < following
        assert crontab.after(expression, BERLIN, last) == following


@pytest.mark.parametrize(
    "wrong", ["bad", "", "* * * *", "* * * * * *", "61 * * * *", "0 0 30 2 *", "@daily", "0 0 * * 9"]
)
def test_what_never_comes_is_no_schedule(wrong: str) -> None:
    assert crontab.problem(wrong)


@pytest.mark.parametrize("right", ["0 9 * * *", "*/5 8-18 * * MON-FRI", "0 0 L * *", "0 9 * * 1#1", "0 0 29 2 *"])
def test_others_are(right: str) -> None:
    assert crontab.problem(right) is None
    assert crontab.told(right) != right


def test_a_zone_is_one_of_the_calendar() -> None:
    assert crontab.is_zone(BERLIN)
    assert not crontab.is_zone("../etc/passwd")
    assert not crontab.is_zone("Mars/Olympus")
