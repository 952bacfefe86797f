"""/api/queries"""

import json
from typing import Any

from flask import Response, redirect, request
from marshmallow import Schema, fields
from marshmallow.validate import Length

from superset_like.access.actor import Actor
from superset_like.api.redash.authentication import Opens
from superset_like.api.redash.expiry import Expiry, expiry_wish
from superset_like.api.redash.grants import Grant, granted_wish, require_access_type
from superset_like.api.redash.numbers import Number
from superset_like.api.redash.people import user_records
from superset_like.api.redash.query_record import VERSION, query_items, query_record
from superset_like.api.redash.resource import (
    EDIT_QUERY,
    OF_LISTS,
    VIEW_QUERY,
    RedashResource,
    answer,
    json_body,
    list_wish,
    loaded,
    nothing,
    paginated,
    route,
)
from superset_like.errors import Conflict, NotFound, SyntaxInvalid
from superset_like.services import (
    chart_queries,
    marks,
    queries,
    query_facts,
    query_lists,
    saved_queries,
    saved_runs,
    tags,
)

# By the names of the core.
NAMES = {"name": "label", "query": "sql", "data_source_id": "db_id"}


class QueryFields(Schema):
    """What may be written of a query; a client may send the whole object back."""

    name = fields.String(validate=Length(max=256))
    description = fields.String(allow_none=True)
    query = fields.String()
    data_source_id = Number()
    options = fields.Dict(keys=fields.String())
    schedule = fields.Raw(allow_none=True)
    tags = fields.List(fields.String(validate=Length(max=250)))
    is_draft = fields.Boolean()


class QueryPost(QueryFields):
    query = fields.String(required=True)
    data_source_id = Number(required=True)


class QueryPut(QueryFields):
    data_source_id = Number(allow_none=True)
    is_archived = fields.Boolean()


class Text(Schema):
    query = fields.String(required=True)


