"""docs/chart-data.md: its tables name what the code has, its examples answer what they show.

An example is a block and the block after it. ```json query (about N) is a query object about dataset 1 (N), ```json
context a whole query context; ```json rows is `data` of its answer, ```json result that entry, ```json all of the
answer. ```sh and ```python are run, ```text and ```json is what they print. `…` stands for anything, in an object for
further keys.
"""

import io
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import duckdb
import jwt
import pyarrow as pa
import pytest
import requests

from superset_like.api.superset import chart_data as wire
from superset_like.config.settings import Settings
from superset_like.engine import sandbox, template, time_range
from superset_like.engine.databases import all_engines
from superset_like.engine.query import Aggregate, Operator
from superset_like.errors import (
    AnswerTooLarge,
    CallerBusy,
    DatabaseBusy,
    DatabaseUnreachable,
    Forbidden,
    ProductError,
    QueryTimedOut,
    ServerBusy,
)
from superset_like.services import chart_data, questions
from tests.cli.commands import running, signed_in

PAGE = (Path(__file__).parents[2] / "docs" / "chart-data.md").read_text()
ADDRESS, PASSWORD = "http://127.0.0.1:8088", "THE-PRINTED-ONE"
OPEN = "…"
NOW = datetime(2026, 11, 22, 10, 30)
MOMENT = datetime(2013, 8, 21, 14, 35, 47)
NO_SETTINGS = {"TEMPORAL_RANGE", "TIME_SERIES", "BASE_AXIS"}
WHOLE = {
    "filters": [
        {"col": "origin", "op": "IN", "val": ["EWR", "JFK"]},
        {"col": "departure", "op": "TEMPORAL_RANGE", "val": "2013-01-01 : 2013-02-01"},
    ],
    "url_params": {"from": "O'Hare"},
    "metrics": ["count"],
}


@dataclass(frozen=True)
class Example:
    """A block that asks, and the one that shows what comes of it; kind: what stands behind the fence."""

    section: str
    kind: str
    asked: str
    shown_kind: str
    shown: str


def examples() -> list[Example]:
    found = []
    for section, text in re.findall(r"^## (.+?)$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL):
        blocks = re.findall(r"^```(\w.*?)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        assert len(blocks) % 2 == 0, section
        pairs = zip(blocks[::2], blocks[1::2], strict=True)
        found += [Example(section, *asked, *shown) for asked, shown in pairs]
    return found


EXAMPLES = examples()
# The page's first commands sign in and say what `ask` is.
PREPARED = "".join(each.asked for each in EXAMPLES if each.section == "One question" and each.kind == "sh")


def table(name: str) -> list[list[str]]:
    """The cells of the rows below the header whose first cell is this."""
    (text,) = re.findall(rf"^\| {re.escape(name)} \|.*\n\|[ |-]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines()]
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in rows]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def names(table_name: str, column: int = 0) -> list[str]:
    return [name for row in table(table_name) for name in code(row[column])]


def read(text: str) -> Any:
    """The value of a JSON text that may leave things out."""
    whole = re.sub(r",?\s*…(?=\s*\})", ', "…": "…"', text)
    return json.loads(whole)


def cut(real: Any, shown: Any) -> Any:
    """What is, without what the page leaves out; equal to what is shown if that is true."""
    if isinstance(shown, dict) and isinstance(real, dict):
        kept = {key: cut(value, shown.get(key)) for key, value in real.items() if key in shown or OPEN not in shown}
        return {**kept, OPEN: OPEN} if OPEN in shown else kept
    if isinstance(shown, list) and isinstance(real, list):
        return [cut(*each) for each in zip_longest(real, shown)][: len(real)]
    if isinstance(shown, str) and isinstance(real, str) and OPEN in shown:
        return shown if matches(real, shown) else real
    return real


def matches(real: str, shown: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, shown.split(OPEN))), real, re.DOTALL) is not None


def text_of(value: Any) -> str:
    # As text, since to Python 1, 1.0 and true are equal.
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)


def assert_shown(real: Any, shown: str) -> None:
    wanted = read(shown)
    assert text_of(cut(real, wanted)) == text_of(wanted)


def moment(text: str) -> datetime | None:
    return None if text == "open" else datetime.fromisoformat(text)


