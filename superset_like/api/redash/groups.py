"""/api/groups"""

from collections.abc import Sequence
from typing import Any

from flask import Response
from flask_appbuilder.security.sqla.models import Group
from marshmallow import Schema, fields
from marshmallow.validate import Length

from superset_like.access.actor import Actor
from superset_like.api.redash import permissions
from superset_like.api.redash.data_sources import plain_record
from superset_like.api.redash.numbers import Number
from superset_like.api.redash.people import user_records
from superset_like.api.redash.resource import (
    ADMIN,
    LIST_DATA_SOURCES,
    RedashResource,
    answer,
    json_body,
    loaded,
    moment,
    nothing,
    route,
)
from superset_like.services import data_sources, groups

LONGEST_NAME = 100


class GroupName(Schema):
    name = fields.String(required=True, validate=Length(1, LONGEST_NAME))


class Member(Schema):
    user_id = Number(required=True)


class GroupSource(Schema):
    data_source_id = Number(required=True)


class View(Schema):
    view_only = fields.Boolean(required=True)


class RedashGroupsApi(RedashResource):
    """Groups of people, and the data sources that each may use."""

    route_base = "/api"

    @route("GET", "/groups", "One's groups; all of them for administrators")
    def listed(self, actor: Actor) -> Response:
        return answer(group_records(groups.listed(actor)))

    @route("POST", "/groups", "A new group", needs=ADMIN, body=GroupName)
    def create(self, actor: Actor) -> Response:
        values = loaded(GroupName, json_body())
        return answer(group_records([groups.create(actor, values["name"])])[0])

    @route("GET", "/groups/<int:group_id>", "A group")
    def one(self, actor: Actor, group_id: int) -> Response:
        return answer(group_records([groups.one(actor, group_id)])[0])

    @route("POST", "/groups/<int:group_id>", "A group under another name", needs=ADMIN, body=GroupName)
    def rename(self, actor: Actor, group_id: int) -> Response:
        values = loaded(GroupName, json_body())
        return answer(group_records([groups.rename(actor, group_id, values["name"])])[0])

    @route("DELETE", "/groups/<int:group_id>", "A group goes", needs=ADMIN)
    def delete(self, actor: Actor, group_id: int) -> Response:
        groups.delete(actor, group_id)
        return nothing()

    @route("GET", "/groups/<int:group_id>/members", "Who is in a group")
    def members(self, actor: Actor, group_id: int) -> Response:
        found = groups.members(actor, group_id)
        records = user_records(found)
        return answer([records[pk] for pk in found])

    @route("POST", "/groups/<int:group_id>/members", "Somebody comes into a group", needs=ADMIN, body=Member)
    def add_member(self, actor: Actor, group_id: int) -> Response:
        values = loaded(Member, json_body())
        user = groups.add_member(actor, group_id, values["user_id"])
        return answer(user_records([user.id])[user.id])

    @route("DELETE", "/groups/<int:group_id>/members/<int:user_id>", "Somebody leaves a group", needs=ADMIN)
    def remove_member(self, actor: Actor, group_id: int, user_id: int) -> Response:
        groups.remove_member(actor, group_id, user_id)
        return nothing()

    @route("GET", "/groups/<int:group_id>/data_sources", "The data sources of a group", needs=LIST_DATA_SOURCES)
    def sources(self, actor: Actor, group_id: int) -> Response:
        return answer([_source(each) for each in data_sources.of_group(actor, group_id)])

    @route(
        "POST", "/groups/<int:group_id>/data_sources", "A group may use a data source", needs=ADMIN, body=GroupSource
    )
    def add_source(self, actor: Actor, group_id: int) -> Response:
        values = loaded(GroupSource, json_body())
        return answer(_source(data_sources.grant(actor, group_id, values["data_source_id"], view_only=False)))

    @route(
        "POST",
        "/groups/<int:group_id>/data_sources/<int:data_source_id>",
        "A group may use a data source, or only look at it",
        needs=ADMIN,
        body=View,
    )
    def change_source(self, actor: Actor, group_id: int, data_source_id: int) -> Response:
        values = loaded(View, json_body())
        return answer(_source(data_sources.grant(actor, group_id, data_source_id, view_only=values["view_only"])))

    @route(
        "DELETE",
        "/groups/<int:group_id>/data_sources/<int:data_source_id>",
        "A group may not use a data source any more",
        needs=ADMIN,
    )
    def remove_source(self, actor: Actor, group_id: int, data_source_id: int) -> Response:
        groups.revoke(actor, group_id, data_source_id)
        return nothing()


def group_records(found: Sequence[Group]) -> list[dict[str, Any]]:
    """The groups, with what their members may do."""
    rights, made = groups.rights_of([group.id for group in found]), groups.created_on(found)
    return [
        {
            "id": group.id,
            "name": group.name,
            "permissions": permissions.names_of(rights[group.id].pairs, is_admin=rights[group.id].is_admin),
            "type": "builtin" if groups.is_builtin(group) else "regular",
            "created_at": moment(made.get(group.id)),
        }
        for group in found
    ]


def _source(source: data_sources.Source) -> dict[str, Any]:
    return {**plain_record(source), "view_only": source.view_only}
