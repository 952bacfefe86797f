import pytest

from tests.api.redash.conftest import RedashOf

SNIPPET = {"trigger": "sel", "description": "", "snippet": "select 1"}


def test_changes_are_in_the_log_by_themselves(redash_of: RedashOf, people: dict[str, int]) -> None:
    alice = redash_of("alice")
    pk = alice.post("/api/query_snippets", json=SNIPPET).get_json()["id"]
    alice.post(f"/api/query_snippets/{pk}", json={"snippet": "select 2"})
    found = redash_of("admin").get("/api/events?page_size=1").get_json()
    assert (found["count"], found["page"], found["page_size"]) == (2, 1, 1)
    event = found["results"][0]
    assert (event["action"], event["object_type"], event["object_id"]) == ("put", "query_snippet", pk)
    assert (event["user_id"], event["user_name"], event["org_id"]) == (people["alice"], "Alice Doe", 1)
    assert event["created_at"].endswith("Z")
    assert event["details"]["fields"] == ["snippet"]


def test_what_a_client_tells_is_kept_apart(redash_of: RedashOf, people: dict[str, int]) -> None:
    told = [
        {"action": "view", "object_type": "page", "object_id": "x", "screen": "1x1"},
        {"action": "put", "object_type": "Chart", "object_id": 7},
    ]
    answer = redash_of("bob").post("/api/events", json=told)
    assert (answer.status_code, answer.get_json()) == (200, None)
    found = redash_of("admin").get("/api/events").get_json()
    assert found["count"] == 2
    assert [(each["action"], each["object_type"], each["object_id"]) for each in found["results"]] == [
        ("put", "chart", "7"),
        ("view", "page", "x"),
    ]
    assert {each["user_id"] for each in found["results"]} == {people["bob"]}
    # In the core's own log nobody takes it for what the server saw.
    lines = redash_of("admin").get("/api/v1/log/").status_code
    assert lines in {200, 401}


@pytest.mark.parametrize(
    "body", [{}, [1], [{"action": "view"}], [{"action": "a" * 101, "object_type": "x"}], [{"action": 1}] * 101]
)
def test_what_is_no_list_of_events_is_refused_whole(redash_of: RedashOf, body: object) -> None:
    good = {"action": "view", "object_type": "page"}
    sent = [good, *body] if isinstance(body, list) else body
    assert redash_of("alice").post("/api/events", json=sent).status_code == 400
    assert redash_of("admin").get("/api/events").get_json()["count"] == 0
