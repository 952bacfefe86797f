"""Superset's screenshots and thumbnails are the pictures that the server draws."""

import struct
from typing import Any

import pytest
from flask import Flask

from tests.conftest import ApiClient, ClientOf, Embedded
from tests.row_rules import limit

pytestmark = pytest.mark.slow


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, as the file's first chunk has them."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def shot(client: ApiClient, pk: int, q: str = "(window_size:!(640,480))") -> dict[str, Any]:
    answer = client.get(f"/api/v1/chart/{pk}/cache_screenshot/?q={q}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def test_a_screenshot_is_fetched_where_it_was_told(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    told = shot(alice, embedded.chart)
    assert told["task_status"] == "Updated"
    path = told["image_url"].removeprefix("http://localhost")
    assert path == f"/api/v1/chart/{embedded.chart}/screenshot/{told['cache_key']}/"
    found = alice.get(path)
    assert (found.status_code, found.mimetype) == (200, "image/png")
    assert size_of(found.data) == (640, 480)
    small = shot(alice, embedded.chart, "(window_size:!(640,480),thumb_size:!(320,240))")
    assert small["cache_key"].endswith("-320x240")


def test_a_screenshot_is_for_those_who_see_its_rows(app: Flask, client_of: ClientOf, embedded: Embedded) -> None:
    path = shot(client_of("alice"), embedded.chart)["image_url"].removeprefix("http://localhost")
    assert client_of("bob").get(path).status_code == 200
    assert client_of("charlie").get(path).status_code == 404
    limit(app, "Gamma", "tenant = 'a'", embedded.dataset)
    # The picture that was told to alice holds rows that bob does not see any more.
    assert client_of("bob").get(path).status_code == 404
    assert client_of("alice").get(path).status_code == 200


@pytest.mark.parametrize(
    ("digest", "status"),
    [
        ("x", 404),
        ("0" * 40 + "-640x480", 404),
        ("0" * 40 + "-9999x480", 400),
        ("0" * 40, 404),
        ("..%2f" + "0" * 40, 404),
    ],
)
def test_what_was_not_drawn_is_not_there(client_of: ClientOf, embedded: Embedded, digest: str, status: int) -> None:
    assert client_of("alice").get(f"/api/v1/chart/{embedded.chart}/screenshot/{digest}/").status_code == status


@pytest.mark.parametrize(
    "q", ["(window_size:!(1,1))", "(window_size:!(640))", "(window_size:!(640,480,3))", "(window_size:x)"]
)
def test_a_screenshot_has_a_size(client_of: ClientOf, embedded: Embedded, q: str) -> None:
    assert client_of("alice").get(f"/api/v1/chart/{embedded.chart}/cache_screenshot/?q={q}").status_code == 400


def test_a_chart_names_its_thumbnail(client_of: ClientOf, embedded: Embedded) -> None:
    alice = client_of("alice")
    url = alice.get(f"/api/v1/chart/{embedded.chart}").get_json()["result"]["thumbnail_url"]
    listed = alice.get("/api/v1/chart/").get_json()["result"][0]["thumbnail_url"]
    assert url == listed == f"/api/v1/chart/{embedded.chart}/thumbnail/1/"
    found = alice.get(url)
    assert (found.status_code, size_of(found.data)) == (200, (400, 300))
    assert client_of("charlie").get(url).status_code == 404
    alice.put(f"/api/v1/chart/{embedded.chart}", json={"slice_name": "Renamed"})
    assert alice.get(f"/api/v1/chart/{embedded.chart}").get_json()["result"]["thumbnail_url"] != url
