import json
from datetime import timedelta

import pytest
from flask import Flask

from superset_like.extensions import db
from superset_like.models import Query, SavedQuery
from superset_like.models.mixins import now
from tests.api.redash.conftest import RedashOf

SETTINGS = "/api/settings/organization"
NOT_SIGNED_IN = "Couldn't find resource. Please login and try again."
FORBIDDEN = (
    "You don't have the permission to access the requested resource. It is either read-protected or not readable by "
    "the server."
)


def test_settings_are_kept_and_tell_clients(redash_of: RedashOf) -> None:
    admin = redash_of("admin")
    found = admin.get(SETTINGS).get_json()["settings"]
    assert (len(found), found["date_format"]) == (29, "DD/MM/YY")
    written = {"date_format": "YYYY-MM-DD", "disable_public_urls": True, "of_a_later_version": {"b": 1, "a": 2}}
    assert admin.post(SETTINGS, json=written).get_json()["settings"] == {**found, **written}
    assert admin.post(SETTINGS, data='{"time_format": "HH:mm:ss"}').status_code == 200
    kept = admin.get(SETTINGS).get_json()["settings"]
    assert kept == {**found, **written, "time_format": "HH:mm:ss"}
    assert list(kept["of_a_later_version"]) == ["b", "a"]
    config = redash_of(None).get("/api/config").get_json()["client_config"]
    assert (config["dateTimeFormat"], config["disablePublicUrls"]) == ("YYYY-MM-DD HH:mm:ss", True)


@pytest.mark.parametrize(
    "body", [{"date_format": 5}, {"disable_public_urls": "yes"}, {"auth_jwt_auth_algorithms": [1]}]
)
def test_a_setting_of_another_kind_changes_nothing(redash_of: RedashOf, body: dict[str, object]) -> None:
    admin = redash_of("admin")
    before = admin.get(SETTINGS).get_json()
    answer = admin.post(SETTINGS, json={"null_value": "-", **body})
    assert (answer.status_code, list(answer.get_json()["fields"])) == (400, list(body))
    assert admin.get(SETTINGS).get_json() == before


@pytest.mark.parametrize("data", ["", "[]", "{", '"text"'])
def test_what_is_no_object_is_refused(redash_of: RedashOf, data: str) -> None:
    assert redash_of("admin").post(SETTINGS, data=data).status_code == 400


def test_a_setting_has_an_end(redash_of: RedashOf) -> None:
    assert redash_of("admin").post(SETTINGS, json={"mine": "x" * 300_000}).status_code == 413


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", SETTINGS),
        ("POST", SETTINGS),
        ("GET", "/status.json"),
        ("GET", "/api/admin/queries/rq_status"),
        ("GET", "/api/admin/queries/outdated"),
        ("GET", "/api/events"),
    ],
)
def test_others_are_told_nothing_of_it(redash_of: RedashOf, method: str, path: str) -> None:
    for name, status, text in (
        (None, 404, "Couldn't find resource. Please login and try again."),
        ("alice", 403, FORBIDDEN),
    ):
        answer = redash_of(name).open(path, method=method, json={"date_format": "x"})
        assert (answer.status_code, answer.get_json()) == (status, {"message": text})


def test_counts_are_of_what_one_sees(
    app: Flask, redash_of: RedashOf, data_database: int, people: dict[str, int]
) -> None:
    with app.app_context():
        for label, is_archived in (("a", False), ("b", True)):
            db.session.add(
                SavedQuery(label=label, db_id=data_database, created_by_fk=people["alice"], is_archived=is_archived)
            )
        db.session.commit()
    seen = redash_of("alice").get("/api/organization/status").get_json()["object_counters"]
    assert seen == {"users": 4, "alerts": 0, "data_sources": 1, "queries": 1, "dashboards": 0}
    other = redash_of("charlie").get("/api/organization/status").get_json()["object_counters"]
    assert (other["data_sources"], other["queries"]) == (0, 0)


def test_what_waits_and_works_is_counted(app: Flask, redash_of: RedashOf, data_database: int) -> None:
    with app.app_context():
        for number, status in enumerate(("pending", "pending", "running", "success")):
            key = "k" if status == "success" else None
            db.session.add(
                Query(client_id=f"c{number}", database_id=data_database, sql="select 1", status=status, results_key=key)
            )
        db.session.commit()
    found = redash_of("admin").get("/status.json").get_json()
    assert (found["version"], found["query_results_count"], found["manager"]) == (
        "26.08.0",
        1,
        {"queues": {"queries": {"size": 2}}},
    )
    queue = redash_of("admin").get("/default/api/admin/queries/rq_status").get_json()["queues"]["queries"]
    assert (queue["queued"], len(queue["started"])) == (2, 1)
    assert queue["started"][0]["meta"]["data_source_id"] == data_database


def test_queries_that_are_due_are_listed(
    app: Flask, redash_of: RedashOf, data_database: int, people: dict[str, int]
) -> None:
    with app.app_context():
        for label, minutes, is_archived in (("late", -5, False), ("in time", 5, False), ("gone", -5, True)):
            due = now() + timedelta(minutes=minutes)
            saved = SavedQuery(label=label, db_id=data_database, next_run_on=due, is_archived=is_archived)
            saved.schedule_json = json.dumps({"interval": 3600, "time": None, "day_of_week": None, "until": None})
            db.session.add(saved)
        db.session.commit()
    found = redash_of("admin").get("/api/admin/queries/outdated").get_json()
    assert [(each["name"], each["schedule"]["interval"]) for each in found["queries"]] == [("late", 3600)]
