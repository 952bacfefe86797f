"""What each kind of caller gets of every endpoint there is: what opens is listed here, and all else is refused.

Endpoints are found in the map of routes, so that a new one is tried by everybody too.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from superset_like.extensions import db
from tests.api.redash.conftest import RedashOf, Shop
from tests.conftest import ApiClient, ClientOf, Embedded

NOBODY = (404, "Couldn't find resource. Please login and try again.")
FORBIDDEN = (
    403,
    "You don't have the permission to access the requested resource. It is either read-protected or not readable by "
    "the server.",
)
NOT_THE_OWNER = (403, "You don't have permission to edit this resource.")
NOT_FOUND = (
    404,
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try "
    "again.",
)
ONLY_USERS = (403, "Please use a user API key.")
NO_RUN = (403, "You do not have permission to run queries with this data source.")
NO_PROOF = (400, "The CSRF token is missing.")
Route = tuple[str, str]
Refusal = tuple[int, str | None]

OF_ALL = {("GET", "/api/config"), ("GET", "/api/dashboards/public/<token>")}
OF_A_QUERY = {
    ("GET", "/api/queries/<int:query_id>"),
    ("POST", "/api/queries/<int:query_id>/results"),
    ("GET", "/api/queries/<int:query_id>/results"),
    ("GET", "/api/queries/<int:query_id>/results.<extension>"),
    ("GET", "/api/queries/<int:query_id>/results/<int:result_id>.<extension>"),
    # Its own executions; the one here is alice's too, who made the query.
    ("GET", "/api/queries/<int:query_id>/jobs/<job_id>"),
}
# Its reader sees no execution that he did not ask for; alice shared the dashboard, and asked for the one here.
OF_A_SHARE = {
    ("POST", "/api/queries/<int:query_id>/results"),
    ("GET", "/api/queries/<int:query_id>/jobs/<job_id>"),
    ("GET", "/api/jobs/<job_id>"),
}
# What everybody with an account has: himself, what he makes, and lists of what he sees.
OF_ANY_ACCOUNT = {
    ("GET", "/api/redash/_openapi"),
    ("GET", "/api/alerts"),
    ("GET", "/api/dashboards"),
    ("POST", "/api/dashboards"),
    ("GET", "/api/dashboards/favorites"),
    ("GET", "/api/dashboards/my"),
    ("GET", "/api/dashboards/tags"),
    ("GET", "/api/data_sources"),
    ("GET", "/api/destinations"),
    ("POST", "/api/events"),
    ("GET", "/api/groups"),
    ("GET", "/api/organization/status"),
    ("GET", "/api/queries"),
    ("GET", "/api/queries/archive"),
    ("GET", "/api/queries/favorites"),
    ("GET", "/api/queries/my"),
    ("GET", "/api/queries/recent"),
    ("GET", "/api/queries/search"),
    ("GET", "/api/queries/tags"),
    ("POST", "/api/queries/format"),
    ("GET", "/api/query_snippets"),
    ("POST", "/api/query_snippets"),
    ("GET", "/api/query_snippets/<int:snippet_id>"),
    ("GET", "/api/session"),
    ("GET", "/api/users"),
    # A dashboard of Redash is for all, but what stands on it.
    ("GET", "/api/dashboards/<dashboard_id>"),
    ("GET", "/api/dashboards/<dashboard_id>/acl"),
    ("GET", "/api/dashboards/<dashboard_id>/acl/<access_type>"),
    ("POST", "/api/dashboards/<dashboard_id>/favorite"),
    ("DELETE", "/api/dashboards/<dashboard_id>/favorite"),
    ("POST", "/api/dashboards/<dashboard_id>/fork"),
}
OF_A_VIEWER = OF_ANY_ACCOUNT | {
    ("GET", "/api/alerts/<int:alert_id>"),
    ("GET", "/api/alerts/<int:alert_id>/subscriptions"),
    ("POST", "/api/alerts/<int:alert_id>/subscriptions"),
    ("POST", "/api/alerts"),
    ("GET", "/api/data_sources/<int:data_source_id>"),
    ("GET", "/api/data_sources/<int:data_source_id>/schema"),
    ("GET", "/api/queries/<int:query_id>"),
    ("GET", "/api/queries/<int:query_id>/acl"),
    ("GET", "/api/queries/<int:query_id>/acl/<access_type>"),
    ("GET", "/api/queries/<int:query_id>/dropdown"),
    ("POST", "/api/queries/<int:query_id>/favorite"),
    ("DELETE", "/api/queries/<int:query_id>/favorite"),
    ("POST", "/api/queries/<int:query_id>/results"),
    ("GET", "/api/queries/<int:query_id>/results"),
    ("GET", "/api/queries/<int:query_id>/results.<extension>"),
    ("GET", "/api/queries/<int:query_id>/results/<int:result_id>.<extension>"),
    ("GET", "/api/query_results/<int:result_id>"),
    ("GET", "/api/query_results/<int:result_id>.<extension>"),
}
# can_read:Dashboard:1 and no more; what is about the caller himself does not tell of anybody else.
OF_ONE_DASHBOARD = {
    ("GET", "/api/redash/_openapi"),
    ("GET", "/api/dashboards"),
    ("GET", "/api/dashboards/favorites"),
    ("GET", "/api/dashboards/my"),
    ("GET", "/api/dashboards/tags"),
    ("GET", "/api/dashboards/<dashboard_id>"),
    ("GET", "/api/dashboards/<dashboard_id>/acl"),
    ("GET", "/api/dashboards/<dashboard_id>/acl/<access_type>"),
    ("GET", "/api/groups"),
    ("GET", "/api/groups/<int:group_id>"),
    ("GET", "/api/organization/status"),
    ("GET", "/api/session"),
    ("GET", "/api/users"),
    ("GET", "/api/users/<int:user_id>"),
    ("POST", "/api/queries/format"),
}


@dataclass(frozen=True)
class World:
    """One of each thing, made by alice (destination and group: by the administrator). ids: by the name in a path."""

    app: Flask
    ids: dict[str, Any]
    bodies: dict[Route, Any]
    query_key: str
    other_key: str
    share: str
    other_share: str

    def routes(self) -> Iterator[tuple[Route, str]]:
        """(method, rule) and a path of it, for each endpoint of Redash's API."""
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if rule.endpoint.startswith("Redash"):
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield (method, rule.rule), re.sub(r"<(?:\w+:)?(\w+)>", self._id, rule.rule)

    def _id(self, match: re.Match[str]) -> str:
        return str(self.ids[match[1]])

    def tried(self, client: Any, *, writes_only: bool = False) -> dict[Route, Refusal]:
        """What each endpoint answered: (status, message); those that need a body get one that would do."""
        found: dict[Route, Refusal] = {}
        for route, path in self.routes():
            method = route[0]
            if writes_only and method == "GET":
                continue
            answer = client.open(path, method=method, json=self.bodies.get(route, {}) if method != "GET" else None)
            assert answer.status_code < 500, (route, answer.text)
            found[route] = (answer.status_code, _message(answer))
        return found

    def state(self, *without: str) -> dict[str, list[str]]:
        """All that is in the metadata, but for these tables and what clients leave behind by being there."""
        left_out = {"ab_api_key", "log", "stamp", *without}
        with self.app.app_context():
            db.session.remove()
            tables = [table for table in Model.metadata.sorted_tables if table.name not in left_out]
            return {table.name: sorted(map(repr, db.session.execute(select(table)))) for table in tables}


