import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask_appbuilder import ModelView
from werkzeug.test import Client

from tests.conftest import Embedded

BrowserOf = Callable[[str], Client]
OURS = (
    "api-keys",
    "charts",
    "columns",
    "css-templates",
    "dashboards",
    "databases",
    "datasets",
    "logs",
    "metrics",
    "queries",
    "report-runs",
    "reports",
    "row-rules",
    "saved-queries",
    "tags",
)
FABS = ("/users", "/roles", "/groups", "/permissions", "/viewmenus", "/permissionviews")


def test_an_administrator_opens_each_list(browser_of: BrowserOf) -> None:
    admin = browser_of("admin")
    for name in OURS:
        assert admin.get(f"/admin/{name}/list/").status_code == 200, name
    for path in FABS:
        assert admin.get(f"{path}/list/").status_code == 200, path


def test_an_administrator_opens_each_form(browser_of: BrowserOf, app: Flask) -> None:
    admin, tried = browser_of("admin"), 0
    for view in app.extensions["appbuilder"].baseviews:
        if isinstance(view, ModelView) and "can_add" in view.base_permissions:
            answer = admin.get(f"{view.route_base}/add")
            assert (answer.status_code, "<form" in answer.text) == (200, True), view.route_base
            tried += 1
    assert tried >= 12


def test_things_are_shown_and_their_forms_are_filled(browser_of: BrowserOf, embedded: Embedded) -> None:
    admin = browser_of("admin")
    for path, text in (
        (f"charts/{{}}/{embedded.chart}", "By region"),
        (f"dashboards/{{}}/{embedded.dashboard}", "Shop"),
        (f"datasets/{{}}/{embedded.dataset}", "sales"),
        ("databases/{}/1", "shop"),
        ("columns/{}/1", "id"),
        ("metrics/{}/2", "SUM(amount)"),
    ):
        for verb in ("show", "edit"):
            answer = admin.get(f"/admin/{path.format(verb)}")
            assert answer.status_code == 200, path
            assert text in answer.text


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_nobody_else_opens_any(browser_of: BrowserOf, app: Flask, name: str) -> None:
    visitor, tried = browser_of(name), 0
    for view in app.extensions["appbuilder"].baseviews:
        if isinstance(view, ModelView) and view.route_base:
            for path in ("list/", "add", "show/1", "edit/1"):
                if name == "alice" and view.route_base == "/admin":
                    continue
                answer = visitor.get(f"{view.route_base}/{path}")
                assert answer.status_code in {302, 403, 404}, (view.route_base, path)
                tried += 1
    assert tried > 60


def test_who_is_not_signed_in_is_asked_to(app: Flask) -> None:
    for name in OURS:
        answer = app.test_client().get(f"/admin/{name}/list/")
        assert answer.status_code == 302
        assert "/login/" in answer.headers["Location"]


def test_the_menu_has_no_category_that_is_empty(browser_of: BrowserOf) -> None:
    for name, categories in (
        ("admin", ["SQL Lab", "Content", "Data", "SQL", "Security"]),
        ("alice", ["SQL Lab"]),
        ("bob", []),
    ):
        page = browser_of(name).get("/").get_data(as_text=True)
        menu = page.split('<ul class="nav navbar-nav">', 1)[1].split('navbar-right"', 1)[0]
        found = [
            " ".join(re.sub(r"<[^>]+>", "", each).split()) for each in re.findall(r'role="button".*?</a>', menu, re.S)
        ]
        assert [each.split(">", 1)[-1].strip().replace("&amp;", "&") for each in found] == categories


def test_an_id_that_is_none_is_not_found(browser_of: BrowserOf) -> None:
    admin = browser_of("admin")
    for name in OURS:
        for pk in ("999999", "abc", "%27"):
            assert admin.get(f"/admin/{name}/show/{pk}").status_code == 404, (name, pk)


def test_there_is_no_page_that_needs_another_site(browser_of: BrowserOf) -> None:
    # FAB's statistics of users draw with a script from elsewhere.
    answer = browser_of("admin").get("/userstatschartview/chart/")
    assert (answer.status_code, "There is nothing here" in answer.text) == (404, True)


def test_lists_are_searched_and_ordered(browser_of: BrowserOf, embedded: Embedded) -> None:
    admin = browser_of("admin")
    hit = admin.get("/admin/charts/list/?_flt_0_slice_name=By&_oc_ChartAdmin=slice_name&_od_ChartAdmin=asc").text
    miss = admin.get("/admin/charts/list/?_flt_0_slice_name=nothing-like-this").text
    assert "By region" in hit
    assert "By region" not in miss
    assert "No records found" in miss


@pytest.mark.slow
def test_each_column_that_offers_ordering_orders(browser_of: BrowserOf, app: Flask, embedded: Embedded) -> None:
    admin = browser_of("admin")
    for view in app.extensions["appbuilder"].baseviews:
        if isinstance(view, ModelView) and view.route_base.startswith("/admin/"):
            name = type(view).__name__
            for column in view.order_columns:
                answer = admin.get(f"{view.route_base}/list/?_oc_{name}={column}&_od_{name}=desc")
                assert answer.status_code == 200, (name, column)
