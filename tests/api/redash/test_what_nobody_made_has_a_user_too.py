"""Scripts print the name of each object's user: what nobody made has one."""

from flask import Flask
from sqlalchemy import update

from superset_like.extensions import db
from superset_like.models import Dashboard, SavedQuery
from tests.api.redash.conftest import Shop


def test_queries_and_dashboards_of_nobody_name_one(app: Flask, shop: Shop) -> None:
    query = shop.query("SELECT 1 AS a")
    dashboard = shop.alice.post("/api/dashboards", json={"name": "Mine"}).get_json()
    assert query["user"]["name"] == dashboard["user"]["name"] == "Alice Doe"
    with app.app_context():
        for model in (SavedQuery, Dashboard):
            db.session.execute(update(model).values(created_by_fk=None))
        db.session.commit()
    item = shop.alice.get("/api/queries").get_json()["results"][0]
    assert item["user"] == shop.alice.get(f"/api/queries/{query['id']}").get_json()["user"]
    assert item["user"].keys() == query["user"].keys()
    assert item["user"]["name"] == "Nobody"
    mine = shop.admin.get(f"/api/dashboards/{dashboard['id']}").get_json()
    assert (mine["user"]["name"], mine["user_id"]) == ("Nobody", 0)
    assert mine["user"].keys() == dashboard["user"].keys()