def test_there_are_examples_of_every_kind() -> None:
    kinds = {each.kind.split(" about ")[0] for each in EXAMPLES}
    assert kinds == {"sh", "python", "json query", "json context"}
    assert {each.shown_kind for each in EXAMPLES} == {"json", "json rows", "json result", "text"}


def test_links_lead_to_a_heading() -> None:
    linked = set(re.findall(r"\]\(#(.+?)\)", PAGE))
    headings = re.findall(r"^##+ (.+)$", PAGE, re.MULTILINE)
    slugs = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert linked - slugs == set()


def test_each_field_stands_there() -> None:
    assert set(names("context field")) == set(questions.ContextField().fields)
    assert set(names("query object field")) == set(questions.QueryField().fields)
    (extras,) = re.findall(r"^Other keys of `extras`(.*?)\n\n", PAGE, re.MULTILINE | re.DOTALL)
    assert {"where", "having", *code(extras)} == set(questions.ExtrasField().fields)


def test_each_operator_and_aggregate_stands_there() -> None:
    assert names("`op`") == [*Operator, *questions.OTHER_OPERATORS]
    (aggregates,) = re.findall(r"^Aggregates: (.*?)\. ", PAGE, re.MULTILINE)
    assert code(aggregates) == list(Aggregate)


@pytest.mark.parametrize("row", table("range"), ids=lambda row: row[0])
def test_ranges_mean_what_they_say(row: list[str]) -> None:
    assert time_range.parse(code(row[0])[0], NOW) == (moment(row[1]), moment(row[2]))


def test_grains_cut_as_they_say() -> None:
    known = all_engines()["duckdb"].grains
    assert sorted(names("grain")) == sorted(known)
    assert {name for engine in all_engines().values() for name in engine.grains} == set(known)
    with duckdb.connect() as connection:
        for text, said in table("grain"):
            sql = known[code(text)[0]].replace("{col}", f"TIMESTAMP '{MOMENT}'")
            made = connection.execute(f"SELECT CAST({sql} AS TIMESTAMP)").fetchall()
            assert made == [(moment(said),)], text


def test_each_name_of_a_template_stands_there() -> None:
    assert {name.partition("(")[0] for name in names("name")} == set(template._values(template.Context()))


def test_each_result_type_stands_there() -> None:
    rows = table("`result_type`")
    assert sorted(names("`result_type`")) == sorted(questions.RESULT_TYPES)
    assert {code(row[0])[0] for row in rows if row[2] == "yes"} == wire.ROW_TYPES
    assert {name for row in rows if row[0] == "`results`" for name in code(row[1])} == wire.RESULT_KEYS


def test_each_format_stands_there() -> None:
    rows = {code(row[0])[0]: row for row in table("`result_format`")}
    assert sorted(rows) == sorted(questions.RESULT_FORMATS)
    assert {name: code(row[1])[0] for name, row in rows.items() if name != "json"} == wire.CONTENT_TYPES
    assert {name for name, row in rows.items() if row[3] == "yes"} == set(chart_data.STREAMS)


def test_each_kind_of_annotation_stands_there() -> None:
    rows = {code(row[0])[0]: code(row[1]) for row in table("layer field")}
    assert sorted(rows["annotationType"]) == sorted(questions.ANNOTATION_TYPES)
    assert set(rows["sourceType"]) == {*questions.CHART_SOURCES, "NATIVE"}
    assert set(rows["overrides"]) == set(questions.OVERRIDES)


def test_limits_are_those_of_the_code() -> None:
    rows = table("what")
    known = [
        questions.MOST_QUERIES,
        questions.MOST_PARTS,
        Settings.max_filter_values,
        time_range.LONGEST_TEXT,
        template.LONGEST_TEMPLATE,
        sandbox.LONGEST_RUN_S,
        chart_data.MOST_HELD_ROWS,
    ]
    assert [int(re.sub(r"[^\d]", "", row[1])) for row in rows[:-1]] == known
    assert set(code(rows[1][0])) == set(questions.PARTS)


def test_settings_are_there_with_their_values() -> None:
    known = {row.name.upper(): row for row in fields(Settings)}
    said = re.findall(r"`([A-Z_]+)` \(([\d,]+)\)", PAGE)
    assert len(said) >= 3
    assert {name: int(value.replace(",", "")) for name, value in said} == {
        name: known[name].default for name, _ in said
    }
    assert set(re.findall(r"`([A-Z]+_[A-Z_]+)`", PAGE)) - set(Aggregate) - NO_SETTINGS <= set(known)


