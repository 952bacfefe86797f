from collections.abc import Iterator

import pytest
from flask import Flask

from superset_like.access import row_filters
from superset_like.access.actor import Actor, ActorKind, Guest, GuestRule
from superset_like.access.actors import of_user, rights_of_role
from superset_like.engine.query import TableName
from superset_like.errors import QueryRefused, TemplateInvalid
from superset_like.extensions import db
from superset_like.models import Dataset
from superset_like.models.mixins import now
from tests.conftest import Counted
from tests.unit.access import stored


@pytest.fixture
def sales(app: Flask) -> Iterator[Dataset]:
    """A dataset over `sales` in an application context."""
    with app.app_context():
        yield stored.dataset(stored.database())


def clauses(actor: Actor, dataset: Dataset) -> list[str]:
    return [predicate.sql for predicate in row_filters.of(actor, dataset)]


def guest(*rules: GuestRule) -> Actor:
    rights = rights_of_role("Public")
    return Actor(ActorKind.GUEST, role_ids=rights.role_ids, guest=Guest(frozenset({1}), rules, now()))


def test_a_regular_rule_binds_members_of_its_role(sales: Dataset, people: dict[str, int]) -> None:
    stored.rule("tenant = 'a'", sales, roles=["Gamma"])
    assert clauses(of_user(people["bob"]), sales) == ["tenant = 'a'"]
    assert clauses(of_user(people["alice"]), sales) == []


def test_a_base_rule_binds_everybody_else(sales: Dataset, people: dict[str, int]) -> None:
    stored.rule("tenant = 'a'", sales, roles=["Gamma"], base=True)
    assert clauses(of_user(people["bob"]), sales) == []
    assert clauses(of_user(people["alice"]), sales) == ["tenant = 'a'"]
    assert clauses(guest(), sales) == ["tenant = 'a'"]


def test_an_administrator_is_not_exempt(sales: Dataset, people: dict[str, int]) -> None:
    stored.rule("tenant = 'a'", sales, roles=["Admin"])
    assert clauses(of_user(people["admin"]), sales) == ["tenant = 'a'"]


def test_a_regular_rule_without_roles_binds_nobody(sales: Dataset, people: dict[str, int]) -> None:
    stored.rule("1 = 0", sales)
    assert clauses(of_user(people["bob"]), sales) == []


def test_rules_of_a_group_are_ored_and_all_else_is_anded(sales: Dataset, people: dict[str, int]) -> None:
    stored.rule("region = 'north'", sales, roles=["Gamma"], group="region")
    stored.rule("tenant = 'a'", sales, roles=["Gamma"])
    stored.rule("region = 'south' OR region = 'east'", sales, roles=["Gamma"], group="region")
    assert clauses(of_user(people["bob"]), sales) == [
        "tenant = 'a'",
        "(region = 'north') OR (region = 'south' OR region = 'east')",
    ]


def test_rules_of_another_dataset_do_not_count(sales: Dataset, people: dict[str, int]) -> None:
    other = stored.dataset(sales.database, "other")
    stored.rule("tenant = 'a'", other, roles=["Gamma"])
    assert clauses(of_user(people["bob"]), sales) == []


def test_a_guest_is_under_his_token_and_the_guest_role(sales: Dataset) -> None:
    stored.rule("region = 'north'", sales, roles=["Public"])
    rules = (GuestRule("tenant = 'a'"), GuestRule("id > 1", sales.id), GuestRule("id > 2", sales.id + 1))
    assert clauses(guest(*rules), sales) == ["region = 'north'", "tenant = 'a'", "id > 1"]


def test_a_rule_may_name_the_caller(sales: Dataset, people: dict[str, int]) -> None:
    stored.rule("seller = '{{ current_username() }}'", sales, roles=["Gamma"])
    assert clauses(of_user(people["bob"]), sales) == ["seller = 'bob'"]
    assert clauses(of_user(people["charlie"]), sales) == ["seller = 'charlie'"]


@pytest.mark.parametrize(
    "clause", ["tenant =", "", "tenant = 'a'; SELECT 1", "tenant = 'a') OR (1 = 1", "COUNT(*) > 1"]
)
def test_a_rule_that_cannot_be_read_is_an_error(sales: Dataset, people: dict[str, int], clause: str) -> None:
    stored.rule(clause, sales, roles=["Gamma"])
    with pytest.raises(QueryRefused, match="A row rule of this data cannot be applied"):
        row_filters.of(of_user(people["bob"]), sales)


def test_a_rule_whose_template_fails_is_an_error(sales: Dataset, people: dict[str, int]) -> None:
    stored.rule("tenant = {{ nobody.knows }}", sales, roles=["Gamma"])
    with pytest.raises(TemplateInvalid):
        row_filters.of(of_user(people["bob"]), sales)


def test_a_comment_hides_nothing_that_follows(sales: Dataset, people: dict[str, int]) -> None:
    stored.rule("tenant = 'a' -- ", sales, roles=["Gamma"], group="g")
    stored.rule("tenant = 'b'", sales, roles=["Gamma"], group="g")
    assert clauses(of_user(people["bob"]), sales) == ["(tenant = 'a') OR (tenant = 'b')"]


def test_tables_in_sql_are_under_the_rules_of_their_datasets(sales: Dataset, people: dict[str, int]) -> None:
    stored.rule("tenant = 'a'", sales, roles=["Gamma"])
    tables = [TableName("sales", "main"), TableName("SALES", "main"), TableName("other", "main")]
    found = row_filters.for_tables(of_user(people["bob"]), sales.database, tables)
    assert {table.name: [one.sql for one in ones] for table, ones in found.items()} == {
        "sales": ["tenant = 'a'"],
        "SALES": ["tenant = 'a'"],
    }


def test_a_guest_rule_for_all_datasets_is_not_put_on_inner_tables(sales: Dataset) -> None:
    actor = guest(GuestRule("tenant = 'a'"), GuestRule("id > 1", sales.id))
    table = TableName("sales", "main")
    found = row_filters.for_tables(actor, sales.database, [table])
    assert [one.sql for one in found[table]] == ["id > 1"]


def test_known_rules_cost_no_statement_and_new_ones_count_at_once(
    sales: Dataset, people: dict[str, int], counted: Counted
) -> None:
    bob = of_user(people["bob"])
    assert clauses(bob, sales) == []
    counted.statements.clear()
    assert clauses(bob, sales) == []
    assert len(counted) == 0
    stored.rule("tenant = 'a'", sales, roles=["Gamma"])
    assert clauses(bob, db.session.get_one(Dataset, sales.id)) == ["tenant = 'a'"]
