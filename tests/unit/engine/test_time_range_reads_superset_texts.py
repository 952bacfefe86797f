from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from superset_like.engine import time_range
from superset_like.errors import BadRequest

NOW = datetime(2026, 11, 22, 14, 30, 15, 123456)  # a Sunday
TODAY = datetime(2026, 11, 22)


def test_last_week_is_the_seven_days_before_today():
    assert time_range.parse("Last week", NOW) == (datetime(2026, 11, 15), TODAY)


@pytest.mark.parametrize("text", [None, "", "  ", "No filter", "no filter"])
def test_no_filter_is_open(text):
    assert time_range.parse(text, NOW) == (None, None)


D = datetime


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("Last day", D(2026, 11, 21), TODAY),
        ("Last month", D(2026, 10, 22), TODAY),
        ("Last quarter", D(2026, 8, 22), TODAY),
        ("Last year", D(2025, 11, 22), TODAY),
        ("Last 7 days", D(2026, 11, 15), TODAY),
        ("Last 30 days", D(2026, 10, 23), TODAY),
        ("last 2 weeks", D(2026, 11, 8), TODAY),
        ("Last 2 hours", D(2026, 11, 22, 12, 30, 15), D(2026, 11, 22, 14, 30, 15)),
        ("Last 45 seconds", D(2026, 11, 22, 14, 29, 30), D(2026, 11, 22, 14, 30, 15)),
        ("Next week", TODAY, D(2026, 11, 29)),
        ("Next 3 months", TODAY, D(2027, 2, 22)),
        ("Next 10 minutes", D(2026, 11, 22, 14, 30, 15), D(2026, 11, 22, 14, 40, 15)),
        ("previous calendar week", D(2026, 11, 9), D(2026, 11, 16)),
        ("previous calendar month", D(2026, 10, 1), D(2026, 11, 1)),
        ("previous calendar quarter", D(2026, 7, 1), D(2026, 10, 1)),
        ("previous calendar year", D(2025, 1, 1), D(2026, 1, 1)),
        ("Current day", TODAY, D(2026, 11, 23)),
        ("Current week", D(2026, 11, 16), D(2026, 11, 23)),
        ("Current month", D(2026, 11, 1), D(2026, 12, 1)),
        ("Current quarter", D(2026, 10, 1), D(2027, 1, 1)),
        ("Current year", D(2026, 1, 1), D(2027, 1, 1)),
        ("first week of this year", D(2026, 1, 1), D(2026, 1, 8)),
        ("1st month of last quarter", D(2026, 7, 1), D(2026, 8, 1)),
        ("first quarter of the year", D(2026, 1, 1), D(2026, 4, 1)),
        ("first month of next year", D(2027, 1, 1), D(2027, 2, 1)),
        ("first week of month", D(2026, 11, 1), D(2026, 11, 8)),
        ("3 days ago", None, TODAY),
    ],
)
def test_whole_phrases(text, since, until):
    assert time_range.parse(text, NOW) == (since, until)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2013-03-01 : 2013-04-01", D(2013, 3, 1), D(2013, 4, 1)),
        ("2013-03-01T10:20:30 : 2013-04-01 00:00:00.5", D(2013, 3, 1, 10, 20, 30), D(2013, 4, 1, 0, 0, 0, 500000)),
        ("2013-03-01T10:00:00Z : 2013-03-01T14:00:00+02:00", D(2013, 3, 1, 10), D(2013, 3, 1, 12)),
        (" : 2013-04-01", None, D(2013, 4, 1)),
        ("2013-04-01 : ", D(2013, 4, 1), None),
        ("2013-04-01 :", D(2013, 4, 1), None),
        (" : ", None, None),
        ("100 years ago : now", D(1926, 11, 22), D(2026, 11, 22, 14, 30, 15)),
        ("3 days ago : tomorrow", D(2026, 11, 19), D(2026, 11, 23)),
        ("2 weeks : 1 month", D(2026, 11, 8), D(2026, 12, 22)),
        ("a year ago : yesterday", D(2025, 11, 22), D(2026, 11, 21)),
        ("36 hours ago : in 2 hours", D(2026, 11, 21, 2, 30, 15), D(2026, 11, 22, 16, 30, 15)),
        ("1 year 2 months ago : 5 days later", D(2025, 9, 22), D(2026, 11, 27)),
        ("2013 : March 2014", D(2013, 1, 1), D(2014, 3, 1)),
        ("March : 5 Apr 2026 10:15", D(2026, 3, 1), D(2026, 4, 5, 10, 15)),
        ("start of this month : end of this month", D(2026, 11, 1), D(2026, 11, 30)),
        ("beginning of last 2 years : end of next quarter", D(2024, 1, 1), D(2027, 3, 31)),
        ("start of prior week : end of this week", D(2026, 11, 9), D(2026, 11, 22)),
        ("start of this day : end of this day", TODAY, TODAY),
        ("end of last year : start of next year", D(2025, 12, 31), D(2027, 1, 1)),
        ("first of last month : first day of the month", D(2026, 10, 1), D(2026, 11, 1)),
        ("1st of this quarter : first of next year", D(2026, 10, 1), D(2027, 1, 1)),
        ("last 2 quarters : this week", D(2026, 5, 22), TODAY),
        ("prior 90 minutes : now", D(2026, 11, 22, 13, 0, 15), D(2026, 11, 22, 14, 30, 15)),
        (
            "DATEADD(DATETIME(\"now\"), -7, DAY) : DATETIME('now')",
            D(2026, 11, 15, 14, 30, 15),
            NOW.replace(microsecond=0),
        ),
        ("DATETRUNC(DATETIME('today'), YEAR) : LASTDAY(DATETIME('today'), MONTH)", D(2026, 1, 1), D(2026, 11, 30)),
        (
            "DATETRUNC(DATEADD(DATETIME('2020-03-31T05:00'), -1, month), quarter) : "
            "datetrunc(datetime('2020-03-31T05:06:07'), hour,)",
            D(2020, 1, 1),
            D(2020, 3, 31, 5),
        ),
        (
            "DATEADD(DATETIME('2020-01-01'), DATEDIFF(DATETIME('2019-01-01'), DATETIME('2019-01-11')), day) : "
            "DATEADD(DATETIME('2020-01-01'), DATEDIFF(DATETIME('2019-01-01'), DATETIME('2021-01-11'), year), year)",
            D(2020, 1, 11),
            D(2022, 1, 1),
        ),
        ("DATEADD(DATETIME('2024-02-29'), 1, YEAR) : LASTDAY(DATETIME('2026-11-22'), week)", D(2025, 2, 28), TODAY),
    ],
)
def test_two_sides(text, since, until):
    assert time_range.parse(text, NOW) == (since, until)


