"""Alerts on saved queries at work, against a real mail server and a real receiver of webhooks."""

import base64
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from superset_like.access import grants
from superset_like.extensions import celery, db
from superset_like.models import Database, Query, Report, ReportLog, SavedQuery
from superset_like.models.mixins import now
from superset_like.services import query_alert_runs
from tests.api.redash.conftest import Shop
from tests.conftest import ApiClient
from tests.receivers import Hook, Mailbox
from tests.row_rules import limit

URL = "/api/alerts"
TOTAL = "SELECT SUM(amount) AS total, COUNT(*) AS n FROM sales"


@dataclass
class Watch:
    """An alert of alice on a query of hers, whose text is changed to let it find something else."""

    app: Flask
    shop: Shop
    mailbox: Mailbox

    def alert(self, value: Any = 10, op: str = ">", sql: str = "SELECT 1 AS a", client: Any = None, **more: Any) -> int:
        query = self.shop.query(sql)
        options = {"column": "a", "op": op, "value": value, **more.pop("options", {})}
        body = {"name": "Too many", "query_id": query["id"], "options": options, **more}
        made = (client or self.shop.alice).post(URL, json=body)
        assert made.status_code == 200, made.text
        found: int = made.get_json()["id"]
        return found

    def shown(self, pk: int) -> dict[str, Any]:
        found: dict[str, Any] = self.shop.admin.get(f"{URL}/{pk}").get_json()
        return found

    def state(self, pk: int) -> str:
        found: str = self.shown(pk)["state"]
        return found

    def brings(self, pk: int, value: Any, client: ApiClient | None = None) -> str:
        """The state after a run of the query, which brings this value."""
        query = self.shown(pk)["query"]
        self.shop.alice.post(f"/api/queries/{query['id']}", json={"query": f"SELECT {value} AS a"})
        self.shop.ran(query, client)
        return self.state(pk)

    def subscribe(self, pk: int, client: ApiClient | None = None, destination_id: int | None = None) -> None:
        body = {} if destination_id is None else {"destination_id": destination_id}
        assert (client or self.shop.alice).post(f"{URL}/{pk}/subscriptions", json=body).status_code == 200

    def destination(self, kind: str, **options: str) -> int:
        body = {"name": f"{kind} {options}", "type": kind, "options": options}
        made = self.shop.admin.post("/api/destinations", json=body)
        assert made.status_code == 200, made.text
        found: int = made.get_json()["id"]
        return found

    def aged(self, pk: int, seconds: int) -> None:
        """What it told was so long ago."""
        with self.app.app_context():
            moment = now() - timedelta(seconds=seconds)
            db.session.query(Report).filter_by(id=pk).update({"triggered_on": moment})
            db.session.commit()

    def log(self, pk: int) -> list[tuple[str, float | None]]:
        with self.app.app_context():
            lines = db.session.query(ReportLog).filter_by(report_id=pk).order_by(ReportLog.id)
            return [(line.state, line.value) for line in lines]

    def subjects(self) -> list[str]:
        found = [str(letter.message["Subject"]) for letter in self.mailbox.letters]
        self.mailbox.letters.clear()
        return found