class RedashQueriesApi(RedashResource):
    """Saved queries."""

    route_base = "/api"

    @route("GET", "/queries", "A page of the queries that the caller sees", needs=VIEW_QUERY, arguments=OF_LISTS)
    def listed(self, actor: Actor) -> Response:
        return _page(actor)

    @route("GET", "/queries/my", "Those he made", needs=VIEW_QUERY, arguments=OF_LISTS)
    def my(self, actor: Actor) -> Response:
        return _page(actor, mine=True)

    @route("GET", "/queries/archive", "Those that no other list shows", needs=VIEW_QUERY, arguments=OF_LISTS)
    def archived(self, actor: Actor) -> Response:
        return _page(actor, archived=True)

    @route("GET", "/queries/favorites", "Those he put a star on", needs=VIEW_QUERY, arguments=OF_LISTS)
    def favorites(self, actor: Actor) -> Response:
        return _page(actor, starred=True)

    @route("GET", "/queries/recent", "His that changed last", needs=VIEW_QUERY)
    def recent(self, actor: Actor) -> Response:
        return answer(query_items(actor, query_lists.recent(actor)))

    @route("GET", "/queries/search", "Where the search is today", needs=VIEW_QUERY, arguments=("q",))
    def search(self, actor: Actor) -> Response:
        words = request.args.get("q", "")
        if not words:
            return answer([])
        moved: Any = redirect("/api/queries", 301)
        response = answer({}, 301)
        arguments = request.query_string.decode()
        response.headers["Location"] = f"{moved.headers['Location']}?{arguments}&org_slug=default&drafts=false"
        return response

    @route("GET", "/queries/tags", "Tags in use", needs=VIEW_QUERY)
    def tags(self, actor: Actor) -> Response:
        return answer({"tags": [{"name": name, "count": count} for name, count in query_lists.tag_counts(actor)]})

    @route("POST", "/queries", "Make one", needs=EDIT_QUERY, body=QueryPost)
    def post(self, actor: Actor) -> Response:
        values = _values(loaded(QueryPost, json_body()))
        values = {"label": "New Query", **values, "is_shared": True, "is_draft": True}
        return answer(query_record(actor, saved_queries.create_with_table(actor, values).id))

    @route("GET", "/queries/<int:query_id>", "One", needs=VIEW_QUERY, opens=Opens.USER | Opens.QUERY)
    def get(self, actor: Actor, query_id: int) -> Response:
        return answer({**query_record(actor, query_id), "can_edit": query_facts.of(actor, query_id).can_edit})

    @route("POST", "/queries/<int:query_id>", "Change one", needs=EDIT_QUERY, body=QueryPut)
    def put(self, actor: Actor, query_id: int) -> Response:
        sent = json_body()
        if sent.get("version") not in (None, VERSION):
            raise Conflict()
        values = _values(loaded(QueryPut, sent))
        if values.get("db_id", 0) is None:
            del values["db_id"]
        return answer(query_record(actor, saved_queries.update_asked(actor, query_id, values).id))

    @route("DELETE", "/queries/<int:query_id>", "Archive one", needs=EDIT_QUERY)
    def delete(self, actor: Actor, query_id: int) -> Response:
        saved_queries.archive(actor, chart_queries.saved(actor, query_id).id)
        return nothing()

    @route("POST", "/queries/<int:query_id>/fork", "Copy one", needs=EDIT_QUERY)
    def fork(self, actor: Actor, query_id: int) -> Response:
        return answer(query_record(actor, saved_queries.fork(actor, query_id).id))

    @route("POST", "/queries/<int:query_id>/regenerate_api_key", "Void its key", needs=EDIT_QUERY, body=Expiry)
    def regenerate_api_key(self, actor: Actor, query_id: int) -> Response:
        saved_queries.renew_key(actor, chart_queries.saved(actor, query_id).id, expiry_wish())
        return answer(query_record(actor, query_id, with_visualizations=False))

    @route("POST", "/queries/<int:query_id>/favorite", "Put a star on it", needs=VIEW_QUERY)
    def favor(self, actor: Actor, query_id: int) -> Response:
        marks.favor(actor, *chart_queries.place_of(query_id))
        return nothing()

    @route("DELETE", "/queries/<int:query_id>/favorite", "Take the star off", needs=VIEW_QUERY)
    def unfavor(self, actor: Actor, query_id: int) -> Response:
        marks.unfavor(actor, *chart_queries.place_of(query_id))
        return nothing()

    @route("POST", "/queries/format", "SQL set in lines", body=Text)
    def format(self, actor: Actor) -> Response:
        return answer({"query": _formatted(actor, loaded(Text, json_body())["query"])})

    @route("GET", "/queries/<int:query_id>/dropdown", "What its rows offer a parameter", needs=VIEW_QUERY)
    def dropdown(self, actor: Actor, query_id: int) -> Response:
        return answer(saved_runs.choices(actor, query_id))

    @route("GET", "/queries/<int:query_id>/dropdowns/<int:dropdown_id>", "The same, of its parameter's query")
    def dropdowns(self, actor: Actor, query_id: int, dropdown_id: int) -> Response:
        if not saved_runs.offers(chart_queries.one(actor, query_id), dropdown_id):
            raise NotFound()
        return answer(saved_runs.choices(actor, dropdown_id))

    @route("GET", "/queries/<int:query_id>/acl", "Who may change it beside its maker", needs=VIEW_QUERY)
    def grants(self, actor: Actor, query_id: int) -> Response:
        asked = chart_queries.one(actor, query_id)
        people = user_records(editor.id for editor in asked.editors)
        return answer({"modify": [people[pk] for pk in sorted(people)]} if people else {})

    @route("POST", "/queries/<int:query_id>/acl", "Let somebody change it", needs=EDIT_QUERY, body=Grant)
    def grant(self, actor: Actor, query_id: int) -> Response:
        wish = granted_wish()
        saved_queries.grant(actor, chart_queries.saved(actor, query_id).id, wish["user_id"])
        known = {"id": query_id, "object_id": query_id, "object_type": "queries"}
        given = {"access_type": wish["access_type"], "grantor": actor.user_id, "grantee": wish["user_id"]}
        return answer({**known, **given})

    @route("DELETE", "/queries/<int:query_id>/acl", "Let somebody change it no more", needs=EDIT_QUERY, body=Grant)
    def revoke(self, actor: Actor, query_id: int) -> Response:
        saved_queries.revoke(actor, chart_queries.saved(actor, query_id).id, granted_wish()["user_id"])
        return nothing()

    @route("GET", "/queries/<int:query_id>/acl/<access_type>", "Whether the caller may", needs=VIEW_QUERY)
    def may(self, actor: Actor, query_id: int, access_type: str) -> Response:
        require_access_type(access_type)
        allowed = access_type == "view" or query_facts.of(actor, query_id).can_edit
        return answer({"response": allowed})


def _page(actor: Actor, **more: bool) -> Response:
    wish = list_wish(**more)
    made = query_lists.listed(actor, wish)
    return paginated(made.count, wish.page, wish.size, query_items(actor, made))


def _values(sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent, by the core's names."""
    values = {NAMES.get(name, name): value for name, value in sent.items()}
    if "options" in values:
        values["options_json"] = json.dumps(values.pop("options"))
    if "schedule" in values:
        schedule = values.pop("schedule")
        values["schedule_json"] = None if schedule is None else json.dumps(schedule)
    if "tags" in values:
        values["tags"] = tags.ids_of_new([name.strip() for name in values["tags"] if name.strip()])
    return values


def _formatted(actor: Actor, text: str) -> str:
    try:
        return queries.formatted(actor, text)
    except SyntaxInvalid:
        # Redash sets what it can, and gives back the rest as it is.
        return text
