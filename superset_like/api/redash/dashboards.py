"""/api/dashboards. A dashboard is named by its id, its slug, or both."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields
from marshmallow.validate import Length

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.api.redash.authentication import Opens, identify
from superset_like.api.redash.dashboard_record import (
    dashboard_list,
    dashboard_record,
    public_record,
    share_record,
    with_rights,
)
from superset_like.api.redash.expiry import Expiry, expiry_wish
from superset_like.api.redash.grants import Grant, granted_wish, require_access_type
from superset_like.api.redash.numbers import Number
from superset_like.api.redash.people import user_records
from superset_like.api.redash.resource import (
    EDIT_DASHBOARD,
    LIST_DASHBOARDS,
    OF_LISTS,
    RedashResource,
    answer,
    json_body,
    list_wish,
    loaded,
    nothing,
    paginated,
    public,
    route,
)
from superset_like.errors import NotFound
from superset_like.models import Dashboard, ObjectType
from superset_like.services import (
    dashboard_edits,
    dashboard_lists,
    dashboard_names,
    dashboard_shares,
    marks,
)


class NewDashboard(Schema):
    name = fields.String(required=True, validate=Length(1, dashboard_edits.LONGEST_TITLE))


class DashboardChange(Schema):
    """What may be written of a dashboard; a client may send the whole object back."""

    name = fields.String(validate=Length(1, dashboard_edits.LONGEST_TITLE))
    layout = fields.Raw()
    options = fields.Dict(keys=fields.String())
    dashboard_filters_enabled = fields.Boolean()
    tags = fields.List(fields.String(validate=Length(max=250)))
    is_draft = fields.Boolean()
    is_archived = fields.Boolean()
    version = Number(allow_none=True, load_default=None)


class RedashDashboardsApi(RedashResource):
    """Dashboards."""

    route_base = "/api"

    @route(
        "GET", "/dashboards", "A page of the dashboards that the caller sees", needs=LIST_DASHBOARDS, arguments=OF_LISTS
    )
    def listed(self, actor: Actor) -> Response:
        return _page(actor)

    @route("GET", "/dashboards/my", "Those he made", needs=LIST_DASHBOARDS, arguments=OF_LISTS)
    def my(self, actor: Actor) -> Response:
        return _page(actor, mine=True)

    @route("GET", "/dashboards/favorites", "Those he put a star on", needs=LIST_DASHBOARDS, arguments=OF_LISTS)
    def favorites(self, actor: Actor) -> Response:
        return _page(actor, starred=True)

    @route("GET", "/dashboards/tags", "Tags in use", needs=LIST_DASHBOARDS)
    def tags(self, actor: Actor) -> Response:
        return answer({"tags": [{"name": name, "count": count} for name, count in dashboard_lists.tag_counts(actor)]})

    @route("POST", "/dashboards", "Make one", needs=EDIT_DASHBOARD, body=NewDashboard)
    def post(self, actor: Actor) -> Response:
        made = dashboard_edits.create(actor, loaded(NewDashboard, json_body())["name"])
        return answer(dashboard_record(actor, made, with_widgets=False))

    @public("GET", "/dashboards/public/<token>", "One that was shared, for whoever has its token")
    def shared(self, token: str) -> Response:
        try:
            dashboard, sharer = dashboard_shares.opened(token)
        except NotFound:
            # Who is not signed in is told so, as everywhere.
            identify(Opens.USER)
            raise
        return answer(public_record(sharer, dashboard))

    @route("GET", "/dashboards/<dashboard_id>", "One", needs=LIST_DASHBOARDS)
    def get(self, actor: Actor, dashboard_id: str) -> Response:
        dashboard = dashboard_names.find(actor, dashboard_id)
        return answer(with_rights(actor, dashboard, dashboard_record(actor, dashboard)))

    @route("POST", "/dashboards/<dashboard_id>", "Change one", needs=EDIT_DASHBOARD, body=DashboardChange)
    def put(self, actor: Actor, dashboard_id: str) -> Response:
        values = loaded(DashboardChange, json_body())
        version = values.pop("version")
        return answer(dashboard_record(actor, dashboard_edits.update(actor, dashboard_id, values, version)))

    @route("DELETE", "/dashboards/<dashboard_id>", "Archive one", needs=EDIT_DASHBOARD)
    def delete(self, actor: Actor, dashboard_id: str) -> Response:
        return answer(dashboard_record(actor, dashboard_edits.update(actor, dashboard_id, {"is_archived": True})))

    @route("POST", "/dashboards/<dashboard_id>/fork", "Copy one", needs=EDIT_DASHBOARD)
    def fork(self, actor: Actor, dashboard_id: str) -> Response:
        return answer(dashboard_record(actor, dashboard_edits.fork(actor, dashboard_id)))

    @route("POST", "/dashboards/<dashboard_id>/favorite", "Put a star on it", needs=LIST_DASHBOARDS)
    def favor(self, actor: Actor, dashboard_id: str) -> Response:
        dashboard = dashboard_names.find(actor, dashboard_id)
        marks.put_star(actor, ObjectType.DASHBOARD, dashboard.id)
        return nothing()

    @route("DELETE", "/dashboards/<dashboard_id>/favorite", "Take the star off", needs=LIST_DASHBOARDS)
    def unfavor(self, actor: Actor, dashboard_id: str) -> Response:
        dashboard = dashboard_names.find(actor, dashboard_id)
        marks.take_star(actor, ObjectType.DASHBOARD, dashboard.id)
        return nothing()

    @route("POST", "/dashboards/<dashboard_id>/share", "Give it a public address", needs=EDIT_DASHBOARD, body=Expiry)
    def share(self, actor: Actor, dashboard_id: str) -> Response:
        return answer(share_record(actor, dashboard_shares.share(actor, dashboard_id, expiry_wish())))

    @route("DELETE", "/dashboards/<dashboard_id>/share", "Void that address", needs=EDIT_DASHBOARD)
    def unshare(self, actor: Actor, dashboard_id: str) -> Response:
        dashboard_shares.unshare(actor, dashboard_id)
        return nothing()

    @route("GET", "/dashboards/<dashboard_id>/acl", "Who may change it beside its maker", needs=LIST_DASHBOARDS)
    def grants(self, actor: Actor, dashboard_id: str) -> Response:
        dashboard = dashboard_names.find(actor, dashboard_id)
        people = user_records(owner.id for owner in dashboard.owners if owner.id != dashboard.created_by_fk)
        return answer({"modify": [people[pk] for pk in sorted(people)]} if people else {})

    @route("POST", "/dashboards/<dashboard_id>/acl", "Let somebody change it", needs=EDIT_DASHBOARD, body=Grant)
    def grant(self, actor: Actor, dashboard_id: str) -> Response:
        wish = granted_wish()
        dashboard = dashboard_edits.grant(actor, dashboard_id, wish["user_id"])
        return answer(_granted(actor, dashboard, wish))

    @route(
        "DELETE", "/dashboards/<dashboard_id>/acl", "Let somebody change it no more", needs=EDIT_DASHBOARD, body=Grant
    )
    def revoke(self, actor: Actor, dashboard_id: str) -> Response:
        dashboard_edits.revoke(actor, dashboard_id, granted_wish()["user_id"])
        return nothing()

    @route("GET", "/dashboards/<dashboard_id>/acl/<access_type>", "Whether the caller may", needs=LIST_DASHBOARDS)
    def granted(self, actor: Actor, dashboard_id: str, access_type: str) -> Response:
        dashboard = dashboard_names.find(actor, dashboard_id)
        require_access_type(access_type)
        return answer({"response": access_type == "view" or rules.can(actor, "edit", dashboard)})


def _page(actor: Actor, **more: bool) -> Response:
    wish = list_wish(**more)
    found = dashboard_lists.listed(actor, wish)
    return paginated(found.count, wish.page, wish.size, dashboard_list(found))


def _granted(actor: Actor, dashboard: Dashboard, wish: dict[str, Any]) -> dict[str, Any]:
    known = {"id": dashboard.id, "object_id": dashboard.id, "object_type": "dashboards"}
    return {**known, "access_type": wish["access_type"], "grantor": actor.user_id, "grantee": wish["user_id"]}
