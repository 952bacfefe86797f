"""The exact list of what a guest's token opens, over every route there is; and tokens that open nothing."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from flask import Flask

from superset_like.config.settings import Settings
from tests.conftest import ApiClient, ClientOf, Embedded

GuestOf = Callable[..., ApiClient]
RULE = "tenant = 'a'"
OPEN = {
    ("GET", "/api/v1/chart/<pk>/data"),
    ("POST", "/api/v1/chart/<pk>/data"),
    ("GET", "/api/v1/chart/<pk>/image.pdf"),
    ("GET", "/api/v1/chart/<pk>/image.png"),
    ("GET", "/api/v1/chart/<pk>/image.svg"),
    ("GET", "/api/v1/dashboard/<id_or_slug>/charts"),
    ("GET", "/api/v1/dashboard/<id_or_slug>/datasets"),
    ("GET", "/api/v1/dashboard/<id_or_slug>/image.pdf"),
    ("GET", "/api/v1/dashboard/<id_or_slug>/image.png"),
    ("GET", "/api/v1/dashboard/<id_or_slug>/image.svg"),
    ("GET", "/api/v1/dashboard/<id_or_slug>/tabs"),
    ("GET", "/api/v1/dashboard/<pk>"),
    ("GET", "/api/v1/embedded_dashboard/<uuid>"),
    ("GET", "/api/v1/me/"),
    ("GET", "/api/v1/me/roles/"),
    ("POST", "/api/v1/dashboard/<id_or_slug>/permalink"),
    # Of the server, for everybody.
    ("GET", "/api/config"),
}
ME = "/api/v1/me/"


@pytest.mark.slow
def test_of_all_routes_these_answer_him_and_no_other(app: Flask, guest_of: GuestOf, embedded: Embedded) -> None:
    guest, opened = guest_of(embedded, RULE), set()
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(("/api/", "/datasource/")):
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            for value in (embedded.dataset, embedded.chart, embedded.dashboard, embedded.uuid):
                path = re.sub(r"<[^>]+>", str(value), rule.rule)
                answer = guest.open(path, method=method, json={} if method != "GET" else None)
                assert answer.status_code < 500, (method, path, answer.text)
                if answer.status_code < 300:
                    opened.add((method, rule.rule))
    assert opened == OPEN
    body = {
        "datasource": {"id": embedded.dataset, "type": "table"},
        "queries": [{"columns": ["region"], "metrics": ["total"], "orderby": [["region", True]], "row_limit": 1000}],
        "form_data": {"slice_id": embedded.chart, "dashboardId": embedded.dashboard},
    }
    assert guest.post("/api/v1/chart/data", json=body).status_code == 200


def test_the_labels_of_a_chart_do_not_tell_its_sql(
    client_of: ClientOf, guest_of: GuestOf, embedded: Embedded, app: Flask
) -> None:
    column = {"label": "place", "sqlExpression": "UPPER(region)", "expressionType": "SQL"}
    metric = {"label": "sum", "sqlExpression": "SUM(amount)", "expressionType": "SQL"}
    context = {
        "datasource": {"id": embedded.dataset, "type": "table"},
        "queries": [{"columns": [column], "metrics": [metric], "row_limit": 10}],
    }
    path = f"/api/v1/chart/{embedded.chart}"
    alice = client_of("alice")
    assert alice.put(path, json={"query_context": json.dumps(context)}).status_code == 200
    assert alice.get(f"{path}/data/").get_json()["result"][0]["label_map"]["sum"] == ["SUM(amount)"]
    answer = guest_of(embedded, RULE).get(f"{path}/data/")
    assert answer.get_json()["result"][0]["label_map"] == {"place": ["place"], "sum": ["sum"]}
    assert "amount" not in answer.text
    assert "UPPER" not in answer.text


def claims(embedded: Embedded, settings: Settings, **changes: Any) -> dict[str, Any]:
    now = time.time()
    made = {
        "user": {"username": "v"},
        "resources": [{"type": "dashboard", "id": embedded.uuid}],
        "rls_rules": [{"clause": RULE}],
        "iat": now,
        "exp": now + 60,
        "aud": settings.guest_token_audience,
        "type": "guest",
    } | changes
    return {name: value for name, value in made.items() if value is not ...}


def holder(client_of: ClientOf, token: str) -> ApiClient:
    return client_of(None, **{"X-GuestToken": token})


def test_a_token_with_all_its_claims_opens(client_of: ClientOf, embedded: Embedded, settings: Settings) -> None:
    token = jwt.encode(claims(embedded, settings), settings.guest_token_secret, algorithm="HS256")
    assert holder(client_of, token).get(ME).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        *({name: ...} for name in ("user", "resources", "rls_rules", "iat", "exp", "aud", "type")),
        {"aud": "superset"},
        {"type": "access"},
        {"exp": 1},
        {"exp": "tomorrow"},
        {"resources": []},
        {"resources": [{"type": "chart", "id": "1"}]},
        {"resources": [{"type": "dashboard", "id": "999"}]},
        {"resources": [{"type": "dashboard", "id": "' OR 1=1"}]},
        {"rls_rules": None},
        {"rls_rules": [{"clause": ""}]},
        {"rls_rules": "tenant = 'a'"},
        {"iat": "x"},
    ],
    ids=str,
)
def test_a_token_that_lacks_or_bends_a_claim_opens_nothing(
    client_of: ClientOf, embedded: Embedded, settings: Settings, changes: dict[str, Any]
) -> None:
    try:
        token = jwt.encode(claims(embedded, settings, **changes), settings.guest_token_secret, algorithm="HS256")
    except TypeError:
        return
    assert holder(client_of, token).get(ME).status_code == 401


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_token_of_another_signature_opens_nothing(
    client_of: ClientOf, embedded: Embedded, settings: Settings
) -> None:
    whole = claims(embedded, settings)
    forged = [jwt.encode(whole, secret, algorithm="HS256") for secret in (settings.secret_key, "x" * 32)]
    forged += [
        jwt.encode(whole, settings.guest_token_secret, algorithm="HS512"),
        jwt.encode(whole, "", algorithm="none"),
    ]
    good = jwt.encode(whole, settings.guest_token_secret, algorithm="HS256")
    head, payload, signature = good.split(".")
    forged += [f"{head}.{payload}.", f"{head}.{payload[:-2]}AA.{signature}", "x", "a.b.c", good[:-4] + "AAAA"]
    assert [holder(client_of, token).get(ME).status_code for token in forged] == [401] * len(forged)


def test_it_is_no_access_token_and_an_access_token_is_no_guests(
    client_of: ClientOf, embedded: Embedded, settings: Settings
) -> None:
    good = jwt.encode(claims(embedded, settings), settings.guest_token_secret, algorithm="HS256")
    assert client_of(None, Authorization=f"Bearer {good}").get(ME).status_code in {401, 422}
    access = client_of("admin").headers["Authorization"].removeprefix("Bearer ")
    assert holder(client_of, access).get(ME).status_code == 401
