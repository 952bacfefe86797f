from collections.abc import Iterator

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from sqlalchemy import select

from superset_like.access import grants
from superset_like.access.actors import of_user
from superset_like.extensions import db
from tests.unit.access import stored


@pytest.fixture(autouse=True)
def world(app: Flask) -> Iterator[None]:
    """An application context in which things are stored."""
    with app.app_context():
        yield


def resources(permission: str) -> list[str]:
    statement = (
        select(ViewMenu.name)
        .select_from(PermissionView)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .join(Permission, PermissionView.permission_id == Permission.id)
        .where(Permission.name == permission)
        .order_by(ViewMenu.name)
    )
    return list(db.session.execute(statement).scalars())


def test_a_database_and_a_dataset_get_their_permissions() -> None:
    shop = stored.database()
    sales = stored.dataset(shop)
    for _ in range(2):
        grants.ensure_for_database(shop)
        grants.ensure_for_dataset(sales)
    db.session.commit()
    assert resources("database_access") == [f"[shop].(id:{shop.id})"]
    assert resources("datasource_access") == [f"[shop].[sales](id:{sales.id})"]
    assert resources("schema_access") == ["[shop].[main]"]


def test_a_new_name_keeps_the_grants(people: dict[str, int]) -> None:
    shop = stored.database()
    sales = stored.dataset(shop)
    grants.ensure_for_database(shop)
    grants.ensure_for_dataset(sales)
    stored.role("reader", ("schema_access", "[shop].[main]"), ("datasource_access", sales.perm))
    stored.member(people["bob"], "reader")
    shop.database_name = "store"
    sales.table_name = "takings"
    grants.ensure_for_database(shop)
    grants.ensure_for_dataset(sales)
    db.session.commit()
    assert resources("datasource_access") == [f"[store].[takings](id:{sales.id})"]
    assert of_user(people["bob"]).schemas == {"[store].[main]"}
    assert of_user(people["bob"]).datasets == {sales.id}


def test_a_new_database_under_an_old_name_inherits_nothing(people: dict[str, int]) -> None:
    shop = stored.database()
    grants.ensure_for_database(shop)
    grants.ensure_for_dataset(stored.dataset(shop))
    stored.role("reader", ("database_access", shop.perm), ("schema_access", "[shop].[main]"))
    stored.member(people["bob"], "reader")
    grants.forget_database(shop)
    db.session.commit()
    bob = of_user(people["bob"])
    assert (bob.databases, bob.schemas) == (frozenset(), frozenset())
    assert resources("schema_access") == []


def test_long_names_fit_and_keep_their_id() -> None:
    shop = stored.database("d" * 250)
    sales = stored.dataset(shop, "t" * 250)
    grants.ensure_for_dataset(sales)
    db.session.commit()
    (name,) = resources("datasource_access")
    assert (len(name), name.endswith(f"](id:{sales.id})")) == (250, True)


def test_a_name_cannot_pass_for_another_dataset(people: dict[str, int]) -> None:
    shop = stored.database()
    sales = stored.dataset(shop)
    liar = stored.dataset(shop, f"x](id:{sales.id})")
    grants.ensure_for_dataset(sales)
    grants.ensure_for_dataset(liar)
    stored.role("reader", ("datasource_access", liar.perm))
    stored.member(people["bob"], "reader")
    assert of_user(people["bob"]).datasets == {liar.id}
