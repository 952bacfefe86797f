"""Superset's time grains from the few forms in which an engine cuts a moment: SQL over `{col}`."""

from collections.abc import Callable

_UNITS = {"PT1S": "second", "PT1M": "minute", "PT1H": "hour", "P1D": "day"} | {
    "P1W": "week",
    "P1M": "month",
    "P3M": "quarter",
    "P1Y": "year",
}
_WIDTHS = {"PT5S": 5, "PT30S": 30, "PT5M": 300, "PT10M": 600, "PT15M": 900, "PT30M": 1800, "PT6H": 21_600}
_ORDER = "PT1S PT5S PT30S PT1M PT5M PT10M PT15M PT30M PT1H PT6H P1D P1W P1M P3M P1Y".split()


def grains(unit: Callable[[str], str], width: Callable[[int], str], plus: str) -> dict[str, str]:
    """All nineteen grains in Superset's order; a week begins on Monday unless its name says otherwise.

    unit: cuts to `second` .. `year`. width: cuts to so many seconds, of which a day is a multiple. plus: `{col}` moved
    by `{days}`.
    """
    made = {name: unit(_UNITS[name]) if name in _UNITS else width(_WIDTHS[name]) for name in _ORDER}
    monday = made["P1W"]

    def moved(template: str, days: int) -> str:
        return plus.replace("{days}", str(days)).replace("{col}", template)

    sunday_week = monday.replace("{col}", moved("{col}", 1))
    return made | {
        "1969-12-28T00:00:00Z/P1W": moved(sunday_week, -1),
        "1969-12-29T00:00:00Z/P1W": monday,
        "P1W/1970-01-03T00:00:00Z": moved(sunday_week, 5),
        "P1W/1970-01-04T00:00:00Z": moved(monday, 6),
    }
