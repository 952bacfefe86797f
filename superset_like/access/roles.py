"""The standing roles, as Superset has them: what each may do, by resource.

Everything is an allow-list: what is not named here is for administrators alone. Access to data is never part of them,
but for Alpha, who reads all of it.
"""

from collections.abc import Mapping

from flask import current_app
from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from superset_like.access.grants import DATA_PERMISSIONS, LIST_PEOPLE
from superset_like.extensions import db

Pair = tuple[str, str]
Allowed = Mapping[str, frozenset[str]]

READ, WRITE = frozenset({"can_read"}), frozenset({"can_write"})
BOTH = READ | WRITE
MENU = frozenset({"menu_access"})
LISTS = frozenset({"can_list", "can_show"})
ADMINISTERED = LISTS | {"can_add", "can_edit", "can_delete"}

# Whoever looks at dashboards and makes his own over data that is open to him.
VIEWING: Allowed = {
    "AdvancedDataType": READ,
    "Api": frozenset({"can_query", "can_query_form_data", "can_time_range"}),
    "AsyncEventsRestApi": frozenset({"can_list"}),
    "AvailableDomains": READ,
    "CacheRestApi": frozenset({"can_invalidate"}),
    "Chart": BOTH | {"can_export", "can_tag"},
    "CssTemplate": READ,
    "CurrentUserRestApi": BOTH,
    "Dashboard": BOTH
    | {
        "can_cache_dashboard_screenshot",
        "can_delete_embedded",
        "can_drill",
        "can_export",
        "can_export_as_example",
        "can_get_embedded",
        "can_put_chart_customizations",
        "can_tag",
        "can_view_chart_as_table",
        "can_view_query",
    },
    "DashboardFilterStateRestApi": BOTH,
    "DashboardPermalinkRestApi": BOTH,
    "Database": READ,
    "Dataset": READ | {"can_get_drill_info"},
    "Datasource": frozenset({"can_external_metadata", "can_external_metadata_by_name", "can_get"}),
    "DynamicPlugin": LISTS,
    "EmbeddedDashboard": READ,
    "Explore": READ,
    "ExploreFormDataRestApi": BOTH,
    "ExplorePermalinkRestApi": BOTH,
    "Log": frozenset({"can_recent_activity"}),
    "MenuApi": frozenset({"can_get"}),
    "OpenApi": frozenset({"can_get"}),
    "ResetMyPasswordView": frozenset({"can_this_form_get", "can_this_form_post"}),
    "RowLevelSecurity": READ,
    "SQLLab": frozenset({"can_export_streaming_csv"}),
    "SavedQuery": frozenset({"can_list"}),
    "SecurityRestApi": READ,
    "Superset": frozenset(
        {
            "can_csv",
            "can_dashboard",
            "can_dashboard_permalink",
            "can_explore",
            "can_explore_json",
            "can_fetch_datasource_metadata",
            "can_file_handler",
            "can_language_pack",
            "can_log",
            "can_share_chart",
            "can_share_dashboard",
            "can_slice",
        }
    ),
    "SwaggerView": frozenset({"can_show"}),
    "Tag": BOTH | {"can_bulk_create"},
    "TagView": frozenset({"can_tags"}),
    "Tags": MENU | {"can_list"},
    "Task": READ,
    "Theme": BOTH | {"can_export"},
    "UserDBModelView": frozenset({"can_userinfo", "resetmypassword"}),
    "UserRegistrationsRestAPI": ADMINISTERED,
    "security": READ,
    "user": READ,
    **dict.fromkeys(
        (
            "Action Log",
            "Charts",
            "Dashboards",
            "Data",
            "Databases",
            "Datasets",
            "Home",
            "Plugins",
            "Tasks",
            "Themes",
        ),
        MENU,
    ),
}
# Beyond that: whoever makes datasets, and reads all data.
MAKING: Allowed = {
    "Annotation": BOTH,
    "CssTemplate": WRITE,
    "Database": frozenset({"can_upload"}),
    "Dataset": WRITE | {"can_duplicate", "can_export", "can_get_or_create_dataset"},
    "Datasource": frozenset({"can_get_column_values", "can_samples", "can_save", "can_validate_expression"}),
    "ImportExportRestApi": frozenset({"can_export", "can_import_"}),
    "ReportSchedule": BOTH,
    "all_database_access": frozenset({"all_database_access"}),
    "all_datasource_access": frozenset({"all_datasource_access"}),
    **dict.fromkeys(("Alerts & Report", "Annotation Layers", "CSS Templates", "Manage"), MENU),
}
# Whoever writes SQL; to be held beside another role.
SQL: Allowed = {
    "Database": READ,
    "Query": READ,
    "SQLLab": READ
    | {"can_estimate_query_cost", "can_execute_sql_query", "can_export_csv", "can_format_sql", "can_get_results"},
    "SavedQuery": BOTH | {"can_export"},
    "SqlLabPermalinkRestApi": BOTH,
    "Superset": frozenset({"can_csv", "can_sqllab", "can_sqllab_history"}),
    "TabStateView": frozenset(
        {"can_activate", "can_delete", "can_delete_query", "can_get", "can_migrate_query", "can_post", "can_put"}
    ),
    "TableSchemaView": frozenset({"can_delete", "can_expanded", "can_post"}),
    **dict.fromkeys(("Query Search", "SQL Editor", "SQL Lab", "Saved Queries"), MENU),
}
ROLES: Mapping[str, tuple[Allowed, ...]] = {
    "Alpha": (VIEWING, MAKING),
    "Gamma": (VIEWING,),
    "sql_lab": (SQL,),
}
# Whoever sees what all people ran.
ALL_QUERIES: Pair = ("all_query_access", "all_query_access")


