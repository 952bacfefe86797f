"""Jinja in SQL: macros, values of viewers that stay values, and templates that cannot break out or run on."""

import time
from datetime import datetime

import pytest

from superset_like.engine.template import Context, has_template, render
from superset_like.errors import TemplateInvalid
from tests.unit.engine.engines_for_text import MYSQL, POSTGRES, SQLITE

CONTEXT = Context(
    user_id=5,
    username="o'neil",
    email="o@example.test",
    roles=("Gamma", "it's"),
    url_params={"region": "it's", "tricky": "\\' OR 1=1 -- "},
    filters=(
        {"col": "state", "op": "IN", "val": ["CA", "N'Y"]},
        {"col": "age", "op": ">", "val": 3},
        {"col": "void", "op": "IN", "val": []},
    ),
    columns=("a", "b"),
    metrics=("count",),
    from_dttm=datetime(2020, 1, 1),
    to_dttm=datetime(2020, 2, 1),
    params={"schema": "app"},
)


def rendered(sql: str, context: Context = CONTEXT) -> str:
    return render(sql, context, POSTGRES)


def test_a_macro_becomes_its_value() -> None:
    assert rendered("SELECT {{ current_user_id() }}") == "SELECT 5"


def test_text_without_a_template_is_left_alone() -> None:
    assert not has_template("SELECT '{' || x")
    assert has_template("{{ x }}") and has_template("{% if %}") and has_template("{# c #}")
    assert rendered("SELECT 1  -- as it is") == "SELECT 1  -- as it is"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("'{{ current_username() }}'", "'o''neil'"),
        ("{{ current_user_email() }}", "o@example.test"),
        ("{{ current_user_roles()|where_in }}", "('Gamma', 'it''s')"),
        ("{% if 'Gamma' in current_user_roles() %}yes{% endif %}", "yes"),
        ("'{{ url_param('region') }}'", "'it''s'"),
        ("{{ url_param('none', 'x') }}", "x"),
        ("{{ url_param('none') }}", "None"),
        ("{{ filter_values('state')|where_in }}", "('CA', 'N''Y')"),
        ("'{{ \"', '\".join(filter_values('state')) }}'", "'CA', 'N''Y'"),
        ("'{{ filter_values('state')|join(\"', '\") }}'", "'CA', 'N''Y'"),
        ("{{ filter_values('none')|where_in }}", "(NULL)"),
        ("{{ filter_values('void', 'x')|where_in }}", "('x')"),
        ("{{ filter_values('age')[0] + 1 }}", "4"),
        ("{% for f in get_filters('age') %}{{ f.op }} {{ f.val }}{% endfor %}", "> 3"),
        ("{{ get_filters('state')[0].val|length }}", "2"),
        ("{{ ['a', \"b'\", 1, none, true]|where_in }}", "('a', 'b''', 1, NULL, TRUE)"),
        ("'{{ from_dttm }}' '{{ to_dttm.strftime('%Y%m') }}'", "'2020-01-01 00:00:00' '202002'"),
        ("{{ cache_key_wrapper(current_user_id()) }}", "5"),
        ("{{ columns|join(', ') }} {{ groupby|length }} {{ metrics[0] }}", "a, b 2 count"),
        ("{{ filter|length }} {{ schema }}.t", "3 app.t"),
        ("{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "6"),
        ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(1) }}{{ m('a') }}", "<1><a>"),
        ("{{ 'a' ~ 1 }} {{ 2 * 3 }} {{ 'ab'[1:] }} {{ ['b', 'a']|sort|first|upper }}", "a1 6 b A"),
    ],
)
def test_macros_filters_and_variables(template: str, text: str) -> None:
    assert rendered(template) == text


