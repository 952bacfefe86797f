"""The permissions that open databases, schemas and datasets; roles hold them.

A resource is named as people know the object and ends with its id where it has one: a renamed object keeps its grants,
and a new object under an old name gets none of them.
"""

from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from sqlalchemy import select

from superset_like.extensions import db
from superset_like.models import Database, Dataset

LONGEST_RESOURCE = 250
# `saved_query_access` is on the resource of a connection: its shared queries may be seen and, where they leave nothing
# open, run.
DATA_PERMISSIONS = frozenset(
    {"database_access", "catalog_access", "schema_access", "datasource_access", "saved_query_access"}
)

# Whoever may see all accounts, as members of a group of Redash's may; no standing role has it.
LIST_PEOPLE = ("can_list", "User")


def ensure_for_database(database: Database) -> None:
    """The permission on the connection exists under its present name; so do those on its schemas and catalogs."""
    ending = f".(id:{database.id})"
    former = _rename_or_add("database_access", database.perm, ending)
    if former is not None:
        _rename_places(former.removesuffix(ending), f"[{database.database_name}]")


def on_database(database: Database, *, view_only: bool = False) -> PermissionView:
    """The permission that opens the connection, or its shared queries alone."""
    ensure_for_database(database)
    resource = _fitted(database.perm, f".(id:{database.id})")
    return _ensure("saved_query_access" if view_only else "database_access", resource)


def to_list_people() -> PermissionView:
    """The permission to see all accounts."""
    return _ensure(*LIST_PEOPLE)


def ensure_for_dataset(dataset: Dataset) -> None:
    """The permissions on the dataset and on its schema exist under their present names."""
    _rename_or_add("datasource_access", dataset.perm, f"](id:{dataset.id})")
    database_name = dataset.database.database_name
    if dataset.catalog:
        _ensure_place("catalog_access", catalog_resource(database_name, dataset.catalog))
    if dataset.schema:
        _ensure_place("schema_access", schema_resource(database_name, dataset.schema, dataset.catalog))


def forget_database(database: Database) -> None:
    """Nobody holds a permission on the connection, its schemas or catalogs any more."""
    ending = f".(id:{database.id})"
    viewing = _ending_with("saved_query_access", ending)
    if viewing is not None:
        _delete(viewing)
    found = _ending_with("database_access", ending)
    if found is not None:
        for place in _places(f"[{database.database_name}]"):
            _delete(place)
        _delete(found)


def forget_dataset(dataset: Dataset) -> None:
    """Nobody holds a permission on the dataset any more."""
    found = _ending_with("datasource_access", f"](id:{dataset.id})")
    if found is not None:
        _delete(found)


def catalog_resource(database_name: str, catalog: str) -> str:
    """The resource of `catalog_access`."""
    return f"[{database_name}].[{catalog}]"


def schema_resource(database_name: str, schema: str, catalog: str | None = None) -> str:
    """The resource of `schema_access`."""
    return f"[{database_name}].[{catalog}].[{schema}]" if catalog else f"[{database_name}].[{schema}]"


def _ensure_place(permission: str, resource: str) -> None:
    # A name that does not fit could not be told from another one cut at the same place.
    if len(resource) <= LONGEST_RESOURCE:
        _ensure(permission, resource)


def _rename_or_add(permission: str, resource: str, ending: str) -> str | None:
    """The resource's former name, when it had another."""
    resource = _fitted(resource, ending)
    found = _ending_with(permission, ending)
    if found is None:
        _ensure(permission, resource)
        return None
    former: str = found.view_menu.name
    if former == resource:
        return None
    found.view_menu.name = resource
    return former


def _fitted(resource: str, ending: str) -> str:
    if len(resource) <= LONGEST_RESOURCE:
        return resource
    return resource.removesuffix(ending)[: LONGEST_RESOURCE - len(ending)] + ending


def _rename_places(former: str, name: str) -> None:
    for place in _places(former):
        renamed = f"{name}{place.view_menu.name.removeprefix(former)}"
        place.view_menu.name = renamed[:LONGEST_RESOURCE]


def _places(database: str) -> list[PermissionView]:
    statement = (
        select(PermissionView)
        .join(Permission, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .where(Permission.name.in_(("catalog_access", "schema_access")))
        .where(ViewMenu.name.startswith(f"{database}.[", autoescape=True))
    )
    return list(db.session.execute(statement).scalars())


def _ending_with(permission: str, ending: str) -> PermissionView | None:
    statement = (
        select(PermissionView)
        .join(Permission, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .where(Permission.name == permission, ViewMenu.name.endswith(ending, autoescape=True))
    )
    found: PermissionView | None = db.session.execute(statement).scalars().first()
    return found


def _ensure(permission: str, resource: str) -> PermissionView:
    held = _one(Permission, permission)
    place = _one(ViewMenu, resource)
    db.session.flush()
    statement = select(PermissionView).where(
        PermissionView.permission_id == held.id, PermissionView.view_menu_id == place.id
    )
    found: PermissionView | None = db.session.execute(statement).scalar()
    if found is None:
        found = PermissionView(permission=held, view_menu=place)
        db.session.add(found)
        db.session.flush()
    return found


def _one(model: type[Permission] | type[ViewMenu], name: str) -> Permission | ViewMenu:
    found: Permission | ViewMenu | None = db.session.execute(select(model).where(model.name == name)).scalar()
    if found is None:
        found = model(name=name)
        db.session.add(found)
    return found


def _delete(found: PermissionView) -> None:
    place = found.view_menu
    db.session.delete(found)
    db.session.flush()
    left = select(PermissionView.id).where(PermissionView.view_menu_id == place.id).limit(1)
    if db.session.execute(left).scalar() is None:
        db.session.delete(place)
