"""/api/query_snippets: pieces of SQL that editors put in for a word"""

from collections.abc import Sequence
from typing import Any

from flask import Response
from marshmallow import Schema, fields
from marshmallow.validate import Length

from superset_like.access.actor import Actor
from superset_like.api.redash.people import maker, user_records
from superset_like.api.redash.resource import (
    EDIT_QUERY,
    VIEW_QUERY,
    RedashResource,
    answer,
    json_body,
    loaded,
    moment,
    nothing,
    route,
)
from superset_like.models import QuerySnippet
from superset_like.services import found, query_snippets


class SnippetChange(Schema):
    trigger = fields.String(validate=Length(1, 255))
    description = fields.String(validate=Length(max=10_000))
    snippet = fields.String(validate=Length(max=1_000_000))


class NewSnippet(SnippetChange):
    trigger = fields.String(required=True, validate=Length(1, 255))
    description = fields.String(required=True, validate=Length(max=10_000))
    snippet = fields.String(required=True, validate=Length(max=1_000_000))


class RedashQuerySnippetApi(RedashResource):
    """Pieces of SQL."""

    route_base = "/api"

    @route("GET", "/query_snippets", "All snippets", needs=VIEW_QUERY)
    def list(self, actor: Actor) -> Response:
        return answer(_records(query_snippets.seen(actor)))

    @route("POST", "/query_snippets", "Make a snippet", needs=EDIT_QUERY, body=NewSnippet)
    def post(self, actor: Actor) -> Response:
        made = query_snippets.create(actor, loaded(NewSnippet, json_body()))
        return answer(_records([made])[0])

    @route("GET", "/query_snippets/<int:snippet_id>", "A snippet", needs=VIEW_QUERY)
    def get(self, actor: Actor, snippet_id: int) -> Response:
        return answer(_records([found.one(actor, QuerySnippet, snippet_id)])[0])

    @route("POST", "/query_snippets/<int:snippet_id>", "Change a snippet", needs=EDIT_QUERY, body=SnippetChange)
    def put(self, actor: Actor, snippet_id: int) -> Response:
        changed = query_snippets.update(actor, snippet_id, loaded(SnippetChange, json_body()))
        return answer(_records([changed])[0])

    @route("DELETE", "/query_snippets/<int:snippet_id>", "Delete a snippet", needs=EDIT_QUERY)
    def delete(self, actor: Actor, snippet_id: int) -> Response:
        query_snippets.delete(actor, snippet_id)
        return nothing()


def _records(snippets: Sequence[QuerySnippet]) -> list[dict[str, Any]]:
    people = user_records(each.created_by_fk for each in snippets)
    return [
        {
            "id": each.id,
            "trigger": each.trigger,
            "description": each.description,
            "snippet": each.snippet,
            "user": maker(people, each.created_by_fk),
            "updated_at": moment(each.changed_on),
            "created_at": moment(each.created_on),
        }
        for each in snippets
    ]
