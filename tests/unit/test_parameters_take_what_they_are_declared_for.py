from datetime import datetime
from typing import Any

import pytest

from superset_like.engine import literals, parameters
from superset_like.engine.parameters import Setting, declared
from superset_like.errors import ParameterInvalid, ParameterMissing

NOW = Setting(datetime(2026, 11, 30, 9, 30, 15), lambda pk: ["x", "y"] if pk == 7 else [])


def put(sql: str, *definitions: dict[str, Any], **values: Any) -> str:
    listed = declared({"parameters": list(definitions)})
    given = parameters.texts(listed, values, NOW)
    parameters.require_all(sql, given)
    return parameters.filled(sql, given)


def of_type(kind: str, **more: Any) -> dict[str, Any]:
    return {"name": "p", "type": kind, **more}


@pytest.mark.parametrize(
    ("definition", "value", "text"),
    [
        (of_type("text"), "a'b", "a'b"),
        (of_type("number"), 5, "5"),
        (of_type("number"), "3.5", "3.5"),
        (of_type("number"), "nan", "nan"),
        (of_type("text-pattern", regex="[a-z]+"), "abc", "abc"),
        (of_type("enum", enumOptions="a\nb"), "b", "b"),
        (of_type("enum", enumOptions=["1", "2"]), 2, "2"),
        (
            of_type("enum", enumOptions="a\nb", multiValuesOptions={"prefix": "'", "suffix": "'", "separator": ","}),
            ["a", "b"],
            "'a','b'",
        ),
        (of_type("enum", enumOptions="a\nb", multiValuesOptions={"prefix": "'", "suffix": "'"}), "a", "'a'"),
        (of_type("query", queryId=7), "y", "y"),
        (of_type("date"), "2025-01-31", "2025-01-31"),
        (of_type("date"), "Jan 5 2025", "Jan 5 2025"),
        (of_type("datetime-local"), "2025-01-31 10:20", "2025-01-31 10:20"),
        (of_type("date"), "d_yesterday", "2026-11-29"),
        (of_type("datetime-with-seconds"), "d_now", "2026-11-30 09:30:15"),
        (of_type("datetime-local"), "d_now", "2026-11-30 09:30"),
    ],
)
def test_what_fits_is_put_in(definition: dict[str, Any], value: Any, text: str) -> None:
    assert put("<{{ p }}>", definition, p=value) == f"<{text}>"


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        (of_type("text"), 5),
        (of_type("number"), "five"),
        (of_type("number"), None),
        (of_type("number"), [1]),
        (of_type("number"), "1 or 1=1"),
        (of_type("text-pattern", regex="[a-z]+"), "abc\n"),
        (of_type("text-pattern", regex="[a-z]+$"), "abc\n"),
        (of_type("text-pattern", regex="(?=a)a"), "a"),
        (of_type("text-pattern"), "abc"),
        (of_type("enum", enumOptions="a\nb"), "c"),
        (of_type("enum", enumOptions="a\nb"), ["a"]),
        (of_type("enum", enumOptions="a\nb"), ""),
        (of_type("query", queryId=7), "z"),
        (of_type("query", queryId=8), "x"),
        (of_type("query"), "x"),
        (of_type("date"), "2025-13-31"),
        (of_type("date"), "2025-01-01' or 1=1"),
        (of_type("date"), "2025-01-01'"),
        (of_type("date"), "2025-01-01 --"),
        (of_type("date"), "d_last_7_days"),
        (of_type("date-range"), "2025-01-01"),
        (of_type("date-range"), {"start": "2025-01-01"}),
        (of_type("date-range"), {"start": "2025-01-01", "end": "'"}),
        (of_type("no-such-type"), "a"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(definition: dict[str, Any], value: Any) -> None:
    with pytest.raises(ParameterInvalid, match=r"incompatible with their definitions: p$"):
        put("{{ p }}", definition, p=value)


def test_a_catastrophic_pattern_is_quick() -> None:
    with pytest.raises(ParameterInvalid):
        put("{{ p }}", of_type("text-pattern", regex="(a+)+"), p="a" * 5000 + "b")


def test_ranges_have_two_ends() -> None:
    sql = "{{ p.start }}..{{ p.end }}"
    ends = {"start": "2025-01-01", "end": "2025-01-31"}
    assert put(sql, of_type("date-range"), p=ends) == "2025-01-01..2025-01-31"
    assert put(sql, of_type("date-range"), p="d_last_7_days") == "2026-11-23..2026-11-30"
    with pytest.raises(ParameterMissing, match=r"Missing parameter value for: p\.start, p\.end"):
        put(sql, of_type("date-range"))


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("d_today", "2026-11-30 00:00:00", "2026-11-30 23:59:59"),
        ("d_yesterday", "2026-11-29 00:00:00", "2026-11-29 23:59:59"),
        ("d_this_week", "2026-11-30 00:00:00", "2026-12-06 23:59:59"),
        ("d_last_week", "2026-11-23 00:00:00", "2026-11-29 23:59:59"),
        ("d_this_month", "2026-11-01 00:00:00", "2026-11-30 23:59:59"),
        ("d_last_month", "2026-10-01 00:00:00", "2026-10-31 23:59:59"),
        ("d_this_year", "2026-01-01 00:00:00", "2026-12-31 23:59:59"),
        ("d_last_year", "2025-01-01 00:00:00", "2025-12-31 23:59:59"),
        ("d_last_90_days", "2026-09-01 00:00:00", "2026-11-30 23:59:59"),
        ("d_last_hour", "2026-11-30 08:30:15", "2026-11-30 09:30:15"),
        ("d_last_12_months", "2025-11-30 00:00:00", "2026-11-30 23:59:59"),
    ],
)
def test_named_ranges(name: str, start: str, end: str) -> None:
    definition = of_type("datetime-range-with-seconds")
    assert put("{{ p.start }}|{{ p.end }}", definition, p=name) == f"{start}|{end}"