live = pytest.mark.xdist_group("chart_data_page")


@dataclass(frozen=True)
class Server:
    """The served examples. password: the administrator's."""

    base: str
    home: Path
    password: str
    session: requests.Session

    def asked(self, query: Any, about: int = 1, **context: Any) -> requests.Response:
        body = {"datasource": {"id": about}, "queries": [query], **context}
        return self.session.post(f"{self.base}/api/v1/chart/data", json=body, timeout=60)

    def rows(self, query: Any, about: int = 1) -> Any:
        answer = self.asked(query, about)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"][0]["data"]

    def own(self, text: str) -> str:
        """The page's text as it is for this server."""
        return text.replace(ADDRESS, self.base).replace(PASSWORD, self.password)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    log = home.with_name("log")
    # Each block of commands signs in.
    with running(home, log, LOGIN_RATE_LIMIT="") as base:
        (password,) = re.findall(r"password of admin: (\S+)", log.read_text())
        yield Server(base, home, password, signed_in(base, password))


@live
@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each.section}: {each.kind}")
def test_each_example_gives_what_it_shows(server: Server, example: Example, tmp_path: Path) -> None:
    printed = None
    if example.kind == "sh":
        before = PREPARED.partition(example.asked)[0] if example.section == "One question" else PREPARED
        script = f"{{ :\n{before}}} > /dev/null\n{example.asked}"
        printed = run(["sh", "-c", server.own(script)], tmp_path)
    elif example.kind == "python":
        printed = run([sys.executable, "-c", server.own(example.asked)], tmp_path)
    if printed is not None and example.shown_kind == "text":
        assert matches(printed, example.shown), printed
        return
    assert_shown(json.loads(printed) if printed is not None else answered(server, example), example.shown)


def run(arguments: list[str], folder: Path) -> str:
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    # How many blanks come before the number differs from system to system.
    return re.sub(r"^ +", "", done.stdout, flags=re.MULTILINE)


def answered(server: Server, example: Example) -> Any:
    if example.kind == "json context":
        sent = json.loads(example.asked)
        answer = server.session.post(f"{server.base}/api/v1/chart/data", json=sent, timeout=60)
    else:
        about = re.search(r"about (\d+)$", example.kind)
        answer = server.asked(json.loads(example.asked), int(about[1]) if about else 1)
    assert answer.status_code == 200, answer.text
    whole = answer.json()
    if example.shown_kind == "json":
        return whole
    (result,) = whole["result"]
    return result["data"] if example.shown_kind == "json rows" else result


@live
@pytest.mark.slow
def test_the_examples_have_the_numbers_that_the_page_gives(server: Server) -> None:
    found = server.session.get(f"{server.base}/api/v1/dataset/", timeout=30).json()["result"]
    (said,) = re.findall(r"On a fresh installation the datasets are (.*?)\. ", PAGE, re.DOTALL)
    assert {each["table_name"]: each["id"] for each in found} == {
        name: int(number) for name, number in re.findall(r"`(\w+)`\s+(\d)", said)
    }


@live
@pytest.mark.slow
def test_each_field_of_an_answer_stands_there(server: Server) -> None:
    answer = server.asked({"metrics": ["count"]}).json()["result"][0]
    assert set(names("answer field")) >= set(answer)
    assert {name for row in table("answer field") for name in code(row[0])} == set(answer)


@live
@pytest.mark.slow
def test_each_parameter_of_a_saved_chart_stands_there(server: Server) -> None:
    described = server.session.get(f"{server.base}/api/v1/_openapi", timeout=60).json()["paths"]
    (path,) = [each for each in described if each.rstrip("/") == "/api/v1/chart/{pk}/data"]
    listed = {each["name"] for each in described[path]["get"]["parameters"] if each["in"] == "query"}
    assert set(names("parameter")) == listed


@live
@pytest.mark.slow
def test_operators_find_as_many_rows_as_the_page_says(server: Server) -> None:
    for *_, given, count in table("`op`"):
        query = {"metrics": ["count"], "filters": [json.loads(code(given)[0])]}
        assert server.rows(query, about=4) == [{"count": int(count)}], given


