"""redash-toolbelt: each method of its client, and its examples, by slug too."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.clients_at_hand import ran
from tests.contract.conftest import RedashServer

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clients")]

CLIENT = "redash-toolbelt"
SCRIPTS = Path(__file__).parent / "scripts"
POSITION = {"position": {"col": 0, "row": 0, "sizeX": 3, "sizeY": 8}}


def told_by(redash: RedashServer, home: Path, program: str, *arguments: object) -> str:
    result = ran(CLIENT, program, *arguments, home=home, REDASH_API_KEY=redash.key)
    assert result.returncode == 0, result.stderr + result.stdout
    return result.stdout


def test_each_method_of_its_client_does_what_it_says(redash: RedashServer, tmp_path: Path) -> None:
    arguments = (SCRIPTS / "toolbelt_calls.py", redash.base, redash.key, redash.source)
    told: dict[str, Any] = json.loads(told_by(redash, tmp_path, "python", *arguments))
    assert told["credentials"] == [True, False]
    knows_queries(redash, told)
    knows_dashboards(redash, told)
    knows_the_rest(redash, told)


def knows_queries(redash: RedashServer, told: dict[str, Any]) -> None:
    pk = told["query"]
    kept = redash.get(f"queries/{pk}")
    assert told["read"]["query"] == kept["query"] == "SELECT {{ some_parameter }} AS x"
    assert kept["name"] == told["updated"] == "Toolbelt's own"
    assert kept["tags"] == ["belt"]
    assert kept["visualizations"][0] == told["visualization"]
    assert told["visualization"]["name"] == "Rows"
    assert told["queries"] == ["count", "page", "page_size", "results"]
    assert pk in told["all queries"]
    assert len(told["all queries"]) == len(set(told["all queries"])) > 2
    # Other tests use the same server.
    assert pk in told["scheduled"]
    assert set(told["scheduled"]) < set(told["all queries"])
    assert pk in told["favorite queries"]
    assert kept["is_favorite"] is True
    copy, named = redash.get(f"queries/{told['copy']['id']}"), redash.get(f"queries/{told['named copy']['id']}")
    assert (copy["name"], named["name"]) == (f"Copy of (#{pk}) Toolbelt's own", "Renamed")
    assert copy["options"] == named["options"] == kept["options"]
    assert copy["schedule"] is None
    assert copy["tags"] == ["belt"]


def knows_dashboards(redash: RedashServer, told: dict[str, Any]) -> None:
    pk = told["dashboard"]
    kept = redash.get(f"dashboards/{pk}")
    assert (kept["name"], kept["tags"], kept["is_draft"]) == ("Toolbelt: sales", ["belt"], False)
    assert told["published"] is False
    assert [widget["id"] for widget in kept["widgets"]] == told["widgets"]
    assert ["visualization" in widget for widget in kept["widgets"]] == [True, False]
    assert kept["widgets"][0]["options"] == POSITION
    assert kept["widgets"][1]["text"] == "hello Jane@example.com"
    assert told["by slug"]["id"] == told["by id"]["id"] == pk
    assert told["by slug"]["widgets"] == told["by id"]["widgets"]
    assert pk in told["favorite dashboards"]
    assert "Toolbelt: sales" in told["dashboards"]
    copy, named = (redash.get(f"dashboards/{told[name]}") for name in ("dashboard's copy", "dashboard's named copy"))
    assert (copy["name"], named["name"]) == ("Copy of: Toolbelt: sales", "Another")
    assert copy["tags"] == named["tags"] == ["belt"]
    for each in (copy, named):
        shown = [(widget.get("visualization", {}).get("id"), widget["text"]) for widget in each["widgets"]]
        assert shown == [(told["visualization"]["id"], ""), (None, "hello Jane@example.com")]
        assert each["widgets"][0]["options"] == POSITION


def knows_the_rest(redash: RedashServer, told: dict[str, Any]) -> None:
    assert "examples" in [each["name"] for each in told["sources"]]
    assert told["source"] == redash.get(f"data_sources/{redash.source}")
    made = redash.get(f"data_sources/{told['made source']}")
    assert (made["name"], made["type"]) == ("toolbelt's", "pg")
    assert made["options"] == {"host": "db.example.com", "dbname": "dw", "user": "belt", "password": "--------"}
    assert "belt@example.com" in told["users"]
    assert told["disabled"] is True
    assert "belt@example.com" in told["disabled users"]
    assert redash.get(f"users/{told['person']}")["is_disabled"] is True


def test_alerts_are_made_and_changed(redash: RedashServer, tmp_path: Path) -> None:
    query = redash.query("Watched", "SELECT 5 AS x")["id"]
    arguments = (SCRIPTS / "toolbelt_alerts.py", redash.base, redash.key, query)
    told: dict[str, Any] = json.loads(told_by(redash, tmp_path, "python", *arguments))
    alert = redash.get(f"alerts/{told['alert']}")
    assert told["alert"] in told["alerts"]
    assert told["read alert"] == alert
    assert (alert["name"], alert["rearm"], alert["query"]["id"]) == ("Higher", 60, query)
    assert alert["options"] == {"column": "x", "op": ">", "value": 3}


def test_a_query_is_run_anew_with_parameters(redash: RedashServer, tmp_path: Path) -> None:
    definition = {"name": "some_parameter", "title": "Some", "type": "number", "value": 1}
    pk = redash.query("Anew", "SELECT {{ some_parameter }} + 1 AS y", definition)["id"]
    code = (
        "import json, sys; from redash_toolbelt.examples.refresh_query import get_fresh_query_result as fresh;"
        "base, key, pk = sys.argv[1:]; print(json.dumps(fresh(base, int(pk), key, {'some_parameter': 41})))"
    )
    assert json.loads(told_by(redash, tmp_path, "python", "-c", code, redash.base, redash.key, pk)) == [{"y": 42}]


def test_a_dashboards_queries_are_run_anew(redash: RedashServer, tmp_path: Path) -> None:
    definition = {"name": "day", "title": "Day", "type": "date", "value": "d_yesterday"}
    dynamic = redash.query("Of a day", "SELECT '{{ day }}' AS day", definition)
    plain = redash.query("Plain", "SELECT 1 AS one")
    slug = redash.dashboard("To be refreshed", dynamic, plain, text="A text")["slug"]
    module = ("-m", "redash_toolbelt.examples.refresh_dashboard")
    told = told_by(redash, tmp_path, "python", *module, redash.base, redash.key, slug)
    assert sorted(told.splitlines()) == sorted(f"Query: {each['id']} -- Code 200" for each in (dynamic, plain))


def test_queries_are_exported(redash: RedashServer, tmp_path: Path) -> None:
    pk = redash.query("To be exported", "SELECT 7 AS seven")["id"]
    told_by(redash, tmp_path, "export-queries", redash.base)
    assert len(list(tmp_path.glob("query_*.sql"))) == redash.get("queries")["count"]
    text = (tmp_path / f"query_{pk}.sql").read_text()
    assert text.startswith("/*\nName: To be exported\n")
    assert f"Data source: {redash.source}" in text
    assert text.endswith("*/\nSELECT 7 AS seven")


def test_a_dashboard_is_cloned_with_its_queries(redash: RedashServer, tmp_path: Path) -> None:
    query = redash.query("Source", "SELECT 1 AS a", tags=["kept"])
    options = {"globalSeriesType": "column", "columnMapping": {"a": "y"}}
    chart = {"query_id": query["id"], "type": "CHART", "name": "Columns", "description": "", "options": options}
    redash.post("visualizations", chart)
    shown = redash.get(f"queries/{query['id']}")
    dashboard = redash.dashboard("To be cloned", {"visualizations": shown["visualizations"][1:]}, text="A text")
    told_by(redash, tmp_path, "clone-dashboard-and-queries", redash.base, dashboard["slug"], "New ")
    clone = redash.get("dashboards/copy-of-to-be-cloned")
    drawn, text = clone["widgets"]
    assert text["text"] == "A text"
    assert drawn["visualization"]["options"] == options
    copied = drawn["visualization"]["query"]
    assert copied["id"] != query["id"]
    assert (copied["name"], copied["query"], copied["tags"]) == ("New Source", "SELECT 1 AS a", ["kept"])


def test_what_names_a_person_is_found(redash: RedashServer, tmp_path: Path) -> None:
    in_text = redash.query("About joan@example.com", "SELECT 1 AS one")["id"]
    in_rows = redash.query("Rows", "SELECT concat('joan', '@', 'example.com') AS address")["id"]
    neither = redash.query("About jim", "SELECT 2 AS two")["id"]
    job = redash.post(f"queries/{in_rows}/results?wait=20", {"max_age": 0})
    while "job" in job and job["job"]["status"] < 3:
        job = redash.get(f"jobs/{job['job']['id']}")
    slug = redash.dashboard("Of people", text="ask joan@example.com")["slug"]
    told = told_by(redash, tmp_path, "gdpr-scrub", redash.base, "joan@example.com")
    lines = set(told.splitlines())
    assert {f"{redash.base}/queries/{pk}" for pk in (in_text, in_rows)} < lines
    assert f"{redash.base}/dashboards/{slug}" in lines
    assert f"{redash.base}/queries/{neither}" not in lines


def test_tables_of_queries_are_found(redash: RedashServer, tmp_path: Path) -> None:
    pk = redash.query("Of tables", "SELECT count(*) AS n FROM flights AS f JOIN carriers_of_ours AS c ON true")["id"]
    told = told_by(redash, tmp_path, "find-tables", redash.base, redash.key, redash.source, "--detail")
    # It knows from the schema that there is no table of the other name.
    assert [line for line in told.splitlines() if line.startswith(f"{pk},")] == [f"{pk},flights"]
    assert "flights | " in told_by(redash, tmp_path, "find-tables", redash.base, redash.key, redash.source)
