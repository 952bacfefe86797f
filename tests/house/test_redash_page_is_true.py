"""docs/redash.md: its tables name what the code has, its examples answer what they show.

The blocks ```sh and ```python are run one after another in one shell, on a fresh installation; a ```json or ```text
after one is what it prints. `…` stands for anything, in an object for further keys.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import requests
from marshmallow import Schema

from superset_like.access.derived_keys import KeyKind
from superset_like.api.redash.query_results import LONGEST_WAIT_S, TextWish, Wish
from superset_like.api.redash.resource import LARGEST_PAGE
from superset_like.config.settings import Settings
from superset_like.engine import dynamic_dates, parameters
from superset_like.services import chart_queries, data_source_types, destinations, groups, query_schedule, saved_runs
from superset_like.services.redash_charts import forms
from tests.cli.commands import environment, ran, running
from tests.house.test_chart_data_page_is_true import assert_shown, code, matches

PAGE = (Path(__file__).parents[2] / "docs" / "redash.md").read_text()
ADDRESS, MARK = "http://127.0.0.1:8088", "-- end of block"


@dataclass(frozen=True)
class Block:
    """What is run, and what it prints; shown_kind: empty where the page does not say."""

    section: str
    kind: str
    asked: str
    shown_kind: str
    shown: str


def blocks() -> list[Block]:
    found = []
    for section, text in re.findall(r"^## (.+?)$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL):
        parts = [*re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL), ("", "")]
        for (kind, asked), (shown_kind, shown) in pairwise(parts):
            if kind in {"sh", "python"}:
                is_shown = shown_kind in {"json", "text"}
                found.append(Block(section, kind, asked, *((shown_kind, shown) if is_shown else ("", ""))))
    return found


BLOCKS = blocks()


def section(name: str) -> str:
    (text,) = re.findall(rf"^## {name}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(text)


def table(name: str) -> list[list[str]]:
    """The cells of the rows below the header whose first cell is this."""
    (text,) = re.findall(rf"^\| {re.escape(name)} \|.*\n\|[ |-]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]


def test_links_lead_to_a_heading() -> None:
    linked = set(re.findall(r"\]\(#(.+?)\)", PAGE))
    slugs = {heading.lower().replace(" ", "-") for heading in re.findall(r"^##+ (.+)$", PAGE, re.MULTILINE)}
    assert linked - slugs == set()


def test_each_type_of_parameter_stands_there() -> None:
    rows = {name: row for row in table("type of parameter") for name in code(row[0])}
    assert set(rows) == set(parameters._CHECKS) | parameters.RANGES
    for name, row in rows.items():
        declared = parameters.declared({"parameters": [{"name": "x", "type": name}]})
        place = "x.start" if name in parameters.RANGES else "x"
        assert parameters.is_safe(f"SELECT '{{{{ {place} }}}}'", declared) is (row[-1] == "yes"), name


def test_each_dynamic_date_stands_there() -> None:
    (of_dates, of_ranges) = re.findall(r"Of a (?:date|range): (.*?)\. ", section("Parameters"), re.DOTALL)
    assert code(of_ranges) == list(dynamic_dates.RANGES)
    now = query_schedule.now()
    assert {name for name in code(of_dates) if dynamic_dates.moment_of(name, now) is not None} == set(code(of_dates))


def test_each_wish_stands_there() -> None:
    wishes = [name for row in table("in the body") for name in code(row[0])]
    assert set(wishes) == set(fields_of(Wish))
    assert {"query", "data_source_id"} <= set(fields_of(TextWish)) - set(wishes)


def fields_of(schema: type[Schema]) -> list[str]:
    return list(schema().fields)


def test_numbers_are_those_of_the_code() -> None:
    assert f"at most {LONGEST_WAIT_S:.0f}" in section("Results and jobs")
    assert f"{saved_runs.AUTO_LIMIT:,} rows at most" in section("Results and jobs")
    assert f"({Settings.saved_results_ttl_s // 86_400} days)" in section("Results and jobs")
    assert f"`MAX_ROW_LIMIT` ({Settings.max_row_limit:,})" in section("What differs, and why")
    assert f"{chart_queries.FIRST:,}" in section("What differs, and why")
    assert f"at most {LARGEST_PAGE}" in section("Lists")


def test_each_kind_of_key_destination_and_data_source_stands_there() -> None:
    assert len(table("key")) == len(KeyKind) + 1
    (kinds,) = re.findall(r"destinations of the\s+types (.*?);", section("Alerts and destinations"), re.DOTALL)
    assert code(kinds) == list(destinations.KINDS)
    (types,) = re.findall(r"engines for (.*?)\)", section("Coming from Redash"), re.DOTALL)
    assert code(types) == [each.type for each in data_source_types.TYPES]


def test_the_roles_of_groups_are_those_that_they_have() -> None:
    assert f"the roles {' and '.join(groups.MEMBERS_ROLES)}" in section("Groups").replace("\n", " ")
    assert f"`{groups.ROLE_PREFIX}<name>`" in section("Groups")


def test_each_type_of_visualization_stands_there() -> None:
    named = {
        word for row in table("type") if row[-1] not in {"yes", "no"} for word in re.findall(r"[A-Z_]{3,}", row[0])
    }
    assert set(forms.MAKERS) - {"CHART"} <= named


live = pytest.mark.xdist_group("redash_page")


@dataclass(frozen=True)
class Told:
    """base, key: of the server on which the page was run. printed: by each of its blocks."""

    base: str
    key: str
    printed: list[str]

    def ask(self, method: str, path: str, key: str | None = None, **more: object) -> requests.Response:
        headers = {"Authorization": f"Key {key or self.key}"}
        found: requests.Response = requests.request(
            method,
            f"{self.base}{path}",
            headers=headers,
            timeout=60,
            **more,  # type: ignore[arg-type]
        )
        return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    home = tmp_path_factory.mktemp("home")
    with running(home, home.with_name("redash page log")) as base:
        script = "\n".join(f"{as_shell(each)}\necho; echo '{MARK}'" for each in BLOCKS).replace(ADDRESS, base)
        own = environment(home)
        own["PATH"] = f"{Path(sys.executable).parent}:{own['PATH']}"
        done = subprocess.run(["sh", "-euc", script], env=own, capture_output=True, text=True, timeout=300, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        key = ran(home, "api-key", "create", "--user", "admin").stdout.strip()
        yield Told(base, key, done.stdout.replace("\r", "").split(f"\n{MARK}\n"))


def as_shell(block: Block) -> str:
    return block.asked if block.kind == "sh" else f"python3 - <<'PYTHON'\n{block.asked}PYTHON"


@live
@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(BLOCKS)), ids=lambda at: f"{BLOCKS[at].section}: {BLOCKS[at].kind}")
def test_each_example_gives_what_it_shows(told: Told, number: int) -> None:
    block, printed = BLOCKS[number], told.printed[number]
    if block.shown_kind == "json":
        assert_shown(json.loads(printed), block.shown)
    elif block.shown_kind == "text":
        lines = "\n".join(line for line in printed.splitlines() if line)
        assert matches(lines, block.shown.strip()), lines


def test_there_are_examples_of_both_kinds() -> None:
    assert {each.kind for each in BLOCKS} == {"sh", "python"}
    assert {each.shown_kind for each in BLOCKS} >= {"json", "text"}


@live
@pytest.mark.slow
def test_what_differs_is_so(told: Told) -> None:
    sql = "SELECT 1 AS a, 2 AS a, 1.50::DECIMAL(5, 2) AS d, 12345678901234567890::HUGEINT AS h, [1, 2] AS l"
    query = told.ask("POST", "/api/queries", json={"name": "Differs", "data_source_id": 1, "query": sql}).json()
    results = f"/api/queries/{query['id']}/results"
    found = told.ask("POST", results, json={"wait": 30})
    assert "query_result" in found.json(), found.text
    columns = found.json()["query_result"]["data"]["columns"]
    assert {each["name"]: each["type"] for each in columns} == {
        **{"a": "integer", "a1": "integer", "d": "float", "h": "float", "l": None}
    }
    assert '"d":1.50,"h":12345678901234567890,' in found.text
    assert told.ask("GET", f"{results}.csv").text.splitlines()[1].endswith(',"[1,2]"')
    for path in ("/api/jobs/nope", "/api/queries/abc", "/api/nope", f"{results}.xml"):
        assert told.ask("GET", path).status_code == 404, path
    missing = told.ask("POST", "/api/dashboards", json={})
    assert (missing.status_code, list(missing.json()["fields"])) == (400, ["name"])
    write = {"data_source_id": 1, "query": "CREATE TABLE x AS SELECT 1", "wait": 30}
    assert told.ask("POST", "/api/query_results", json=write).json()["job"]["status"] == 4
    stale = told.ask("POST", f"/api/queries/{query['id']}", json={**query, "version": 2})
    assert stale.status_code == 409
    for _ in range(2):
        assert told.ask("POST", f"/api/queries/{query['id']}", json=query).json()["version"] == 1
    acl = told.ask("POST", f"/api/queries/{query['id']}/acl", json={"access_type": "view", "user_id": 1})
    assert acl.status_code == 400
    assert told.ask("GET", "/default/api/session").json()["user"]["id"] == 1


@live
@pytest.mark.slow
def test_a_cut_result_and_a_job_on_its_way_say_so(told: Told) -> None:
    body = {"data_source_id": 1, "query": "SELECT * FROM range(300000)", "max_age": 0}
    begun = told.ask("POST", "/api/query_results", json=body)
    assert begun.headers["Retry-After"] == "1"
    cut = told.ask("POST", "/api/query_results", json={**body, "wait": 60, "max_age": None}).json()["query_result"]
    assert (cut["truncated"], cut["row_limit"]) == (True, Settings.max_row_limit)
    file = told.ask("GET", f"/api/query_results/{cut['id']}.csv")
    assert file.headers["X-Truncated"] == f"{Settings.max_row_limit} rows"


@live
@pytest.mark.slow
def test_each_key_opens_what_the_page_says(told: Told) -> None:
    query = told.ask("POST", "/api/queries", json={"name": "Open", "data_source_id": 1, "query": "SELECT 1 AS a"})
    own, key = f"/api/queries/{query.json()['id']}", query.json()["api_key"]
    assert told.ask("GET", own, key).status_code == 200
    job = told.ask("POST", f"{own}/results", key, json={"wait": 30})
    assert sorted(job.json()["query_result"]) == ["data", "retrieved_at"]
    assert told.ask("GET", f"{own}/results.csv?api_key={key}", "nonsense").text == "a\r\n1\r\n"
    assert told.ask("GET", "/api/session", key).status_code == 404
    board = told.ask("POST", "/api/dashboards", json={"name": "Open"}).json()["id"]
    share = told.ask("POST", f"/api/dashboards/{board}/share").json()["api_key"]
    public = f"/api/dashboards/public/{share}"
    assert requests.get(f"{told.base}{public}", timeout=30).json()["name"] == "Open"
    assert told.ask("GET", own, share).status_code == 404
    assert told.ask("DELETE", f"/api/dashboards/{board}/share").status_code == 200
    assert requests.get(f"{told.base}{public}", timeout=30).status_code == 404


@live
@pytest.mark.slow
def test_the_description_is_there_to_read_and_try(told: Told) -> None:
    assert told.ask("GET", "/api/redash/_openapi").status_code == 200
    assert requests.get(f"{told.base}/swagger/redash", timeout=30, allow_redirects=False).status_code == 302