def _message(answer: Any) -> str | None:
    found = answer.get_json(silent=True) if answer.status_code >= 400 else None
    if not isinstance(found, dict):
        return None
    message = found.get("message") or found.get("job", {}).get("error")
    return str(message)


def refusals(tried: dict[Route, Refusal]) -> dict[Route, Refusal]:
    return {route: answer for route, answer in tried.items() if answer[0] >= 300}


def opened(tried: dict[Route, Refusal]) -> set[Route]:
    return {route for route, answer in tried.items() if answer[0] < 300}


@pytest.fixture
def world(app: Flask, shop: Shop, people: dict[str, int]) -> World:
    """See World."""
    alice, admin = shop.alice, shop.admin

    def post(client: ApiClient, url: str, body: Any) -> Any:
        answer = client.post(url, json=body)
        assert answer.status_code == 200, (url, answer.text)
        return answer.get_json()

    query, other = shop.query("select region, amount from sales"), shop.query("select id from sales")
    result = shop.ran(query)
    chart = {"type": "CHART", "name": "c", "description": "", "options": {}}
    drawn = post(alice, "/api/visualizations", {**chart, "query_id": query["id"]})["id"]
    board, next_board = (post(alice, "/api/dashboards", {"name": name})["id"] for name in ("one", "two"))
    widget = {"dashboard_id": board, "visualization_id": drawn, "text": "", "options": {}, "width": 1}
    put = post(alice, "/api/widgets", widget)["id"]
    options = {"column": "amount", "op": ">", "value": 1}
    alert = {"name": "a", "query_id": query["id"], "options": options}
    alert_id = post(alice, "/api/alerts", alert)["id"]
    subscription = post(alice, f"/api/alerts/{alert_id}/subscriptions", {})["id"]
    destination = {"name": "mail", "type": "email", "options": {"addresses": "x@example.com"}}
    snippet = {"trigger": "t", "description": "d", "snippet": "select 1"}
    group = post(admin, "/api/groups", {"name": "analysts"})["id"]
    post(admin, f"/api/groups/{group}/members", {"user_id": people["alice"]})
    source = {"name": "more", "type": "sqlite", "options": {"dbpath": "sales.sqlite"}}
    grant = {"access_type": "modify", "user_id": people["bob"]}
    person = {"name": "Eve Doe", "email": "eve@example.com"}
    wish = {"query": "select 1", "data_source_id": shop.source, "max_age": 0}
    ids = {
        "query_id": query["id"],
        "dropdown_id": other["id"],
        "result_id": result["query_result_id"],
        "job_id": result["id"],
        "extension": "csv",
        "dashboard_id": board,
        "widget_id": put,
        "visualization_id": drawn,
        "alert_id": alert_id,
        "subscription_id": subscription,
        "destination_id": post(admin, "/api/destinations", destination)["id"],
        "snippet_id": post(alice, "/api/query_snippets", snippet)["id"],
        "group_id": group,
        "data_source_id": shop.source,
        "user_id": people["alice"],
        "access_type": "modify",
    }
    share = post(alice, f"/api/dashboards/{board}/share", {})["api_key"]
    other_share = post(alice, f"/api/dashboards/{next_board}/share", {})["api_key"]
    bodies: dict[Route, Any] = {
        ("POST", "/api/alerts"): alert,
        ("POST", "/api/dashboards"): {"name": "mine"},
        ("POST", "/api/dashboards/<dashboard_id>"): {"name": "stolen"},
        ("POST", "/api/dashboards/<dashboard_id>/acl"): grant,
        ("DELETE", "/api/dashboards/<dashboard_id>/acl"): grant,
        ("POST", "/api/data_sources"): source,
        ("POST", "/api/destinations"): {**destination, "name": "more"},
        ("POST", "/api/destinations/<int:destination_id>"): destination,
        ("POST", "/api/events"): [{"action": "view", "object_type": "query", "object_id": 1}],
        ("POST", "/api/groups"): {"name": "more"},
        ("POST", "/api/groups/<int:group_id>"): {"name": "other"},
        ("POST", "/api/groups/<int:group_id>/data_sources"): {"data_source_id": shop.source},
        ("POST", "/api/groups/<int:group_id>/data_sources/<int:data_source_id>"): {"view_only": False},
        ("POST", "/api/groups/<int:group_id>/members"): {"user_id": people["bob"]},
        ("POST", "/api/queries"): {"name": "n", "query": "select 1", "data_source_id": shop.source},
        ("POST", "/api/queries/<int:query_id>"): {"query": "select * from secrets"},
        ("POST", "/api/queries/<int:query_id>/acl"): grant,
        ("DELETE", "/api/queries/<int:query_id>/acl"): grant,
        ("POST", "/api/queries/format"): {"query": "select 1"},
        ("POST", "/api/query_results"): wish,
        ("POST", "/api/query_snippets"): {**snippet, "trigger": "u"},
        ("POST", "/api/query_snippets/<int:snippet_id>"): {"snippet": "drop"},
        ("POST", "/api/settings/organization"): {"date_format": "DD/MM/YY"},
        ("POST", "/api/users"): person,
        ("POST", "/api/users/<int:user_id>"): {"name": "Eve Doe"},
        ("POST", "/api/visualizations"): {**chart, "query_id": query["id"]},
        ("POST", "/api/visualizations/<int:visualization_id>"): {"name": "stolen"},
        ("POST", "/api/widgets"): widget,
        ("POST", "/api/widgets/<int:widget_id>"): {"text": "stolen", "options": {}},
    }
    ids["token"] = "d" + "0" * 39
    return World(app, ids, bodies, query["api_key"], other["api_key"], share, other_share)


