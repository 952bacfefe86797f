"""GET /api/v1/time_range/: what the words of a range mean now."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import ApiClient, ClientOf, Embedded

PATH = "/api/v1/time_range/"


def asked(client: ApiClient, q: str) -> Any:
    return client.get(PATH, query_string={"q": q})


def test_a_text_is_answered_with_its_ends(client_of: ClientOf) -> None:
    (found,) = asked(client_of("bob"), "'Last week'").get_json()["result"]
    since, until = (date.fromisoformat(found[name][:10]) for name in ("since", "until"))
    assert until - since == timedelta(days=7)
    assert (found["timeRange"], found["shift"]) == ("Last week", None)


def test_several_are_answered_in_order(client_of: ClientOf) -> None:
    texts = ["2024-01-01 : 2024-02-01", "2024-03-01 : "]
    q = json.dumps([{"timeRange": text} for text in texts])
    found = asked(client_of("bob"), q).get_json()["result"]
    assert [(each["since"], each["until"]) for each in found] == [
        ("2024-01-01T00:00:00", "2024-02-01T00:00:00"),
        ("2024-03-01T00:00:00", ""),
    ]


def test_a_shift_moves_it(client_of: ClientOf) -> None:
    q = json.dumps([{"timeRange": "2024-01-01 : 2024-02-01", "shift": "1 year ago"}])
    (found,) = asked(client_of("bob"), q).get_json()["result"]
    assert (found["since"], found["until"]) == ("2023-01-01T00:00:00", "2023-02-01T00:00:00")


@pytest.mark.parametrize("q", ["", "(a:1)", "!((x:1))", "!((timeRange:1))", "'2024-99-01 : now'"])
def test_what_is_no_range_is_refused(client_of: ClientOf, q: str) -> None:
    assert asked(client_of("bob"), q).status_code == 400


def test_strangers_and_guests_are_refused(client_of: ClientOf, guest_of: Any, embedded: Embedded) -> None:
    assert asked(client_of(None), "'Last week'").status_code == 401
    assert asked(guest_of(embedded), "'Last week'").status_code == 403