@pytest.mark.parametrize(
    "template",
    [
        "'{{ url_param('region') }}'",
        "'{{ url_param('region') ~ '' }}'",
        "'{{ '' + url_param('region') }}'",
        "'{{ url_param('region')|lower }}'",
        "'{{ url_param('region').lower() }}'",
        "'{{ url_param('region')[0:9] }}'",
        "'{{ url_param('region')|list|join }}'",
        "'{% for c in url_param('region') %}{{ c }}{% endfor %}'",
        "'{{ 'X'|replace('X', url_param('region')) }}'",
        "'{{ 'X'.replace('X', url_param('region')) }}'",
        "'{{ [url_param('region')]|map('trim')|first }}'",
        "'{{ url_param('region').split('#')[0] }}'",
        "'{% set x %}{{ url_param('region') }}{% endset %}{{ x }}'",
        "'{{ dict(a=url_param('region')).get('a') }}'",
        "'{{ url_param('none', url_param('region')) }}'",
        "'{{ url_param('region')|default('x')|string }}'",
    ],
)
def test_a_viewers_text_stays_inside_its_string(template: str) -> None:
    assert rendered(template) == "'it''s'"


def test_backslashes_are_escaped_where_the_engine_reads_them() -> None:
    sql = "'{{ url_param('tricky') }}' {{ [url_param('tricky')]|where_in }}"
    assert render(sql, CONTEXT, SQLITE) == "'\\'' OR 1=1 -- ' ('\\'' OR 1=1 -- ')"
    assert render(sql, CONTEXT, MYSQL) == "'\\\\'' OR 1=1 -- ' ('\\\\'' OR 1=1 -- ')"


def test_a_viewers_text_is_compared_as_it_is() -> None:
    assert rendered("{{ url_param('region') == \"it's\" }}") == "True"


def test_a_template_in_a_value_is_not_carried_out() -> None:
    assert rendered("{{ url_param('x') }}", Context(url_params={"x": "{{ 7 * 7 }}"})) == "{{ 7 * 7 }}"


def test_what_is_unknown_is_named() -> None:
    with pytest.raises(TemplateInvalid, match="'region' is undefined"):
        rendered("SELECT {{ region }}")


@pytest.mark.parametrize("macro", ["current_user_id", "current_username", "current_user_email"])
def test_nobody_in_particular_is_no_value(macro: str) -> None:
    with pytest.raises(TemplateInvalid, match=macro):
        rendered(f"owner = '{{{{ {macro}() }}}}'", Context())
    assert rendered(f"{{% if {macro}() %}}known{{% else %}}unknown{{% endif %}}", Context()) == "unknown"


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ dict.__subclasses__() }}",
        "{{ current_user_id.__self__ }}",
        "{{ current_user_id._context }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ '{a}'.format_map({'a': 1}) }}",
        "{{ '%s' % 1 }}",
        "{{ (1).to_bytes(3) }}",
        "{{ [1].append(2) }}",
        "{{ ['__class__']|map(attribute='__class__')|first }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% block b %}{% endblock %}",
        "{% autoescape true %}{% endautoescape %}",
        "{{ filter_values('state') }}",
        "{{ filter_values('state')|string }}",
        "{{ range }}",
        "{{ config }}",
        "{{ 1 / 0 }}",
        "{% if 1 %}",
        "{{ 1",
    ],
)
def test_a_template_cannot_leave_its_values(template: str) -> None:
    with pytest.raises(TemplateInvalid):
        rendered(template)


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ range(1000000000)|list }}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}" + "x" * 1000 + "{% endfor %}",
        "{% set x = 'a' %}" + "{% set x = x ~ x %}" * 40,
        "{% set x = 'a' %}" + "{% set x = x + x %}" * 40,
        "{% set x = ['a'] %}" + "{% set x = [x, x] %}" * 60,
        "{% set x %}a{% endset %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 40,
        "{% set x = 'a' %}" + "{% set x = x|replace('a', 'aa') %}" * 40,
        "{% set x = 9 %}" + "{% set x = x * x %}" * 60,
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{% if 1 %}" * 500 + "{% endif %}" * 500,
        "{{ 1 }}" * 100_000,
    ],
)
@pytest.mark.slow
def test_a_template_stops(template: str) -> None:
    started = time.monotonic()
    with pytest.raises(TemplateInvalid):
        rendered(template)
    assert time.monotonic() - started < 5
