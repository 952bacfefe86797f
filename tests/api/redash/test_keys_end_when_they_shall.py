from datetime import UTC, datetime, timedelta

from flask import Flask

from superset_like.extensions import db
from superset_like.models import DashboardShare, SavedQuery, UserKey
from superset_like.models.mixins import now
from tests.api.redash.conftest import RedashOf, Shop
from tests.conftest import ApiClient


def at(**after: int) -> str:
    return (datetime.now(UTC) + timedelta(**after)).isoformat()


def test_a_persons_key_ends(app: Flask, redash_of: RedashOf, people: dict[str, int]) -> None:
    alice = redash_of("alice")
    address = f"/api/users/{people['alice']}/regenerate_api_key"
    for wrong in ({"expires_at": "soon"}, {"expires_at": at(hours=-1)}):
        refused = alice.post(address, json=wrong)
        assert (refused.status_code, list(refused.get_json()["fields"])) == (400, ["expires_at"])
    made = alice.post(address, json={"expires_at": at(hours=1)}).get_json()
    assert alice.get("/api/session").status_code == 404
    alice.headers = {"Authorization": f"Key {made['api_key']}"}
    assert alice.get("/api/session").status_code == 200
    with app.app_context():
        key = db.session.get(UserKey, people["alice"])
        assert key is not None and key.expires_on is not None
        assert timedelta(minutes=59) < key.expires_on - now() < timedelta(minutes=61)
        key.expires_on = now() - timedelta(seconds=1)
        db.session.commit()
    assert alice.get("/api/session").status_code == 404


def test_a_querys_key_ends(app: Flask, shop: Shop) -> None:
    query = shop.query("SELECT 1 AS one")
    address = f"/api/queries/{query['id']}"
    shop.ran(query)
    for wrong in ({"expires_at": "soon"}, {"expires_at": at(hours=-1)}):
        refused = shop.alice.post(f"{address}/regenerate_api_key", json=wrong)
        assert (refused.status_code, list(refused.get_json()["fields"])) == (400, ["expires_at"])
    made = shop.alice.post(f"{address}/regenerate_api_key", json={"expires_at": at(hours=1)}).get_json()
    shown = [shop.alice.get(address).get_json(), *shop.alice.get("/api/queries").get_json()["results"]]
    for each in shown:
        assert (each["api_key"], each["api_key_expires_at"]) == (made["api_key"], made["api_key_expires_at"])
    nobody = ApiClient(app, app.response_class)
    nobody.headers = {"Authorization": f"Key {made['api_key']}"}
    assert nobody.get(address).status_code == 200
    assert nobody.get(f"{address}/results.json").status_code == 200
    with app.app_context():
        saved = db.session.get(SavedQuery, query["id"])
        assert saved is not None
        saved.key_expires_on = now() - timedelta(seconds=1)
        db.session.commit()
    assert (nobody.get(address).status_code, nobody.get(f"{address}/results.json").status_code) == (404, 404)
    again = shop.alice.post(f"{address}/regenerate_api_key").get_json()
    assert "api_key_expires_at" not in again
    nobody.headers = {"Authorization": f"Key {again['api_key']}"}
    assert nobody.get(address).status_code == 200


def test_a_public_address_ends(app: Flask, shop: Shop) -> None:
    board = shop.alice.post("/api/dashboards", json={"name": "Board"}).get_json()["id"]
    key = shop.alice.post(f"/api/dashboards/{board}/share").get_json()["api_key"]
    again = shop.alice.post(f"/api/dashboards/{board}/share", json={"expires_at": at(days=1)})
    assert again.get_json()["api_key"] == key
    ends = again.get_json()["api_key_expires_at"]
    assert shop.alice.get(f"/api/dashboards/{board}").get_json()["api_key_expires_at"] == ends
    nobody = ApiClient(app, app.response_class)
    nobody.headers = {}
    assert nobody.get(f"/api/dashboards/public/{key}").status_code == 200
    with app.app_context():
        share = db.session.get(DashboardShare, board)
        assert share is not None and share.expires_on is not None
        share.expires_on = now() - timedelta(seconds=1)
        db.session.commit()
    assert nobody.get(f"/api/dashboards/public/{key}").status_code == 404
    assert nobody.get(f"/public/dashboards/{key}").status_code == 404
    # It stays closed; there is another one now.
    other = shop.alice.post(f"/api/dashboards/{board}/share").get_json()
    assert (other["api_key"] != key, "api_key_expires_at" in other) == (True, False)
    assert nobody.get(f"/api/dashboards/public/{other['api_key']}").status_code == 200
    assert nobody.get(f"/api/dashboards/public/{key}").status_code == 404


def test_whoever_lends_for_longer_lends_his_own_rights(app: Flask, shop: Shop, people: dict[str, int]) -> None:
    board = shop.alice.post("/api/dashboards", json={"name": "Board"}).get_json()["id"]
    share = f"/api/dashboards/{board}/share"
    key = shop.alice.post(share, json={"expires_at": at(days=2)}).get_json()["api_key"]

    def sharer() -> int:
        with app.app_context():
            found = db.session.get(DashboardShare, board)
            assert found is not None
            return found.shared_by_id

    for body, whose in (({}, "alice"), ({"expires_at": at(days=1)}, "alice"), ({"expires_at": at(days=3)}, "admin")):
        assert shop.admin.post(share, json=body).get_json()["api_key"] == key
        assert sharer() == people[whose]