@live
@pytest.mark.slow
def test_templates_become_the_text_that_the_page_says(server: Server) -> None:
    for *_, given, text in table("name"):
        column = {"label": "text", "sqlExpression": f"'{code(given)[0]}'"}
        assert [row["text"] for row in server.rows({**WHOLE, "columns": [column]})] == code(text), given


@live
@pytest.mark.slow
def test_sql_is_refused_as_the_page_says(server: Server) -> None:
    for sql, status, message in table("SQL"):
        for query in (
            {"metrics": ["count"], "extras": {"where": code(sql)[0]}},
            {"metrics": ["count"], "columns": [{"label": "x", "sqlExpression": code(sql)[0]}]},
        ):
            answer = server.asked(query)
            assert (answer.status_code, answer.json()["message"]) == (int(status), code(message)[0])


@live
@pytest.mark.slow
def test_other_times_are_named_as_the_page_says(server: Server) -> None:
    month = {"metrics": ["count"], "filters": WHOLE["filters"][1:]}
    offsets = names("offset")
    (row,) = server.rows({**month, "time_offsets": offsets})
    assert list(row) == ["count", *(f"count__{offset}" for offset in offsets)]


@live
@pytest.mark.slow
def test_a_cut_shows_as_the_page_says(server: Server) -> None:
    rows = {row[0]: code(row[1]) for row in table("answer")}
    query = {"columns": ["carrier"], "metrics": ["count"], "row_limit": 2}
    said = dict(each.split(": ") for each in rows["JSON"])
    for kind in ("full", "results"):
        found = server.asked({**query, "result_type": kind}).json()["result"][0]
        assert {name: json.loads(value) for name, value in said.items()} == {name: found[name] for name in said}
    for form in set(questions.RESULT_FORMATS) - {"json"}:
        headers = server.asked(query, result_format=form).headers
        said = dict(each.split(": ") for each in rows["one file"])
        assert {name: headers[name] for name in said} == said, form
    many = server.session.post(
        f"{server.base}/api/v1/chart/data",
        json={"datasource": {"id": 1}, "queries": [query, query], "result_format": "csv"},
        timeout=60,
    )
    (said_of_many,) = rows["a zip of files"]
    assert said_of_many == f"X-Truncated: {many.headers['X-Truncated']}"


@live
@pytest.mark.slow
def test_an_arrow_answer_has_labels_and_a_csv_verbose_names(server: Server) -> None:
    query = {"columns": ["origin"], "metrics": ["count"], "row_limit": 1}
    headers = {}
    for form in questions.RESULT_FORMATS:
        answer = server.asked(query, result_format=form)
        if form == "arrow":
            headers[form] = pa.ipc.open_stream(io.BytesIO(answer.content)).schema.names
        elif form == "csv":
            headers[form] = answer.text.splitlines()[0].split(",")
    assert headers == {"arrow": ["origin", "count"], "csv": ["From", "Flights"]}


def expired(server: Server) -> requests.Response:
    token = server.session.headers["Authorization"].removeprefix("Bearer ")  # type: ignore[union-attr]
    claims = jwt.decode(token, options={"verify_signature": False})
    key = tomllib.loads((server.home / "secrets.toml").read_text())["secret_key"]
    return bare(server, Authorization=f"Bearer {jwt.encode({**claims, 'exp': claims['iat'] - 1}, key)}")


def bare(server: Server, **headers: str) -> requests.Response:
    return requests.post(f"{server.base}/api/v1/chart/data", json={}, headers=headers, timeout=30)


def stranger(server: Server) -> requests.Response:
    api = f"{server.base}/api/v1/security"
    (gamma,) = server.session.get(f"{api}/roles/?q=(filters:!((col:name,opr:eq,value:Gamma)))", timeout=30).json()[
        "ids"
    ]
    login = {"username": "stranger", "password": "a-password-of-his-own"}
    person = {"first_name": "Stran", "last_name": "Ger", "email": "stranger@example.com"}
    made = server.session.post(f"{api}/users/", json={**login, **person, "active": True, "roles": [gamma]}, timeout=30)
    assert made.status_code == 201, made.text
    token = requests.post(f"{api}/login", json={**login, "provider": "db"}, timeout=30).json()["access_token"]
    body = {"datasource": {"id": 1}, "queries": [{"metrics": ["count"]}]}
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{server.base}/api/v1/chart/data", json=body, headers=headers, timeout=30)