@pytest.fixture
def watch(app: Flask, shop: Shop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Watch:
    known = replace(
        app.extensions["superset_like_settings"],
        smtp_host="127.0.0.1",
        smtp_port=mailbox.port,
        smtp_security="none",
        smtp_from="Alerts <alerts@example.com>",
        email_subject_prefix="",
        public_url="https://bi.example.com",
        report_tries=1,
        webhook_http=True,
        webhook_networks=("127.0.0.0/8", "::1/128"),
    )
    monkeypatch.setitem(app.extensions, "superset_like_settings", known)
    return Watch(app, shop, mailbox)


def test_it_fires_is_quiet_and_goes_back(watch: Watch) -> None:
    pk = watch.alert()
    watch.subscribe(pk)
    # That all is well at first is no news.
    assert (watch.brings(pk, 5), watch.subjects()) == ("ok", [])
    assert watch.brings(pk, 11) == "triggered"
    letter = watch.mailbox.letters[0]
    assert letter.to == ["alice@example.com"]
    for part in (letter.part("text/plain"), letter.part("text/html")):
        assert "Value: 11" in part
        assert f"https://bi.example.com/admin/reports/show/{pk}" in part
    assert watch.subjects() == ["Alert: Too many changed status to TRIGGERED"]
    assert watch.shown(pk)["last_triggered_at"] is not None
    # Without a time after which it arms itself again it says so once.
    watch.aged(pk, 10**6)
    assert (watch.brings(pk, 12), watch.subjects()) == ("triggered", [])
    assert (watch.brings(pk, 1), watch.subjects()) == ("ok", ["Alert: Too many changed status to OK"])
    assert (watch.brings(pk, 2), watch.subjects()) == ("ok", [])
    states = [("Not triggered", 5), ("Success", 11), ("On Grace", 12), ("Not triggered", 1), ("Not triggered", 2)]
    assert watch.log(pk) == states


def test_after_its_time_it_tells_again_what_lasts(watch: Watch) -> None:
    pk = watch.alert(rearm=3600)
    watch.subscribe(pk)
    assert (watch.brings(pk, 11), len(watch.subjects())) == ("triggered", 1)
    assert (watch.brings(pk, 11), len(watch.subjects())) == ("triggered", 0)
    watch.aged(pk, 3601)
    assert (watch.brings(pk, 11), len(watch.subjects())) == ("triggered", 1)
    assert (watch.brings(pk, 11), len(watch.subjects())) == ("triggered", 0)


def test_a_muted_one_tells_nobody_and_knows_all_the_same(watch: Watch) -> None:
    pk = watch.alert()
    watch.subscribe(pk)
    watch.shop.alice.post(f"{URL}/{pk}/mute")
    assert (watch.brings(pk, 11), watch.subjects()) == ("triggered", [])
    watch.shop.alice.delete(f"{URL}/{pk}/mute")
    assert (watch.brings(pk, 1), len(watch.subjects())) == ("ok", 1)


def test_one_that_is_switched_off_does_not_look(watch: Watch, client_of: Any) -> None:
    pk = watch.alert()
    watch.subscribe(pk)
    assert client_of("alice").put(f"/api/v1/report/{pk}", json={"active": False}).status_code == 200
    assert (watch.brings(pk, 11), watch.subjects()) == ("unknown", [])


@pytest.mark.parametrize(
    ("options", "sql", "state"),
    [
        ({"op": ">=", "value": 11}, "SELECT 11 AS a", "triggered"),
        ({"op": "less than", "value": "12"}, "SELECT 11 AS a", "triggered"),
        ({"op": "!=", "value": 11}, "SELECT 11 AS a", "ok"),
        ({"op": "equals", "value": "11.0"}, "SELECT '11' AS a", "triggered"),
        ({"op": "==", "value": "north"}, "SELECT 'north' AS a", "triggered"),
        ({"op": "!=", "value": 5}, "SELECT 'north' AS a", "triggered"),
        ({"op": ">", "value": "north"}, "SELECT 11 AS a", "unknown"),
        ({"op": ">", "value": 1}, "SELECT NULL AS a", "unknown"),
        ({"op": ">", "value": 1}, "SELECT 11 AS b", "unknown"),
        ({"op": ">", "value": 1}, "SELECT 11 AS a WHERE 1 = 0", "unknown"),
        ({"op": ">", "value": 2, "selector": "first"}, "SELECT 1 AS a UNION ALL SELECT 9", "ok"),
        ({"op": ">", "value": 2, "selector": "max"}, "SELECT 1 AS a UNION ALL SELECT 9", "triggered"),
        (
            {"op": "<", "value": 2, "selector": "min"},
            "SELECT 9 AS a UNION ALL SELECT NULL UNION ALL SELECT 1",
            "triggered",
        ),
        ({"op": ">", "value": 2, "selector": "max"}, "SELECT 'x' AS a UNION ALL SELECT 'y'", "unknown"),
    ],
)
def test_values_are_compared_as_redash_does(watch: Watch, options: dict[str, Any], sql: str, state: str) -> None:
    pk = watch.alert(sql=sql, options=options)
    watch.shop.ran(watch.shown(pk)["query"])
    assert watch.state(pk) == state


def test_its_own_words_are_used(watch: Watch) -> None:
    places = "{{QUERY_RESULT_VALUE}} {{ALERT_CONDITION}}{{ALERT_THRESHOLD}}"
    options = {
        "custom_subject": "{{ALERT_NAME}} {{ ALERT_STATUS }}\r\nBcc: x: " + places,
        "custom_body": (
            "<b>{{QUERY_NAME}}</b> {{QUERY_RESULT_VALUE}} {{#QUERY_RESULT_ROWS}}[{{a}}]{{/QUERY_RESULT_ROWS}} "
            "{{ALERT_URL}} {{QUERY_URL}} {{NOTHING}} {{{QUERY_RESULT_ROWS}}} {{QUERY_RESULT_TABLE}}"
        ),
    }
    hostile = "'<script>{' || '{ALERT_NAME}}'"
    pk = watch.alert("x", "!=", f"SELECT {hostile} AS a UNION ALL SELECT 'b'", options=options)
    watch.subscribe(pk)
    watch.shop.ran(watch.shown(pk)["query"])
    letter = watch.mailbox.letters[0]
    # What stands in data is no template, no header and no script.
    assert letter.message["Subject"] == "Too many TRIGGERED Bcc: x: <script>{{ALERT_NAME}} !=x"
    assert letter.to == ["alice@example.com"]
    html, shown = letter.part("text/html"), "&lt;script&gt;{{ALERT_NAME}}"
    assert f"<b>A query</b> {shown} [{shown}][b] https://bi.example.com" in html
    assert "<script>" not in html
    assert "savedQueryId=" in html
    assert "<table" in html
    assert "A query" in letter.part("text/plain")


def test_destinations_are_told(watch: Watch, hook: Hook) -> None:
    pk = watch.alert(options={"custom_body": "Look at {{QUERY_NAME}} <now>"})
    team = watch.destination(
        "email", addresses="a@example.com, b@example.com", subject_template="{state}! {alert_name}"
    )
    program = watch.destination("webhook", url=f"{hook.url}&to=program", username="u", password="p")
    room = watch.destination("slack", url=f"{hook.url}&to=room")
    for destination in (team, program, room):
        watch.subscribe(pk, destination_id=destination)
    assert watch.brings(pk, 11) == "triggered"
    assert watch.mailbox.letters[0].to == ["a@example.com", "b@example.com"]
    assert watch.subjects() == ["TRIGGERED! Too many"]
    calls = {call.path.rpartition("=")[2]: call for call in hook.calls}
    said = calls["program"].json()
    assert said["event"] == "alert_state_change"
    assert (said["alert"]["id"], said["alert"]["state"], said["alert"]["value"]) == (pk, "triggered", 11)
    assert said["alert"]["query_id"] == watch.shown(pk)["query"]["id"]
    assert calls["program"].headers["authorization"] == f"Basic {base64.b64encode(b'u:p').decode()}"
    assert calls["room"].json()["attachments"][0]["text"] == "Too many just triggered"


def test_one_that_fails_keeps_nobody_else_from_hearing(watch: Watch, hook: Hook) -> None:
    pk = watch.alert()
    watch.subscribe(pk, destination_id=watch.destination("webhook", url=hook.url))
    watch.subscribe(pk)
    hook.answers = [500]
    assert watch.brings(pk, 11) == "triggered"
    letters = watch.subjects()
    assert "Alert: Too many changed status to TRIGGERED" in letters
    # Its owners are told that somebody was not.
    assert "Failed: Too many" in letters
    assert watch.log(pk)[-1][0] == "Error"


def test_who_does_not_see_the_query_any_more_hears_nothing(
    app: Flask, watch: Watch, hook: Hook, data_database: int
) -> None:
    pk = watch.alert()
    watch.subscribe(pk, watch.shop.vera)
    watch.subscribe(pk, watch.shop.vera, watch.destination("webhook", url=hook.url))
    watch.brings(pk, 11)
    assert [letter.to for letter in watch.mailbox.letters] == [["vera@example.com"]]
    assert len(hook.calls) == 1
    watch.mailbox.letters.clear()
    with app.app_context():
        database = db.session.get(Database, data_database)
        assert database is not None
        role = app.appbuilder.sm.find_role("shop viewers")  # type: ignore[attr-defined]
        app.appbuilder.sm.del_permission_role(role, grants.on_database(database, view_only=True))  # type: ignore[attr-defined]
        db.session.commit()
    assert (watch.brings(pk, 1), watch.subjects(), len(hook.calls)) == ("ok", [], 1)


def test_who_is_not_active_hears_nothing(app: Flask, watch: Watch) -> None:
    pk = watch.alert()
    watch.subscribe(pk, watch.shop.vera)
    with app.app_context():
        app.appbuilder.sm.find_user("vera").active = False  # type: ignore[attr-defined]
        db.session.commit()
    assert (watch.brings(pk, 11), watch.subjects()) == ("triggered", [])


def test_two_who_find_the_same_at_once_tell_it_once(app: Flask, watch: Watch) -> None:
    pk = watch.alert()
    watch.subscribe(pk)
    query = watch.shown(pk)["query"]
    # The worker is told by hand here.
    watch.shop.alice.post(f"/api/queries/{query['id']}", json={"query": "SELECT 11 AS a"})
    job = watch.shop.alice.post(f"/api/queries/{query['id']}/results", json={"max_age": 0})
    assert job.status_code == 200
    name, args = watch.shop.bench.sent.pop(0)
    with app.app_context():
        celery.tasks[name](*args)
    sent = [args for name, args in watch.shop.bench.sent if name == "alerts.evaluate"]
    assert sent == [[query["id"], args[0]]]
    watch.shop.bench.sent.clear()
    together = threading.Barrier(3)

    def look() -> None:
        with app.app_context():
            together.wait()
            query_alert_runs.evaluate_all(*sent[0])

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (watch.state(pk), len(watch.subjects())) == ("triggered", 1)


def test_a_run_with_other_values_is_no_news(watch: Watch) -> None:
    options = {"parameters": [{"name": "n", "title": "n", "type": "number", "value": 1}]}
    query = watch.shop.query("SELECT {{ n }} AS a", options=options)
    body = {"name": "x", "query_id": query["id"], "options": {"column": "a", "op": ">", "value": 10}}
    pk = watch.shop.alice.post(URL, json=body).get_json()["id"]
    watch.shop.ran(query, parameters={"n": 11})
    assert watch.state(pk) == "unknown"
    watch.shop.ran(query, parameters={"n": 1})
    assert watch.state(pk) == "ok"


def test_it_looks_when_it_is_told_to(watch: Watch) -> None:
    pk = watch.alert(0)
    watch.subscribe(pk)
    # There is no result yet: one is asked for, and looked at when it comes.
    assert watch.shop.alice.post(f"{URL}/{pk}/eval").get_json() is None
    assert watch.state(pk) == "unknown"
    watch.shop.bench.work()
    assert (watch.state(pk), len(watch.subjects())) == ("triggered", 1)
    watch.shop.alice.post(f"{URL}/{pk}", json={"options": {"column": "a", "op": "<", "value": 0}})
    assert watch.shop.alice.post(f"{URL}/{pk}/eval").status_code == 200
    assert (watch.state(pk), len(watch.subjects()), watch.shop.bench.sent) == ("ok", 1, [])


@pytest.fixture
def tenants(app: Flask, sales: int, data_database: int) -> None:
    """bob runs SQL on the shop, and sees the sales of tenant a alone; alice sees all."""
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        database = db.session.get(Database, data_database)
        assert database is not None
        role = security.add_role("tenant a")
        security.add_permission_role(role, grants.on_database(database))
        bob = security.find_user("bob")
        bob.roles = [security.find_role("Gamma"), security.find_role("sql_lab"), role]
        db.session.commit()
    limit(app, "tenant a", "tenant = 'a'", sales)


@pytest.mark.usefixtures("tenants")
def test_the_value_is_what_its_owner_sees(app: Flask, watch: Watch, redash_of: Any) -> None:
    bob, query = redash_of("bob"), watch.shop.query(TOTAL)
    options = {"column": "total", "op": ">", "value": 1000}
    ids = [
        client.post(URL, json={"name": "x", "query_id": query["id"], "options": options}).get_json()["id"]
        for client in (watch.shop.alice, bob)
    ]
    watch.subscribe(ids[1], bob)
    # Whoever runs it, each alert has its own: bob's asks for it, once.
    for client in (watch.shop.alice, bob, watch.shop.alice):
        watch.shop.ran(query, client)
        assert [watch.state(pk) for pk in ids] == ["triggered", "ok"]
        assert watch.shop.bench.sent == []
        with app.app_context():
            db.session.query(Query).update({"end_time": Query.end_time - 10_000})
            db.session.commit()
    with app.app_context():
        values = [db.session.get(Report, pk).last_value for pk in ids]  # type: ignore[union-attr]
        runs = db.session.query(Query).filter_by(saved_query_id=query["id"]).count()
    assert values == [2310, 210]
    # Each of the three runs made the other owner ask for his own.
    assert runs == 6
    assert watch.subjects() == []


@pytest.mark.usefixtures("tenants")
def test_who_would_have_other_rows_hears_that_it_fired_and_nothing_of_them(
    watch: Watch, hook: Hook, redash_of: Any
) -> None:
    query, bob = watch.shop.query(TOTAL), redash_of("bob")
    words = "{{QUERY_RESULT_VALUE}} {{QUERY_RESULT_ROWS}} {{QUERY_RESULT_TABLE}}"
    options = {"column": "total", "op": ">", "value": 1000, "custom_subject": f"It is {words}", "custom_body": words}
    body = {"name": "x", "query_id": query["id"], "options": options}
    pk = watch.shop.alice.post(URL, json=body).get_json()["id"]
    for client in (watch.shop.alice, bob):
        watch.subscribe(pk, client)
    watch.subscribe(pk, bob, watch.destination("webhook", url=hook.url))
    watch.shop.ran(query)
    assert watch.state(pk) == "triggered"
    letters = {letter.to[0]: letter.message.as_string() for letter in watch.mailbox.letters}
    assert "2310" in letters["alice@example.com"]
    assert "It is" in letters["bob@example.com"] and "2310" not in letters["bob@example.com"]
    assert len(hook.calls) == 1 and b"triggered" in hook.calls[0].body and b"2310" not in hook.calls[0].body


@pytest.mark.usefixtures("tenants")
def test_an_administrators_alert_takes_no_result_of_others(app: Flask, watch: Watch, redash_of: Any) -> None:
    bob, query = redash_of("bob"), watch.shop.query(TOTAL)
    body = {"name": "x", "query_id": query["id"], "options": {"column": "total", "op": ">", "value": 1000}}
    pk = watch.shop.admin.post(URL, json=body).get_json()["id"]
    watch.shop.ran(query, bob)
    assert watch.state(pk) == "triggered"
    with app.app_context():
        assert db.session.get(Report, pk).last_value == 2310  # type: ignore[union-attr]


def test_an_owner_without_rights_leaves_it_as_it_was(app: Flask, watch: Watch, data_database: int) -> None:
    pk = watch.alert(client=watch.shop.vera)
    watch.subscribe(pk, watch.shop.vera)
    assert watch.brings(pk, 11) == "triggered"
    watch.subjects()
    with app.app_context():
        db.session.query(SavedQuery).update({"is_shared": False})
        db.session.commit()
    assert watch.brings(pk, 1) == "triggered"
    assert watch.log(pk)[-1] == ("Error", None)
    assert watch.subjects() == ["Failed: Too many"]


def test_a_failed_run_is_no_news(watch: Watch) -> None:
    pk = watch.alert()
    watch.subscribe(pk)
    watch.brings(pk, 11)
    watch.subjects()
    assert watch.brings(pk, "no_such_column") == "triggered"
    assert (watch.log(pk), watch.subjects()) == ([("Success", 11)], [])


def test_a_template_is_watched_too(watch: Watch) -> None:
    pk = watch.alert(sql="SELECT {% if true %}11{% endif %} AS a")
    watch.shop.ran(watch.shown(pk)["query"])
    assert watch.state(pk) == "triggered"
