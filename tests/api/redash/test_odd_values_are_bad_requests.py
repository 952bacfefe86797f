"""Whatever is sent, the answer is one of the caller's making: nothing is answered as the server's own fault."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.api.redash.conftest import RedashOf, Shop
from tests.api.redash.test_each_endpoint_is_closed_to_who_has_no_business_there import World, world  # noqa: F401

ODD = [10**30, 1e308, 2**31, 2**63, -1, "x" * 70_000, "a\x00b", [], {}, None, True, "9" * 5000, [10**30], {"a": 1}]
IN_PATHS = (
    "9" * 5000,
    "9" * 20,
    "2147483648",
    "%00",
    "a%00b",
    "%FF",
    "..%2f",
    "%D9%A3",
    "1e5",
    "-1",
    "%0d%0aX: y",
    "0",
)
IN_ADDRESSES = (
    *("q=a%00b&tags=a%00", f"page={'9' * 5000}", "page_size=9999999", "order=%00", "q=%FF", "max_age=1e308&p_a=1"),
    *("max_age=nan&p_a=1", "wait=1e400&p_a=1", "p_a=1&p_a.start=2&p_a.end=3", "format=%00", "q=" + "x%20" * 2000),
    *("q=%22" * 500, "disabled=%00", "p_=1", "p_.start=1"),
)


def variants(body: Any) -> Iterator[Any]:
    """The body with each of its values in turn as something odd."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from ({**body, name: odd} for odd in ODD)
            if isinstance(value, dict | list):
                yield from ({**body, name: inner} for inner in variants(value))
    elif isinstance(body, list):
        yield from ([inner] for each in body for inner in variants(each))
    yield from ODD


@pytest.fixture
def forgiving(app: Flask) -> Iterator[None]:
    """Errors that nobody caught are answers, as they are outside of tests."""
    former = app.config.get("PROPAGATE_EXCEPTIONS")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield
    app.config["PROPAGATE_EXCEPTIONS"] = former


def whole_bodies(shop: Shop) -> dict[tuple[str, str], Any]:
    parameter = {"name": "a", "type": "query", "queryId": 1, "value": 1, "enumOptions": "a", "regex": "a"}
    parameter["multiValuesOptions"] = {"prefix": "", "separator": ""}
    query = {
        **{"name": "n", "query": "select 1", "data_source_id": shop.source, "description": "d", "tags": ["a"]},
        **{"options": {"parameters": [parameter]}, "is_draft": True, "version": 1},
        "schedule": {"interval": 60, "time": "00:01", "day_of_week": None, "until": "2030-01-01"},
    }
    wish = {"max_age": 0, "parameters": {"a": 1}, "wait": 0, "use_defaults": False, "apply_auto_limit": True}
    text = {**wish, "query": "select 1", "data_source_id": shop.source, "query_id": 1}
    board = {"name": "x", "layout": [], "options": {"a": 1}, "tags": ["a"], "version": 1, "is_draft": True}
    alert = {"name": "a", "query_id": 1, "options": {"column": "amount", "op": ">", "value": 1, "muted": True}}
    person = {"name": "a b", "email": "q@example.com", "group_ids": [1], "password": "p", "old_password": "q"}
    place = {"col": 0, "row": 0, "sizeX": 3, "sizeY": 3}
    return {
        ("POST", "/api/queries"): query,
        ("POST", "/api/queries/<int:query_id>"): query,
        ("POST", "/api/queries/<int:query_id>/results"): wish,
        ("POST", "/api/query_results"): text,
        ("POST", "/api/dashboards/<dashboard_id>"): board,
        ("POST", "/api/widgets/<int:widget_id>"): {"text": "x", "options": {"position": place}},
        ("POST", "/api/alerts/<int:alert_id>"): {**alert, "rearm": 5},
        ("POST", "/api/alerts/<int:alert_id>/subscriptions"): {"destination_id": 1},
        ("POST", "/api/users/<int:user_id>"): person,
        ("POST", "/api/data_sources/<int:data_source_id>/pause"): {"reason": "x"},
    }


@pytest.mark.slow
def test_in_bodies(world: World, shop: Shop, forgiving: None) -> None:  # noqa: F811
    bodies = {**world.bodies, **whole_bodies(shop)}
    wrong = []
    for route, path in world.routes():
        for body in variants(bodies[route]) if route in bodies else ():
            answer = shop.admin.open(path, method=route[0], data=json.dumps(body), content_type="application/json")
            if answer.status_code >= 500:
                wrong.append((route, json.dumps(body)[:300], answer.text))
    assert wrong == []


def test_in_paths_and_addresses(world: World, shop: Shop, forgiving: None) -> None:  # noqa: F811
    wrong = []
    for (method, rule), path in world.routes():
        tried = [re.sub(r"<[^>]+>", text, rule) for text in IN_PATHS if "<" in rule]
        tried += [f"{path}?{text}" for text in IN_ADDRESSES if method == "GET"]
        for place in tried:
            answer = shop.admin.open(place, method=method, json=None if method == "GET" else {})
            if answer.status_code >= 500:
                wrong.append((method, place[:200], answer.text))
    assert wrong == []


def test_an_address_of_any_bytes_is_redirected(shop: Shop) -> None:
    answer = shop.alice.get("/api/queries/search", environ_overrides={"QUERY_STRING": "q=\xff&x=a%0d%0aY:1"})
    assert answer.status_code == 301
    assert answer.headers["Location"].endswith("/api/queries?q=%FF&x=a%0d%0aY:1&org_slug=default&drafts=false")


def test_a_file_that_cannot_be_is_none(shop: Shop) -> None:
    body = {"name": "more", "type": "sqlite", "options": {"dbpath": "a\x00b"}}
    assert shop.admin.post("/api/data_sources", json=body).status_code == 400


@pytest.mark.parametrize("authorization", [None, "Key junk", "Bearer junk", "Basic anVuaw=="])
def test_whoever_asks_what_may_be_asked_needs_no_leave(app: Flask, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for path in ("/api/queries/1/results", "/api/v1/chart/", "/api/v1/security/login"):
        answer = app.test_client().options(path, headers=headers)
        assert (answer.status_code, "OPTIONS" in answer.headers["Allow"]) == (200, True), path


def test_a_path_that_is_not_there_is_said_in_its_dialect(redash_of: RedashOf) -> None:
    for path in ("/api/query/1", "/api/nope", "/api/dashboard/x"):
        answer = redash_of("admin").get(path)
        assert (answer.status_code, list(answer.get_json())) == (404, ["message"])
    assert "errors" in redash_of("admin").get("/api/v1/nope").get_json()
