"""image.svg and image.png of a saved chart: who gets them, of which rows, and when they are drawn anew."""

import json
import re
import struct
from collections.abc import Callable
from typing import Any

import pytest

from superset_like.pictures import studio as studios
from superset_like.pictures.studio import Child
from superset_like.services import chart_pictures
from tests.conftest import ApiClient, ClientOf, Embedded

pytestmark = pytest.mark.slow

GuestOf = Callable[..., ApiClient]
SVG, PNG = "image.svg", "image.png"


@pytest.fixture
def unknown(client_of: ClientOf, embedded: Embedded) -> Embedded:
    """The embedded chart, of a type that nobody draws: its picture shows its rows."""
    body = {"viz_type": "no_such_type"}
    alice = client_of("alice")
    assert alice.put(f"/api/v1/chart/{embedded.chart}", json=body).status_code == 200
    # What an earlier test kept is no longer the answer.
    assert alice.get(f"/api/v1/chart/{embedded.chart}/data/?force=true").status_code == 200
    return embedded


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What artists were asked to draw."""
    found: list[bytes] = []
    real = Child.answer

    def answer(self: Child, message: bytes, within_s: float) -> tuple[bytes, bytes]:
        found.append(message)
        return real(self, message, within_s)

    monkeypatch.setattr(Child, "answer", answer)
    return found


def path(embedded: Embedded, name: str = SVG) -> str:
    return f"/api/v1/chart/{embedded.chart}/{name}"


@pytest.mark.parametrize("viz_type", ["table", "no_such_type"])
def test_it_calls_columns_as_their_dataset_does(client_of: ClientOf, embedded: Embedded, viz_type: str) -> None:
    alice = client_of("alice")
    assert alice.put(f"/api/v1/chart/{embedded.chart}", json={"viz_type": viz_type}).status_code == 200
    drawn = alice.get(path(embedded)).text
    assert ">Total</text>" in drawn
    assert ">total</text>" not in drawn


def test_owner_and_reader_get_it_and_a_stranger_finds_nothing(client_of: ClientOf, unknown: Embedded) -> None:
    for name in ("alice", "bob", "admin"):
        answer = client_of(name).get(path(unknown))
        assert (answer.status_code, answer.content_type) == (200, "image/svg+xml")
        assert ">no picture for this type: no_such_type</text>" in answer.text
        assert ">330</text>" in answer.text
    for client, status in ((client_of("charlie"), 404), (client_of(None), 401)):
        for kind in (SVG, PNG):
            answer = client.get(path(unknown, kind))
            assert (answer.status_code, answer.is_json) == (status, True)


def test_there_is_no_picture_of_no_chart(client_of: ClientOf) -> None:
    for pk in ("999999", "x", "99999999999999999999"):
        assert client_of("admin").get(f"/api/v1/chart/{pk}/{SVG}").status_code == 404


def test_a_guest_sees_only_his_rows(guest_of: GuestOf, unknown: Embedded, client_of: ClientOf) -> None:
    # The owner's is kept already.
    assert ">330</text>" in client_of("alice").get(path(unknown)).text
    first = guest_of(unknown, "tenant = 'a'").get(path(unknown)).text
    other = guest_of(unknown, "tenant = 'b'").get(path(unknown)).text
    assert ">30</text>" in first
    assert ">300</text>" in other
    assert ">300</text>" not in first
    assert ">330</text>" not in first + other
    assert ">east</text>" not in other


def test_a_guest_finds_no_chart_elsewhere(guest_of: GuestOf, unknown: Embedded, client_of: ClientOf) -> None:
    guest = guest_of(unknown, "tenant = 'a'")
    assert guest.get(path(unknown), query_string={"dashboard_id": unknown.dashboard}).status_code == 200
    assert guest.get(path(unknown), query_string={"dashboard_id": unknown.dashboard + 1}).status_code == 404
    body = {"slice_name": "alone", "viz_type": "table", "datasource_id": unknown.dataset, "datasource_type": "table"}
    alone = client_of("alice").post("/api/v1/chart/", json=body).get_json()["id"]
    assert guest.get(f"/api/v1/chart/{alone}/{SVG}").status_code == 404


def test_errors_tell_a_guest_nothing_of_the_question(
    guest_of: GuestOf, embedded: Embedded, client_of: ClientOf
) -> None:
    metric = {"label": "sum", "sqlExpression": "SUM(canary)", "expressionType": "SQL"}
    context = {"datasource": {"id": embedded.dataset, "type": "table"}, "queries": [{"metrics": [metric]}]}
    alice = client_of("alice")
    assert alice.put(f"/api/v1/chart/{embedded.chart}", json={"query_context": json.dumps(context)}).status_code == 200
    answer = guest_of(embedded, "tenant = 'a'").get(path(embedded))
    assert (answer.status_code, "canary" in answer.text) == (400, False)
    answer = alice.get(path(embedded))
    assert (answer.status_code, answer.get_json()["message"][:7]) == (400, "Error: ")


def test_it_is_kept_and_not_sent_twice(client_of: ClientOf, unknown: Embedded, drawings: list[bytes]) -> None:
    alice = client_of("alice")
    first = alice.get(path(unknown))
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie", "X-GuestToken"} <= set(first.vary)
    etag = first.headers["ETag"]
    again = alice.get(path(unknown), headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert alice.get(path(unknown)).data == first.data
    assert client_of("bob").get(path(unknown)).data == first.data
    assert len(drawings) == 1
    forced = alice.get(path(unknown), query_string={"force": "true"}, headers={"If-None-Match": etag})
    assert (forced.status_code, len(drawings)) == (200, 2)
    assert forced.headers["ETag"] != etag


def test_another_look_and_another_form_are_other_pictures(
    client_of: ClientOf, unknown: Embedded, drawings: list[bytes]
) -> None:
    alice, etags = client_of("alice"), set()
    for wish in ({}, {"width": 601}, {"height": 401}, {"theme": "dark"}):
        answer = alice.get(path(unknown), query_string=wish)
        etags.add(answer.headers["ETag"])
    etags.add(alice.get(path(unknown, PNG)).headers["ETag"])
    etags.add(alice.get(path(unknown, PNG), query_string={"scale": 2}).headers["ETag"])
    params = {"params": json.dumps({"color_scheme": "other"})}
    assert alice.put(f"/api/v1/chart/{unknown.chart}", json=params).status_code == 200
    etags.add(alice.get(path(unknown)).headers["ETag"])
    assert (len(etags), len(drawings)) == (7, 7)


def test_a_png_is_as_large_as_asked(client_of: ClientOf, unknown: Embedded) -> None:
    wish = {"width": 320, "height": 240, "scale": 2, "theme": "dark"}
    answer = client_of("alice").get(path(unknown, PNG), query_string=wish)
    assert (answer.status_code, answer.content_type) == (200, "image/png")
    assert struct.unpack(">II", answer.data[16:24]) == (640, 480)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("width", value) for value in ("99", "2001", "-5", "1.5", "x", "", "1" * 5000, "٣٠٠")),
        *(("height", value) for value in ("79", "2001", "x")),
        *(("scale", value) for value in ("0", "5", "1.5")),
        ("theme", "blue"),
        ("theme", ""),
        ("force", "maybe"),
        *(("locale", value) for value in ("", "x", "en_US", "en-US-u-nu-thai", "de\n", "<b>")),
        *(("zone", value) for value in ("", "Mars/Olympus", "../etc/passwd", "x" * 300)),
    ],
)
def test_a_wish_out_of_bounds_is_refused(
    client_of: ClientOf, unknown: Embedded, drawings: list[bytes], name: str, value: str
) -> None:
    answer = client_of("alice").get(path(unknown, PNG), query_string={name: value})
    assert (answer.status_code, drawings) == (400, [])
    (said,) = answer.get_json()["message"][name]
    assert said.startswith("Must be ")


def test_the_pixels_of_a_picture_are_limited(client_of: ClientOf, unknown: Embedded, drawings: list[bytes]) -> None:
    wish = {"width": 2000, "height": 1001, "scale": 3}
    answer = client_of("alice").get(path(unknown, PNG), query_string=wish)
    assert (answer.status_code, drawings) == (400, [])
    assert answer.get_json()["message"] == {"scale": ["Must be smaller: a picture has at most 16,000,000 pixels."]}


def test_opened_as_a_page_it_runs_nothing(client_of: ClientOf, unknown: Embedded) -> None:
    alice = client_of("alice")
    evil = "</text><script>alert(1)</script>"
    assert alice.put(f"/api/v1/chart/{unknown.chart}", json={"viz_type": evil}).status_code == 200
    answer = alice.get(path(unknown))
    assert "<script" not in answer.text
    assert "&lt;/text&gt;&lt;script&gt;" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_it_says_which_extra_is_missing(
    client_of: ClientOf, unknown: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studios, "find_spec", lambda name: None)
    answer = client_of("alice").get(path(unknown))
    assert answer.status_code == 501
    assert "superset-like[pictures]" in answer.get_json()["message"]


def test_a_drawing_that_fails_is_no_picture_and_not_kept(
    client_of: ClientOf, unknown: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = client_of("alice")
    for kind, status in ((b"T", 504), (b"M", 413), (b"F", 422)):
        with monkeypatch.context() as patched:
            patched.setattr(Child, "answer", lambda *_, kind=kind: (kind, b"the row is secret"))
            answer = alice.get(path(unknown))
        assert (answer.status_code, "secret" in answer.text) == (status, False)
        assert "ETag" not in answer.headers
    assert alice.get(path(unknown)).status_code == 200


def asks(client: ApiClient, embedded: Embedded, **query: Any) -> None:
    """The chart asks this from now on."""
    question = {"columns": ["sold_on"], "row_limit": 1, "orderby": [["sold_on", True]], **query}
    context = {"datasource": {"id": embedded.dataset, "type": "table"}, "queries": [question]}
    body = {"query_context": json.dumps(context)}
    assert client.put(f"/api/v1/chart/{embedded.chart}", json=body).status_code == 200


def test_a_time_is_told_by_the_clocks_of_the_question(client_of: ClientOf, unknown: Embedded) -> None:
    alice, told = client_of("alice"), []
    for zone in (None, "Europe/Berlin", "America/New_York"):
        asks(alice, unknown, time_zone=zone, filters=[{"col": "sold_on", "op": "IS NOT NULL"}])
        told += re.findall(r">(2026-[^<]*)</text>", alice.get(path(unknown)).text)
    assert told == ["2026-01-05 10:00:00", "2026-01-05 11:00:00", "2026-01-05 05:00:00"]


def test_the_reader_may_name_another_zone_but_a_guest_may_not(
    client_of: ClientOf, guest_of: GuestOf, unknown: Embedded
) -> None:
    asks(client_of("alice"), unknown, filters=[{"col": "sold_on", "op": "IS NOT NULL"}])
    wish = {"zone": "Asia/Kolkata", "dashboard_id": unknown.dashboard}
    assert ">2026-01-05 15:30:00</text>" in client_of("bob").get(path(unknown), query_string=wish).text
    assert guest_of(unknown, "tenant = 'a'").get(path(unknown), query_string=wish).status_code == 403


def test_numbers_are_told_with_the_separators_of_the_reader(client_of: ClientOf, embedded: Embedded) -> None:
    params = {"viz_type": "big_number_total", "metric": "total", "y_axis_format": ",.2f"}
    body = {"viz_type": "big_number_total", "params": json.dumps(params), "query_context": None}
    alice = client_of("alice")
    assert alice.put(f"/api/v1/chart/{embedded.chart}", json=body).status_code == 200
    for locale, text in (("en-US", "2,310.00"), ("de", "2.310,00"), ("fr-FR", "2\u202f310,00"), ("hi-IN", "2,310.00")):
        assert f">{text}</text>" in alice.get(path(embedded), query_string={"locale": locale}).text


def test_a_pdf_has_letters_to_be_selected(client_of: ClientOf, unknown: Embedded) -> None:
    answer = client_of("alice").get(path(unknown, "image.pdf"), query_string={"width": 400, "height": 300})
    assert (answer.status_code, answer.content_type, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert b"/MediaBox[0 0 300 225]" in answer.data
    assert b"/ToUnicode" in answer.data


def test_a_type_is_drawn_by_the_module_of_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("superset_like.pictures.modules.names", lambda: frozenset({"timeseries", "pie"}))
    found: dict[str, Any] = {
        name: chart_pictures.module_of(name)
        for name in ("echarts_area", "timeseries", "pie", "table", "no_such_type", "../pie", "base", "")
    }
    assert found == {
        "echarts_area": "timeseries",
        "timeseries": "timeseries",
        "pie": "pie",
        "table": "fallback",
        "no_such_type": "fallback",
        "../pie": "fallback",
        "base": "fallback",
        "": "fallback",
    }