def sync(declared: frozenset[Pair]) -> None:
    """The permissions exist, and the standing roles hold what they should of all; other roles are left alone. Commits.

    declared: the pairs that the application's endpoints, pages and menus ask for.
    """
    known = _known()
    standing = {ALL_QUERIES, LIST_PEOPLE, *(pair for name in ROLES for pair in pairs_of(name))}
    for pair in sorted((standing | declared) - known.keys()):
        known[pair] = _added(*pair)
    _hold(current_app.config["AUTH_ROLE_ADMIN"], [each for pair, each in known.items() if _is_no_grant(pair)])
    for name in ROLES:
        allowed = pairs_of(name)
        _hold(name, [each for pair, each in known.items() if pair in allowed])
    # What everybody may is the installation's own choice; it begins with nothing.
    _role(current_app.config["AUTH_ROLE_PUBLIC"])
    db.session.commit()


def pairs_of(role: str) -> frozenset[Pair]:
    """(permission, resource) that a standing role holds; clients look for some that have no endpoint here."""
    return frozenset(
        (permission, resource)
        for table in ROLES[role]
        for resource, permissions in table.items()
        for permission in permissions
    )


def _is_no_grant(pair: Pair) -> bool:
    return pair[0] not in DATA_PERMISSIONS


def _known() -> dict[Pair, PermissionView]:
    named = (joinedload(PermissionView.permission), joinedload(PermissionView.view_menu))
    stored = db.session.execute(select(PermissionView).options(*named).order_by(PermissionView.id)).scalars()
    return {(each.permission.name, each.view_menu.name): each for each in stored}


def _role(name: str) -> Role:
    found: Role | None = db.session.execute(select(Role).where(Role.name == name)).scalar()
    if found is None:
        found = Role(name=name)
        db.session.add(found)
    return found


def _hold(name: str, wanted: list[PermissionView]) -> None:
    role = _role(name)
    if {each.id for each in role.permissions} != {each.id for each in wanted}:
        role.permissions = wanted


def _added(permission: str, resource: str) -> PermissionView:
    held = db.session.execute(select(Permission).where(Permission.name == permission)).scalar()
    place = db.session.execute(select(ViewMenu).where(ViewMenu.name == resource)).scalar()
    made = PermissionView(permission=held or Permission(name=permission), view_menu=place or ViewMenu(name=resource))
    db.session.add(made)
    db.session.flush()
    return made
