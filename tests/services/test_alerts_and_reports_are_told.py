"""Runs of alerts and reports against a real mail server and a real receiver of webhooks."""

import hashlib
import hmac
import io
import json
import socket
import ssl
import threading
import zipfile
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.errors import DatabaseUnreachable
from superset_like.extensions import db
from superset_like.models import Database, Report, ReportLog
from superset_like.models.mixins import now
from superset_like.services import databases, report_runs, reports, row_rules
from tests.conftest import ClientOf, Embedded
from tests.receivers import Hook, Mailbox, mail_server, webhook

COUNT = "SELECT COUNT(*) AS n FROM sales"


@dataclass
class Desk:
    """Makes reports of alice and runs them, under settings that can be changed."""

    app: Flask
    people: dict[str, int]
    patch: pytest.MonkeyPatch
    runs: int = 0

    def set(self, **values: Any) -> None:
        former = self.app.extensions["superset_like_settings"]
        self.patch.setitem(self.app.extensions, "superset_like_settings", replace(former, **values))

    def made(self, who: str = "alice", **values: Any) -> int:
        known = {"name": "Sales <b>", "type": "Report", "crontab": "0 9 * * *", "recipients": mails("a@example.com")}
        with self.app.app_context(), acting(of_user(self.people[who])) as actor:
            return reports.create(actor, {**known, **values}).id

    def alert(self, database: int, sql: str = COUNT, op: str = ">", threshold: float = 10, **values: Any) -> int:
        config = {"op": op, "threshold": threshold}
        return self.made(
            type="Alert",
            database=database,
            sql=sql,
            **{"validator_type": "operator", "validator_config_json": config, **values},
        )

    def change(self, pk: int, name: str = "alice", **values: Any) -> None:
        with self.app.app_context(), acting(of_user(self.people[name])) as actor:
            reports.update(actor, pk, values)

    def run(self, pk: int) -> ReportLog:
        """How a run of it ended."""
        self.runs += 1
        with self.app.app_context():
            scheduled = datetime(2026, 5, 1, 9) + timedelta(days=self.runs)
            entry = ReportLog(report_id=pk, scheduled_dttm=scheduled, state="Pending")
            db.session.add(entry)
            db.session.commit()
            log_id = entry.id
        with self.app.app_context():
            state = report_runs.run(log_id)
            # Whoever comes second finds it taken.
            assert report_runs.run(log_id) is None
        with self.app.app_context():
            entry = db.session.get(ReportLog, log_id)
            assert entry is not None
            report = entry.report
            assert (entry.state, report.last_state) == (state, state)
            assert entry.start_dttm is not None
            assert entry.end_dttm is not None
            db.session.expunge_all()
            return entry

    def aged(self, pk: int, seconds: int) -> None:
        """What was told of it was told so long ago."""
        with self.app.app_context():
            moment = now() - timedelta(seconds=seconds)
            db.session.query(ReportLog).filter_by(report_id=pk).update({"end_dttm": moment})
            db.session.query(Report).filter(Report.id == pk, Report.notice_on.is_not(None)).update(
                {"notice_on": moment}
            )
            db.session.commit()