def with_key(app: Flask, key: str, **headers: str) -> ApiClient:
    client = ApiClient(app, app.response_class)
    client.headers = {"Authorization": f"Key {key}", **headers}
    return client


def scoped(app: Flask, user_id: int, scopes: str) -> ApiClient:
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        key = security.create_api_key(db.session.get(User, user_id), "scoped", scopes)["key"]
    return with_key(app, key)


def is_closed(found: dict[Route, Refusal], opens: set[Route], refusal: Refusal = NOBODY) -> bool:
    """Whether these open, and nothing else, which is refused with these words."""
    wrong = {route: answer for route, answer in found.items() if (answer != refusal) != (route in opens)}
    assert wrong == {}
    return True


def test_every_argument_of_a_path_is_one_of_this_world(world: World) -> None:
    assert len(list(world.routes())) > 100
    noted = set(world.bodies) - {route for route, _ in world.routes()}
    assert noted == set()


def test_who_is_nobody_is_told_that_there_is_nothing(
    app: Flask,
    world: World,
    key_of: Callable[[str], str],
    people: dict[str, int],
    client_of: ClientOf,
) -> None:
    key, before = key_of("alice"), world.state()
    callers = {
        "no key": client_of(None),
        "an empty key": with_key(app, ""),
        "another text": with_key(app, "x" * 40),
        "a key with another code": with_key(app, key[:-1] + ("0" if key[-1] != "0" else "1")),
        "a key of another person": with_key(app, "u" + "000000z" + key[8:]),
        "the key of a query as a person's": with_key(app, "u" + world.query_key[1:]),
        "in capitals": with_key(app, key.upper()),
        "a key with scopes that nobody made": with_key(app, "sst_" + "0" * 40),
        "a token that nobody signed": client_of(None, Authorization="Bearer e30.e30.e30"),
        "the key of another query": with_key(app, world.other_key),
        "a dashboard's as a guest token": client_of(None, **{"X-GuestToken": world.share}),
    }
    for name, client in callers.items():
        found = world.tried(client)
        known = {("GET", "/api/config"): 200, ("GET", "/api/dashboards/public/<token>"): 404}
        wrong = {
            route: answer
            for route, answer in found.items()
            if (answer[0] != known[route] if route in known else answer != NOBODY)
        }
        assert wrong == {}, name
    assert world.state() == before


