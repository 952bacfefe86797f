"""Names that people choose in headers, and keys that stand in addresses."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.http import parse_options_header

from superset_like import logs
from superset_like.extensions import db
from superset_like.models import Log
from tests.api.redash.conftest import RedashOf, Shop

KEY = "q0000001" + "0123456789abcdef" * 2


TRICKY = [
    *("evil.exe;y", "x; filename*=UTF-8''evil.html", "a,b", "a=b", "%0d%0a", "a\r\nX-Evil: 1", "..", "../../x", "-"),
    *("\u202egpj.exe", "x\uff1b\uff02\uff3c\uff1afilename=evil.exe\uff1b", "\u00e9;x=1", "a\u2028b", '"', "\\", "\x00"),
]


@pytest.mark.parametrize("name", TRICKY)
def test_a_file_has_one_name_and_its_own_ending(shop: Shop, name: str) -> None:
    query = shop.query("select 1", name=name)
    shop.ran(query)
    answer = shop.alice.get(f"/api/queries/{query['id']}/results.csv")
    said = answer.headers["Content-Disposition"]
    kind, options = parse_options_header(said)
    assert kind == "attachment" and options.keys() <= {"filename", "filename*"}
    assert options["filename"].endswith(".csv"), said
    assert said.count("filename=") - name.count("filename=") <= 1
    assert not {"\u202e", "\n", "\r"} & set(options["filename"])
    assert "X-Evil" not in answer.headers


def test_a_plain_name_is_said_as_redash_says_it(shop: Shop) -> None:
    query = shop.query("select 1", name="Daily sales (EU)")
    shop.ran(query)
    said = shop.alice.get(f"/api/queries/{query['id']}/results.csv").headers["Content-Disposition"]
    assert said.startswith('attachment; filename="Daily_sales_(EU)_')
    shop.alice.post(f"/api/queries/{query['id']}", json={"name": "Daily sales"})
    said = shop.alice.get(f"/api/queries/{query['id']}/results.csv").headers["Content-Disposition"]
    assert said.startswith("attachment; filename=Daily_sales_") and '"' not in said


@pytest.mark.parametrize(
    "address",
    [
        f"https://bi.example.com/queries/1?p_x=1&api_key={KEY}#t",
        f"https://bi.example.com/public/dashboards/{KEY}?org_slug=default",
        f"https://bi.example.com/api/dashboards/public/{KEY}",
        f"https://bi.example.com/invite/{KEY}",
        f"https://bi.example.com/reset/{KEY}",
    ],
)
def test_a_key_in_an_address_is_in_no_log(app: Flask, shop: Shop, address: str) -> None:
    assert KEY not in logs.cleaned(f"GET {address} failed")
    shop.alice.post(
        "/api/query_snippets", json={"trigger": "t", "description": "", "snippet": ""}, headers={"Referer": address}
    )
    with app.app_context():
        lines: list[Any] = list(db.session.execute(select(Log.referrer, Log.json).order_by(Log.id)))
    assert lines[-1].referrer.startswith("https://bi.example.com/")
    assert all(KEY not in str(line) for line in lines)


def test_a_refusal_says_no_key(redash_of: RedashOf) -> None:
    for path in (f"/api/queries/1?api_key={KEY}", f"/api/dashboards/public/{KEY}", f"/public/dashboards/{KEY}"):
        assert KEY not in redash_of(None).get(path).text


@pytest.mark.parametrize(
    "place",
    [
        *("//evil.example", "/\\evil.example", "https:evil.example", "\t//evil.example", "javascript:alert(1)"),
        *("http://localhost@evil.example", "http://evil.example/", "\\\\evil.example", "https:///evil.example"),
    ],
)
def test_a_login_leads_to_no_other_site(app: Flask, people: dict[str, int], place: str) -> None:
    form = {"email": "alice@example.com", "password": "alice-password"}
    answer = app.test_client().post("/login", query_string={"next": place}, data=form)
    assert answer.status_code == 302
    target = answer.headers["Location"]
    assert target == "/" or (not target.startswith(("//", "/\\")) and ":" not in target), target


@pytest.mark.parametrize(
    "headers", [{"Origin": "null"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": ""}]
)
def test_another_site_signs_nobody_in(app: Flask, people: dict[str, int], headers: dict[str, str]) -> None:
    form = {"email": "alice@example.com", "password": "alice-password"}
    client = app.test_client()
    assert client.post("/login", data=form, headers=headers).status_code == 400
    assert client.get("/api/session").status_code == 404


def test_a_login_tells_not_who_has_an_account(app: Flask, people: dict[str, int]) -> None:
    client = app.test_client()
    said = {
        (answer.status_code, len(answer.text))
        for email in ("alice@example.com", "nobody@example.com", "")
        if (answer := client.post("/login", data={"email": email, "password": "no"}))
    }
    assert len(said) == 1
