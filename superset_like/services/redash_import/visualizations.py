"""Visualizations of queries that were brought."""

from marshmallow import EXCLUDE, Schema, fields

from superset_like.access import rules
from superset_like.errors import CannotBring
from superset_like.extensions import db
from superset_like.models import Chart, SavedQuery
from superset_like.services import visualizations
from superset_like.services.redash_import.queries import PersonShape
from superset_like.services.redash_import.work import Noun, Values, Work

LONGEST_NAME = 250


class VisualizationShape(Schema):
    """query, user: those of its query."""

    id = fields.Integer(required=True)
    type = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(allow_none=True, load_default=None)
    options = fields.Dict(keys=fields.String(), load_default=dict)
    query = fields.Integer(required=True)
    user = fields.Nested(PersonShape, unknown=EXCLUDE, allow_none=True, load_default=None)


class Visualizations(Noun):
    """Charts over the datasets of queries."""

    kind = "visualization"
    shape = VisualizationShape

    def wanted(self, work: Work, sent: Values) -> Values:
        query = work.own("query", sent["query"])
        if query is None:
            raise CannotBring(f"its query {sent['query']} was not brought")
        return {
            "query": query,
            "kind": sent["type"],
            "name": sent["name"][:LONGEST_NAME],
            "description": sent["description"],
            "options": sent["options"],
            # Of a query that nobody owns the report says so.
            "owner": None if sent["user"] is None else work.own("user", sent["user"]["id"]),
        }

    def make(self, work: Work, values: Values) -> int:
        saved = db.session.get(SavedQuery, values["query"])
        if saved is None:
            raise CannotBring("its query was deleted here")
        actor = work.actor_of(values["owner"], lambda each: rules.can(each, "edit", saved))
        shown = {name: values[name] for name in ("kind", "name", "description", "options")}
        with work.in_name_of(values["owner"], actor):
            return visualizations.create(actor, saved, **shown).id

    def change(self, work: Work, pk: int, values: Values) -> None:
        saved = db.session.get(SavedQuery, values["query"])
        actor = work.actor_of(values["owner"], lambda each: saved is not None and rules.can(each, "edit", saved))
        with work.in_name_of(values["owner"], actor):
            visualizations.update(
                actor, pk, {name: values[name] for name in ("kind", "name", "description", "options")}
            )

    def state(self, work: Work, pk: int) -> Values | None:
        chart = db.session.get(Chart, pk)
        if chart is None:
            return None
        shown = visualizations.shown([chart])[pk]
        known = {"kind": shown.kind, "options": dict(shown.options)}
        return {**known, "name": chart.slice_name, "description": chart.description}