@pytest.fixture
def desk(app: Flask, people: dict[str, int], mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(app, people, monkeypatch)
    made.set(
        smtp_host="127.0.0.1",
        smtp_port=mailbox.port,
        smtp_security="none",
        smtp_from="Reports <reports@example.com>",
        public_url="https://bi.example.com",
        report_retry_pause_s=0.01,
        webhook_http=True,
        webhook_networks=("127.0.0.0/8", "::1/128"),
    )
    return made


def mails(to: str, **more: str) -> list[dict[str, Any]]:
    return [{"type": "Email", "recipient_config_json": {"target": to, **more}}]


def hooks(target: str, **more: str) -> list[dict[str, Any]]:
    return [{"type": "Webhook", "recipient_config_json": {"target": target, **more}}]


def test_a_chart_is_mailed_as_csv(desk: Desk, mailbox: Mailbox, embedded: Embedded) -> None:
    pk = desk.made(
        chart=embedded.chart,
        report_format="CSV",
        email_subject="Daily\nsales",
        context_markdown="**Look** <script>alert(1)</script> [x](javascript:alert(1))",
        recipients=mails("a@example.com, b@example.com", ccTarget="c@example.com", bccTarget="d@example.com"),
    )
    assert desk.run(pk).state == "Success"
    (letter,) = mailbox.letters
    assert letter.to == [f"{name}@example.com" for name in "abcd"]
    assert (letter.message["To"], letter.message["Cc"]) == ("a@example.com, b@example.com", "c@example.com")
    assert "d@example.com" not in str(letter.message)
    assert letter.message["Subject"] == "[Report] Daily sales"
    assert letter.kinds() == ["text/plain", "text/html", "text/csv"]
    (attached,) = letter.message.iter_attachments()
    assert attached.get_filename() == "Sales_b_20260502_0900.csv"
    assert attached.get_content().splitlines()[0] == "region,Total"  # type: ignore[attr-defined]
    html = letter.part("text/html")
    assert "<strong>Look</strong>" in html
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "Sales &lt;b&gt;" in html
    assert f"https://bi.example.com/explore/?slice_id={embedded.chart}" in letter.part("text/plain")


def test_a_chart_is_mailed_in_each_other_form(desk: Desk, mailbox: Mailbox, embedded: Embedded) -> None:
    pk = desk.made(chart=embedded.chart)
    bodies = {}
    for form, kind in (("PNG", "image/png"), ("PDF", "application/pdf"), ("XLSX", "application/vnd")):
        desk.change(pk, report_format=form)
        entry = desk.run(pk)
        assert (entry.state, entry.error_message) == ("Success", None)
        letter = mailbox.letters[-1]
        (found,) = (part for part in letter.message.walk() if part.get_content_type().startswith(kind))
        bodies[form] = found.get_payload(decode=True)
        if form == "PNG":
            name = found["Content-ID"].strip("<>")
            assert f'src="cid:{name}"' in letter.part("text/html")
    assert bodies["PNG"].startswith(b"\x89PNG")
    assert bodies["PDF"].startswith(b"%PDF")
    assert "xl/worksheets/sheet1.xml" in zipfile.ZipFile(io.BytesIO(bodies["XLSX"])).namelist()
    desk.change(pk, report_format="TEXT")
    assert desk.run(pk).state == "Success"
    letter = mailbox.letters[-1]
    assert letter.kinds() == ["text/plain", "text/html"]
    assert "north\t330" in letter.part("text/plain")
    assert "330</td>" in letter.part("text/html")


def test_a_dashboard_is_mailed_as_it_is_set(
    desk: Desk, mailbox: Mailbox, embedded: Embedded, client_of: ClientOf
) -> None:
    filters = {"filters": [{"col": "region", "op": "IN", "val": ["north"]}]}
    state = {"dashboard": {"dataMask": {"F": {"id": "F", "extraFormData": filters}}}}
    pk = desk.made(dashboard=embedded.dashboard, report_format="PDF", extra=state)
    entry = desk.run(pk)
    assert (entry.state, entry.error_message) == ("Success", None)
    assert mailbox.letters[0].part("application/pdf").startswith(b"%PDF")
    link = mailbox.letters[0].part("text/plain").strip().splitlines()[-1]
    key = link.removeprefix("https://bi.example.com/superset/dashboard/p/").strip("/")
    kept = client_of("alice").get(f"/api/v1/dashboard/permalink/{key}").get_json()
    assert kept["state"] == {"dataMask": state["dashboard"]["dataMask"]}
    desk.change(pk, report_format="PNG", extra={})
    assert desk.run(pk).state == "Success"
    assert mailbox.letters[1].part("image/png").startswith(b"\x89PNG")
    assert f"https://bi.example.com/superset/dashboard/{embedded.dashboard}/" in mailbox.letters[1].part("text/plain")


def test_an_alert_tells_when_its_condition_holds(desk: Desk, mailbox: Mailbox, data_database: int, sales: int) -> None:
    pk = desk.alert(data_database, op=">", threshold=12)
    entry = desk.run(pk)
    assert (entry.state, entry.value, entry.value_row_json) == ("Not triggered", 12.0, '[{"n":12}]')
    assert mailbox.letters == []
    desk.change(pk, validator_config_json={"op": ">=", "threshold": 12})
    assert desk.run(pk).state == "Success"
    assert "Value: 12\r\n" in mailbox.letters[0].part("text/plain")
    assert "n\r\n12" in mailbox.letters[0].part("text/plain")


@pytest.mark.parametrize(
    ("sql", "config", "fires"),
    [
        ("SELECT NULL", None, False),
        ("SELECT ''", None, False),
        ("SELECT 0", None, False),
        ("SELECT 1 WHERE 1 = 0", None, False),
        ("SELECT 'x'", None, True),
        ("SELECT 0 UNION ALL SELECT 3", None, True),
        ("SELECT NULL", ("<", 1), True),
        ("SELECT 1 WHERE 1 = 0", ("<", 1), False),
        ("SELECT '7.5'", ("==", 7.5), True),
        ("SELECT 9007199254740993", ("==", 9007199254740992), False),
        ("SELECT 1 UNION ALL SELECT 50", (">", 49), True),
        ("SELECT 1 UNION ALL SELECT 50", (">", 50), False),
        ("SELECT 3", ("!=", 3), False),
    ],
)
def test_conditions_are_judged_row_by_row(
    desk: Desk, mailbox: Mailbox, data_database: int, sql: str, config: tuple[str, float] | None, fires: bool
) -> None:
    if config is None:
        pk = desk.alert(data_database, sql, validator_type="not null", validator_config_json={})
    else:
        pk = desk.alert(data_database, sql, *config)
    assert desk.run(pk).state == ("Success" if fires else "Not triggered")
    assert len(mailbox.letters) == fires


def test_words_are_no_number(desk: Desk, mailbox: Mailbox, data_database: int) -> None:
    entry = desk.run(desk.alert(data_database, "SELECT 'many'"))
    assert (entry.state, "no number" in (entry.error_message or "")) == ("Error", True)


def test_the_same_news_are_told_once_in_a_grace_period(
    desk: Desk, mailbox: Mailbox, data_database: int, sales: int
) -> None:
    pk = desk.alert(data_database, grace_period=600)
    assert [desk.run(pk).state for _ in range(3)] == ["Success", "On Grace", "On Grace"]
    assert len(mailbox.letters) == 1
    desk.aged(pk, 601)
    assert desk.run(pk).state == "Success"
    assert len(mailbox.letters) == 2
    # It ended, and began again: that is news.
    desk.change(pk, validator_config_json={"op": ">", "threshold": 100})
    assert desk.run(pk).state == "Not triggered"
    desk.change(pk, validator_config_json={"op": ">", "threshold": 1})
    assert desk.run(pk).state == "Success"


def test_a_webhook_is_called_with_the_rows_and_signed(desk: Desk, hook: Hook, data_database: int, sales: int) -> None:
    sql = "SELECT amount, tenant, id FROM sales WHERE amount >= 500 ORDER BY amount"
    pk = desk.alert(data_database, sql, ">", 500, recipients=hooks(hook.url, secret="shared"))
    entry = desk.run(pk)
    assert (entry.state, entry.error_message) == ("Success", None)
    (call,) = hook.calls
    told = call.json()
    assert told["rows"] == [{"amount": 600, "tenant": "b", "id": 12}]
    assert (told["id"], told["name"], told["value"]) == (str(entry.uuid), "Sales <b>", 600.0)
    assert call.headers["x-superset-like-run"] == str(entry.uuid)
    moment = call.headers["x-superset-like-timestamp"]
    assert abs(datetime.now(UTC).timestamp() - int(moment)) < 60
    mark = hmac.new(b"shared", f"{moment}.".encode() + call.body, hashlib.sha256).hexdigest()
    assert call.headers["x-superset-like-signature"] == f"sha256={mark}"


def test_a_webhook_gets_files_as_a_form(desk: Desk, hook: Hook, embedded: Embedded) -> None:
    desk.set(webhook_secret="of the server")
    pk = desk.made(chart=embedded.chart, report_format="CSV", recipients=hooks(hook.url))
    assert desk.run(pk).state == "Success"
    (call,) = hook.calls
    assert call.json()["files"] == ["Sales_b_20260502_0900.csv"]
    assert call.parts()["Sales_b_20260502_0900.csv"].startswith(b"region,Total\n")
    moment = call.headers["x-superset-like-timestamp"]
    mark = hmac.new(b"of the server", f"{moment}.".encode() + call.body, hashlib.sha256).hexdigest()
    assert call.headers["x-superset-like-signature"] == f"sha256={mark}"


def test_what_may_work_a_moment_later_is_tried_again(
    desk: Desk, hook: Hook, mailbox: Mailbox, embedded: Embedded
) -> None:
    pk = desk.made(chart=embedded.chart, report_format="TEXT", recipients=hooks(hook.url) + mails("a@example.com"))
    hook.answers, mailbox.answers = [503, 429], ["451 Later", "451 Later"]
    entry = desk.run(pk)
    assert entry.state == "Success"
    assert (len(hook.calls), mailbox.tried, len(mailbox.letters)) == (3, 3, 1)
    assert len({call.headers["x-superset-like-run"] for call in hook.calls}) == 1
    # A mail that came twice after all is one for whoever reads it: its name is that of the run.
    name = mailbox.letters[0].message["Message-ID"]
    assert (name.partition(".")[0], name.partition("@")[2]) == (f"<{entry.uuid}", "example.com>")
    # One recipient's trouble is not another's, and nobody gets it twice.
    hook.answers, mailbox.tried = [500] * 9, 0
    entry = desk.run(pk)
    assert (entry.state, entry.error_message) == ("Error", "Webhook: The webhook answered 500")
    assert len(hook.calls) == 6
    assert [letter.to for letter in mailbox.letters[1:]] == [["a@example.com"], ["alice@example.com"]]


def test_what_will_not_work_is_tried_once(desk: Desk, hook: Hook, mailbox: Mailbox, embedded: Embedded) -> None:
    pk = desk.made(chart=embedded.chart, report_format="TEXT", recipients=hooks(hook.url) + mails("a@example.com"))
    hook.answers, mailbox.answers = [404], ["554 No"]
    entry = desk.run(pk)
    assert entry.error_message == "Webhook: The webhook answered 404; Email: The mail server answered 554"
    assert len(hook.calls) == 1


def test_a_webhook_is_called_where_this_server_may_go(desk: Desk, hook: Hook, embedded: Embedded) -> None:
    pk = desk.made(chart=embedded.chart, report_format="TEXT", recipients=hooks(hook.url))
    # A name that means a private address, which nobody could see when it was saved.
    desk.set(webhook_networks=())
    entry = desk.run(pk)
    assert entry.error_message == "Webhook: The webhook is at a place that this server does not call"
    desk.set(webhook_networks=("127.0.0.0/8", "::1/128"))
    with webhook() as other:
        hook.answers, hook.location = [302], other.url
        assert desk.run(pk).error_message == "Webhook: The webhook answered 302"
        assert other.calls == []
    desk.set(webhook_http=False)
    assert "https" in (desk.run(pk).error_message or "")
    assert len(hook.calls) == 1
    for text in (entry.error_message or "",):
        assert "of-the-address" not in text


def test_a_webhook_must_be_who_it_says(desk: Desk, embedded: Embedded, tmp_path: Path) -> None:
    with webhook(self_signed(tmp_path)) as hook:
        pk = desk.made(chart=embedded.chart, report_format="TEXT", recipients=hooks(hook.url))
        entry = desk.run(pk)
        assert entry.error_message == "Webhook: The webhook's encryption could not be trusted"
        assert hook.calls == []
        desk.patch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        assert desk.run(pk).state == "Success"
        assert len(hook.calls) == 1


def test_who_answers_a_letter_at_a_time_is_not_waited_for(desk: Desk, embedded: Embedded) -> None:
    ended = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with closing(connection), suppress(OSError):
                for letter in b"HTTP/1.1 200 " + b"a" * 1000:
                    connection.sendall(bytes([letter]))
                    if ended.wait(0.1):
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://localhost:{server.getsockname()[1]}/"
        pk = desk.made(chart=embedded.chart, report_format="TEXT", recipients=hooks(url))
        desk.set(delivery_timeout_s=0.5, report_tries=1)
        entry = desk.run(pk)
        ended.set()
        thread.join()
    assert entry.error_message == "Webhook: The webhook does not answer"


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    moment = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


def test_the_mail_server_may_want_a_password(desk: Desk, embedded: Embedded) -> None:
    pk = desk.made(chart=embedded.chart, report_format="TEXT")
    with mail_server("sender", "CANARY-pw") as box:
        desk.set(smtp_port=box.port, smtp_user="sender", smtp_password="wrong")
        entry = desk.run(pk)
        assert entry.error_message == "Email: The mail server answered 535"
        desk.set(smtp_password="CANARY-pw")
        assert desk.run(pk).state == "Success"
        assert len(box.letters) == 1
    desk.set(smtp_host="")
    assert "not set up" in (desk.run(pk).error_message or "")
    desk.set(smtp_host="127.0.0.1", smtp_security="starttls")
    assert desk.run(pk).state == "Error"


def test_mail_is_encrypted_to_a_server_that_can_be_trusted(desk: Desk, embedded: Embedded, tmp_path: Path) -> None:
    pk = desk.made(chart=embedded.chart, report_format="TEXT")
    with mail_server(context=self_signed(tmp_path)) as box:
        desk.set(smtp_host="localhost", smtp_port=box.port, smtp_security="starttls")
        entry = desk.run(pk)
        assert entry.error_message == "Email: The mail server's encryption could not be trusted"
        desk.patch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        assert desk.run(pk).state == "Success"
        assert len(box.letters) == 1
        desk.set(smtp_security="none")
        assert desk.run(pk).error_message == "Email: The mail server answered 530"


def test_owners_learn_of_a_failure_once_in_a_grace_period(
    desk: Desk, mailbox: Mailbox, data_database: int, sales_file: Path
) -> None:
    pk = desk.alert(data_database, "SELECT COUNT(*) FROM gone", grace_period=600)
    first = desk.run(pk)
    assert (first.state, "gone" in (first.error_message or "")) == ("Error", True)
    assert desk.run(pk).state == "Error"
    (letter,) = mailbox.letters
    assert (letter.to, letter.message["Subject"]) == (["alice@example.com"], "[Report] Failed: Sales <b>")
    assert "gone" in letter.part("text/plain")
    desk.aged(pk, 601)
    desk.run(pk)
    assert len(mailbox.letters) == 2
    # Once it worked again, the next failure is news.
    desk.change(pk, sql="SELECT 0")
    assert desk.run(pk).state == "Not triggered"
    desk.change(pk, sql="SELECT COUNT(*) FROM gone")
    desk.run(pk)
    assert len(mailbox.letters) == 3


def role_of(app: Flask, name: str, *roles: str) -> None:
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        security.find_user(name).roles = [security.find_role(role) for role in roles]
        db.session.commit()


def test_whoever_lost_his_rights_tells_nothing(
    app: Flask, desk: Desk, mailbox: Mailbox, embedded: Embedded, data_database: int, client_of: ClientOf
) -> None:
    alert = desk.alert(data_database)
    chart = desk.made(chart=embedded.chart, report_format="CSV")
    dashboard = desk.made(name="D", dashboard=embedded.dashboard)
    assert client_of("admin").put(f"/api/v1/chart/{embedded.chart}", json={"owners": []}).status_code == 200
    assert client_of("admin").put(f"/api/v1/dataset/{embedded.dataset}", json={"owners": []}).status_code == 200
    assert (
        client_of("admin")
        .put(f"/api/v1/dashboard/{embedded.dashboard}", json={"owners": [], "published": False})
        .status_code
        == 200
    )
    role_of(app, "alice", "Gamma", "sql_lab")
    entries = [desk.run(pk) for pk in (alert, chart, dashboard)]
    assert {entry.state for entry in entries} == {"Error"}
    assert entries[1].error_message == "The chart is gone, or alice may not see it any more"
    assert entries[2].error_message == "The dashboard is gone, or alice may not see it any more"
    assert {tuple(letter.to) for letter in mailbox.letters} == {("alice@example.com",)}
    assert not [letter for letter in mailbox.letters if "330" in letter.part("text/plain")]
    with app.app_context():
        app.appbuilder.sm.find_user("alice").active = False  # type: ignore[attr-defined]
        db.session.commit()
    assert desk.run(alert).error_message == "The account whose rights this has is gone or not active"


def test_row_rules_bind_what_is_told(
    app: Flask, desk: Desk, mailbox: Mailbox, embedded: Embedded, data_database: int, people: dict[str, int]
) -> None:
    with app.app_context(), acting(of_user(people["admin"])) as actor:
        role = app.appbuilder.sm.find_role("Alpha").id  # type: ignore[attr-defined]
        values = {"name": "r", "tables": [embedded.dataset], "roles": [role], "clause": "tenant = 'a'"}
        row_rules.create(actor, values)
    entry = desk.run(desk.alert(data_database, op="==", threshold=6))
    assert (entry.state, entry.value) == ("Success", 6.0)
    assert desk.run(desk.made(chart=embedded.chart, report_format="TEXT")).state == "Success"
    assert "north\t30\r\n" in mailbox.letters[1].part("text/plain")


@pytest.mark.parametrize(("rule", "expected"), [("owner", 6.0), ("creator", 12.0), ("user:bob", None)])
def test_a_setting_says_whose_rights_they_have(
    app: Flask,
    desk: Desk,
    embedded: Embedded,
    data_database: int,
    people: dict[str, int],
    rule: str,
    expected: float | None,
) -> None:
    with app.app_context(), acting(of_user(people["admin"])) as actor:
        role = app.appbuilder.sm.find_role("Alpha").id  # type: ignore[attr-defined]
        row_rules.create(actor, {"name": "r", "tables": [embedded.dataset], "roles": [role], "clause": "tenant = 'a'"})
    desk.set(report_executor=rule)
    pk = desk.alert(data_database, name="x", op=">", threshold=0)
    with app.app_context():
        db.session.query(Report).filter_by(id=pk).update({"created_by_fk": people["admin"]})
        db.session.commit()
    entry = desk.run(pk)
    # Bob may not run SQL.
    assert (entry.value, entry.state) == (expected, "Error" if expected is None else "Success")


ENDLESS = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT COUNT(*) FROM r"


def test_a_query_ends_with_its_working_timeout(desk: Desk, mailbox: Mailbox, data_database: int) -> None:
    entry = desk.run(desk.alert(data_database, ENDLESS, working_timeout=1))
    assert (entry.state, entry.error_message) == ("Error", "The query ran longer than allowed")


def test_a_database_that_does_not_answer_is_asked_again(
    app: Flask, desk: Desk, data_database: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = desk.alert(data_database, "SELECT 100")
    asked = 0
    real = databases.engine_of(whole(app, data_database)).open

    def flaky(self: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise DatabaseUnreachable()
        return real(*args, **kwargs)

    monkeypatch.setattr(type(databases.engine_of(whole(app, data_database))), "open", flaky)
    assert desk.run(pk).state == "Success"
    assert asked == 3


def whole(app: Flask, pk: int) -> Database:
    with app.app_context():
        found = db.session.get(Database, pk)
        assert found is not None
        db.session.expunge(found)
        return found


def test_a_report_runs_one_at_a_time(app: Flask, desk: Desk, mailbox: Mailbox, embedded: Embedded) -> None:
    pk = desk.made(chart=embedded.chart, report_format="TEXT")
    with app.app_context():
        values = {"last_state": "Working", "last_eval_dttm": now()}
        db.session.query(Report).filter_by(id=pk).update(values)
        entry = ReportLog(report_id=pk, scheduled_dttm=datetime(2026, 1, 1), state="Pending")
        db.session.add(entry)
        db.session.commit()
        assert report_runs.run(entry.id) is None
        db.session.expire_all()
        assert (entry.state, entry.error_message) == ("Error", "The run before this one is still working")
        # One whose process died is not waited for longer than its time.
        values = {"last_eval_dttm": now() - timedelta(hours=2)}
        db.session.query(Report).filter_by(id=pk).update(values)
        db.session.commit()
    assert desk.run(pk).state == "Success"


def test_old_runs_are_forgotten(app: Flask, desk: Desk, mailbox: Mailbox, embedded: Embedded) -> None:
    pk = desk.made(chart=embedded.chart, report_format="TEXT", log_retention=7)
    with app.app_context():
        for days in (30, 5):
            moment = now() - timedelta(days=days)
            db.session.add(ReportLog(report_id=pk, scheduled_dttm=moment, end_dttm=moment, state="Success"))
        db.session.commit()
    desk.run(pk)
    with app.app_context():
        ages = [(now() - moment).days for (moment,) in db.session.query(ReportLog.end_dttm)]
    assert sorted(ages) == [0, 5]


def test_what_was_read_of_a_report_tells_no_key(
    app: Flask, desk: Desk, hook: Hook, embedded: Embedded, caplog: pytest.LogCaptureFixture
) -> None:
    pk = desk.made(chart=embedded.chart, report_format="TEXT", recipients=hooks(hook.url, secret="CANARY-key"))
    hook.answers = [400]
    entry = desk.run(pk)
    texts = [entry.error_message or "", json.dumps(hook.calls[0].json()), str(hook.calls[0].headers), caplog.text]
    assert not [text for text in texts if "CANARY-key" in text or "of-the-address" in text]
