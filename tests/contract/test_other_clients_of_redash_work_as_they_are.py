"""redash-dynamic-query and redash-api-client."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.clients_at_hand import ran
from tests.contract.conftest import RedashServer

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clients")]

SCRIPTS = Path(__file__).parent / "scripts"


def told_by(client: str, script: str, home: Path, *arguments: object) -> dict[str, Any]:
    result = ran(client, "python", SCRIPTS / script, *arguments, home=home)
    assert result.returncode == 0, result.stderr
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_redash_dynamic_query_puts_its_values_in_itself(redash: RedashServer, tmp_path: Path) -> None:
    definition = {"name": "code", "title": "Code", "type": "text", "value": "AA"}
    query = redash.query("Dynamic", "SELECT carrier FROM airlines WHERE carrier = '{{ code }}'", definition)
    failing = redash.query("Failing", "SELECT missing FROM airlines")["id"]
    arguments = (redash.base, redash.key, query["id"], failing)
    told = told_by("redash-dynamic-query", "dynamic_query.py", tmp_path, *arguments)
    assert told["json"]["query_result"]["data"]["rows"] == [{"carrier": "9E"}]
    assert told["json"]["query_result"]["query"].endswith("carrier = '9E'")
    assert told["csv"].split() == ["carrier", "DL"]
    assert "missing" in told["failed"]


def test_redash_api_client_builds_a_dashboard(redash: RedashServer, tmp_path: Path) -> None:
    told = told_by("redash-api-client", "redash_api_client.py", tmp_path, redash.base, redash.key, redash.source)
    assert told["rows"] == [{"n": 16}]
    query, dashboard = redash.get(f"queries/{told['query']}"), redash.get(f"dashboards/{told['dashboard']}")
    assert [each["type"] for each in query["visualizations"]] == ["TABLE", "CHART", "TABLE"]
    assert query["visualizations"][1]["options"]["columnMapping"] == {"carrier": "x", "n": "y"}
    assert dashboard["is_draft"] is False
    assert dashboard["public_url"] == told["public url"]
    # It looks up where to place the next one by the dashboard's slug.
    places = [widget["options"]["position"] for widget in dashboard["widgets"]]
    assert [(place["col"], place["row"]) for place in places] == [(0, 0), (3, 0)]
    assert [widget["text"] for widget in dashboard["widgets"]] == ["", "A text"]
