"""Whoever has a dashboard's public address is shown what the person who shared it is shown, and no more."""

from typing import Any

import pytest
from flask import Flask

from superset_like.extensions import db
from superset_like.models import Dataset, RowRule
from tests.api.redash.conftest import RedashOf
from tests.api.redash.test_dashboards_are_kept import Boards
from tests.conftest import ApiClient, ClientOf


@pytest.fixture
def boards(redash_of: RedashOf, data_database: int) -> Boards:
    """What alice makes."""
    return Boards(redash_of("alice"), data_database)


def shared(boards: Boards, sql: str = "SELECT region, amount FROM sales") -> tuple[int, int, str]:
    """(dashboard, chart, key) of a new dashboard that was shared."""
    board, chart = boards.dashboard(), boards.chart(sql=sql)
    boards.widget(board["id"], chart["id"])
    key = boards.post(f"/api/dashboards/{board['id']}/share")["api_key"]
    return board["id"], chart["id"], key


def reader(client_of: ClientOf, key: str) -> ApiClient:
    return client_of(None, **{"X-GuestToken": key})


def sums(client: ApiClient, board: int, chart: int) -> dict[str, Any]:
    answer = client.get(f"/api/v1/chart/{chart}/data/?dashboard_id={board}")
    assert answer.status_code == 200, answer.text
    return {row["region"]: row["amount"] for row in answer.get_json()["result"][0]["data"]}


def test_the_page_is_for_everybody(boards: Boards, client_of: ClientOf) -> None:
    board, chart, key = shared(boards)
    page = client_of(None).get(f"/public/dashboards/{key}?org_slug=default")
    assert page.status_code == 200 and "shared.js" in page.text and "Sales Overview" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer" and page.headers["Cache-Control"] == "no-store"
    assert sums(reader(client_of, key), board, chart)["north"] == 330
    assert reader(client_of, key).get(f"/api/v1/dashboard/{board}").status_code == 200
    assert client_of(None).get("/public/dashboards/nope").status_code == 404


def test_he_reads_that_dashboard_alone(boards: Boards, client_of: ClientOf) -> None:
    board, chart, key = shared(boards)
    other = boards.chart("Other")
    guest = reader(client_of, key)
    for url in (
        f"/api/v1/chart/{other['id']}/data/?dashboard_id={board}",
        f"/api/v1/chart/{other['id']}/data/",
        f"/api/v1/chart/{chart}",
        "/api/v1/dashboard/",
        "/api/v1/dataset/",
        "/api/v1/saved_query/",
        "/api/v1/database/",
    ):
        assert guest.get(url).status_code in {401, 403, 404}, url
    context = {"datasource": {"id": 1, "type": "table"}, "queries": [{"columns": ["tenant"], "metrics": None}]}
    assert guest.post("/api/v1/chart/data", json=context).status_code in {401, 403, 404}
    assert guest.put(f"/api/v1/dashboard/{board}", json={"dashboard_title": "x"}).status_code in {401, 403}
    for url in (
        f"/api/v1/dashboard/{board}",
        f"/api/v1/dashboard/{board}/charts",
        f"/api/v1/dashboard/{board}/datasets",
    ):
        answer = guest.get(url)
        assert "SELECT" not in answer.text and "FROM sales" not in answer.text, url


def test_row_rules_are_those_of_who_shared_it(app: Flask, boards: Boards, client_of: ClientOf, sales: int) -> None:
    board, chart, key = shared(boards)
    with app.app_context():
        alpha = app.appbuilder.sm.find_role("Alpha")  # type: ignore[attr-defined]
        dataset = db.session.get(Dataset, sales)
        clause = "tenant = (CASE WHEN '{{ current_username() }}' = 'alice' THEN 'a' ELSE 'none' END)"
        rule = RowRule(name="a", filter_type="Regular", clause=clause, roles=[alpha], tables=[dataset])
        db.session.add(rule)
        db.session.commit()
    assert sums(reader(client_of, key), board, chart)["north"] == 30
    assert sums(client_of("alice"), board, chart)["north"] == 30
    assert sums(client_of("admin"), board, chart)["north"] == 330


