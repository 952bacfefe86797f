"""Stored things for tests of access, made without the services and without any database behind them."""

from collections.abc import Iterable
from typing import Any

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, User, ViewMenu
from sqlalchemy import select

from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Database, Dataset, RowRule


def database(name: str = "shop", uri: str = "sqlite:////nowhere/shop.sqlite") -> Database:
    """A connection that nobody opens."""
    return _kept(Database(database_name=name, sqlalchemy_uri=uri, secret_uri=uri))


def dataset(place: Database, name: str = "sales", **values: Any) -> Dataset:
    """A dataset over a table of that name."""
    return _kept(Dataset(database=place, table_name=name, **{"schema": "main", **values}))


def chart(over: Dataset, name: str = "Sales", owners: Iterable[int] = ()) -> Chart:
    """A chart over the dataset."""
    return _kept(Chart(slice_name=name, datasource_id=over.id, owners=people(owners)))


def dashboard(
    *charts: Chart, published: bool = True, owners: Iterable[int] = (), roles: Iterable[str] = ()
) -> Dashboard:
    """A dashboard with these charts."""
    named = [role(name) for name in roles]
    return _kept(
        Dashboard(dashboard_title="D", charts=list(charts), published=published, owners=people(owners), roles=named)
    )


def rule(
    clause: str, *over: Dataset, roles: Iterable[str] = (), base: bool = False, group: str | None = None
) -> RowRule:
    """A row rule for these roles, or with base for all others."""
    return _kept(
        RowRule(
            name=f"{clause} {group} {sorted(roles)} {base}",
            filter_type="Base" if base else "Regular",
            group_key=group,
            clause=clause,
            tables=list(over),
            roles=[role(name) for name in roles],
        )
    )


def role(name: str, *pairs: tuple[str, str]) -> Role:
    """The role of this name, made when there is none, with these permissions more."""
    found: Role = db.session.execute(select(Role).where(Role.name == name)).scalar() or Role(name=name)
    found.permissions = [*found.permissions, *(_pair(*pair) for pair in pairs)]
    return _kept(found)


def member(user_id: int, *roles: str) -> None:
    """The user has these roles besides his own."""
    user = people([user_id])[0]
    user.roles = [*user.roles, *(role(name) for name in roles)]
    db.session.commit()


def people(ids: Iterable[int]) -> list[User]:
    """The users of these ids."""
    return list(db.session.execute(select(User).where(User.id.in_(list(ids)))).scalars())


def _pair(permission: str, resource: str) -> PermissionView:
    held = db.session.execute(select(Permission).where(Permission.name == permission)).scalar()
    place = db.session.execute(select(ViewMenu).where(ViewMenu.name == resource)).scalar()
    if held and place:
        known = select(PermissionView).where(PermissionView.permission == held, PermissionView.view_menu == place)
        found: PermissionView | None = db.session.execute(known).scalar()
        if found is not None:
            return found
    return _kept(
        PermissionView(permission=held or Permission(name=permission), view_menu=place or ViewMenu(name=resource))
    )


def _kept(item: Any) -> Any:
    db.session.add(item)
    db.session.commit()
    return item