def test_a_name_that_nothing_declares_is_refused_where_something_is_declared() -> None:
    with pytest.raises(ParameterInvalid, match=r"definitions: other$"):
        put("{{ p }}", of_type("number"), p=1, other=2)
    assert put("{{ other }}", other="anything") == "anything"


def test_a_value_is_never_looked_at_again() -> None:
    assert put("{{ a }} {{ b }}", a="{{ b }}", b="x") == "{{ b }} x"


@pytest.mark.parametrize(
    ("sql", "definitions", "safe"),
    [
        ("select 1", [], True),
        ("select {{ p }}", [of_type("number")], True),
        ("select {{ p }}", [of_type("text")], False),
        ("select 1", [of_type("text")], False),
        ("select {{ q }}", [of_type("number")], False),
        ("select {{ p.start }}", [of_type("date-range")], True),
        ("select {{ p.start }}", [of_type("date")], False),
    ],
)
def test_a_query_is_safe_when_all_its_places_are_closed(sql: str, definitions: list[Any], safe: bool) -> None:
    assert parameters.is_safe(sql, declared({"parameters": definitions})) is safe


def test_texts_with_more_than_places_are_templates() -> None:
    assert not parameters.is_template("select {{ a }}, {{{ my name }}}, {{& r.start }}")
    for text in ("{% if a %}", "{{ current_username() }}", "{{ a | upper }}", "{# no #}"):
        assert parameters.is_template(text), text


def test_the_hash_is_redashs() -> None:
    assert parameters.text_hash("select /* one */ 1\n as a") == "060a128f00c3f0007279e635c61ca06c"


@pytest.mark.parametrize(
    "value",
    ["5 and 1", "10 am UNION", "10:00 NULL", "10:00 OR", "2025-01-05 on", "1 of 2 at 3", "5 Jan 2025 AND 1"],
)
def test_words_of_sql_are_in_no_date(value: str) -> None:
    with pytest.raises(ParameterInvalid):
        put("d > {{ p }}", of_type("date"), p=value)


@pytest.mark.parametrize("value", ["Sunday, 5 January 2025 10:20 PM", "2025-01-05T10:20:30Z", "Sept 1st, 2025"])
def test_words_of_dates_are(value: str) -> None:
    assert put("{{ p }}", of_type("date"), p=value) == value


@pytest.mark.parametrize(
    ("sql", "definition", "value", "text"),
    [
        ("a -{{ p }} and b", of_type("number"), -3, "a - -3 and b"),
        ("{{ p }}-1 and b", of_type("date"), "2025-", "2025- -1 and b"),
        ("{{ p }}*2 and b", of_type("date"), "1/", "1/ *2 and b"),
        ("a - {{ p }} and b", of_type("number"), "-3", "a - -3 and b"),
        ("'a-{{ p }}'", of_type("number"), "3", "'a-3'"),
    ],
)
def test_no_value_makes_a_comment_of_what_stands_beside_it(
    sql: str, definition: dict[str, Any], value: Any, text: str
) -> None:
    assert put(sql, definition, p=value) == text


def test_a_number_is_written_in_one_line_of_plain_digits() -> None:
    assert put("-- {{ p }} and b", of_type("number"), p="3\n") == "-- 3 and b"
    with pytest.raises(ParameterInvalid):
        put("{{ p }}", of_type("number"), p="\uff11\uff12")


@pytest.mark.parametrize(
    "text", ["{{" + " " * 100_000, "{{a" * 100_000, "{{{ " * 100_000, "/*a" * 300_000, "/*" * 300_000, "{{&" * 100_000]
)
def test_no_text_takes_long_to_look_through(text: str) -> None:
    # Each took minutes to hours, in which the process did nothing else.
    assert parameters.places_in(text) == []
    assert len(parameters.text_hash(text)) == 32
    assert parameters.filled(text, {}) == text


def test_comments_are_no_part_of_what_tells_texts_apart() -> None:
    assert parameters.text_hash("select 1 /* a */ /**/ /***/ /* b * / **/") == parameters.text_hash("select 1")
    assert parameters.text_hash("select 1 /* a") != parameters.text_hash("select 1")


@pytest.mark.parametrize(
    ("sql", "text", "is_so"),
    [
        ("select 1", "select 1", True),
        ("select 1", "select 1 ", False),
        ("a = {{ x }} and b", "a = 5 and b", True),
        ("a = {{ x }} and b", "a = 5 and c", False),
        ("a = {{ x }}{{ y }}", "a = ", True),
        ("{{ x }}-{{ y }}", "-", True),
        ("a {{ x }} a", "a ", False),
        ("b {{ x }} a", "b  a", True),
        ("1 {{ x }} 2 {{ y }} 3", "1 a 3 b 2", False),
    ],
)
def test_a_text_is_another_with_something_in_its_places(sql: str, text: str, is_so: bool) -> None:
    assert parameters.is_filled(sql, text) is is_so


@pytest.mark.parametrize(
    ("dialect", "text", "said"),
    [
        ("postgres", "a'b\\", "a''b\\"),
        ("sqlite", "a'b\\", "a''b\\"),
        ("duckdb", "a'b\\", "a''b\\"),
        ("mysql", "\\' or 1", "\\\\'' or 1"),
        ("clickhouse", "\\' or 1", "\\\\'' or 1"),
        ("bigquery", "\\' or 1", "\\\\\\' or 1"),
    ],
)
def test_a_text_stands_between_quotes_as_its_engine_reads_it(dialect: str, text: str, said: str) -> None:
    assert literals.between_quotes(text, dialect) == said