def test_who_shared_it_may_lose_what_he_showed(app: Flask, boards: Boards, client_of: ClientOf, people: Any) -> None:
    board, chart, key = shared(boards)
    with app.app_context():
        alice = app.appbuilder.sm.get_user_by_id(people["alice"])  # type: ignore[attr-defined]
        # He still owns dashboard, chart and dataset, and so reads on; but no longer the table below.
        alice.roles = [app.appbuilder.sm.find_role("Gamma")]  # type: ignore[attr-defined]
        db.session.commit()
    answer = reader(client_of, key).get(f"/api/v1/chart/{chart}/data/?dashboard_id={board}")
    assert answer.status_code == 403 and "north" not in answer.text
    with app.app_context():
        alice = app.appbuilder.sm.get_user_by_id(people["alice"])  # type: ignore[attr-defined]
        alice.active = False
        db.session.commit()
    assert reader(client_of, key).get(f"/api/v1/dashboard/{board}").status_code == 401
    assert client_of(None).get(f"/public/dashboards/{key}").status_code == 404
    assert client_of(None).get(f"/api/dashboards/public/{key}").status_code == 404


def test_charts_that_others_put_on_it_are_judged_by_who_shared_it(
    boards: Boards, redash_of: RedashOf, client_of: ClientOf
) -> None:
    bobs = Boards(redash_of("bob"), boards.source)
    board = bobs.dashboard("Bob's")
    key = bobs.post(f"/api/dashboards/{board['id']}/share")["api_key"]
    admins = Boards(redash_of("admin"), boards.source)
    secret = admins.chart("Secret", "SELECT word AS region, 1 AS amount FROM secrets")
    admins.widget(board["id"], secret["id"])
    guest = reader(client_of, key)
    answer = guest.get(f"/api/v1/chart/{secret['id']}/data/?dashboard_id={board['id']}")
    assert answer.status_code == 403 and "canary" not in answer.text
    (widget,) = client_of(None).get(f"/api/dashboards/public/{key}").get_json()["widgets"]
    assert widget["restricted"] is True and "visualization" not in widget


def test_it_ends_with_the_share_and_with_the_dashboard(boards: Boards, client_of: ClientOf) -> None:
    board, _, key = shared(boards)
    boards.client.delete(f"/api/dashboards/{board}")
    assert reader(client_of, key).get(f"/api/v1/dashboard/{board}").status_code == 401
    assert client_of(None).get(f"/public/dashboards/{key}").status_code == 404
    boards.post(f"/api/dashboards/{board}", {"is_archived": False})
    assert reader(client_of, key).get(f"/api/v1/dashboard/{board}").status_code == 200
    boards.client.delete(f"/api/dashboards/{board}/share")
    assert reader(client_of, key).get(f"/api/v1/dashboard/{board}").status_code == 401
    other = key[:-1] + ("0" if key[-1] != "0" else "1")
    assert reader(client_of, other).get(f"/api/v1/dashboard/{board}").status_code == 401


def test_administrators_can_switch_it_off(boards: Boards, redash_of: RedashOf, client_of: ClientOf) -> None:
    board, chart, key = shared(boards)
    body = {"disable_public_urls": True}
    assert redash_of("admin").post("/api/settings/organization", json=body).status_code == 200
    answer = client_of(None).get(f"/api/dashboards/public/{key}")
    assert (answer.status_code, answer.get_json()["message"]) == (400, "Public URLs are disabled.")
    assert client_of(None).get(f"/public/dashboards/{key}").status_code == 404
    assert reader(client_of, key).get(f"/api/v1/dashboard/{board}").status_code == 401
    asked = client_of(None).post(f"/api/queries/{board}/results?api_key={key}", json={})
    assert asked.status_code in {403, 404}
    body = {"disable_public_urls": False}
    assert redash_of("admin").post("/api/settings/organization", json=body).status_code == 200
    assert sums(reader(client_of, key), board, chart)["north"] == 330