def test_the_answer_is_in_the_zone_of_now():
    berlin = datetime(2026, 7, 1, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert time_range.parse("2026-06-30T22:15:00Z : now", berlin) == (D(2026, 7, 1, 0, 15), D(2026, 7, 1, 0, 30))
    assert time_range.parse("Last day", berlin) == (D(2026, 6, 30), D(2026, 7, 1))
    assert time_range.parse("2026-01-01 12:00 +0200 : ", NOW.replace(tzinfo=UTC))[0] == D(2026, 1, 1, 10)


def test_last_and_next_count_from_now_when_asked_to():
    now = NOW.replace(microsecond=0)
    assert time_range.parse("Last week", NOW, relative_start="now", relative_end="now") == (
        now - timedelta(7),
        now,
    )
    with pytest.raises(BadRequest, match="relative_end must be today or now"):
        time_range.parse("Last week", NOW, relative_end="later")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2014-01-01 : 2013-01-01", "From date cannot be larger than to date"),
        ("no such time : now", r"Cannot parse time string \[no such time : now\]"),
        ("DATEADD(DATETIME('now'), 1) : ", "Cannot parse time string"),
        ("DATEADD(DATETIME('now'), 1, fortnight) : ", "Cannot parse time string"),
        ("DATETIME('now')) : ", "Cannot parse time string"),
        ("DATEDIFF(DATETIME('now'), DATETIME('now')) : ", "Cannot parse time string"),
        ("DATEADD(DATETIME('now'), 9999999999, year) : ", "Cannot parse time string"),
        ("DATETIME('2 weeks') : ", r"ambiguous. Please specify \[2 weeks ago\] or \[2 weeks later\]"),
        ("2013-13-45 : ", "Cannot parse time string"),
        ("2013-01-01 12:00 EST : ", "Cannot parse time string"),
        ("x" * 1001, "too long"),
        ("DATEADD(" * 120 + " : ", "Cannot parse time string"),
    ],
)
def test_what_is_no_time_is_a_bad_request(text, message):
    with pytest.raises(BadRequest, match=message):
        time_range.parse(text, NOW)


def test_holiday_says_which_package_it_needs(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "holidays", None)
    with pytest.raises(BadRequest, match="needs the Python package `holidays`"):
        time_range.parse("HOLIDAY('Christmas') : ", NOW)


def test_holiday_asks_the_package_for_year_and_country(monkeypatch):
    asked = []

    def country_holidays(country, years, observed):
        asked.append((country, years, observed))
        days = [D(years[0], 12, 25).date()]
        return SimpleNamespace(get_named=lambda name, lookup: days if name == "Christmas" else [])

    monkeypatch.setitem(__import__("sys").modules, "holidays", SimpleNamespace(country_holidays=country_holidays))
    text = "HOLIDAY('Christmas', DATETIME('2019'), 'DE') : HOLIDAY('Christmas')"
    assert time_range.parse(text, NOW) == (D(2019, 12, 25), D(2026, 12, 25))
    assert asked == [("DE", [2019], False), ("US", [2026], False)]
    with pytest.raises(BadRequest, match="Unable to find such a holiday"):
        time_range.parse("HOLIDAY('Nothing') : ", NOW)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("1 year ago", D(2023, 2, 28), D(2023, 3, 31)),
        ("1 year", D(2023, 2, 28), D(2023, 3, 31)),
        ("-1 month", D(2024, 1, 29), D(2024, 2, 29)),
        ("1 quarter ago", D(2023, 11, 29), D(2023, 12, 31)),
        ("28 days ago", D(2024, 2, 1), D(2024, 3, 3)),
        ("2 weeks later", D(2024, 3, 14), D(2024, 4, 14)),
        ("inherit", D(2024, 1, 29), D(2024, 2, 29)),
        ("2020-01-01", D(2020, 1, 1), D(2020, 2, 1)),
        ("2020-01-01 : 2021-01-01", D(2020, 1, 1), D(2021, 1, 1)),
    ],
)
def test_shift_gives_the_range_to_compare_with(text, since, until):
    assert time_range.shift(D(2024, 2, 29), D(2024, 3, 31), text) == (since, until)


def test_shift_keeps_an_open_side_open():
    assert time_range.shift(None, D(2024, 3, 31), "1 year ago") == (None, D(2023, 3, 31))
    with pytest.raises(BadRequest, match="open on one side"):
        time_range.shift(None, D(2024, 3, 31), "inherit")
    with pytest.raises(BadRequest, match="Cannot parse"):
        time_range.shift(D(2024, 2, 29), D(2024, 3, 31), "once upon a time")
