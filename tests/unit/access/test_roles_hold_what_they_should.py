import pytest
from flask import Flask

from superset_like.access import actors, roles
from superset_like.access.grants import DATA_PERMISSIONS
from superset_like.extensions import db
from tests.unit.access import stored


def test_viewers_look_and_administrators_administer(app: Flask) -> None:
    with app.app_context():
        gamma, admin = (actors.rights_of_role(name).permissions for name in ("Gamma", "Admin"))
    assert ("can_read", "Chart") in gamma
    assert ("can_read", "Row Level Security") not in gamma
    assert {("can_write", "Database"), ("can_grant_guest_token", "SecurityRestApi")} <= admin


@pytest.mark.parametrize("role", ["Alpha", "Gamma", "sql_lab"])
def test_no_standing_role_administers_people_or_rules(role: str) -> None:
    for permission, resource in roles.pairs_of(role):
        assert resource not in {
            "ApiKey",
            "Group",
            "Permission",
            "PermissionViewMenu",
            "Role",
            "RoleModelView",
            "RoleRestAPI",
            "Row Level Security",
            "User",
            "ViewMenu",
        }
        assert permission != "can_grant_guest_token"
        assert (permission, resource) != ("can_write", "Database")


def test_alpha_alone_reads_all_data() -> None:
    everything = {("all_database_access", "all_database_access"), ("all_datasource_access", "all_datasource_access")}
    assert everything <= roles.pairs_of("Alpha")
    assert not everything & (roles.pairs_of("Gamma") | roles.pairs_of("sql_lab"))


def test_everybody_may_nothing(app: Flask) -> None:
    with app.app_context():
        assert actors.public_rights().permissions == frozenset()
        assert actors.anonymous().permissions == frozenset()


def test_again_changes_nothing_and_repairs_what_was_changed(app: Flask) -> None:
    with app.app_context():
        before = actors.rights_of_role("Gamma").permissions
        stored.role("Gamma", ("can_write", "Database"))
        stored.role("mine", ("can_read", "Chart"))
        roles.sync(frozenset())
        assert actors.rights_of_role("Gamma").permissions == before
        assert actors.rights_of_role("mine").permissions == {("can_read", "Chart")}


def test_grants_of_data_are_not_given_to_a_role_by_themselves(app: Flask) -> None:
    with app.app_context():
        stored.role("reader", ("datasource_access", "[shop].[sales](id:1)"))
        roles.sync(frozenset())
        db.session.commit()
        admin = actors.rights_of_role("Admin").permissions
    assert not {permission for permission, _ in admin} & DATA_PERMISSIONS
