"""Access tokens bent in every way, and API keys of others, open nothing."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from flask import Flask

from superset_like.config.settings import Settings
from tests.conftest import ClientOf

CHARTS = "/api/v1/chart/"


def parts_of(client_of: ClientOf, name: str) -> tuple[str, dict[str, Any]]:
    token = client_of(name).headers["Authorization"].removeprefix("Bearer ")
    return token, jwt.decode(token, options={"verify_signature": False})


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def status_of(client_of: ClientOf, token: str) -> int:
    answer = client_of(None, Authorization=f"Bearer {token}").get(CHARTS)
    assert "result" not in answer.get_json()
    return answer.status_code


def test_a_token_as_it_was_given_opens(client_of: ClientOf) -> None:
    token, _ = parts_of(client_of, "alice")
    assert client_of(None, Authorization=f"Bearer {token}").get(CHARTS).status_code == 200


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "", "RS256", "HS512"])
def test_a_token_of_no_signature_opens_nothing(client_of: ClientOf, algorithm: str) -> None:
    token, claims = parts_of(client_of, "admin")
    head = encoded({"alg": algorithm, "typ": "JWT"})
    for signature in ("", token.rsplit(".", 1)[1]):
        assert status_of(client_of, f"{head}.{encoded(claims)}.{signature}") in {401, 422}


@pytest.mark.parametrize(
    "changes",
    [
        # Fixed: these values are the names of the cases, which have to be the same in every process.
        {"exp": 1_700_000_000},
        {"exp": 0},
        {"exp": "later"},
        {"sub": "999"},
        {"sub": "1 OR 1=1"},
        {"sub": "9" * 40},
        {"type": "refresh"},
        {"pwd": "0" * 16},
        {"pwd": None},
    ],
    ids=str,
)
def test_a_token_with_other_claims_opens_nothing(
    client_of: ClientOf, settings: Settings, changes: dict[str, Any]
) -> None:
    _, claims = parts_of(client_of, "admin")
    token = jwt.encode(claims | changes, settings.secret_key, algorithm="HS256")
    assert status_of(client_of, token) in {401, 422}


def test_a_token_of_another_secret_opens_nothing(client_of: ClientOf, settings: Settings) -> None:
    _, claims = parts_of(client_of, "admin")
    far = claims | {"exp": int(time.time()) + 10**8}
    for secret in (settings.guest_token_secret, "thisismyscretkey" * 2, "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET"):
        assert status_of(client_of, jwt.encode(far, secret, algorithm="HS256")) in {401, 422}


def test_keys_are_shown_once_and_are_ones_own(app: Flask, client_of: ClientOf) -> None:
    admin = client_of("admin")
    keys = "/api/v1/security/api_keys/"
    made = admin.post(keys, json={"name": "mine"})
    assert made.status_code == 201, made.text
    key, uuid = made.get_json()["result"]["key"], made.get_json()["result"]["uuid"]
    assert client_of(None, Authorization=f"Bearer {key}").get(CHARTS).status_code == 200
    listed = admin.get(keys)
    assert listed.status_code == 200
    assert key not in listed.text
    assert key not in admin.get(f"{keys}{uuid}").text
    for name in ("alice", "charlie"):
        assert client_of(name).get(f"{keys}{uuid}").status_code in {403, 404}
        assert client_of(name).delete(f"{keys}{uuid}").status_code in {403, 404}
        assert uuid not in client_of(name).get(keys).text
    for wrong in (key[:-1], key + "0", key.upper(), "sst_"):
        assert status_of(client_of, wrong) == 401
    assert admin.delete(f"{keys}{uuid}").status_code == 200
    assert status_of(client_of, key) == 401