def test_a_disabled_account_is_nobodys(
    app: Flask, world: World, shop: Shop, key_of: Callable[[str], str], people: dict[str, int], client_of: ClientOf
) -> None:
    key, token = key_of("charlie"), client_of("charlie")
    assert with_key(app, key).get("/api/session").status_code == 200
    assert shop.admin.post(f"/api/users/{people['charlie']}/disable").status_code == 200
    before = world.state()
    for client in (with_key(app, key), token):
        found = world.tried(client)
        assert {route for route, answer in found.items() if answer != NOBODY} <= OF_ALL
    assert world.state() == before


def test_keys_of_a_disabled_accounts_things_open_nothing(world: World, app: Flask, shop: Shop, people: Any) -> None:
    assert shop.admin.post(f"/api/users/{people['alice']}/disable").status_code == 200
    for key in (world.query_key, world.share):
        found = world.tried(with_key(app, key))
        assert {route for route, answer in found.items() if answer != NOBODY} <= OF_ALL
    public = with_key(app, "").get(f"/api/dashboards/public/{world.share}")
    assert (public.status_code, _message(public)) == NOBODY


def test_a_guest_of_an_embedded_dashboard_is_nobody_here(
    world: World, embedded: Embedded, guest_of: Callable[..., ApiClient]
) -> None:
    found = world.tried(guest_of(embedded))
    assert {route for route, answer in found.items() if answer != NOBODY} <= OF_ALL


def test_the_key_of_a_query_reads_that_query(world: World, app: Flask) -> None:
    before = world.state()
    for client in (with_key(app, world.query_key), _in_address(app, world.query_key)):
        found = world.tried(client)
        assert opened(found) == OF_A_QUERY | {("GET", "/api/config")}
        here = {route: answer for route, answer in refusals(found).items() if "<int:query_id>" in route[1]}
        elsewhere = refusals(found).keys() - here.keys()
        refresh = ("POST", "/api/queries/<int:query_id>/refresh")
        assert here.pop(refresh) == ONLY_USERS
        assert set(here.values()) == {FORBIDDEN}
        assert {found[route] for route in elsewhere - OF_ALL} == {NOBODY}
    assert world.state() == before


