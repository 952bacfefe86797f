"""/api/alerts: who is told when the result of a query is a reason to"""

from collections.abc import Sequence
from typing import Any

from flask import Response
from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from superset_like.access.actor import Actor
from superset_like.api.redash.destinations import destination_record
from superset_like.api.redash.numbers import Number
from superset_like.api.redash.people import maker, user_records
from superset_like.api.redash.query_record import query_records
from superset_like.api.redash.resource import (
    LARGEST_ID,
    LIST_ALERTS,
    RedashResource,
    answer,
    json_body,
    loaded,
    loose_body,
    moment,
    nothing,
    route,
)
from superset_like.models import Report, ReportRecipient
from superset_like.services import query_alert_runs, query_alerts

# By the names of the core.
NAMES = {"rearm": "rearm_s", "query_id": "saved_query_id"}


def number(*, required: bool = False) -> Number:
    """The number of an object."""
    return Number(required=required, validate=Range(1, LARGEST_ID))


class AlertFields(Schema):
    """What may be written of an alert; a client may send the whole object back."""

    name = fields.String(validate=Length(1, 255))
    query_id = number()
    options = fields.Dict(keys=fields.String())
    rearm = Number(allow_none=True, validate=Range(0, LARGEST_ID))


class AlertPost(AlertFields):
    name = fields.String(required=True, validate=Length(1, 255))
    query_id = number(required=True)
    options = fields.Dict(required=True, keys=fields.String())


class SubscriptionFields(Schema):
    destination_id = Number(allow_none=True, validate=Range(1, LARGEST_ID))


class RedashAlertApi(RedashResource):
    """Alerts."""

    route_base = "/api"

    @route("GET", "/alerts", "Those on queries that the caller sees", needs=LIST_ALERTS)
    def list(self, actor: Actor) -> Response:
        return answer(_records(actor, query_alerts.seen(actor)))

    @route("POST", "/alerts", "Make one", needs=LIST_ALERTS, body=AlertPost)
    def post(self, actor: Actor) -> Response:
        sent = loaded(AlertPost, json_body())
        made = query_alerts.create(actor, sent["query_id"], sent["name"], sent["options"], sent.get("rearm"))
        return _one(actor, made)

    @route("GET", "/alerts/<int:alert_id>", "One", needs=LIST_ALERTS)
    def get(self, actor: Actor, alert_id: int) -> Response:
        return _one(actor, query_alerts.one(actor, alert_id))

    @route("POST", "/alerts/<int:alert_id>", "Change one", needs=LIST_ALERTS, body=AlertFields)
    def put(self, actor: Actor, alert_id: int) -> Response:
        sent = loaded(AlertFields, json_body())
        values = {NAMES.get(name, name): value for name, value in sent.items()}
        return _one(actor, query_alerts.update(actor, alert_id, values))

    @route("DELETE", "/alerts/<int:alert_id>", "Delete one", needs=LIST_ALERTS)
    def delete(self, actor: Actor, alert_id: int) -> Response:
        query_alerts.delete(actor, alert_id)
        return nothing()

    @route("POST", "/alerts/<int:alert_id>/mute", "It tells nobody for now", needs=LIST_ALERTS)
    def mute(self, actor: Actor, alert_id: int) -> Response:
        query_alerts.mute(actor, alert_id, True)
        return nothing()

    @route("DELETE", "/alerts/<int:alert_id>/mute", "It tells again", needs=LIST_ALERTS)
    def unmute(self, actor: Actor, alert_id: int) -> Response:
        query_alerts.mute(actor, alert_id, False)
        return nothing()

    @route("POST", "/alerts/<int:alert_id>/eval", "It looks at the latest result now", needs=LIST_ALERTS)
    def evaluate(self, actor: Actor, alert_id: int) -> Response:
        query_alert_runs.evaluate(actor, alert_id)
        return nothing()

    @route("GET", "/alerts/<int:alert_id>/subscriptions", "Whom it tells", needs=LIST_ALERTS)
    def subscriptions(self, actor: Actor, alert_id: int) -> Response:
        return answer(_subscriptions(query_alerts.subscriptions(actor, alert_id)))

    @route(
        "POST",
        "/alerts/<int:alert_id>/subscriptions",
        "It tells the caller, or a destination",
        needs=LIST_ALERTS,
        body=SubscriptionFields,
    )
    def subscribe(self, actor: Actor, alert_id: int) -> Response:
        sent = loaded(SubscriptionFields, loose_body())
        made = query_alerts.subscribe(actor, alert_id, sent.get("destination_id"))
        return answer(_subscriptions([made])[0])

    @route("DELETE", "/alerts/<int:alert_id>/subscriptions/<int:subscription_id>", "It does no more", needs=LIST_ALERTS)
    def unsubscribe(self, actor: Actor, alert_id: int, subscription_id: int) -> Response:
        query_alerts.unsubscribe(actor, alert_id, subscription_id)
        return nothing()


def _one(actor: Actor, alert: Report) -> Response:
    return answer(_records(actor, [alert])[0])


def _records(actor: Actor, alerts: Sequence[Report]) -> list[dict[str, Any]]:
    asked = {each.saved_query_id: each.saved_query for each in alerts if each.saved_query is not None}
    queries = query_records(actor, asked.values())
    people = user_records(_owner(each) for each in alerts)
    return [
        {
            "id": each.id,
            "name": each.name,
            "options": each.condition,
            "state": each.alert_state,
            "last_triggered_at": moment(each.triggered_on),
            "updated_at": moment(each.changed_on),
            "created_at": moment(each.created_on),
            "rearm": each.rearm_s,
            "query": queries.get(each.saved_query_id or 0),
            "user": maker(people, _owner(each)),
        }
        for each in alerts
    ]


def _owner(alert: Report) -> int | None:
    return alert.run_as_id or alert.created_by_fk


def _subscriptions(recipients: Sequence[ReportRecipient]) -> list[dict[str, Any]]:
    people = user_records(each.user_id for each in recipients)
    return [
        {
            "id": each.id,
            "user": maker(people, each.user_id),
            "alert_id": each.report_id,
            **({"destination": destination_record(each.destination)} if each.destination else {}),
        }
        for each in recipients
    ]
