"""The text of a saved query as the template of a dataset: its parameters are variables, all else stays text."""

from datetime import datetime
from typing import Any

import pytest

from superset_like.engine import databases, template
from superset_like.engine.template import Context
from superset_like.services import query_templates

NOW = datetime(2026, 5, 6, 12, 30, 15)


def rendered(sql: str, *declared: dict[str, Any]) -> str:
    made = query_templates.of(sql, {"parameters": list(declared)})
    params = query_templates.resolved(made.variables, NOW)
    return template.render(made.sql, Context(params=params), databases.find("duckdb"))


def parameter(name: str, kind: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "value": value, **more}


@pytest.mark.parametrize(
    ("sql", "declared", "text"),
    [
        ("SELECT {{ n }}, {{n}}", parameter("n", "number", 7), "SELECT 7, 7"),
        ("SELECT {{{ n }}}", parameter("n", "number", "3.5"), "SELECT 3.5"),
        ("SELECT '{{ Least amount }}'", parameter("Least amount", "text", "O''Neil"), "SELECT 'O''Neil'"),
        # Names that mean something in templates.
        ("SELECT '{{ filter }}'", parameter("filter", "text", "x"), "SELECT 'x'"),
        ("SELECT '{{ if }}'", parameter("if", "text", "x"), "SELECT 'x'"),
        ("SELECT '{{ größe }}'", parameter("größe", "text", "x"), "SELECT 'x'"),
        (
            "SELECT '{{ r.start }}', '{{ r.end }}'",
            parameter("r", "date-range", {"start": "2026-01-01", "end": "2026-01-31"}),
            "SELECT '2026-01-01', '2026-01-31'",
        ),
        (
            "SELECT '{{ r.start }}', '{{ r.end }}'",
            parameter("r", "datetime-range", "d_this_month"),
            "SELECT '2026-05-01 00:00', '2026-05-31 23:59'",
        ),
        ("SELECT '{{ d }}'", parameter("d", "date", "d_yesterday"), "SELECT '2026-05-05'"),
        ("SELECT '{{ d }}'", parameter("d", "text", "d_yesterday"), "SELECT 'd_yesterday'"),
        (
            "SELECT 1 IN ({{ e }})",
            parameter("e", "enum", ["a", "b"], multiValuesOptions={"prefix": "'", "suffix": "'", "separator": ","}),
            "SELECT 1 IN ('a','b')",
        ),
        # A text of Jinja's is rendered by it.
        ("SELECT {% if n > 1 %}{{ n }}{% else %}0{% endif %}", parameter("n", "number", 7), "SELECT 7"),
        # Marks that open nothing are text.
        ("SELECT '{{', {{ n }}", parameter("n", "number", 7), "SELECT '{{', 7"),
    ],
)
def test_values_are_put_in(sql: str, declared: dict[str, Any], text: str) -> None:
    assert rendered(sql, declared) == text


def test_a_value_is_no_template() -> None:
    assert rendered("SELECT '{{ a }}'", parameter("a", "text", "{{ b }}{% x %}")) == "SELECT '{{ b }}{% x %}'"


@pytest.mark.parametrize("value", [None, {"a": 1}, ["a"]])
def test_what_has_no_value_is_missed(value: Any) -> None:
    with pytest.raises(Exception, match="unknown"):
        rendered("SELECT {{ a }}", parameter("a", "text", value))
