"""Pages of charts: who gets them, where older addresses lead, and what they say one may do."""

import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client

from tests.conftest import ClientOf, Embedded

BrowserOf = Callable[[str], Client]


def known(client: Client, path: str) -> dict[str, Any]:
    """What the page was given."""
    page = client.get(path)
    assert page.status_code == 200
    found: dict[str, Any] = json.loads(html.unescape(page.text.split('data-known="', 1)[1].split('"', 1)[0]))
    return found


def test_who_may_see_a_chart_gets_its_page(browser_of: BrowserOf, embedded: Embedded) -> None:
    path = f"/explore/?slice_id={embedded.chart}"
    for name, edits_all in (("admin", True), ("alice", False), ("bob", False)):
        given = known(browser_of(name), path)
        assert (given["editsAll"], given["mayWrite"]) == (edits_all, True)
    assert "By region" not in browser_of("charlie").get(path).text
    assert browser_of("charlie").get(path).status_code == 404


def test_a_dataset_opens_for_who_may_ask_it(browser_of: BrowserOf, sales: int) -> None:
    path = f"/explore/?datasource_type=table&datasource_id={sales}"
    assert browser_of("bob").get(path).status_code == 200
    assert browser_of("charlie").get(path).status_code == 403


@pytest.mark.parametrize(
    "query", ["slice_id=999999", "slice_id=x", "slice_id=-1", "datasource_id=999999", "slice_id=9" * 9]
)
def test_what_is_not_there_is_not_found(browser_of: BrowserOf, query: str) -> None:
    assert browser_of("admin").get(f"/explore/?{query}").status_code == 404


def test_who_is_not_signed_in_is_asked_to(client_of: ClientOf, embedded: Embedded) -> None:
    for path in (f"/explore/?slice_id={embedded.chart}", "/chart/list/", "/chart/add"):
        answer = client_of(None).get(path)
        assert answer.status_code == 302
        assert "/login/" in answer.headers["Location"]


def test_addresses_of_before_lead_to_the_page(browser_of: BrowserOf, embedded: Embedded) -> None:
    alice = browser_of("alice")
    to_chart = f"/explore/?slice_id={embedded.chart}"
    for path in (f"/superset/slice/{embedded.chart}/", f"/chart/edit/{embedded.chart}"):
        assert alice.get(path).headers["Location"] == to_chart
    found = alice.get(f"/superset/explore/table/{embedded.dataset}/").headers["Location"]
    assert found == f"/explore/?datasource_type=table&datasource_id={embedded.dataset}"


def test_the_page_stands_alone_where_that_is_asked(browser_of: BrowserOf, embedded: Embedded) -> None:
    path = f"/explore/?slice_id={embedded.chart}"
    assert "navbar" in browser_of("bob").get(path).text
    assert "<header>" not in browser_of("bob").get(f"{path}&standalone=1").text


def test_who_only_reads_is_offered_no_writing(
    browser_of: BrowserOf, embedded: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = "superset_like.access.actor.Actor.can"
    bob = browser_of("bob")
    monkeypatch.setattr(reader, lambda self, permission, resource: permission == "can_read")
    given = known(bob, f"/explore/?slice_id={embedded.chart}")
    assert not any(given[name] for name in ("mayWrite", "mayDownload", "mayShare", "mayKeep"))
    assert bob.get("/chart/add").status_code == 403
    assert "data-may-write" not in bob.get("/chart/list/").text


def test_forms_and_examples_are_served_and_asked_again(client_of: ClientOf) -> None:
    for name in ("forms", "examples"):
        answer = client_of(None).get(f"/chart_types/{name}.json")
        assert answer.headers["Cache-Control"] == "public, no-cache"
        again = client_of(None).get(f"/chart_types/{name}.json", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_the_page_holds_no_data_of_the_chart(browser_of: BrowserOf, embedded: Embedded) -> None:
    page = browser_of("bob").get(f"/explore/?slice_id={embedded.chart}").text
    assert "SUM(amount)" not in page
