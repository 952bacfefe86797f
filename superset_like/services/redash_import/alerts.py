"""Alerts on queries, and whom each tells."""

from collections.abc import Callable

from marshmallow import EXCLUDE, Schema, fields

from superset_like.access import actors
from superset_like.access.actor import Actor
from superset_like.errors import CannotBring, Forbidden, NotAuthenticated, NotFound
from superset_like.extensions import db
from superset_like.models import Report, SavedQuery
from superset_like.services import found, query_alerts
from superset_like.services.redash_import.queries import PersonShape, owner
from superset_like.services.redash_import.work import Noun, Values, Work

LONGEST_NAME = 255


class SubscriptionShape(Schema):
    user = fields.Nested(PersonShape, unknown=EXCLUDE, allow_none=True, load_default=None)
    destination = fields.Nested(PersonShape, unknown=EXCLUDE, allow_none=True, load_default=None)


class AlertShape(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    options = fields.Dict(keys=fields.String(), required=True)
    rearm = fields.Integer(allow_none=True, load_default=None)
    query = fields.Nested(PersonShape, unknown=EXCLUDE, required=True)
    user = fields.Nested(PersonShape, unknown=EXCLUDE, allow_none=True, load_default=None)
    subscriptions = fields.List(fields.Nested(SubscriptionShape, unknown=EXCLUDE), required=True)


class Alerts(Noun):
    """An alert looks with the rights of its owner; whether it had found something there is not brought."""

    kind = "alert"
    shape = AlertShape

    def wanted(self, work: Work, sent: Values) -> Values:
        query = work.own("query", sent["query"]["id"])
        if query is None:
            raise CannotBring(f"its query {sent['query']['id']} was not brought")
        told = {pair for each in sent["subscriptions"] if (pair := _pair(work, each)) is not None}
        return {
            "name": sent["name"][:LONGEST_NAME],
            "options": sent["options"],
            "rearm_s": sent["rearm"],
            "saved_query_id": query,
            "owner": owner(work, sent["user"]),
            "told": sorted([user, destination or 0] for user, destination in told),
        }

    def make(self, work: Work, values: Values) -> int:
        query, rearm_s = values["saved_query_id"], values["rearm_s"]
        actor = work.actor_of(values["owner"], _sees(query))
        with work.in_name_of(values["owner"], actor):
            pk = query_alerts.create(actor, query, values["name"], values["options"], rearm_s).id
        _tell(work, pk, values)
        return pk

    def change(self, work: Work, pk: int, values: Values) -> None:
        names = ("name", "options", "rearm_s", "saved_query_id")
        with work.in_name_of(values["owner"], work.actor):
            query_alerts.update(work.actor, pk, {name: values[name] for name in names})
            for each in query_alerts.subscriptions(work.actor, pk):
                if [each.user_id, each.destination_id or 0] not in values["told"]:
                    query_alerts.unsubscribe(work.actor, pk, each.id)
        _tell(work, pk, values)

    def state(self, work: Work, pk: int) -> Values | None:
        alert = db.session.get(Report, pk)
        if alert is None:
            return None
        told = sorted([each.user_id, each.destination_id or 0] for each in alert.recipients if each.user_id is not None)
        known = {"name": alert.name, "options": alert.condition, "rearm_s": alert.rearm_s}
        return {**known, "saved_query_id": alert.saved_query_id, "told": told}


def _pair(work: Work, subscription: Values) -> tuple[int, int | None] | None:
    """(who is told, where, None for by mail), by numbers here; None for what was not brought."""
    user, destination = subscription["user"], subscription["destination"]
    own = None if user is None else work.own("user", user["id"])
    place = None if destination is None else work.own("destination", destination["id"])
    if own is None or (destination is not None and place is None):
        work.note("somebody who is told there was not brought")
        return None
    return own, place


def _sees(query: int) -> Callable[[Actor], bool]:
    return lambda actor: bool(found.known(actor, SavedQuery, [query]))


def _tell(work: Work, pk: int, values: Values) -> None:
    for user, destination in values["told"]:
        try:
            subscriber = actors.of_user(user)
            with work.in_name_of(user, subscriber):
                query_alerts.subscribe(subscriber, pk, destination or None)
        except (NotAuthenticated, NotFound, Forbidden):
            work.note("somebody who is told there does not see the query here")
