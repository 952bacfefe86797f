"""import-redash, from a server that runs to another: what it answers afterwards is what the first one answered."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.cli.commands import ran, running, signed_in
from tests.contract.conftest import RedashServer

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clients")]

KEPT = ("name", "description", "query", "options", "schedule", "is_archived", "is_draft", "tags")


def test_queries_dashboards_and_people_are_there_and_answer(redash: RedashServer, tmp_path: Path) -> None:
    choices = redash.query("Choices", "SELECT carrier FROM airlines ORDER BY 1")
    definition = {"name": "code", "title": "Code", "type": "query", "queryId": choices["id"], "value": "AA"}
    sql = "SELECT carrier, name FROM airlines WHERE carrier = '{{ code }}'"
    schedule = {"interval": 86400, "time": "03:15", "day_of_week": None, "until": None}
    query = redash.query("One carrier", sql, definition, tags=["moved"], description="By code", schedule=schedule)
    options = {"globalSeriesType": "column", "columnMapping": {"carrier": "x"}}
    chart = {"query_id": query["id"], "type": "CHART", "name": "Columns", "description": "", "options": options}
    drawn = redash.post("visualizations", chart)
    dashboard = redash.dashboard("To be moved", {"visualizations": [drawn]}, text="A text")
    person = redash.post("users?no_invite=1", {"name": "Mona Moved", "email": "mona@example.com"})
    group = redash.post("groups", {"name": "movers"})
    redash.post(f"groups/{group['id']}/members", {"user_id": person["id"]})
    redash.post(f"queries/{query['id']}/favorite", {})
    alert = redash.post("alerts", {"name": "Odd", "query_id": query["id"], "options": condition()})
    redash.post(f"alerts/{alert['id']}/subscriptions", {})

    home, wish = tmp_path / "home", (redash.base, redash.key, "--connection", f"{redash.source}=examples")
    assert ran(home, "init").returncode == 0
    assert ran(home, "load-examples").returncode == 0
    made = ran(home, "create-admin", "--username", "admin", "--email", redash.get("session")["user"]["email"])
    assert made.returncode == 0, made.stderr
    told = imported(home, *wish)
    assert f"brought     query {query['id']} One carrier" in told
    assert f"brought     dashboard {dashboard['id']} To be moved" in told
    assert f"brought     user {person['id']} Mona Moved <mona@example.com>: has no password yet" in told
    assert "left alone  user 1 " in told
    assert "brought     query 1000000001 Flights in 2013: its owner was not brought: it is yours" in told
    assert "no run brings:\n  results:" in told
    again = imported(home, *wish)
    assert re.findall(r"^  (?:brought|updated) .*", again, re.MULTILINE) == []
    redash.post(f"queries/{query['id']}", {"name": "One carrier of them"})
    later = imported(home, *wish)
    assert re.findall(r"^  (?:brought|updated) .*", later, re.MULTILINE) == [
        f"  updated     query {query['id']} One carrier of them"
    ]
    with running(home, tmp_path / "log") as base:
        password = made.stdout.split("password of admin: ")[1].split()[0]
        answers_as_before(redash, moved_to(base, password), query["id"], dashboard["id"])


def condition() -> dict[str, Any]:
    return {"column": "carrier", "op": "==", "value": "AA", "selector": "first"}


def imported(home: Path, *arguments: str) -> str:
    result: subprocess.CompletedProcess[str] = ran(home, "import-redash", *arguments)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout + result.stderr
    assert arguments[1] not in result.stdout
    return result.stdout


def moved_to(base: str, password: str) -> RedashServer:
    session = signed_in(base, password)
    me = session.get(f"{base}/api/session", timeout=60).json()["user"]["id"]
    key = session.get(f"{base}/api/users/{me}", timeout=60).json()["api_key"]
    (source,) = (
        each["id"] for each in session.get(f"{base}/api/data_sources", timeout=60).json() if each["name"] == "examples"
    )
    return RedashServer(base, key, source)


def named(server: RedashServer, path: str, name: str) -> dict[str, Any]:
    listed = server.get(path)
    (found,) = (each for each in (listed["results"] if "results" in listed else listed) if each["name"] == name)
    return found


def answers_as_before(old: RedashServer, new: RedashServer, query: int, dashboard: int) -> None:
    before, after = (
        old.get(f"queries/{query}"),
        new.get(f"queries/{named(new, 'queries?q=carrier', 'One carrier of them')['id']}"),
    )
    choices = named(new, "queries?q=Choices", "Choices")["id"]
    expected = {name: before[name] for name in KEPT}
    expected["options"]["parameters"][0]["queryId"] = choices
    assert {name: after[name] for name in KEPT} == expected
    assert after["is_favorite"] is True
    assert [each["options"] for each in after["visualizations"]] == [
        each["options"] for each in before["visualizations"]
    ]
    there, here = old.get(f"dashboards/{dashboard}"), new.get("dashboards/to-be-moved")
    assert [each["options"] for each in here["widgets"]] == [each["options"] for each in there["widgets"]]
    assert here["widgets"][0]["visualization"]["query"]["id"] == after["id"]
    assert here["widgets"][1]["text"] == "A text"
    mona = named(new, "users", "Mona Moved")
    assert sorted(each["name"] for each in mona["groups"]) == ["default", "movers"]
    alert = named(new, "alerts", "Odd")
    assert (alert["options"], alert["query"]["id"]) == (condition(), after["id"])
    assert [each["user"]["id"] for each in new.get(f"alerts/{alert['id']}/subscriptions")] == [after["user"]["id"]]
    headers = {"Authorization": f"Key {new.key}"}
    new.get(f"queries/{choices}")
    for pk, values in ((choices, {}), (after["id"], {"code": "UA"})):
        answer = requests.post(
            f"{new.base}/api/queries/{pk}/results?wait=30",
            json={"max_age": 0, "parameters": values},
            headers=headers,
            timeout=60,
        ).json()
        while "job" in answer:
            assert answer["job"]["status"] < 4, answer
            job = new.get(f"jobs/{answer['job']['id']}")
            answer = new.get(f"query_results/{job['job']['query_result_id']}") if job["job"]["status"] == 3 else job
        rows = answer["query_result"]["data"]["rows"]
    assert rows == [{"carrier": "UA", "name": "United Air Lines Inc."}]
