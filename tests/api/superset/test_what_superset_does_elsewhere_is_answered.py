"""Small resources, and forms of Superset's that this server does not have: each says why, to whoever may ask."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import RegisterUser

from superset_like.api.superset import openapi
from superset_like.extensions import db
from tests.conftest import ApiClient, ClientOf, Embedded

REGISTRATIONS = "/api/v1/security/user_registrations/"
CONVERT = "/api/v1/advanced_data_type/convert"


def test_each_refused_operation_refuses_as_it_is_described(app: Flask, client_of: ClientOf, embedded: Embedded) -> None:
    with app.app_context():
        paths = json.loads(openapi.described("v1"))["paths"]
    refused = {
        (method, path): facts["x-refused"]
        for path, methods in paths.items()
        for method, facts in methods.items()
        if "x-refused" in facts
    }
    assert len(refused) >= 5
    for (method, path), facts in refused.items():
        place = path.replace("{pk}", str(embedded.dashboard)).replace("{cache_key}", "abc")
        for name, status in (("admin", facts["status"]), (None, 401)):
            answer = client_of(name).open(place, method=method.upper(), json={} if method != "get" else None)
            assert (answer.status_code, answer.is_json) == (status, True), (place, answer.text)
        assert client_of("admin").open(place, method=method.upper()).get_json()["message"] == facts["reason"]


def test_the_log_cannot_be_written_from_outside(
    client_of: ClientOf, guest_of: Callable[..., ApiClient], embedded: Embedded
) -> None:
    for client in (client_of("admin"), client_of("alice"), client_of("bob"), guest_of(embedded)):
        assert client.post("/api/v1/log/", json={"id": 1}).status_code == 403


@pytest.mark.parametrize(
    ("kind", "words", "values", "shown"),
    [
        ("port", ["http", 443], [80, 443], "80, 443"),
        ("port", ["FTP"], [20, 21], "20, 21"),
        ("internet_address", ["10.0.0.1"], [167772161], "167772161"),
        ("internet_address", ["10.0.0.0/30"], [{"start": 167772160, "end": 167772163}], "167772160 - 167772163"),
        ("internet_address", ["::1"], [1], "1"),
    ],
)
def test_words_of_a_type_stand_for_values(
    client_of: ClientOf, kind: str, words: list[Any], values: list[Any], shown: str
) -> None:
    asked = {"q": json.dumps({"type": kind, "values": words})}
    result = client_of("bob").get(CONVERT, query_string=asked).get_json()["result"]
    assert (result["values"], result["display_value"], result["error_message"]) == (values, shown, "")
    assert "IN" in result["valid_filter_operators"]


def test_what_is_no_such_word_is_said(client_of: ClientOf) -> None:
    bob = client_of("bob")
    assert bob.get("/api/v1/advanced_data_type/types").get_json() == {"result": ["internet_address", "port"]}
    for kind, word in (("port", "65536"), ("port", "-1"), ("port", "9" * 5000), ("internet_address", "10.0.0.256")):
        asked = {"q": json.dumps({"type": kind, "values": [word]})}
        result = bob.get(CONVERT, query_string=asked).get_json()["result"]
        assert (result["values"], word in result["error_message"]) == ([], True)
    for wrong in ({"type": "colour", "values": ["red"]}, {"type": "port", "values": []}, {"values": [1]}):
        assert bob.get(CONVERT, query_string={"q": json.dumps(wrong)}).status_code == 400
    assert bob.get(CONVERT).status_code == 400


def test_charts_leave_no_events(client_of: ClientOf) -> None:
    assert client_of("bob").get("/api/v1/async_event/?last_id=1").get_json() == {"result": []}


def test_nobody_has_a_picture_and_strangers_are_not_there(client_of: ClientOf, people: dict[str, int]) -> None:
    bob = client_of("bob")
    own = bob.get(f"/api/v1/user/{people['bob']}/avatar.png")
    assert (own.status_code, own.data) == (204, b"")
    # Bob shares nothing with charlie, who is as far away as somebody who does not exist.
    for pk in (people["charlie"], 999):
        assert bob.get(f"/api/v1/user/{pk}/avatar.png").status_code == 404
    assert client_of("admin").get(f"/api/v1/user/{people['charlie']}/avatar.png").status_code == 204


def test_requests_for_accounts_are_for_administrators(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        asked = {"username": "dora", "first_name": "Dora", "last_name": "D", "email": "dora@example.com"}
        db.session.add(
            RegisterUser(**asked, password="x", registration_hash="secret", registration_date=datetime(2026, 1, 1))
        )
        db.session.commit()
    admin = client_of("admin")
    [found] = admin.get(REGISTRATIONS).get_json()["result"]
    assert found == {**asked, "id": found["id"], "registration_date": "2026-01-01T00:00:00"}
    assert admin.get(f"{REGISTRATIONS}distinct/email").get_json()["result"][0]["value"] == "dora@example.com"
    assert admin.get(f"{REGISTRATIONS}distinct/registration_hash").status_code == 404
    for name in ("alice", "bob"):
        assert client_of(name).get(REGISTRATIONS).status_code == 403
        assert client_of(name).delete(f"{REGISTRATIONS}{found['id']}").status_code == 403
    assert admin.delete(f"{REGISTRATIONS}{found['id']}").status_code == 200
    assert admin.get(REGISTRATIONS).get_json()["count"] == 0
