from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import ANONYMOUS, Actor, ActorKind, Guest
from superset_like.access.actors import of_user
from superset_like.engine.query import TableName
from superset_like.errors import DataForbidden, Forbidden
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Database, Dataset, RowRule, Tag
from superset_like.models.mixins import now
from tests.unit.access import stored


@pytest.fixture
def world(app: Flask) -> Iterator[Flask]:
    """An application context in which things are stored."""
    with app.app_context():
        yield app


def seen(actor: Actor, model: type) -> list[int]:
    condition = rules.visible(actor, model)
    statement = select(model.id).order_by(model.id)
    return list(db.session.execute(statement if condition is None else statement.where(condition)).scalars())


def test_a_granted_dataset_opens_its_charts_and_dashboards(world: Flask, people: dict[str, int]) -> None:
    shop = stored.database()
    sales, secrets = stored.dataset(shop), stored.dataset(shop, "secrets")
    open_chart, closed_chart = stored.chart(sales), stored.chart(secrets)
    shown, hidden = stored.dashboard(open_chart), stored.dashboard(closed_chart)
    stored.role("reader", ("datasource_access", sales.perm))
    stored.member(people["bob"], "reader")
    bob = of_user(people["bob"])
    assert seen(bob, Dataset) == [sales.id]
    assert seen(bob, Chart) == [open_chart.id]
    assert seen(bob, Dashboard) == [shown.id]
    assert seen(bob, Database) == [shop.id]
    assert not rules.can(bob, "read", hidden)
    assert rules.can(bob, "query", sales)
    with pytest.raises(DataForbidden, match=f"datasource {secrets.id}, database or"):
        rules.require(bob, "query", secrets)


def test_without_a_grant_nothing_is_seen(world: Flask, people: dict[str, int]) -> None:
    chart = stored.chart(stored.dataset(stored.database()))
    stored.dashboard(chart)
    for actor in (of_user(people["charlie"]), ANONYMOUS):
        assert [seen(actor, model) for model in (Dataset, Chart, Dashboard, Database, RowRule)] == [[], [], [], [], []]


def test_all_data_does_not_open_drafts_of_others(world: Flask, people: dict[str, int]) -> None:
    chart = stored.chart(stored.dataset(stored.database()))
    draft, own = stored.dashboard(chart, published=False), stored.dashboard(published=False, owners=[people["alice"]])
    published = stored.dashboard(chart)
    assert seen(of_user(people["alice"]), Dashboard) == [own.id, published.id]
    assert seen(of_user(people["admin"]), Dashboard) == [draft.id, own.id, published.id]


def test_a_dashboard_with_roles_is_for_them_alone(world: Flask, people: dict[str, int]) -> None:
    stored.role("board")
    stored.member(people["bob"], "board")
    limited = stored.dashboard(roles=["board"])
    draft = stored.dashboard(roles=["board"], published=False)
    assert seen(of_user(people["bob"]), Dashboard) == [limited.id]
    assert seen(of_user(people["alice"]), Dashboard) == []
    assert not rules.can(of_user(people["bob"]), "read", draft)


@pytest.mark.parametrize(
    ("permission", "resource", "is_open"),
    [
        ("database_access", "[shop].(id:{id})", True),
        ("schema_access", "[shop].[main]", True),
        ("schema_access", "[shop].[other]", False),
        ("schema_access", "[shop2].[main]", False),
        ("database_access", "[shop].(id:{id}9)", False),
        ("catalog_access", "[shop].[main]", False),
    ],
)
def test_a_database_or_schema_opens_its_datasets(
    world: Flask, people: dict[str, int], permission: str, resource: str, is_open: bool
) -> None:
    shop = stored.database()
    sales = stored.dataset(shop)
    stored.role("reader", (permission, resource.format(id=shop.id)))
    stored.member(people["bob"], "reader")
    bob = of_user(people["bob"])
    assert seen(bob, Dataset) == ([sales.id] if is_open else [])
    assert rules.can(bob, "query", sales) is is_open
    assert rules.readable_tables(bob, shop, [TableName("any", "main")]) == (
        [TableName("any", "main")] if is_open else []
    )


