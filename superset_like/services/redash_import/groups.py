"""Groups, and which data sources each may use or look at."""

from flask_appbuilder.security.sqla.models import Group
from marshmallow import EXCLUDE, Schema, fields

from superset_like.extensions import db
from superset_like.services import groups
from superset_like.services.redash_import.work import Noun, Values, Work, free_name

LONGEST_NAME = 100
# What Redash lets the members of a new group do.
USUAL = frozenset(
    {
        *("create_dashboard", "create_query", "edit_dashboard", "edit_query", "view_query", "view_source"),
        *("execute_query", "list_users", "schedule_query", "list_dashboards", "list_alerts", "list_data_sources"),
    }
)
OTHER_RIGHTS = "its members may do there other things than those of a new group: look at its roles here"


class HeldShape(Schema):
    id = fields.Integer(required=True)
    view_only = fields.Boolean(load_default=False)


class GroupShape(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    type = fields.String(load_default="regular")
    permissions = fields.List(fields.String(), load_default=list)
    sources = fields.List(fields.Nested(HeldShape, unknown=EXCLUDE), required=True)


class Groups(Noun):
    """`admin` and `default` are those that are here."""

    kind = "group"
    shape = GroupShape

    def wanted(self, work: Work, sent: Values) -> Values:
        is_builtin = sent["type"] == "builtin" and sent["name"] in groups.BUILTIN
        if is_builtin and sent["name"] == groups.ADMIN:
            return {"name": groups.ADMIN, "is_builtin": True, "sources": {}}
        if sent["permissions"] and set(sent["permissions"]) != USUAL:
            work.note(OTHER_RIGHTS)
        brought = work.all_own("data source")
        found: dict[str, bool] = {}
        for each in sent["sources"]:
            own = work.own("data source", each["id"])
            if own is not None and (own in brought or own < 0):
                found[str(own)] = each["view_only"]
            elif own is not None:
                work.note(f"data source {each['id']} is a connection that was here before: grant it yourself")
        return {"name": sent["name"], "is_builtin": is_builtin, "sources": found}

    def here(self, work: Work, values: Values) -> int | None:
        is_admin = values["is_builtin"] and values["name"] == groups.ADMIN
        found = groups.named(groups.ADMIN) if is_admin else None
        pk: int | None = None if found is None else found.id
        return pk

    def make(self, work: Work, values: Values) -> int:
        group = groups.named(values["name"]) if values["is_builtin"] else None
        if group is None:
            group = groups.create(work.actor, free_name(work, values["name"], _is_taken, LONGEST_NAME))
        pk: int = group.id
        _grant(work, pk, values)
        return pk

    def change(self, work: Work, pk: int, values: Values) -> None:
        present = groups.one(work.actor, pk).name
        if not values["is_builtin"] and present != values["name"]:
            groups.rename(work.actor, pk, free_name(work, values["name"], _is_taken, LONGEST_NAME))
        _grant(work, pk, values)

    def state(self, work: Work, pk: int) -> Values | None:
        group = db.session.get(Group, pk)
        return None if group is None else {"name": group.name, "sources": _held(work, pk)}


def _grant(work: Work, pk: int, values: Values) -> None:
    held = _held(work, pk)
    for own in held.keys() - values["sources"].keys():
        groups.revoke(work.actor, pk, int(own))
    for own, view_only in values["sources"].items():
        if held.get(own) != view_only:
            groups.grant(work.actor, pk, int(own), view_only=view_only)


def _held(work: Work, pk: int) -> dict[str, bool]:
    """Connection that was brought -> whether the group only looks at it."""
    found = groups.on_databases(sorted(work.all_own("data source")))
    return {str(own): held[pk] for own, held in found.items() if pk in held}


def _is_taken(name: str) -> bool:
    return groups.named(name) is not None
