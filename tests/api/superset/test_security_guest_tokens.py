import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from superset_like.config.settings import Settings
from tests.conftest import SECRETS, ApiClient, ClientOf, Counted, Embedded

TOKEN = "/api/v1/security/guest_token/"
GuestOf = Callable[..., ApiClient]


def body(embedded: Embedded, **changes: Any) -> dict[str, Any]:
    resources = [{"type": "dashboard", "id": embedded.uuid}]
    return {"user": {"username": "visitor"}, "resources": resources, "rls": [{"clause": "tenant = 'a'"}], **changes}


def test_a_token_says_what_it_grants(client_of: ClientOf, embedded: Embedded, settings: Settings) -> None:
    token = client_of("admin").post(TOKEN, json=body(embedded)).get_json()["token"]
    claims = jwt.decode(token, SECRETS["guest_token_secret"], algorithms=["HS256"], audience="superset_like")
    assert claims["user"] == {"username": "visitor"}
    assert claims["resources"] == [{"type": "dashboard", "id": embedded.uuid}]
    assert claims["rls_rules"] == [{"clause": "tenant = 'a'"}]
    assert claims["type"] == "guest"
    assert claims["exp"] - claims["iat"] == settings.guest_token_lifetime_s


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"resources": [{"type": "chart", "id": "1"}]}, {"resources": {"0": {"type": ["Must be one of: dashboard."]}}}),
        ({"resources": [{"type": "dashboard", "id": "999999"}]}, "EmbeddedDashboard not found."),
        ({"rls": [{"clause": "tenant ="}]}, None),
        ({"rls": [{"clause": "1 = 1; SELECT 1"}]}, None),
        ({"rls": [{"clause": "1 = 1", "dataset": 999999}]}, {"rls": ["Dataset 999999 does not exist"]}),
        ({"rls": [{"clause": "1 = 1", "nonsense": 1}]}, {"rls": {"0": {"nonsense": ["Unknown field."]}}}),
        ({"nonsense": 1}, {"nonsense": ["Unknown field."]}),
    ],
)
def test_a_wrong_wish_is_refused(
    client_of: ClientOf, embedded: Embedded, changes: dict[str, Any], message: Any
) -> None:
    answer = client_of("admin").post(TOKEN, json=body(embedded, **changes))
    assert answer.status_code == 400
    assert message is None or answer.get_json()["message"] == message


def test_a_token_costs_two_statements(client_of: ClientOf, embedded: Embedded, counted: Counted) -> None:
    admin, wish = client_of("admin"), body(embedded, rls=[])
    assert admin.post(TOKEN, json=wish).status_code == 200
    counted.statements.clear()
    assert admin.post(TOKEN, json=wish).status_code == 200
    # The stamps and the log.
    assert [statement.split()[0] for statement in counted.statements] == ["SELECT", "INSERT"], counted.statements


@pytest.mark.parametrize("spelling", ["{}", "0{}", "+{}", " {}"])
def test_a_dashboard_has_one_number(client_of: ClientOf, embedded: Embedded, spelling: str) -> None:
    resources = [{"type": "dashboard", "id": spelling.format(embedded.dashboard)}]
    answer = client_of("admin").post(TOKEN, json=body(embedded, resources=resources))
    assert answer.status_code == (200 if spelling == "{}" else 400)


def test_resources_and_rules_are_needed(client_of: ClientOf) -> None:
    missing = ["Missing data for required field."]
    answer = client_of("admin").post(TOKEN, json={"user": {}})
    assert (answer.status_code, answer.get_json()["message"]) == (400, {"resources": missing, "rls": missing})


def test_a_guest_is_who_the_token_says(guest_of: GuestOf, embedded: Embedded) -> None:
    guest = guest_of(embedded)
    assert guest.get("/api/v1/me/").get_json()["result"] == {
        "username": "visitor",
        "first_name": "Vi",
        "last_name": "Sitor",
        "is_active": True,
        "is_anonymous": False,
    }
    roles = guest.get("/api/v1/me/roles/").get_json()["result"]
    assert (roles["username"], "userId" in roles) == ("visitor", False)


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_nobody_without_the_permission_makes_tokens(client_of: ClientOf, embedded: Embedded, name: str) -> None:
    assert client_of(name).post(TOKEN, json=body(embedded)).status_code == 403


def test_a_guest_makes_no_tokens_and_writes_nothing(guest_of: GuestOf, embedded: Embedded) -> None:
    guest = guest_of(embedded)
    assert guest.post(TOKEN, json=body(embedded)).status_code == 403
    assert guest.put("/api/v1/me/", json={"first_name": "x"}).status_code == 403
    assert guest.get("/api/v1/menu/").status_code == 403


def altered(claims: dict[str, Any], **changes: Any) -> str:
    made = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode(made, SECRETS["guest_token_secret"], algorithm="HS256")


def test_a_token_that_is_not_whole_is_refused(client_of: ClientOf, embedded: Embedded) -> None:
    token = client_of("admin").post(TOKEN, json=body(embedded)).get_json()["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    other = {"resources": [{"type": "dashboard", "id": "00000000-0000-0000-0000-000000000000"}]}
    forged = [
        "abc",
        jwt.encode(claims, "another-secret-of-sufficient-length", algorithm="HS256"),
        jwt.encode(claims, SECRETS["secret_key"], algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        *(altered(claims, **{name: None}) for name in ("user", "resources", "rls_rules", "iat", "exp", "aud", "type")),
        altered(claims, exp=time.time() - 1),
        altered(claims, aud="another"),
        altered(claims, type="access"),
        altered(claims, resources=[]),
        altered(claims, **other),
    ]
    assert client_of(None, **{"X-GuestToken": altered(claims)}).get("/api/v1/me/").status_code == 200
    for made in forged:
        answer = client_of(None, **{"X-GuestToken": made}).get("/api/v1/me/")
        assert answer.status_code == 401, made


def test_revoked_tokens_end_and_newer_ones_hold(client_of: ClientOf, guest_of: GuestOf, embedded: Embedded) -> None:
    old = guest_of(embedded)
    path = f"/api/v1/dashboard/{embedded.dashboard}/embedded"
    assert client_of("admin").delete(f"{path}/tokens").status_code == 200
    assert old.get("/api/v1/me/").status_code == 401
    new = guest_of(embedded)
    assert new.get("/api/v1/me/").status_code == 200
    assert client_of("admin").delete(path).status_code == 200
    assert new.get("/api/v1/me/").status_code == 401


def test_a_guest_sees_no_other_dashboard(client_of: ClientOf, guest_of: GuestOf, embedded: Embedded) -> None:
    other = client_of("alice").post("/api/v1/dashboard/", json={"dashboard_title": "Other", "published": True})
    guest = guest_of(embedded)
    assert guest.get(f"/api/v1/dashboard/{embedded.dashboard}").status_code == 200
    assert guest.get(f"/api/v1/dashboard/{other.get_json()['id']}").status_code == 404
