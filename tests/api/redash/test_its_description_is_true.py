import inspect
import re

import schemathesis
from flask import Flask

from superset_like.api.redash.openapi import endpoints
from superset_like.api.redash.resource import Facts, RedashResource
from tests.api.redash.conftest import RedashOf
from tests.conftest import ClientOf

DESCRIPTION = "/api/redash/_openapi"


def test_the_description_is_for_who_is_signed_in(redash_of: RedashOf, client_of: ClientOf) -> None:
    assert redash_of(None).get(DESCRIPTION).status_code == 404
    for name in ("admin", "charlie"):
        told = redash_of(name).get(DESCRIPTION)
        assert told.status_code == 200
        assert told.get_json()["info"]["description"].startswith("Redash's API")
    # The other dialect's is where it was.
    other = client_of("admin").get("/api/v1/_openapi").get_json()
    assert not any(path.startswith("/api/queries") for path in other["paths"])


def test_each_endpoint_of_the_dialect_is_in_it(app: Flask, redash_of: RedashOf) -> None:
    described = redash_of("alice").get(DESCRIPTION).get_json()["paths"]
    builder = app.appbuilder  # type: ignore[attr-defined]
    names = {type(each).__name__ for each in builder.baseviews if isinstance(each, RedashResource)}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in names]
    routed = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert len(routed) > 100
    assert {(method, path) for path, methods in described.items() for method in methods} == routed


def test_programs_can_read_it(redash_of: RedashOf) -> None:
    schema = schemathesis.openapi.from_dict(redash_of("alice").get(DESCRIPTION).get_json())
    schema.validate()
    assert len([operation.ok() for operation in schema.get_all_operations()]) > 100


def test_it_says_what_an_endpoint_takes(redash_of: RedashOf) -> None:
    described = redash_of("alice").get(DESCRIPTION).get_json()
    results = described["paths"]["/api/queries/{query_id}/results"]["post"]
    assert results["summary"] == "Run a query, or answer its kept result"
    assert results["description"] == "Keys of people, the query, shared dashboards that show the query."
    assert [(each["in"], each["name"]) for each in results["parameters"]] == [
        ("path", "query_id"),
        ("query", "p_name"),
        ("query", "wait"),
    ]
    assert results["security"] == [{"key_in_header": []}, {"key_in_address": []}, {"session": []}]
    assert set(described["components"]["securitySchemes"]) == {"key_in_header", "key_in_address", "session"}
    fields = described["components"]["schemas"]["QueryPost"]
    assert set(fields["required"]) == {"query", "data_source_id"}
    assert described["paths"]["/api/config"]["get"]["security"] == []
    responses = described["paths"]["/api/data_sources/{data_source_id}"]["delete"]["responses"]
    assert set(responses) == {"204", "400", "403", "404"}


def every_endpoint(app: Flask) -> list[tuple[str, Facts]]:
    builder = app.appbuilder  # type: ignore[attr-defined]
    return [(path, facts) for _, path, facts in endpoints(builder)]


def test_each_says_which_body_it_loads(app: Flask) -> None:
    builder = app.appbuilder  # type: ignore[attr-defined]
    checked = 0
    for resource in builder.baseviews:
        if not isinstance(resource, RedashResource):
            continue
        for name in dir(type(resource)):
            function = getattr(type(resource), name)
            facts = getattr(function, "facts", None)
            if facts is None:
                continue
            source = inspect.getsource(inspect.unwrap(function))
            loads = re.findall(r"loaded\((\w+),", source) + ["Grant"] * source.count("granted_wish()")
            loads += ["Expiry"] * source.count("expiry_wish()")
            said = [] if facts.body is None else [facts.body.__name__]
            assert said == loads, (facts.method, facts.url)
            checked += bool(loads)
    assert checked > 25


def test_what_it_calls_needed_is_needed(app: Flask, redash_of: RedashOf) -> None:
    admin, asked = redash_of("admin"), 0
    for path, facts in every_endpoint(app):
        if facts.body is None or facts.method != "POST" or "{" in path:
            continue
        fields = facts.body().fields
        needed = {each.data_key or name for name, each in fields.items() if each.required}
        answer = admin.post(path, json={})
        assert answer.status_code == 400, (path, answer.text)
        assert set(answer.get_json()["fields"]) == needed, path
        asked += 1
    assert asked > 9
