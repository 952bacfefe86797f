"""A guest token can be tried out: what its holder would see is told, and no token is made."""

from typing import Any

import pytest

from tests.conftest import ClientOf, Counted, Embedded

TRY = "/api/v1/security/guest_token/?dry_run=true&samples=true"


def body(embedded: Embedded, *rules: dict[str, Any]) -> dict[str, Any]:
    resources = [{"type": "dashboard", "id": embedded.uuid}]
    return {"user": {"username": "visitor"}, "resources": resources, "rls": list(rules)}


def tried(client_of: ClientOf, embedded: Embedded, *rules: dict[str, Any]) -> dict[str, Any]:
    answer = client_of("admin").post(TRY, json=body(embedded, *rules))
    assert answer.status_code == 200, answer.text
    assert "token" not in answer.get_json()
    found: dict[str, Any] = answer.get_json()["result"]
    return found


def test_it_tells_what_the_visitor_would_see(client_of: ClientOf, embedded: Embedded, guest_of: Any) -> None:
    admin = client_of("admin")
    public = {each["name"]: each["id"] for each in admin.get("/api/v1/security/roles/").get_json()["result"]}["Public"]
    rule = {"name": "North", "filter_type": "Regular", "tables": [embedded.dataset], "roles": [public]}
    assert admin.post("/api/v1/rowlevelsecurity/", json={**rule, "clause": "region = 'north'"}).status_code == 201
    found = tried(client_of, embedded, {"clause": "tenant = '{{ current_username() }}' OR tenant = 'a'"})
    assert found["dashboards"] == [{"id": embedded.dashboard, "title": "Shop"}]
    assert [(chart["id"], chart["rows"], chart["problem"]) for chart in found["charts"]] == [(embedded.chart, 1, None)]
    rules = found["datasets"][0]["rules"]
    assert [(each["from"], each.get("name"), each["clause"]) for each in rules] == [
        ("rule", "North", "region = 'north'"),
        ("token", None, "tenant = 'visitor' OR tenant = 'a'"),
    ]
    assert found["mistakes"] == []
    # As many rows as the holder of such a token gets.
    guest = guest_of(embedded, "tenant = 'visitor' OR tenant = 'a'")
    path = f"/api/v1/chart/{embedded.chart}/data/?dashboard_id={embedded.dashboard}"
    assert guest.get(path).get_json()["result"][0]["rowcount"] == 1


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"clause": "tenat = 'a'"}, "The dataset has no column tenat"),
        ({"clause": "tenant ="}, None),
        ({"clause": "1 = 1", "dataset": 999999}, "It holds for nothing: the dashboards show no rows of dataset 999999"),
        ({"clause": "SUM(amount) > 1"}, "A condition on rows cannot sum up"),
    ],
    ids=str,
)
def test_mistakes_are_told_with_their_place(
    client_of: ClientOf, embedded: Embedded, rule: dict[str, Any], message: str | None
) -> None:
    found = tried(client_of, embedded, {"clause": "tenant = 'a'"}, rule)
    assert [mistake["rule"] for mistake in found["mistakes"]] == [1]
    if message is not None:
        assert found["mistakes"][0]["message"] == message


def test_a_clause_that_fails_shows_no_rows(client_of: ClientOf, embedded: Embedded) -> None:
    found = tried(client_of, embedded, {"clause": "{{ nonsense( }}"})
    assert found["datasets"][0]["rules"][0]["problem"]
    assert found["charts"][0]["rows"] is None
    assert found["charts"][0]["problem"]


def test_it_writes_nothing_and_is_for_those_who_make_tokens(
    client_of: ClientOf, embedded: Embedded, counted: Counted, guest_of: Any
) -> None:
    tried(client_of, embedded)
    counted.statements.clear()
    tried(client_of, embedded)
    assert {statement.split()[0] for statement in counted.statements} == {"SELECT"}
    for name in ("alice", "bob", "charlie"):
        assert client_of(name).post(TRY, json=body(embedded)).status_code == 403
    assert guest_of(embedded).post(TRY, json=body(embedded)).status_code == 403
    absent = {**body(embedded), "resources": [{"type": "dashboard", "id": "999999"}]}
    assert client_of("admin").post(TRY, json=absent).status_code == 400
