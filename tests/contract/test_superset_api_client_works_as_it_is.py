"""superset-api-client: finds, reads, changes, exports and imports, runs SQL."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.contract.clients_at_hand import ran
from tests.contract.conftest import Server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clients")]

SCRIPT = Path(__file__).parent / "scripts" / "api_client.py"


def test_it_does_all_that_it_knows(server: Server, tmp_path: Path) -> None:
    database = server.only("database", "database_name", "examples")["id"]
    uri = server.get(f"database/{database}/connection")["result"]["sqlalchemy_uri"]
    counts = [len(server.rows(kind)) for kind in ("dashboard", "chart", "dataset", "database")]
    arguments = (SCRIPT, server.base, server.password, uri, tmp_path)
    result = ran("superset-api-client", "python", *arguments, home=tmp_path, OAUTHLIB_INSECURE_TRANSPORT="1")
    assert result.returncode == 0, result.stderr
    told: dict[str, Any] = json.loads(result.stdout)
    assert told["counts"] == counts
    assert told["renamed"] == ["Destinations, renamed"]
    assert told["imported"] is True
    assert told["run"][1] == [{"carrier": "9E"}, {"carrier": "AA"}]
    assert [column["name"] for column in told["run"][0]] == ["carrier"]
    assert len(told["limited"]) == 16
    assert "missing" in told["refused"]
    assert told["saved"][1] == [{"word": "x"}]
    # A connection's URI is not in its record, as with Superset, so the one that it reads has none to try.
    assert told["connections"] == [False, True, False]
    assert told["without a slug"] == {"slug": ["Length must be between 1 and 255."]}
    assert told["deleted"] == [True, True]
    keeps_what_was_changed(server, told, tmp_path)


def keeps_what_was_changed(server: Server, told: dict[str, Any], folder: Path) -> None:
    dashboard = server.get(f"dashboard/{told['dashboard']}")["result"]
    assert json.loads(dashboard["json_metadata"])["label_colors"] == {"EWR": "#ff0000"}
    assert server.only("chart", "slice_name", "Destinations")
    assert [row["label"] for row in server.rows("saved_query", "label", "Mine")] == ["Mine"]
    assert not server.rows("dashboard", "slug", "made")
    with ZipFile(folder / "dashboards.zip") as archive:
        names = archive.namelist()
    assert sum("/dashboards/" in name for name in names) == 1
    assert sum("/charts/" in name for name in names) == 18