def guest(server: Server) -> requests.Response:
    api = f"{server.base}/api/v1"
    embedded = server.session.post(f"{api}/dashboard/1/embedded", json={"allowed_domains": []}, timeout=30).json()
    wish = {"user": {}, "resources": [{"type": "dashboard", "id": embedded["result"]["uuid"]}], "rls": []}
    token = server.session.post(f"{api}/security/guest_token/", json=wish, timeout=30).json()["token"]
    body = {"datasource": {"id": 1}, "queries": [{"metrics": ["planes"]}]}
    return requests.post(f"{api}/chart/data", json=body, headers={"X-GuestToken": token}, timeout=30)


def sent(server: Server, body: bytes) -> requests.Response:
    return server.session.post(f"{server.base}/api/v1/chart/data", data=body, timeout=60)


Asks = Callable[[Server], requests.Response]


def query(**parts: Any) -> Asks:
    return lambda server: server.asked(parts)


COUNT = ["count"]
# What cannot be brought about from outside is compared with its class.
CLASSES: dict[str, type[ProductError]] = {
    kind.default_message: kind
    for kind in (Forbidden, AnswerTooLarge, CallerBusy, DatabaseBusy, DatabaseUnreachable, QueryTimedOut, ServerBusy)
}
PROVOKED: dict[str, Asks] = {
    "Request is not JSON": lambda server: sent(server, b"{"),
    "Request is incorrect: {'nope': ['Unknown field.']}": lambda server: server.asked({}, nope=1),
    "Error: Empty query?": query(),
    "Error: Columns missing in dataset: ['nope']": query(columns=["nope"]),
    "Error: Metric 'nope' does not exist": query(metrics=["nope"]),
    "Error: Filter value list cannot be empty": query(
        metrics=COUNT, filters=[{"col": "origin", "op": "NOT IN", "val": []}]
    ),
    "Error: Must specify a value for filters with comparison operators": query(
        metrics=COUNT, filters=[{"col": "origin", "op": "==", "val": None}]
    ),
    "Cannot parse time string [whenever : now]": query(
        metrics=COUNT, filters=[{"col": "departure", "op": "TEMPORAL_RANGE", "val": "whenever : now"}]
    ),
    "From date cannot be larger than to date": query(metrics=COUNT, time_range="now : 2013-01-01"),
    "Error: The time grain P2M is not supported by DuckDB": query(
        columns=[{"label": "x", "sqlExpression": "departure", "timeGrain": "P2M"}]
    ),
    "Error: Binder Error: …": query(metrics=COUNT, extras={"where": "nope > 1"}),
    "Missing Authorization Header": bare,
    "Token has expired": expired,
    "Custom SQL fields cannot contain sub-queries.": query(metrics=COUNT, extras={"where": "1 = (SELECT 1)"}),
    "This endpoint requires the datasource 1, …": stranger,
    "You may not ask this of this dashboard": guest,
    "Not found": lambda server: server.asked({}, about=999),
    "Error: Unknown time zone: Mars": query(metrics=COUNT, time_zone="Mars"),
    "The request is nested too deeply": lambda server: sent(server, b'{"queries": ' + b"[" * 101 + b"]" * 101 + b"}"),
    "413 Request Entity Too Large: …": lambda server: sent(server, bytes(33 * 1024 * 1024)),
    "Not enough segments": lambda server: bare(server, Authorization="Bearer x"),
}


def test_each_error_can_be_brought_about() -> None:
    assert names("status", 1) == list(dict.fromkeys(names("status", 1)))
    assert set(names("status", 1)) == PROVOKED.keys() | CLASSES.keys()
    assert {message: int(status) for status, (message,) in statuses() if message in CLASSES} == {
        message: kind.status for message, kind in CLASSES.items()
    }


def statuses() -> list[tuple[str, list[str]]]:
    return [(status, code(message)) for status, message, _ in table("status")]


@live
@pytest.mark.slow
@pytest.mark.parametrize("message", PROVOKED)
def test_each_error_says_what_the_page_says(server: Server, message: str) -> None:
    (status,) = [status for status, said in statuses() if said == [message]]
    answer = PROVOKED[message](server)
    said = answer.json()["message"]
    assert answer.status_code == int(status), answer.text
    assert matches(said, message), said
