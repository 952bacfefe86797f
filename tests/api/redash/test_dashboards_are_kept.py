"""Dashboards, their widgets and shares over Redash's API; they are the core's, so Superset's API shows them too."""

import json
from typing import Any

import pytest
from flask import Flask

from superset_like.extensions import db
from superset_like.models import Dashboard, DashboardItem, SavedQuery
from tests.api.redash.conftest import RedashOf
from tests.conftest import ApiClient, ClientOf, Counted, Embedded

KEYS = [
    *("id", "slug", "name", "user_id", "user", "layout", "dashboard_filters_enabled", "widgets", "options"),
    *("is_archived", "is_draft", "tags", "updated_at", "created_at", "version", "is_favorite"),
]
POSITION = {"col": 0, "row": 0, "sizeX": 3, "sizeY": 8}
BESIDE = {"col": 3, "row": 0, "sizeX": 3, "sizeY": 8}


class Boards:
    """What these tests make over Redash's API, by alice unless somebody else is named."""

    def __init__(self, client: ApiClient, source: int) -> None:
        self.client, self.source = client, source

    def post(self, url: str, body: Any = None, status: int = 200) -> Any:
        answer = self.client.post(url, json=body)
        assert answer.status_code == status, answer.text
        return answer.get_json()

    def chart(self, name: str = "Sums", sql: str = "SELECT region, amount FROM sales") -> dict[str, Any]:
        query = self.post("/api/queries", {"name": name, "query": sql, "data_source_id": self.source})
        options = {"globalSeriesType": "column", "columnMapping": {"region": "x", "amount": "y"}}
        body = {"query_id": query["id"], "type": "CHART", "name": name, "description": "", "options": options}
        return {**self.post("/api/visualizations", body), "query_id": query["id"]}

    def dashboard(self, name: str = "Sales Overview") -> dict[str, Any]:
        found: dict[str, Any] = self.post("/api/dashboards", {"name": name})
        return found

    def widget(self, dashboard: int, chart: int | None, options: Any = None, text: str = "") -> dict[str, Any]:
        body = {
            "dashboard_id": dashboard,
            "visualization_id": chart,
            "text": text,
            "options": options or {},
            "width": 1,
        }
        found: dict[str, Any] = self.post("/api/widgets", body)
        return found

    def get(self, name: Any) -> dict[str, Any]:
        answer = self.client.get(f"/api/dashboards/{name}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        return found


@pytest.fixture
def boards(redash_of: RedashOf, data_database: int) -> Boards:
    """See Boards."""
    return Boards(redash_of("alice"), data_database)


def layout_of(client_of: ClientOf, pk: int) -> dict[str, Any]:
    found = client_of("admin").get(f"/api/v1/dashboard/{pk}").get_json()["result"]
    layout: dict[str, Any] = json.loads(found["position_json"])
    return layout


def test_a_new_one_is_a_draft_without_widgets(boards: Boards, people: dict[str, int]) -> None:
    made = boards.dashboard()
    assert list(made) == KEYS
    assert made["user"] == {
        "id": people["alice"],
        "name": "Alice Doe",
        "email": "alice@example.com",
        "profile_image_url": "/static/images/avatar.svg",
    }
    known = ("slug", "name", "layout", "widgets", "options", "is_draft", "is_archived", "tags", "version")
    assert [made[name] for name in known] == ["sales-overview", "Sales Overview", [], None, {}, True, False, [], 1]
    assert boards.dashboard()["slug"] == "sales-overview"


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": ""}, {"name": 5}, {"name": "x" * 501}])
def test_a_name_is_needed(boards: Boards, body: dict[str, Any]) -> None:
    boards.post("/api/dashboards", body, status=400)


def test_widgets_come_back_as_they_were_sent(boards: Boards) -> None:
    chart, board = boards.chart(), boards.dashboard()
    options = {"zz": [1, None], "position": {"autoHeight": False, **POSITION, "minSizeX": 1}}
    shown = boards.widget(board["id"], chart["id"], options)
    assert list(shown) == [
        *("id", "width", "options", "dashboard_id", "text", "updated_at", "created_at", "visualization"),
    ]
    assert json.dumps(shown["options"]) == json.dumps(options)
    assert shown["visualization"]["options"] == chart["options"]
    assert shown["visualization"]["query"]["id"] == chart["query_id"]
    assert "visualizations" not in shown["visualization"]["query"]
    text = boards.widget(board["id"], None, {}, "# hi")
    assert "visualization" not in text and (text["text"], text["options"]) == ("# hi", {})
    beside = boards.widget(board["id"], boards.chart("Other")["id"], {"position": BESIDE})
    found = boards.get(board["id"])
    assert [widget["id"] for widget in found["widgets"]] == [shown["id"], text["id"], beside["id"]]
    assert [widget["options"] for widget in found["widgets"]] == [options, {}, {"position": BESIDE}]
    assert (found["version"], found["can_edit"]) == (1, True)
    changed = boards.post(f"/api/widgets/{text['id']}", {"text": "## changed", "options": {"a": 1}})
    assert (changed["text"], changed["options"]) == ("## changed", {"a": 1})


def test_superset_s_api_reads_it(boards: Boards, client_of: ClientOf) -> None:
    board = boards.dashboard()
    one, two = boards.chart(), boards.chart("Other")
    boards.widget(board["id"], one["id"], {"position": POSITION})
    boards.widget(board["id"], two["id"], {"position": BESIDE})
    boards.widget(board["id"], None, {"position": {"col": 0, "row": 8, "sizeX": 6, "sizeY": 2}}, "words")
    layout = layout_of(client_of, board["id"])
    rows = [layout[key] for key in layout["GRID_ID"]["children"]]
    assert [[layout[key]["meta"].get("chartId") for key in row["children"]] for row in rows] == [
        [one["id"], two["id"]],
        [None],
    ]
    first = layout[rows[0]["children"][0]]
    assert (first["meta"]["width"], first["meta"]["height"], first["parents"]) == (
        6,
        50,
        ["ROOT_ID", "GRID_ID", "ROW-1"],
    )
    assert layout[rows[1]["children"][0]]["meta"]["code"] == "words"
    charts = client_of("alice").get(f"/api/v1/dashboard/{board['id']}/charts").get_json()["result"]
    assert {chart["id"] for chart in charts} == {one["id"], two["id"]}
    answer = client_of("alice").get(f"/api/v1/chart/{one['id']}/data/")
    assert {"region": "north", "amount": 330} in answer.get_json()["result"][0]["data"], answer.text


def test_a_guest_token_embeds_it(boards: Boards, client_of: ClientOf, guest_of: Any, sales: int) -> None:
    board, chart = boards.dashboard(), boards.chart()
    boards.widget(board["id"], chart["id"], {"position": POSITION})
    leave = client_of("admin").post(f"/api/v1/dashboard/{board['id']}/embedded", json={"allowed_domains": []})
    uuid = leave.get_json()["result"]["uuid"]
    guest = guest_of(Embedded(board["id"], chart["id"], uuid, sales), "tenant = 'a'")
    # The rule is of each dataset, and this one has no such column.
    assert guest.get(f"/api/v1/chart/{chart['id']}/data/?dashboard_id={board['id']}").status_code >= 400
    guest = guest_of(Embedded(board["id"], chart["id"], uuid, sales), "region = 'north'")
    answer = guest.get(f"/api/v1/chart/{chart['id']}/data/?dashboard_id={board['id']}")
    assert [row["region"] for row in answer.get_json()["result"][0]["data"]] == ["north"], answer.text


def test_a_dashboard_of_superset_s_api_has_widgets(
    embedded: Embedded, client_of: ClientOf, redash_of: RedashOf, app: Flask
) -> None:
    listed = redash_of("bob").get("/api/dashboards").get_json()
    assert [(each["name"], each["widgets"], each["is_draft"]) for each in listed["results"]] == [("Shop", None, False)]
    found = redash_of("bob").get(f"/api/dashboards/{embedded.dashboard}").get_json()
    assert found["can_edit"] is False and "api_key" not in found
    (widget,) = found["widgets"]
    assert widget["visualization"]["id"] == embedded.chart
    assert widget["visualization"]["type"] == "TABLE"
    assert widget["options"] == {"position": {"col": 0, "row": 0, "sizeX": 2, "sizeY": 8}}
    again = redash_of("alice").get(f"/api/dashboards/{embedded.dashboard}").get_json()["widgets"]
    assert [each["id"] for each in again] == [widget["id"]]
    # A text is put below, and what is there stays as it is.
    before = layout_of(client_of, embedded.dashboard)
    body = {"dashboard_id": embedded.dashboard, "visualization_id": None, "text": "x", "options": {}, "width": 1}
    assert redash_of("alice").post("/api/widgets", json=body).status_code == 200
    after = layout_of(client_of, embedded.dashboard)
    assert all(after[key] == node for key, node in before.items() if key != "GRID_ID" and isinstance(node, dict))
    assert after["GRID_ID"]["children"][0] == "ROW" and len(after["GRID_ID"]["children"]) == 2


def test_what_superset_s_api_moves_has_moved(boards: Boards, client_of: ClientOf) -> None:
    board, one, two = boards.dashboard(), boards.chart(), boards.chart("Other")
    first = boards.widget(board["id"], one["id"], {"position": POSITION, "own": True})
    boards.widget(board["id"], two["id"], {"position": BESIDE})
    layout = layout_of(client_of, board["id"])
    (row,) = layout["GRID_ID"]["children"]
    layout[row]["children"].reverse()
    layout[layout[row]["children"][1]]["meta"]["height"] = 100
    body = {"position_json": json.dumps(layout)}
    assert client_of("alice").put(f"/api/v1/dashboard/{board['id']}", json=body).status_code == 200
    options = {widget["id"]: widget["options"] for widget in boards.get(board["id"])["widgets"]}
    assert options[first["id"]] == {"position": {"col": 3, "row": 0, "sizeX": 3, "sizeY": 16}, "own": True}


def test_edits_count_and_widgets_do_not(boards: Boards) -> None:
    board = boards.dashboard()
    body = {"name": "Sales Overview 2", "tags": ["kpi", ""], "is_draft": False, "version": 1}
    edited = boards.post(f"/api/dashboards/{board['id']}", body)
    known = ("slug", "name", "is_draft", "tags", "version", "widgets")
    assert [edited[name] for name in known] == ["sales-overview-2", "Sales Overview 2", False, ["kpi"], 2, []]
    boards.post(f"/api/dashboards/{board['id']}", {"name": "x", "version": 1}, status=409)
    boards.widget(board["id"], None, {}, "text")
    boards.widget(board["id"], boards.chart()["id"])
    assert boards.get(board["id"])["version"] == 2
    kept = {"layout": [[1]], "options": {"b": 1, "a": 2}, "dashboard_filters_enabled": True}
    changed = boards.post(
        f"/api/dashboards/{board['id']}", {"version": 2, "bogus": 1, "slug": "z", "user_id": 2, **kept}
    )
    assert {name: changed[name] for name in kept} == kept and changed["version"] == 3
    assert json.dumps(changed["options"]) == '{"b": 1, "a": 2}'
    whole = boards.get(board["id"])
    # What says what is there already is no edit, however often it is sent.
    for _ in range(2):
        again = boards.post(f"/api/dashboards/{board['id']}", whole)
        assert (again["version"], again["updated_at"]) == (3, whole["updated_at"])
    for edit in ({"tags": ["kpi", "x"]}, {"is_draft": True}, {"options": {}}, {"name": "Renamed"}):
        version = boards.get(board["id"])["version"]
        assert boards.post(f"/api/dashboards/{board['id']}", edit)["version"] == version + 1


def test_it_is_found_by_slug_and_by_both(boards: Boards, redash_of: RedashOf) -> None:
    board = boards.dashboard()
    for name in (board["id"], "sales-overview", "sales-overview?legacy", f"{board['id']}-sales-overview"):
        assert boards.get(name)["id"] == board["id"]
    assert redash_of("alice").get("/api/dashboards/nope?legacy").status_code == 404
    assert redash_of("alice").get("/api/dashboards/9999").status_code == 404
    # After a renaming by its new name too, until another one has that stored.
    boards.post("/api/dashboards/sales-overview", {"name": "Revenue"})
    assert boards.get("sales-overview")["id"] == boards.get("revenue")["id"] == board["id"]
    other = boards.dashboard("Revenue")
    assert boards.get("revenue")["id"] == other["id"]
    assert boards.client.delete("/api/dashboards/revenue").get_json()["id"] == other["id"]
    assert boards.get("revenue")["id"] == board["id"]


def test_archived_ones_are_in_no_list(boards: Boards, client_of: ClientOf) -> None:
    board = boards.dashboard()
    boards.post(f"/api/dashboards/{board['id']}", {"is_draft": False})
    archived = boards.client.delete(f"/api/dashboards/{board['id']}").get_json()
    assert (archived["is_archived"], archived["version"], archived["widgets"]) == (True, 3, [])
    assert boards.client.get("/api/dashboards").get_json()["count"] == 0
    assert client_of("alice").get("/api/v1/dashboard/").get_json()["count"] == 0
    assert client_of("alice").get(f"/api/v1/dashboard/{board['id']}").status_code == 200
    assert boards.get(board["id"])["is_archived"] is True
    assert boards.post(f"/api/dashboards/{board['id']}", {"is_archived": False})["is_archived"] is False
    assert boards.client.get("/api/dashboards").get_json()["count"] == 1


def test_lists_leave_out_drafts_of_others(boards: Boards, redash_of: RedashOf) -> None:
    draft, shown = boards.dashboard("Draft"), boards.dashboard("Shown")
    boards.widget(shown["id"], boards.chart()["id"])
    boards.post(f"/api/dashboards/{shown['id']}", {"is_draft": False, "tags": ["kpi"]})

    def names(client: ApiClient, query: str = "") -> list[str]:
        return [each["name"] for each in client.get(f"/api/dashboards{query}").get_json()["results"]]

    alice, admin, charlie = (redash_of(name) for name in ("alice", "admin", "charlie"))
    assert (names(alice), names(admin), names(charlie)) == (["Shown", "Draft"], ["Shown"], [])
    assert names(alice, "?order=name") == ["Draft", "Shown"]
    assert (names(alice, "?q=sho"), names(alice, "?tags=kpi"), names(alice, "?tags=no")) == (["Shown"], ["Shown"], [])
    assert (names(alice, "/my"), names(admin, "/my")) == (["Shown", "Draft"], [])
    assert alice.get("/api/dashboards/tags").get_json() == {"tags": [{"name": "kpi", "count": 1}]}
    assert alice.get("/api/dashboards?page=99").status_code == 400
    assert admin.get(f"/api/dashboards/{draft['id']}").status_code == 200
    for _ in range(2):
        assert admin.post(f"/api/dashboards/{shown['id']}/favorite", json={}).get_json() is None
    (star,) = admin.get("/api/dashboards/favorites").get_json()["results"]
    assert (star["id"], star["is_favorite"], "starred_at" in star) == (shown["id"], True, True)
    assert admin.delete(f"/api/dashboards/{shown['id']}/favorite").get_json() is None
    assert admin.get("/api/dashboards/favorites").get_json()["count"] == 0


def test_who_may_not_read_the_data_gets_restricted_widgets(boards: Boards, redash_of: RedashOf) -> None:
    board = boards.dashboard()
    shown = boards.widget(board["id"], boards.chart()["id"], {"position": POSITION})
    boards.widget(board["id"], None, {}, "words")
    answer = redash_of("charlie").get(f"/api/dashboards/{board['id']}")
    restricted, text = answer.get_json()["widgets"]
    kept = {name: shown[name] for name in ("id", "width", "options", "dashboard_id", "updated_at", "created_at")}
    assert restricted == {**kept, "restricted": True}
    assert text["text"] == "words" and answer.get_json()["can_edit"] is False
    assert "SELECT" not in answer.text


def test_only_its_owners_change_it(boards: Boards, redash_of: RedashOf, people: dict[str, int]) -> None:
    board = boards.dashboard()
    pk, widget = board["id"], boards.widget(board["id"], None, {}, "words")
    new = {"dashboard_id": pk, "visualization_id": None, "text": "x", "options": {}, "width": 1}
    bob = redash_of("bob")
    assert bob.post(f"/api/dashboards/{pk}", json={"name": "x"}).status_code == 403
    assert bob.delete(f"/api/dashboards/{pk}").status_code == 403
    assert bob.post("/api/widgets", json=new).status_code == 403
    assert bob.post(f"/api/widgets/{widget['id']}", json={"text": "x", "options": {}}).status_code == 403
    assert bob.delete(f"/api/widgets/{widget['id']}").status_code == 403
    for verb in (bob.post, bob.delete):
        refused = verb(f"/api/dashboards/{pk}/share")
        assert (refused.status_code, refused.get_json()["message"]) == (
            403,
            "You don't have permission to edit this resource.",
        )
    assert bob.post(f"/api/dashboards/{pk}/acl", json={"access_type": "modify", "user_id": 1}).status_code == 403
    assert redash_of(None).get(f"/api/dashboards/{pk}").status_code == 404
    # Whom alice lets change it may do that, and no more.
    acl = f"/api/dashboards/{pk}/acl"
    assert boards.client.get(acl).get_json() == {}
    granted = boards.post(acl, {"access_type": "modify", "user_id": people["bob"]})
    assert (granted["object_type"], granted["grantor"], granted["grantee"]) == (
        "dashboards",
        people["alice"],
        people["bob"],
    )
    assert [each["name"] for each in boards.client.get(acl).get_json()["modify"]] == ["Bob Doe"]
    assert bob.get(f"{acl}/modify").get_json() == {"response": True}
    assert bob.post(f"/api/dashboards/{pk}", json={"name": "Bob's"}).get_json()["name"] == "Bob's"
    assert bob.post(f"/api/dashboards/{pk}/share").status_code == 403
    body = {"access_type": "modify", "user_id": people["bob"]}
    assert boards.client.delete(acl, json=body).get_json() is None
    assert bob.post(f"/api/dashboards/{pk}", json={"name": "x"}).status_code == 403
    boards.post(acl, {"access_type": "zz", "user_id": people["bob"]}, status=400)
    boards.post(acl, {"access_type": "modify", "user_id": 9999}, status=400)


@pytest.mark.parametrize(
    ("method", "url", "body", "status"),
    [
        ("POST", "/api/widgets", {"dashboard_id": 1, "text": "x", "options": {}, "width": 1}, 400),
        ("POST", "/api/widgets", {"dashboard_id": 9999, "visualization_id": None, "text": "x", "options": {}}, 404),
        ("POST", "/api/widgets", {"dashboard_id": 1, "visualization_id": 9999, "text": "", "options": {}}, 404),
        ("POST", "/api/widgets", {"dashboard_id": 1, "visualization_id": 10**12, "text": "", "options": {}}, 400),
        ("POST", "/api/widgets/1", {"options": {}}, 400),
        ("POST", "/api/widgets/9999", {"text": "x", "options": {}}, 404),
        ("DELETE", "/api/widgets/9999", None, 404),
        ("DELETE", "/api/widgets/abc", None, 404),
        ("POST", "/api/dashboards/9999", {"name": "x"}, 404),
        ("DELETE", "/api/dashboards/9999", None, 404),
        ("POST", "/api/dashboards/1", {"is_draft": "perhaps"}, 400),
        ("POST", "/api/dashboards/1", {"options": []}, 400),
    ],
)
def test_bad_input_is_told(boards: Boards, method: str, url: str, body: Any, status: int) -> None:
    board = boards.dashboard()
    boards.widget(board["id"], None, {}, "x")
    url = url.replace("dashboards/1", f"dashboards/{board['id']}")
    if body and body.get("dashboard_id") == 1:
        body = {**body, "dashboard_id": board["id"]}
    assert boards.client.open(url, method=method, json=body).status_code == status


def test_a_chart_that_one_may_not_read_does_not_get_on(boards: Boards, redash_of: RedashOf) -> None:
    chart = boards.chart()
    bobs = Boards(redash_of("bob"), boards.source)
    board = bobs.dashboard("Bob's")
    body = {"dashboard_id": board["id"], "visualization_id": chart["id"], "text": "", "options": {}, "width": 1}
    bobs.post("/api/widgets", body, status=404)


def test_a_deleted_visualization_leaves_its_dashboards(boards: Boards, client_of: ClientOf) -> None:
    board, chart = boards.dashboard(), boards.chart()
    boards.widget(board["id"], chart["id"], {"position": POSITION})
    text = boards.widget(board["id"], None, {}, "stays")
    assert boards.client.delete(f"/api/visualizations/{chart['id']}").status_code == 200
    assert [widget["id"] for widget in boards.get(board["id"])["widgets"]] == [text["id"]]
    assert boards.get(board["id"])["version"] == 1
    assert "CHART" not in {
        node["type"] for node in layout_of(client_of, board["id"]).values() if isinstance(node, dict)
    }
    assert boards.client.delete(f"/api/widgets/{text['id']}").get_json() is None
    assert boards.get(board["id"])["widgets"] == []


def test_a_fork_has_items_of_its_own(boards: Boards, app: Flask) -> None:
    board, chart = boards.dashboard(), boards.chart()
    boards.widget(board["id"], chart["id"], {"position": POSITION})
    boards.widget(board["id"], None, {}, "words")
    boards.post(f"/api/dashboards/{board['id']}", {"tags": ["kpi"], "is_draft": False, "options": {"x": 1}})
    fork = boards.post(f"/api/dashboards/{board['id']}/fork")
    known = ("name", "slug", "is_draft", "tags", "options")
    name = f"Copy of (#{board['id']}) Sales Overview"
    slug = f"copy-of-{board['id']}-sales-overview"
    assert [fork[each] for each in known] == [name, slug, True, ["kpi"], {"x": 1}]
    own = boards.get(board["id"])["widgets"]
    assert [widget["options"] for widget in fork["widgets"]] == [{"position": POSITION}, {}]
    assert not {widget["id"] for widget in own} & {widget["id"] for widget in fork["widgets"]}
    with app.app_context():
        assert db.session.query(DashboardItem).count() == 4


def test_a_share_is_read_by_its_token_alone(boards: Boards, redash_of: RedashOf, app: Flask) -> None:
    board, chart = boards.dashboard(), boards.chart()
    boards.widget(board["id"], chart["id"], {"position": POSITION})
    boards.widget(board["id"], None, {}, "words")
    shared = boards.post(f"/api/dashboards/{board['id']}/share")
    key = shared["api_key"]
    assert shared["public_url"] == f"http://localhost/public/dashboards/{key}?org_slug=default"
    assert boards.post(f"/api/dashboards/{board['id']}/share") == shared
    assert boards.get(board["id"])["public_url"] == shared["public_url"]
    # The key reads with alice's rights: who may not edit is not told.
    assert "api_key" not in redash_of("bob").get(f"/api/dashboards/{board['id']}").get_json()
    nobody = redash_of(None)
    answer = nobody.get(f"/api/dashboards/public/{key}")
    found = answer.get_json()
    assert list(found) == [
        *("name", "layout", "dashboard_filters_enabled", "options", "updated_at", "created_at", "widgets")
    ]
    shown, text = found["widgets"]
    assert list(shown) == ["id", "width", "options", "text", "updated_at", "created_at", "visualization"]
    assert "id" not in shown["visualization"] and text["text"] == "words"
    assert shown["visualization"]["query"] == {
        "id": chart["query_id"],
        "name": "Sums",
        "description": None,
        "options": {},
    }
    assert "SELECT" not in answer.text and "api_key" not in answer.text and "alice" not in answer.text
    others = (f"/api/dashboards/{board['id']}", "/api/dashboards", f"/api/queries/{chart['query_id']}", "/api/queries")
    for url in others:
        assert nobody.get(f"{url}?api_key={key}").status_code in {403, 404}
    assert nobody.get("/api/dashboards/public/nope").get_json()["message"].startswith("Couldn't find resource.")
    assert redash_of("bob").get("/api/dashboards/public/nope").get_json()["message"].startswith("The requested URL")
    with app.app_context():
        dashboard = db.session.get(Dashboard, board["id"])
        assert dashboard is not None
        dashboard.is_archived = True
        db.session.commit()
    assert nobody.get(f"/api/dashboards/public/{key}").status_code == 404
    boards.post(f"/api/dashboards/{board['id']}", {"is_archived": False})
    for _ in range(2):
        assert boards.client.delete(f"/api/dashboards/{board['id']}/share").get_json() is None
    assert nobody.get(f"/api/dashboards/public/{key}").status_code == 404
    # A new share has another key.
    assert boards.post(f"/api/dashboards/{board['id']}/share")["api_key"] != key


def test_charts_of_archived_queries_are_in_no_list(boards: Boards, client_of: ClientOf) -> None:
    board, chart, other = boards.dashboard(), boards.chart(), boards.chart("Other")
    boards.widget(board["id"], chart["id"])
    assert boards.client.delete(f"/api/queries/{chart['query_id']}").get_json() is None
    listed = client_of("alice").get("/api/v1/chart/").get_json()["result"]
    assert chart["id"] not in {each["id"] for each in listed} and other["id"] in {each["id"] for each in listed}
    assert client_of("alice").get(f"/api/v1/chart/{chart['id']}").status_code == 200
    assert boards.get(board["id"])["widgets"] == []


def test_a_deleted_query_leaves_its_dataset_to_who_may_read_it(boards: Boards, client_of: ClientOf) -> None:
    chart = boards.chart()
    assert client_of("alice").delete(f"/api/v1/saved_query/{chart['query_id']}").status_code == 200
    # alice may read the table, and so might have made the dataset.
    assert client_of("alice").get(f"/api/v1/chart/{chart['id']}/data/").status_code == 200


def test_reading_one_costs_as_much_with_more_widgets(boards: Boards, counted: Counted) -> None:
    board = boards.dashboard()
    costs = []
    for count in (2, 4):
        for _ in range(count):
            boards.widget(board["id"], boards.chart()["id"])
        boards.get(board["id"])
        counted.statements.clear()
        boards.get(board["id"])
        costs.append(len(counted))
    assert costs[0] == costs[1], "\n".join(counted.statements)
    boards.post(f"/api/dashboards/{board['id']}", {"is_draft": False})
    boards.client.get("/api/dashboards")
    counted.statements.clear()
    boards.client.get("/api/dashboards")
    one = len(counted)
    for name in "abc":
        boards.dashboard(name)
    boards.client.get("/api/dashboards")
    counted.statements.clear()
    assert boards.client.get("/api/dashboards").get_json()["count"] == 4
    assert len(counted) == one


def test_nothing_of_a_deleted_one_is_left_to_the_next(boards: Boards, client_of: ClientOf) -> None:
    board, chart = boards.dashboard(), boards.chart()
    widget = boards.widget(board["id"], chart["id"], {"own": 1}, "told")
    assert widget["text"] == "told"
    boards.post(f"/api/dashboards/{board['id']}", {"options": {"own": 1}, "layout": [1]})
    assert client_of("alice").delete(f"/api/v1/dashboard/{board['id']}").status_code == 200
    other = boards.dashboard()
    assert (other["id"], other["options"], other["layout"]) == (board["id"], {}, [])
    again = boards.widget(other["id"], chart["id"])
    assert (again["id"], again["text"], again["options"]) == (widget["id"], "", {})


def test_who_changes_where_a_text_reads_is_its_author(
    boards: Boards, redash_of: RedashOf, client_of: ClientOf, people: dict[str, int], app: Flask
) -> None:
    admins = Boards(redash_of("admin"), boards.source)
    query = admins.chart()["query_id"]
    acl = {"access_type": "modify", "user_id": people["alice"]}
    assert admins.client.post(f"/api/queries/{query}/acl", json=acl).status_code == 200
    assert client_of("alice").put(f"/api/v1/saved_query/{query}", json={"schema": "main"}).status_code == 200
    with app.app_context():
        saved = db.session.get(SavedQuery, query)
        assert saved is not None
        assert saved.sql_by_fk == people["alice"]
