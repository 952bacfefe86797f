"""Dashboards made over Redash's API: each kind of visualization is drawn, for members and for who has the address."""

from typing import Any

import pytest

from tests.api.redash.conftest import key_of, redash_of  # noqa: F401 - fixtures
from tests.api.redash.test_dashboards_are_kept import Boards
from tests.browser.chromium import Browser
from tests.browser.test_admin_pages_in_a_browser import sign_in
from tests.conftest import ClientOf

pytestmark = [pytest.mark.chromium, pytest.mark.enable_socket, pytest.mark.slow]
SALES = "SELECT region, tenant, amount, sold_on, id FROM sales WHERE region IS NOT NULL"
COUNTRIES = "SELECT 'FRA' AS code, 3 AS n UNION ALL SELECT 'BRA', 5 UNION ALL SELECT 'IND', 8"
STAGES = "SELECT 'visit' AS stage1, 'buy' AS stage2, 7 AS value UNION ALL SELECT 'visit', 'leave', 3"
COHORT = "SELECT '2026-01-01' AS date, 0 AS day_number, 10 AS value UNION ALL SELECT '2026-01-01', 1, 4"
PLACES = "SELECT 48.8 AS lat, 2.3 AS lon, 'a' AS kind UNION ALL SELECT 52.5, 13.4, 'b'"
CARDS = "[...document.querySelectorAll('.dash-chart')]"
IS_DRAWN = "(each) => each.querySelector('canvas, svg, table, [role=alert]')"


def series(kind: str, mapping: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"globalSeriesType": kind, "columnMapping": mapping, **more}


BY_REGION = {"region": "x", "amount": "y", "tenant": "series"}
# name, SQL, type, options
SHOWN: list[tuple[str, str, str, dict[str, Any]]] = [
    ("Columns", SALES, "CHART", series("column", BY_REGION, series={"stacking": "stack"})),
    ("Bars", SALES, "CHART", series("column", {"region": "x", "amount": "y"}, swappedAxes=True)),
    ("Lines", SALES, "CHART", series("line", {"sold_on": "x", "amount": "y", "tenant": "series"})),
    ("Area", SALES, "CHART", series("area", {"sold_on": "x", "amount": "y"})),
    (
        "Two axes",
        SALES,
        "CHART",
        series("column", {"region": "x", "amount": "y", "id": "y"}, seriesOptions={"id": {"type": "line", "yAxis": 1}}),
    ),
    ("Pie", SALES, "CHART", series("pie", {"region": "x", "amount": "y"})),
    ("Points", SALES, "CHART", series("scatter", {"id": "x", "amount": "y"})),
    ("Bubbles", SALES, "CHART", series("bubble", {"id": "x", "amount": "y", "tenant": "series"}, coefficient=1)),
    ("Boxes", SALES, "CHART", series("box", {"region": "x", "amount": "y"})),
    ("Heat", SALES, "CHART", series("heatmap", {"region": "x", "tenant": "y", "amount": "zVal"})),
    ("Table", SALES, "TABLE", {"columns": [{"name": "id", "visible": False}, {"name": "region", "title": "Where"}]}),
    ("Counter", SALES, "COUNTER", {"counterColName": "amount", "rowNumber": 3, "counterLabel": "third"}),
    ("Count", SALES, "COUNTER", {"countRow": True, "counterLabel": "rows"}),
    ("Pivot", SALES, "PIVOT", {"rows": ["region"], "cols": ["tenant"], "vals": ["amount"], "aggregatorName": "Sum"}),
    (
        "World",
        COUNTRIES,
        "CHOROPLETH",
        {"mapType": "countries", "keyColumn": "code", "targetField": "iso_a3", "valueColumn": "n"},
    ),
    ("Places", PLACES, "MAP", {"latColName": "lat", "lonColName": "lon", "classify": "kind"}),
    ("Steps", SALES, "FUNNEL", {"stepCol": {"colName": "region"}, "valueCol": {"colName": "amount"}}),
    ("Flow", STAGES, "SANKEY", {}),
    ("Rings", STAGES, "SUNBURST_SEQUENCE", {}),
    ("Words", SALES, "WORD_CLOUD", {"column": "region", "frequenciesColumn": "amount"}),
    ("Cohort", COHORT, "COHORT", {}),
    ("Details", SALES, "DETAILS", {}),
    ("Unknown", SALES, "HOLOGRAM", {"a": 1}),
    ("Unmapped", SALES, "CHART", {"globalSeriesType": "column"}),
]


@pytest.fixture
def board(redash_of: Any, data_database: int) -> tuple[Boards, int]:  # noqa: F811 - a fixture
    """alice's boards, and a dashboard with one of each."""
    boards = Boards(redash_of("alice"), data_database)
    pk = boards.dashboard("All of Redash")["id"]
    queries: dict[str, int] = {}
    for number, (name, sql, kind, options) in enumerate(SHOWN):
        if sql not in queries:
            body = {"name": name, "query": sql, "data_source_id": data_database}
            queries[sql] = boards.post("/api/queries", body)["id"]
        body = {"query_id": queries[sql], "type": kind, "name": name, "options": options}
        chart = boards.post("/api/visualizations", body)["id"]
        place = {"col": number % 2 * 3, "row": number // 2 * 7, "sizeX": 3, "sizeY": 7}
        boards.widget(pk, chart, {"position": place})
    boards.widget(pk, None, {"position": {"col": 0, "row": 900, "sizeX": 6, "sizeY": 3}}, "# The end")
    return boards, pk


def test_each_kind_of_visualization_answers(board: tuple[Boards, int], client_of: ClientOf) -> None:
    boards, pk = board
    for widget in boards.get(pk)["widgets"]:
        if "visualization" in widget:
            shown = widget["visualization"]
            answer = client_of("alice").get(f"/api/v1/chart/{shown['id']}/data/")
            assert answer.status_code == 200, f"{shown['name']}: {answer.text}"
            assert answer.get_json()["result"][0]["data"], shown["name"]


def test_it_is_drawn_for_whoever_has_the_address(browser: Browser, live_server: str, board: tuple[Boards, int]) -> None:
    boards, pk = board
    key = boards.post(f"/api/dashboards/{pk}/share")["api_key"]
    # Tall, so that no chart waits until somebody scrolls to it.
    browser.resize(1300, 5200)
    browser.go(f"{live_server}/public/dashboards/{key}?org_slug=default")
    browser.wait(f"{CARDS}.length === {len(SHOWN)} && {CARDS}.every({IS_DRAWN})")
    assert browser.run(f"{CARDS}.filter((each) => each.querySelector('[role=alert]')).length") == 0
    words = browser.run("document.body.innerText")
    assert "All of Redash" in words and "The end" in words and "Cut at" not in words
    # The third row of the result, in its own order.
    assert "30\nthird" in words
    assert browser.run("document.title") == "All of Redash"


def test_members_see_the_same(browser: Browser, live_server: str, board: tuple[Boards, int]) -> None:
    _, pk = board
    sign_in(browser, live_server, "alice")
    browser.resize(1300, 5200)
    browser.go(f"{live_server}/superset/dashboard/{pk}/")
    browser.wait(f"{CARDS}.length === {len(SHOWN)} && {CARDS}.every({IS_DRAWN})")
    assert browser.run(f"{CARDS}.filter((each) => each.querySelector('[role=alert]')).length") == 0
