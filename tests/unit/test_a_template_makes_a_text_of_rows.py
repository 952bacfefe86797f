"""Handlebars' common language: what a template says of rows, what it cannot reach, and where it ends."""

import json
from typing import Any

import pytest
from py_mini_racer import MiniRacer

from superset_like import chart_types
from superset_like.pictures import modules

FOLDER = modules.CHART_TYPES
ROWS = [
    {"name": "<b>Ann</b>", "n": 1234567.5, "day": 1_704_067_200_000, "a b": 3},
    {"name": None, "n": -2, "day": None, "a b": 0},
]


@pytest.fixture(scope="module")
def v8() -> MiniRacer:
    made = MiniRacer()
    made.eval(f"const base = {modules.script(FOLDER, 'base')}({{}});0")
    made.eval(f"const type = {modules.script(FOLDER, 'handlebars')}(base);0")
    return made


def told(v8: MiniRacer, template: str, rows: list[dict[str, Any]] = ROWS) -> dict[str, str]:
    form = {"viz_type": "handlebars", "handlebarsTemplate": template}
    given = f"{json.dumps(form)}, [{{ data: {json.dumps(rows)} }}], {{ locale: 'en-US', zone: 'UTC' }}"
    made: dict[str, str] = json.loads(str(v8.eval(f"JSON.stringify(type.text({given}))")))
    return made


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{#each data}}{{@index}}{{name}}{{#unless @last}}, {{/unless}}{{/each}}", "0&lt;b&gt;Ann&lt;/b&gt;, 1"),
        ("{{{data.0.name}}}{{&data.[0].name}}", "<b>Ann</b><b>Ann</b>"),
        ("{{data.[0].[a b]}} {{data.length}}", "3 2"),
        ("{{#each data as |row i|}}{{i}}={{row.n}} {{/each}}", "0=1234567.5 1=-2 "),
        ("{{#each data}}{{#if (gt n 0)}}up{{else if (eq n -2)}}two{{else}}down{{/if}} {{/each}}", "up two "),
        ("{{#with data.[1]}}{{n}} of {{../data.length}} {{@root.data.0.n}}{{/with}}", "-2 of 2 1234567.5"),
        ("{{#each data}}{{#each this}}{{@key}} {{/each}}{{/each}}", "name n day a b name n day a b "),
        ("a {{~! gone ~}} b{{!-- {{gone}} --}}", "ab"),
        ("{{#if empty}}x{{^}}y{{/if}}{{^empty}}z{{/empty}}{{#eq 1 1}}same{{/eq}}", "yzsame"),
        ("{{dateFormat data.0.day format='MMM D, YYYY [at] HH:mm'}}", "Jan 1, 2024 at 00:00"),
        ("{{formatNumber data.0.n}} {{formatNumber data.0.n 'de-DE'}}", "1,234,567.5 1.234.567,5"),
        ("{{{stringify data.[1]}}}", '{"name":null,"n":-2,"day":null,"a b":0}'),
        ("{{uppercase (concat 'a' 'b')}} {{sum 1 2 3}} {{lookup data.[1] 'n'}}", "AB 6 -2"),
        ("{{#each nothing}}x{{else}}none{{/each}}", "none"),
        # What JavaScript gives every value is nobody's field.
        ("{{constructor}}{{data.constructor}}{{data.__proto__}}{{#each data}}{{toString}}{{/each}}.", "."),
        ("{{lookup data 'constructor'}}.", "."),
    ],
)
def test_a_template_says(v8: MiniRacer, template: str, text: str) -> None:
    assert told(v8, template)["html"] == text


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{#if x}}", "{{#if}} has no end"),
        ("{{/if}}", "{{/if}} ends nothing"),
        ("{{#if x}}{{#each y}}{{/if}}{{/each}}", "{{/if}} ends nothing"),
        ("{{name", "a {{ has no }}"),
        ("{{> part}}", "partials are not known here"),
        ("{{run name}}", "there is no helper run"),
        ("{{#run name}}{{/run}}", "there is no block helper run"),
        ("{{name (}}", "a parenthesis has no end"),
        ("{{#if x}}" * 60 + "{{/if}}" * 60, "its blocks lie too deep"),
    ],
)
def test_what_is_no_template_says_why(v8: MiniRacer, template: str, why: str) -> None:
    assert told(v8, template) == {"failed": f"The template cannot be read: {why}"}


def test_a_template_ends(v8: MiniRacer) -> None:
    rows = [{"n": place} for place in range(300)]
    inner = "{{#each @root.data}}{{n}}{{/each}}"
    assert (
        "too many steps"
        in told(v8, "{{#each data}}{{#each @root.data}}" + inner + "{{/each}}{{/each}}", rows)["failed"]
    )
    long = [{"text": "x" * 100_000} for _ in range(300)]
    assert "writes too much" in told(v8, "{{#each data}}{{text}}{{/each}}", long)["failed"]


def test_it_asks_as_a_table_of_the_same_form_would() -> None:
    form = {"groupby": ["shop"], "metrics": ["n"], "query_mode": "aggregate", "show_totals": True}
    (asked,) = chart_types.of("handlebars").questions({**form, "viz_type": "handlebars"})
    assert (asked["columns"], asked["metrics"]) == (["shop"], ["n"])
    raw = {"viz_type": "handlebars", "query_mode": "raw", "all_columns": ["shop", "n"]}
    (asked,) = chart_types.of("handlebars").questions(raw)
    assert (asked["columns"], asked["metrics"]) == (["shop", "n"], None)


def test_a_text_of_ones_own_asks_nothing() -> None:
    assert chart_types.of("markup").questions({"viz_type": "markup", "code": "x"}) == []
