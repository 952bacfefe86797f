"""A question may state the zone in which its time is meant, and a dataset the one in which its moments are written."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import ApiClient, ClientOf, Embedded

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
MONTH = {"label": "month", "sqlExpression": "sold_on", "columnType": "BASE_AXIS", "timeGrain": "P1M"}
LATE_MARCH = {"col": "sold_on", "op": "TEMPORAL_RANGE", "val": "2026-03-01 : 2026-04-01"}


def body(sales: int, query: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"datasource": {"id": sales, "type": "table"}, "queries": [{"metrics": ["total"], **query}], **more}


def asked(client: ApiClient, sales: int, **query: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/chart/data", json=body(sales, query))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()["result"][0]
    return found


def milliseconds(zone: ZoneInfo, *moment: int) -> int:
    return int(datetime(*moment, tzinfo=zone).timestamp() * 1000)


def test_months_begin_at_the_midnights_of_the_zone(client_of: ClientOf, sales: int) -> None:
    found = asked(client_of("bob"), sales, columns=[MONTH], filters=[LATE_MARCH], time_zone="Europe/Berlin")
    # In Berlin the last sale of March, a second before midnight UTC, was in April.
    assert found["data"] == [{"month": milliseconds(BERLIN, 2026, 3, 1), "total": 550}]
    assert found["from_dttm"] == milliseconds(BERLIN, 2026, 3, 1)
    assert found["to_dttm"] == milliseconds(BERLIN, 2026, 4, 1)


def test_without_a_zone_all_is_utc(client_of: ClientOf, sales: int) -> None:
    found = asked(client_of("bob"), sales, columns=[MONTH], filters=[LATE_MARCH])
    assert found["data"] == [{"month": milliseconds(ZoneInfo("UTC"), 2026, 3, 1), "total": 1210 - 600}]
    assert found["from_dttm"] == milliseconds(ZoneInfo("UTC"), 2026, 3, 1)


def test_files_say_the_offset(client_of: ClientOf, sales: int) -> None:
    query = {"columns": [MONTH], "time_zone": "Europe/Berlin", "orderby": [["month", True]]}
    text = client_of("alice").post("/api/v1/chart/data", json=body(sales, query, result_format="csv")).text
    assert '"2026-02-01 00:00:00+01:00",' in text
    assert '"2026-04-01 00:00:00+02:00",60' in text


def test_a_dataset_says_in_which_zone_its_moments_are_written(client_of: ClientOf, sales: int) -> None:
    alice = client_of("alice")
    changed = alice.put(f"/api/v1/dataset/{sales}", json={"extra": json.dumps({"time_zone": "America/New_York"})})
    assert changed.status_code == 200, changed.text
    found = asked(alice, sales, columns=[MONTH], filters=[LATE_MARCH])
    assert found["data"] == [{"month": milliseconds(NEW_YORK, 2026, 3, 1), "total": 610}]
    assert found["from_dttm"] == milliseconds(NEW_YORK, 2026, 3, 1)
    # The sale of 23:59:59 in New York was at 5:59:59 in Berlin, the first of March at 00:00 there at 6:00.
    found = asked(alice, sales, columns=[MONTH], time_zone="Europe/Berlin", orderby=[["month", True]])
    assert [row["total"] for row in found["data"]] == [600, 330, 770, 550, 60]


def test_the_range_before_is_compared_by_the_clocks_of_the_zone(client_of: ClientOf, sales: int) -> None:
    found = asked(
        client_of("bob"),
        sales,
        columns=[MONTH],
        filters=[LATE_MARCH],
        time_zone="Europe/Berlin",
        time_offsets=["1 month ago"],
    )
    assert [(row["total"], row["total__1 month ago"]) for row in found["data"]] == [(550, 770)]


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "../../etc/passwd", "UTC'); --", "x" * 300, "\N{FULLWIDTH LATIN SMALL LETTER A}"]
)
def test_a_zone_that_nobody_knows_is_refused(client_of: ClientOf, sales: int, name: str) -> None:
    answer = client_of("bob").post("/api/v1/chart/data", json=body(sales, {"time_zone": name}))
    assert answer.status_code == 400
    assert "Unknown time zone" in answer.get_json()["message"]
    changed = client_of("alice").put(f"/api/v1/dataset/{sales}", json={"extra": json.dumps({"time_zone": name})})
    assert changed.status_code == 422
    assert list(changed.get_json()["message"]) == ["extra"]


def test_a_guest_asks_in_the_zone_of_the_chart_alone(guest_of: Any, embedded: Embedded) -> None:
    query = {"columns": ["region"], "orderby": [["region", True]], "row_limit": 1000, "time_zone": "Europe/Berlin"}
    asking = body(embedded.dataset, query, form_data={"slice_id": embedded.chart, "dashboardId": embedded.dashboard})
    assert guest_of(embedded).post("/api/v1/chart/data", json=asking).status_code == 403
    del asking["queries"][0]["time_zone"]
    assert guest_of(embedded).post("/api/v1/chart/data", json=asking).status_code == 200


def test_templates_get_the_range_as_the_dataset_writes_it(client_of: ClientOf, data_database: int) -> None:
    alice, sql = client_of("admin"), "SELECT '{{ from_dttm }}' AS since, amount, sold_on FROM sales LIMIT 1"
    values = {"database": data_database, "table_name": "ranged", "sql": sql}
    made = alice.post("/api/v1/dataset/", json=values)
    assert made.status_code == 201, made.text
    alice.put(f"/api/v1/dataset/{made.get_json()['id']}", json={"extra": json.dumps({"time_zone": "America/New_York"})})
    found = asked(
        alice,
        made.get_json()["id"],
        metrics=None,
        columns=["since"],
        granularity="sold_on",
        time_range="2025-07-01 : 2027-01-01",
        time_zone="UTC",
    )
    assert found["data"] == [{"since": "2025-06-30 20:00:00"}]
