"""The same question about another time, beside the answer."""

from typing import Any

import pytest

from tests.conftest import ClientOf

MONTH = {"label": "month", "sqlExpression": "sold_on", "columnType": "BASE_AXIS", "timeGrain": "P1M"}
IN_MARCH = {"col": "sold_on", "op": "TEMPORAL_RANGE", "val": "2026-03-01 : 2026-04-01"}
IN_FEBRUARY_AND_MARCH = {"col": "sold_on", "op": "TEMPORAL_RANGE", "val": "2026-02-01 : 2026-04-01"}


def asked(client_of: ClientOf, sales: int, **query: Any) -> dict[str, Any]:
    body = {"datasource": {"id": sales, "type": "table"}, "queries": [{"metrics": ["total"], **query}]}
    answer = client_of("bob").post("/api/v1/chart/data", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()["result"][0]
    return found


def test_months_stand_beside_the_months_before(client_of: ClientOf, sales: int) -> None:
    found = asked(client_of, sales, columns=[MONTH], filters=[IN_FEBRUARY_AND_MARCH], time_offsets=["1 month ago"])
    assert found["colnames"] == ["month", "total", "total__1 month ago"]
    assert [(row["total"], row["total__1 month ago"]) for row in found["data"]] == [(770, 330), (610, 770)]
    assert found["query"].count("SELECT") == 2
    assert found["label_map"]["total__1 month ago"] == ["total__1 month ago"]


def test_a_number_stands_beside_that_of_the_range_before(client_of: ClientOf, sales: int) -> None:
    found = asked(client_of, sales, filters=[IN_MARCH], time_offsets=["inherit", "1 month ago"])
    assert found["data"] == [{"total": 610, "total__inherit": 770, "total__1 month ago": 770}]


def test_groups_meet_their_own_kind(client_of: ClientOf, sales: int) -> None:
    found = asked(
        client_of,
        sales,
        columns=["region"],
        filters=[IN_FEBRUARY_AND_MARCH],
        orderby=[["region", True]],
        time_offsets=["2 months ago"],
    )
    by_region = {row["region"]: row["total__2 months ago"] for row in found["data"]}
    # January had sales in the north alone; nobody there sold in February or March.
    assert by_region == {None: None, "east": None, "south": None, "west": None}


@pytest.mark.parametrize("offset", ["2025-02-01", "2025-02-01 : 2025-04-01"])
def test_a_date_or_a_range_may_be_named(client_of: ClientOf, sales: int, offset: str) -> None:
    found = asked(client_of, sales, columns=[MONTH], filters=[IN_FEBRUARY_AND_MARCH], time_offsets=[offset])
    assert [row[f"total__{offset}"] for row in found["data"]] == [None, None]


def test_both_obey_the_row_rules(client_of: ClientOf, sales: int) -> None:
    admin = client_of("admin")
    roles = admin.get("/api/v1/security/roles/?q=(filters:!((col:name,opr:eq,value:Gamma)))").get_json()["ids"]
    rule = {"name": "a", "filter_type": "Regular", "tables": [sales], "roles": roles, "clause": "tenant = 'a'"}
    assert admin.post("/api/v1/rowlevelsecurity/", json=rule).status_code == 201
    found = asked(client_of, sales, columns=[MONTH], filters=[IN_FEBRUARY_AND_MARCH], time_offsets=["1 month ago"])
    assert [(row["total"], row["total__1 month ago"]) for row in found["data"]] == [(70, 30), (110, 70)]


def test_a_question_may_be_shifted_and_stands_for_now(client_of: ClientOf, sales: int) -> None:
    found = asked(client_of, sales, columns=[MONTH], filters=[IN_MARCH], time_shift="1 month ago")
    # February's sales, shown at March.
    assert [(row["month"], row["total"]) for row in found["data"]] == [(1772323200000, 770)]
    assert (found["from_dttm"], found["to_dttm"]) == (1769904000000, 1772323200000)
    streamed = client_of("alice").post(
        "/api/v1/chart/data",
        json={
            "datasource": {"id": sales, "type": "table"},
            "queries": [{"metrics": ["total"], "columns": [MONTH], "filters": [IN_MARCH], "time_shift": "1 month ago"}],
            "result_format": "csv",
        },
    )
    assert streamed.text == "month,Total\n2026-03-01 00:00:00,770\n"


@pytest.mark.parametrize(("wish", "total"), [("m", 770), ("r", 770), ("c", 610), ("", 610), ("y", None)])
def test_a_number_may_be_asked_of_another_time_alone(client_of: ClientOf, sales: int, wish: str, total: int) -> None:
    found = asked(client_of, sales, filters=[IN_MARCH], extras={"instant_time_comparison_range": wish})
    assert found["data"] == [{"total": total}]


def test_other_spellings_of_grains_are_known(client_of: ClientOf, sales: int) -> None:
    for grain, known in (("P0.25Y", "P3M"), ("PT0.5H", "PT30M")):
        first, second = (
            asked(client_of, sales, columns=[{**MONTH, "timeGrain": each}], orderby=[["month", True]])["data"]
            for each in (grain, known)
        )
        assert first == second
