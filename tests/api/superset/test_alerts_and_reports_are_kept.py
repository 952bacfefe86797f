"""Alerts and reports through the API: made, read, changed, deleted, and closed to everybody else."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from superset_like.extensions import db
from superset_like.models import Report, ReportLog
from tests.conftest import ApiClient, ClientOf, Counted, Embedded, Prepared

URL = "/api/v1/report/"
SECRET = "CANARY-of-a-webhook"
Change = Callable[..., None]


@pytest.fixture
def change(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Change:
    """Sets settings for the test."""

    def made(**values: Any) -> None:
        former = app.extensions["superset_like_settings"]
        monkeypatch.setitem(app.extensions, "superset_like_settings", replace(former, **values))

    return made


def report(**more: Any) -> dict[str, Any]:
    mail = {"type": "Email", "recipient_config_json": {"target": "a@example.com"}}
    return {"name": "Daily", "type": "Report", "crontab": "0 9 * * *", "recipients": [mail], **more}


def alert(database: int, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "Alert",
        "database": database,
        "sql": "SELECT COUNT(*) FROM sales",
        "validator_type": "operator",
    }
    return report(**{**body, "validator_config_json": {"op": ">", "threshold": 10}, **more})


def made(client: ApiClient, body: dict[str, Any]) -> int:
    answer = client.post(URL, json=body)
    assert answer.status_code == 201, answer.text
    pk: int = answer.get_json()["id"]
    return pk


def shown(client: ApiClient, pk: int) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{URL}{pk}").get_json()["result"]
    return found


def test_a_report_is_made_read_changed_and_deleted(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    pk = made(alice, report(chart=embedded.chart, timezone="Europe/Berlin", report_format="CSV", grace_period=60))
    found = shown(alice, pk)
    assert (found["type"], found["crontab"], found["chart"]["id"]) == ("Report", "0 9 * * *", embedded.chart)
    assert [owner["first_name"] for owner in found["owners"]] == ["Alice"]
    assert json.loads(found["recipients"][0]["recipient_config_json"]) == {"target": "a@example.com"}
    assert (found["grace_period"], found["working_timeout"], found["log_retention"]) == (60, 3600, 90)
    due = datetime.fromisoformat(found["next_run_on"])
    assert (due.hour, due.minute) in {(7, 0), (8, 0)}
    changed = {"crontab": "5 * * * *", "dashboard": embedded.dashboard, "chart": None, "report_format": "PDF"}
    assert alice.put(f"{URL}{pk}", json=changed).status_code == 200
    found = shown(alice, pk)
    assert (found["crontab"], found["chart"], found["dashboard"]["id"]) == ("5 * * * *", None, embedded.dashboard)
    assert datetime.fromisoformat(found["next_run_on"]).minute == 5
    assert alice.put(f"{URL}{pk}", json={"active": False}).status_code == 200
    assert shown(alice, pk)["next_run_on"] is None
    row = alice.get(f"{URL}?q=(filters:!((col:name,opr:eq,value:Daily)))").get_json()["result"][0]
    assert (row["id"], row["active"], row["crontab_humanized"]) == (pk, False, "At minute 5 of every hour")
    assert alice.delete(f"{URL}{pk}").status_code == 200
    assert alice.get(f"{URL}{pk}").status_code == 404


def test_an_alert_says_what_it_asks(client_of: ClientOf, data_database: int, sales: int) -> None:
    alice = client_of("alice")
    found = shown(alice, made(alice, alert(data_database)))
    assert json.loads(found["validator_config_json"]) == {"op": ">", "threshold": 10.0}
    assert (found["sql"], found["database"]["database_name"]) == ("SELECT COUNT(*) FROM sales", "shop")


@pytest.mark.parametrize(
    ("status", "field", "change_of"),
    [
        (400, "crontab", {"crontab": "bad"}),
        (400, "crontab", {"crontab": "0 0 30 2 *"}),
        (400, "timezone", {"timezone": "Mars/Olympus"}),
        (422, "chart", {"chart": 99_999_999}),
        (422, "chart", {"chart": None}),
        (400, "type", {"type": "Poem"}),
        (400, "name", {"name": ""}),
        (400, "report_format", {"report_format": "DOC"}),
        (400, "custom_width", {"custom_width": 10}),
        (400, "grace_period", {"grace_period": 0}),
        (400, "creation_method", {"creation_method": "dreams"}),
        (422, "dashboard", {"creation_method": "dashboards"}),
        (400, "recipients", {"recipients": [{"type": "Pigeon"}]}),
        (422, "recipients", {"recipients": [{"type": "Email", "recipient_config_json": {"target": "nobody"}}]}),
        (422, "recipients", {"recipients": [{"type": "Email", "recipient_config_json": {"target": ""}}]}),
        (
            422,
            "recipients",
            {"recipients": [{"type": "Email", "recipient_config_json": {"target": "a@b.example\nBcc: c"}}]},
        ),
        (
            422,
            "recipients",
            {"recipients": [{"type": "Webhook", "recipient_config_json": {"target": "http://a.example"}}]},
        ),
        (
            422,
            "recipients",
            {"recipients": [{"type": "Webhook", "recipient_config_json": {"target": "https://10.0.0.1/"}}]},
        ),
        (
            422,
            "recipients",
            {"recipients": [{"type": "Webhook", "recipient_config_json": {"target": "https://[::1]/"}}]},
        ),
        (
            422,
            "recipients",
            {"recipients": [{"type": "Webhook", "recipient_config_json": {"target": "https://u:p@a.example"}}]},
        ),
        (422, "recipients", {"recipients": [{"type": "Slack", "recipient_config_json": {"target": "general"}}]}),
        (400, "unknown", {"unknown": 1}),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(
    client_of: ClientOf, embedded: Embedded, status: int, field: str, change_of: dict[str, Any]
) -> None:
    answer = client_of("alice").post(URL, json=report(**{"chart": embedded.chart, **change_of}))
    assert answer.status_code == status, answer.text
    assert field in answer.get_json()["message"], answer.text
    assert client_of("admin").get(URL).get_json()["count"] == 0


@pytest.mark.parametrize(
    ("status", "change_of"),
    [
        (422, {"sql": ""}),
        (422, {"database": None}),
        (422, {"validator_type": None}),
        (422, {"validator_config_json": {"op": ">"}}),
        (400, {"validator_config_json": {"op": "~", "threshold": 1}}),
        (422, {"sql": "SELECT 1; SELECT 2"}),
        (422, {"sql": "DELETE FROM sales"}),
        (422, {"sql": "SELECT FROM WHERE"}),
    ],
)
def test_an_alert_needs_one_select_and_a_condition(
    client_of: ClientOf, data_database: int, sales: int, status: int, change_of: dict[str, Any]
) -> None:
    answer = client_of("alice").post(URL, json=alert(data_database) | change_of)
    assert answer.status_code == status, answer.text


def test_a_dashboard_is_told_as_a_picture_with_tabs_that_it_has(client_of: ClientOf, embedded: Embedded) -> None:
    alice, body = client_of("alice"), report(dashboard=embedded.dashboard)
    assert "report_format" in alice.post(URL, json={**body, "report_format": "CSV"}).get_json()["message"]
    assert "chart" in alice.post(URL, json={**body, "chart": embedded.chart}).get_json()["message"]
    tabs = {"dashboard": {"activeTabs": ["TAB-no"]}}
    assert "extra" in alice.post(URL, json={**body, "extra": tabs}).get_json()["message"]
    state = {"dashboard": {"dataMask": {"F": {"extraFormData": {}}}, "urlParams": []}}
    assert shown(alice, made(alice, {**body, "extra": state}))["extra"] == state


def test_one_name_is_taken_once_for_each_type(client_of: ClientOf, embedded: Embedded, data_database: int) -> None:
    alice, bodies = client_of("alice"), (report(chart=embedded.chart), alert(data_database))
    pks = [made(alice, body) for body in bodies]
    for body in bodies:
        again = alice.post(URL, json=body)
        assert (again.status_code, "name" in again.get_json()["message"]) == (422, True)
    other = made(alice, report(chart=embedded.chart, name="Other"))
    assert alice.put(f"{URL}{other}", json={"name": "Daily"}).status_code == 422
    assert alice.put(f"{URL}{pks[0]}", json={"name": "Daily", "description": "same"}).status_code == 200


def test_a_page_of_a_chart_makes_one_for_each_of_its_readers(client_of: ClientOf, embedded: Embedded) -> None:
    body = report(chart=embedded.chart, creation_method="charts")
    made(client_of("alice"), body)
    assert client_of("alice").post(URL, json={**body, "name": "Second"}).status_code == 409
    made(client_of("admin"), {**body, "name": "Of another"})


def test_nobody_else_sees_changes_or_reads_the_log(
    app: Flask, client_of: ClientOf, guest_of: Any, embedded: Embedded, people: dict[str, int]
) -> None:
    alice = client_of("alice")
    pk = made(alice, report(chart=embedded.chart))
    with app.app_context():
        # Another maker of datasets, with all rights that alice has but that of owning it.
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        security.get_user_by_id(people["charlie"]).roles = [security.find_role("Alpha"), security.find_role("sql_lab")]
        db.session.add(ReportLog(report_id=pk, scheduled_dttm=datetime(2026, 1, 1), state="Success"))
        db.session.commit()
    own = alice.get(f"{URL}{pk}/log/").get_json()
    assert (own["count"], own["result"][0]["state"]) == (1, "Success")
    log = own["ids"][0]
    assert alice.get(f"{URL}{pk}/log/{log}").get_json()["result"]["state"] == "Success"
    assert alice.get(f"{URL}{pk + 1}/log/{log}").status_code == 404
    paths = [f"{URL}{pk}", f"{URL}{pk}/log/", f"{URL}{pk}/log/{log}"]
    for client, status in ((client_of("charlie"), 404), (client_of("bob"), 403), (guest_of(embedded), 403)):
        assert [client.get(path).status_code for path in paths] == [status] * 3
        assert client.put(paths[0], json={"name": "Mine"}).status_code == status
        assert client.delete(paths[0]).status_code == status
        assert client.delete(f"{URL}?q=!({pk})").status_code == status
    assert client_of("charlie").get(URL).get_json()["count"] == 0
    assert client_of("bob").post(URL, json=report(chart=embedded.chart)).status_code == 403
    assert shown(client_of("admin"), pk)["name"] == "Daily"


def may_alert(app: Flask, name: str, *more: str) -> None:
    """Somebody who sees little may make alerts, and run SQL."""
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        role = security.add_role(f"alerts of {name}")
        for action in ("can_read", "can_write"):
            security.add_permission_role(role, security.find_permission_view_menu(action, "ReportSchedule"))
        user = security.find_user(name)
        user.roles = [*user.roles, role, *(security.find_role(each) for each in more)]
        db.session.commit()


def test_what_one_may_not_see_cannot_be_told(
    app: Flask, client_of: ClientOf, embedded: Embedded, data_database: int
) -> None:
    for name in ("bob", "charlie"):
        may_alert(app, name, "sql_lab")
    bob, charlie = client_of("bob"), client_of("charlie")
    for field, pk in (("chart", embedded.chart), ("dashboard", embedded.dashboard)):
        assert field in charlie.post(URL, json=report(**{field: pk})).get_json()["message"]
        made(bob, report(name=f"Of a {field}", **{field: pk}))
    refused = charlie.post(URL, json=alert(data_database))
    assert (refused.status_code, "database" in refused.get_json()["message"]) == (422, True)
    secrets = bob.post(URL, json=alert(data_database, sql="SELECT COUNT(*) FROM secrets"))
    assert secrets.status_code == 403, secrets.text
    assert "canary" not in secrets.text
    pk = made(bob, alert(data_database))
    # A change is judged as the beginning was.
    assert bob.put(f"{URL}{pk}", json={"sql": "SELECT COUNT(*) FROM secrets"}).status_code == 403
    assert shown(bob, pk)["sql"] == "SELECT COUNT(*) FROM sales"


def test_sql_needs_the_right_to_run_sql(app: Flask, client_of: ClientOf, data_database: int, sales: int) -> None:
    may_alert(app, "bob")
    assert client_of("bob").post(URL, json=alert(data_database)).status_code == 403


def test_it_has_the_rights_of_the_owner_who_last_said_what_it_does(
    app: Flask, client_of: ClientOf, embedded: Embedded, data_database: int, people: dict[str, int]
) -> None:
    may_alert(app, "bob", "sql_lab")
    owners = [people["admin"], people["bob"]]
    pk = made(client_of("admin"), alert(data_database, owners=owners))

    def runs_as() -> int | None:
        with app.app_context():
            found = db.session.get(Report, pk)
            assert found is not None
            return found.run_as_id

    assert runs_as() == people["admin"]
    bob = client_of("bob")
    assert bob.put(f"{URL}{pk}", json={"description": "words"}).status_code == 200
    assert runs_as() == people["admin"]
    # Owners alone say nothing of what it does.
    for body in ({"owners": [*owners, people["alice"]]}, {"owners": owners}):
        assert bob.put(f"{URL}{pk}", json=body).status_code == 200
        assert runs_as() == people["admin"]
    assert bob.put(f"{URL}{pk}", json={"sql": "SELECT COUNT(*) FROM secrets"}).status_code == 403
    assert bob.put(f"{URL}{pk}", json={"sql": "SELECT MAX(amount) FROM sales"}).status_code == 200
    assert runs_as() == people["bob"]
    admin = client_of("admin")
    assert admin.put(f"{URL}{pk}", json={"owners": [people["alice"], people["bob"]]}).status_code == 200
    assert runs_as() == people["bob"]
    # It is left to somebody when he is no owner any more.
    assert admin.put(f"{URL}{pk}", json={"owners": [people["alice"]]}).status_code == 200
    assert runs_as() == people["alice"]


def webhook(secret: str | None = SECRET, target: str = "https://hooks.example.com/in") -> dict[str, Any]:
    config = {"target": target} if secret is None else {"target": target, "secret": secret}
    return {"type": "Webhook", "recipient_config_json": config}


def test_what_was_read_can_be_sent_back(client_of: ClientOf, data_database: int, sales: int) -> None:
    alice = client_of("alice")
    pk = made(alice, alert(data_database, recipients=[webhook()]))
    found = shown(alice, pk)
    back = {name: found[name] for name in ("recipients", "validator_config_json", "sql", "crontab", "extra")}
    answer = alice.put(f"{URL}{pk}", json=back)
    assert answer.status_code == 200, answer.text
    assert {**shown(alice, pk), "recipients": None} == {**found, "recipients": None}
    sent = {
        "recipients": [{"type": "Webhook", "recipient_config_json": json.dumps(webhook()["recipient_config_json"])}]
    }
    assert SECRET not in alice.put(f"{URL}{pk}", json=sent).text


def test_the_secret_of_a_webhook_is_shown_to_nobody(
    app: Flask, client_of: ClientOf, embedded: Embedded, prepared: Prepared
) -> None:
    alice = client_of("alice")
    answer = alice.post(URL, json=report(chart=embedded.chart, recipients=[webhook()]))
    pk = answer.get_json()["id"]
    texts = [answer.text, alice.get(f"{URL}{pk}").text, alice.get(URL).text]
    again = alice.put(f"{URL}{pk}", json={"recipients": [webhook("XXXXXXXXXX")]})
    assert again.status_code == 200
    texts += [again.text, alice.put(f"{URL}{pk}", json={"recipients": [webhook()]}).text]
    assert not [text for text in texts if SECRET in text]
    with closing(sqlite3.connect(prepared.metadata)) as connection:
        assert SECRET not in "\n".join(connection.iterdump())
    with app.app_context():
        found = db.session.get(Report, pk)
        assert found is not None
        assert json.loads(found.recipients[0].recipient_config_json)["secret"] == SECRET
    # It does not follow to another place.
    moved = alice.put(f"{URL}{pk}", json={"recipients": [webhook("XXXXXXXXXX", "https://evil.example.com/")]})
    assert (moved.status_code, "recipients" in moved.get_json()["message"]) == (422, True)


def test_mail_goes_to_the_domains_that_are_allowed(client_of: ClientOf, embedded: Embedded, change: Change) -> None:
    change(email_domains=("example.org",))
    alice = client_of("alice")
    assert "recipients" in alice.post(URL, json=report(chart=embedded.chart)).get_json()["message"]
    mail = {"type": "Email", "recipient_config_json": {"target": "a@Example.org; b@example.org"}}
    made(alice, report(chart=embedded.chart, recipients=[mail]))


def test_a_schedule_may_have_a_shortest_distance(client_of: ClientOf, embedded: Embedded, change: Change) -> None:
    change(report_min_interval_s=3600)
    alice = client_of("alice")
    assert "crontab" in alice.post(URL, json=report(chart=embedded.chart, crontab="0,59 * * * *")).get_json()["message"]
    made(alice, report(chart=embedded.chart, crontab="0 * * * *"))


def test_what_a_report_hangs_on_stays(client_of: ClientOf, embedded: Embedded, data_database: int) -> None:
    alice, admin = client_of("alice"), client_of("admin")
    pks = [made(admin, report(chart=embedded.chart)), made(admin, report(name="D", dashboard=embedded.dashboard))]
    refused = [alice.delete(f"/api/v1/chart/{embedded.chart}"), alice.delete(f"/api/v1/dashboard/{embedded.dashboard}")]
    assert [answer.status_code for answer in refused] == [422, 422]
    assert "Daily" not in refused[0].text
    assert "Daily" in admin.delete(f"/api/v1/chart/{embedded.chart}").text
    assert admin.delete(f"{URL}?q=!({','.join(map(str, pks))})").get_json()["message"] == "Deleted 2 report schedules"
    assert alice.delete(f"/api/v1/chart/{embedded.chart}").status_code == 200


def test_slack_says_that_it_is_not_set_up(client_of: ClientOf) -> None:
    answer = client_of("alice").get(f"{URL}slack_channels/")
    assert (answer.status_code, "Slack" in answer.text) == (422, True)


def test_what_a_form_may_choose_is_what_one_sees(app: Flask, client_of: ClientOf, embedded: Embedded) -> None:
    may_alert(app, "charlie")
    alice, charlie = client_of("alice"), client_of("charlie")
    for field in ("chart", "dashboard", "database"):
        assert alice.get(f"{URL}related/{field}").get_json()["count"] == 1, field
        assert charlie.get(f"{URL}related/{field}").get_json()["count"] == 0, field
    assert alice.get(f"{URL}related/owners").get_json()["count"] == 4


def test_a_list_costs_the_same_whatever_its_length(
    client_of: ClientOf, embedded: Embedded, counted: Counted, people: dict[str, int]
) -> None:
    alice = client_of("alice")
    made(alice, report(chart=embedded.chart))
    counts = []
    for number in range(2):
        query = quote(f"(page_size:{20 + number})")
        alice.get(f"{URL}?q={query}")
        counted.statements.clear()
        assert alice.get(f"{URL}?q={query}").status_code == 200
        counts.append(len(counted))
        for each in range(5):
            made(alice, report(chart=embedded.chart, name=f"More {number} {each}", recipients=[webhook(), webhook()]))
    assert counts[0] == counts[1]


def test_a_write_of_an_older_version_is_refused(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    pk = made(alice, report(chart=embedded.chart))
    tag = alice.get(f"{URL}{pk}").headers["ETag"]
    assert alice.put(f"{URL}{pk}", json={"name": "A"}, headers={"If-Match": tag}).status_code == 200
    assert alice.put(f"{URL}{pk}", json={"name": "B"}, headers={"If-Match": tag}).status_code == 412
