"""dbt-superset-lineage: descriptions go from dbt to datasets, dashboards come back as exposures. It knows no CSRF."""

import json
from pathlib import Path

import pytest
import requests
import yaml

from tests.contract.clients_at_hand import ran
from tests.contract.conftest import Server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clients")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of dbt with one model, compiled."""
    columns = {"origin": {"name": "origin", "description": "The **airport** it left"}}
    model = {
        "name": "flights",
        "schema": "main",
        "database": "examples",
        "unique_id": "model.p.flights",
        "columns": columns,
        "description": "All flights, says dbt",
    }
    (tmp_path / "target").mkdir()
    (tmp_path / "models" / "exposures").mkdir(parents=True)
    (tmp_path / "target" / "manifest.json").write_text(json.dumps({"nodes": {"model.p.flights": model}, "sources": {}}))
    return tmp_path


def run(server: Server, project: Path, command: str) -> None:
    login = {"username": "admin", "password": server.password, "provider": "db", "refresh": True}
    tokens = requests.post(f"{server.base}/api/v1/security/login", json=login, timeout=30).json()
    settings = {f"SUPERSET_{name.upper()}": tokens[name] for name in ("access_token", "refresh_token")}
    arguments = (command, server.base, "--dbt-project-dir", project)
    result = ran("dbt-superset-lineage", "dbt-superset-lineage", *arguments, home=project, **settings)
    assert result.returncode == 0, result.stdout + result.stderr


def test_descriptions_are_pushed_and_nothing_else_changes(server: Server, project: Path) -> None:
    flights = server.only("dataset", "table_name", "flights")["id"]
    before = server.get(f"dataset/{flights}")["result"]
    run(server, project, "push-descriptions")
    after = server.get(f"dataset/{flights}")["result"]
    assert after["description"] == "All flights, says dbt"
    told = {column["column_name"]: column["description"] for column in after["columns"]}
    # It takes the marks of Markdown out of what dbt says.
    assert told == {
        column["column_name"]: "The airport it left" if column["column_name"] == "origin" else column["description"]
        for column in before["columns"]
    }
    assert [column["id"] for column in after["columns"]] == [column["id"] for column in before["columns"]]
    assert [owner["id"] for owner in after["owners"]] == [owner["id"] for owner in before["owners"]]
    assert {metric["metric_name"] for metric in after["metrics"]} == {
        metric["metric_name"] for metric in before["metrics"]
    }
    columns = [
        {"id": each["id"], "column_name": each["column_name"], "description": each["description"]}
        for each in before["columns"]
    ]
    server.put(f"dataset/{flights}", {"description": before["description"], "columns": columns})


def test_dashboards_are_pulled_as_exposures(server: Server, project: Path) -> None:
    (dashboard,) = [row for row in server.rows("dashboard") if row["published"]]
    run(server, project, "pull-dashboards")
    told = yaml.safe_load((project / "models" / "exposures" / "superset_dashboards.yml").read_text())
    (exposure,) = told["exposures"]
    assert exposure["label"] == dashboard["dashboard_title"]
    assert exposure["url"] == f"{server.base}/superset/dashboard/{dashboard['id']}"
    assert exposure["depends_on"] == ["ref('flights')"]
    assert exposure["owner"]["name"].startswith(dashboard["owners"][0]["first_name"])