def test_a_dataset_opens_its_very_table(world: Flask, people: dict[str, int]) -> None:
    shop = stored.database()
    sales = stored.dataset(shop)
    virtual = stored.dataset(shop, "secrets", sql="SELECT 1")
    stored.role("reader", ("datasource_access", sales.perm), ("datasource_access", virtual.perm))
    stored.member(people["bob"], "reader")
    bob = of_user(people["bob"])
    tables = [TableName("sales", "main"), TableName("sales", "temp"), TableName("secrets", "main")]
    assert rules.readable_tables(bob, shop, tables) == [TableName("sales", "main")]
    assert rules.readable_schemas(bob, shop, ["main", "other"], None) == ["main"]
    with pytest.raises(DataForbidden) as refused:
        rules.require_tables(bob, shop, tables)
    assert refused.value.details == {"tables": ["sales", "secrets"]}


def test_only_owners_and_administrators_edit(world: Flask, people: dict[str, int]) -> None:
    chart = stored.chart(stored.dataset(stored.database()), owners=[people["alice"]])
    assert [rules.can(of_user(people[name]), "edit", chart) for name in ("alice", "admin", "bob")] == [
        True,
        True,
        False,
    ]
    others = stored.chart(chart.table)
    with pytest.raises(Forbidden):
        rules.require(of_user(people["alice"]), "edit", others)


def test_connections_are_edited_by_administrators_alone(world: Flask, people: dict[str, int]) -> None:
    shop = stored.database()
    assert [rules.can(of_user(people[name]), "edit", shop) for name in ("admin", "alice")] == [True, False]


def test_sql_needs_the_permission_and_the_connection(world: Flask, people: dict[str, int]) -> None:
    shop = stored.database()
    assert [rules.can(of_user(people[name]), "use", shop) for name in ("admin", "alice", "bob")] == [True, True, False]
    stored.member(people["bob"], "sql_lab")
    assert not rules.can(of_user(people["bob"]), "use", shop)


def test_a_guest_sees_his_dashboards_and_what_is_on_them(world: Flask) -> None:
    shop = stored.database()
    sales, secrets = stored.dataset(shop), stored.dataset(shop, "secrets")
    chart = stored.chart(sales)
    stored.chart(secrets)
    his, _ = stored.dashboard(chart, published=False), stored.dashboard(chart)
    guest = Actor(ActorKind.GUEST, guest=Guest(frozenset({his.id}), (), now()))
    assert seen(guest, Dashboard) == [his.id]
    assert seen(guest, Chart) == [chart.id]
    assert seen(guest, Dataset) == [sales.id]
    assert seen(guest, Database) == []
    assert seen(guest, Tag) == []
    assert rules.readable_tables(guest, shop, [TableName("sales", "main")]) == []
    assert not rules.can(guest, "edit", his)


def test_people_are_named_without_their_address(world: Flask, people: dict[str, int]) -> None:
    alice = stored.people([people["alice"]])[0]
    assert rules.named(of_user(people["bob"]), alice) == {
        "value": people["alice"],
        "text": "Alice Doe",
        "extra": {"active": True},
    }
    assert rules.named(of_user(people["admin"]), alice)["extra"]["email"] == "alice@example.com"


def test_a_viewer_names_himself_and_those_whose_work_he_sees(world: Flask, people: dict[str, int]) -> None:
    sales = stored.dataset(stored.database(), owners=stored.people([people["alice"]]))
    stored.role("reader", ("datasource_access", sales.perm))
    stored.member(people["bob"], "reader")

    def names(name: str) -> list[int]:
        model = type(stored.people([1])[0])
        condition = rules.namable(of_user(people[name]), model)
        statement = select(model.id).order_by(model.id)
        return list(db.session.execute(statement if condition is None else statement.where(condition)).scalars())

    assert names("bob") == sorted([people["alice"], people["bob"]])
    assert names("charlie") == [people["charlie"]]
    assert names("alice") == sorted(people.values())


def test_a_removed_role_counts_at_once(world: Flask, people: dict[str, int]) -> None:
    assert of_user(people["bob"]).can("can_read", "Chart")
    stored.people([people["bob"]])[0].roles = []
    db.session.commit()
    assert not of_user(people["bob"]).can("can_read", "Chart")