def test_the_token_of_a_dashboard_asks_what_stands_there(world: World, app: Flask) -> None:
    before = world.state()
    for client in (with_key(app, world.share), _in_address(app, world.share)):
        found = world.tried(client)
        assert opened(found) == OF_A_SHARE | {("GET", "/api/config")}
        assert {found[route] for route in refusals(found).keys() - OF_ALL} == {NOBODY}
    assert world.state() == before


def test_the_token_of_another_dashboard_asks_nothing(world: World, app: Flask) -> None:
    found = world.tried(with_key(app, world.other_share))
    assert opened(found) == {("GET", "/api/config")}
    assert {found[route] for route in OF_A_SHARE} == {FORBIDDEN, NOT_FOUND}
    assert {found[route] for route in refusals(found).keys() - OF_ALL - OF_A_SHARE} == {NOBODY}


def test_a_browser_changes_nothing_without_its_proof(world: World, browser_of: Callable[[str], Any]) -> None:
    admin = browser_of("admin")
    before = world.state()
    found = world.tried(admin, writes_only=True)
    assert {answer[0] for answer in found.values()} == {400}
    assert all(answer[1] and "CSRF" in answer[1] for answer in found.values()), found
    assert world.state() == before


def test_who_has_an_account_and_no_data_sees_what_is_for_all(world: World, shop: Shop) -> None:
    found = world.tried(shop.carl)
    assert opened(found) == OF_ANY_ACCOUNT | {("GET", "/api/config")}
    words = {FORBIDDEN, NOT_THE_OWNER, NOT_FOUND, NO_RUN}
    wrong = {route: answer for route, answer in refusals(found).items() if answer not in words}
    # A data source that he does not see is none that he could name.
    assert wrong.pop(("POST", "/api/queries"))[0] == 400
    assert wrong.keys() <= OF_ALL


def test_who_may_look_looks(world: World, shop: Shop) -> None:
    found = world.tried(shop.vera)
    assert opened(found) == OF_A_VIEWER | {("GET", "/api/config")}
    words = {FORBIDDEN, NOT_THE_OWNER, NOT_FOUND, NO_RUN}
    assert {route for route, answer in refusals(found).items() if answer not in words} <= OF_ALL


def test_a_key_for_one_dashboard_reads_that(world: World, app: Flask, people: dict[str, int]) -> None:
    client = scoped(app, people["alice"], f"can_read:Dashboard:{world.ids['dashboard_id']}")
    before = world.state()
    found = world.tried(client)
    assert opened(found) == OF_ONE_DASHBOARD | {("GET", "/api/config")}
    assert {answer for route, answer in refusals(found).items() if route not in OF_ALL} <= {FORBIDDEN, NOT_FOUND}
    assert world.state() == before


def test_a_key_that_reads_writes_nothing(world: World, app: Flask, people: dict[str, int]) -> None:
    for name in ("alice", "admin"):
        touched = ("favorite", "query", "query_asker")
        client = scoped(app, people[name], "can_read")
        before = world.state(*touched)
        found = world.tried(client, writes_only=True)
        # Whoever may run queries ends his own runs.
        harmless = {
            ("DELETE", "/api/jobs/<job_id>"),
            ("DELETE", "/api/queries/<int:query_id>/jobs/<job_id>"),
            ("POST", "/api/queries/format"),
            ("POST", "/api/queries/<int:query_id>/results"),
            ("POST", "/api/dashboards/<dashboard_id>/favorite"),
            ("DELETE", "/api/dashboards/<dashboard_id>/favorite"),
            ("POST", "/api/queries/<int:query_id>/favorite"),
            ("DELETE", "/api/queries/<int:query_id>/favorite"),
        }
        assert opened(found) - harmless == set(), name
        assert world.state(*touched) == before


def _in_address(app: Flask, key: str) -> Any:
    class InAddress(ApiClient):
        def open(self, *args: Any, **kwargs: Any) -> Any:
            kwargs["query_string"] = {"api_key": key}
            return super().open(*args, **kwargs)

    client = InAddress(app, app.response_class)
    client.headers = {}
    return client


def test_the_redash_of_nobody_says_the_same_of_what_is_there_and_what_is_not(redash_of: RedashOf, world: World) -> None:
    stranger = redash_of(None)
    for path in (f"/api/queries/{world.ids['query_id']}", "/api/queries/999999", "/api/nothing_like_this"):
        answer = stranger.get(path)
        assert answer.status_code == 404, path
