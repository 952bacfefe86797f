"""superset-mcp: the tools that an assistant calls read, run, make, change and delete."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.clients_at_hand import program_of, ran
from tests.contract.conftest import Server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clients")]

CLIENT = "superset-mcp"
SCRIPT = Path(__file__).parent / "scripts" / "mcp_calls.py"


def called(server: Server, home: Path, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """What the tools answered, one after the other."""
    (home / "calls.json").write_text(json.dumps([(f"superset_{tool}", arguments) for tool, arguments in calls]))
    settings = {"BASE_URL": server.base, "USERNAME": "admin", "PASSWORD": server.password}
    result = ran(
        CLIENT,
        "python",
        SCRIPT,
        program_of(CLIENT, "superset-mcp"),
        home / "calls.json",
        home=home,
        **{f"SUPERSET_{name}": text for name, text in settings.items()},
    )
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_its_tools_read_and_write(server: Server, tmp_path: Path) -> None:
    database = server.only("database", "database_name", "examples")["id"]
    flights = server.only("dataset", "table_name", "flights")["id"]
    body = {"slice_name": "Of an assistant", "viz_type": "table", "datasource_id": flights, "datasource_type": "table"}
    chart = server.post("chart/", body)["id"]
    published = {"columns": ["id", "dashboard_title"], "filters": [{"col": "published", "opr": "eq", "value": True}]}
    sql = "SELECT carrier FROM airlines ORDER BY carrier LIMIT 2"
    words = {"database": database, "table_name": "words", "sql": "SELECT 'x' AS word"}
    answers = called(
        server,
        tmp_path,
        ("database_list", {}),
        ("dashboard_list", {**published, "order_column": "id", "order_direction": "asc", "page": 0}),
        ("sqllab_execute_query", {"payload": {"database_id": database, "sql": sql}}),
        ("sqllab_execute_query", {"payload": {"database_id": database, "sql": "SELECT missing FROM airlines"}}),
        ("dataset_create", {"payload": {"database": database, "schema": "main", "table_name": "nothing"}}),
        ("dataset_create", {"payload": words}),
        ("chart_update", {"chart_id": chart, "payload": {"slice_name": "Renamed by an assistant"}}),
        ("chart_get_by_id", {"chart_id": chart}),
        ("chart_delete", {"chart_id": chart}),
    )
    databases, dashboards, rows, refused, missing, made, _, renamed, _ = answers
    assert [each["database_name"] for each in databases["result"]] == ["examples"]
    assert [each["id"] for each in dashboards["result"]] == sorted(row["id"] for row in server.rows("dashboard"))
    assert rows["status"] == "success"
    assert rows["data"] == [{"carrier": "9E"}, {"carrier": "AA"}]
    assert "missing" in refused["error"]
    assert "Table [main.nothing] could not be found" in missing["error"]
    assert server.get(f"dataset/{made['id']}")["result"]["columns"][0]["column_name"] == "word"
    assert renamed["slice_name"] == "Renamed by an assistant"
    assert not server.rows("chart", "slice_name", "Renamed by an assistant")
    assert server.session.delete(f"{server.base}/api/v1/dataset/{made['id']}", timeout=60).ok
