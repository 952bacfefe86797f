import re

from flask import Flask

from tests.conftest import ClientOf

# What anybody may ask: he is about to sign in, or learns only that a server is here.
OPEN = {
    ("POST", "/api/v1/security/login"),
    ("POST", "/api/v1/security/refresh"),
    ("GET", "/api/<version>/_openapi"),
    ("GET", "/api/config"),
}
SUPERSET = ("/api/v1/", "/api/<version>/")


def test_nobody_gets_in_without_signing_in(app: Flask, client_of: ClientOf) -> None:
    nobody, tried = client_of(None), 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/"):
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}):
            if (method, rule.rule.rstrip("/")) in OPEN:
                continue
            path = re.sub(r"<[^>]+>", "1", rule.rule)
            answer = nobody.open(path, method=method, json={})
            tried += 1
            # Redash tells nobody that there is anything.
            status = 401 if rule.rule.startswith(SUPERSET) else 404
            assert answer.status_code == status, (method, rule.rule, answer.status_code, answer.text)
            assert answer.is_json, (method, rule.rule)
    assert tried > 150


def test_an_api_path_answers_json_whatever_is_accepted(client_of: ClientOf) -> None:
    headers = {"Accept": "text/html"}
    for name in (None, "alice"):
        client = client_of(name)
        for method, path, status in (
            ("GET", "/api/v1/nothing/here", 404),
            ("GET", "/api/v2/chart/", 404),
            ("PATCH", "/api/v1/chart/1", 405),
            ("GET", "/api/v1/chart/999999", 404 if name else 401),
        ):
            answer = client.open(path, method=method, headers=headers)
            assert (answer.status_code, answer.is_json) == (status, True), (name, path, answer.text)
            said = {"message", "errors", "status"} if path.startswith("/api/v1/") else {"message"}
            assert set(answer.get_json()) >= said


def test_each_endpoint_is_described(client_of: ClientOf, app: Flask) -> None:
    described = client_of("admin").get("/api/v1/_openapi").get_json()["paths"]
    missing = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            for method in (rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}:
                if method.lower() not in described.get(path, {}):
                    missing.append((method, path))
    assert missing == []
