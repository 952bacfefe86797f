"""Alerts on saved queries: made, changed and subscribed to. See query_alert_runs for what they find and tell.

They are the core's alerts, run for a new result of their query in place of by the clock. Who sees the query sees its
alerts and may subscribe.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import sqlalchemy
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, NotFound
from superset_like.extensions import db
from superset_like.models import Destination, Report, ReportRecipient, SavedQuery, Trigger
from superset_like.services import found, query_alert_values
from superset_like.services.query_alert_values import checked

# Clients of the core want one; nobody looks at it.
NO_CRONTAB = "0 0 1 1 *"
OF_RESULTS = Report.trigger == Trigger.RESULT.value
# By the names of the core.
TYPES = {"email": "Email", "slack": "Slack", "webhook": "Webhook"}


def seen(actor: Actor) -> Sequence[Report]:
    """The alerts on queries that the caller sees, in the order in which they were made."""
    statement = select(Report).where(OF_RESULTS, _visible(actor)).options(joinedload(Report.saved_query))
    return db.session.execute(statement.order_by(Report.id)).scalars().all()


def one(actor: Actor, pk: int) -> Report:
    """The alert, for who sees its query. Raises NotFound."""
    statement = select(Report).where(Report.id == pk, OF_RESULTS, _visible(actor))
    alert: Report | None = db.session.execute(statement).scalar()
    if alert is None:
        raise NotFound()
    return alert


def editable(actor: Actor, pk: int) -> Report:
    """The alert, for who may change it. Raises NotFound, Forbidden."""
    _require_person(actor)
    alert = one(actor, pk)
    rules.require(actor, "own", alert)
    return alert


def create(actor: Actor, saved_query_id: int, name: str, options: Mapping[str, Any], rearm_s: int | None) -> Report:
    """A new alert of the caller. Raises NotFound, Forbidden, Invalid."""
    _require_person(actor)
    saved = found.one(actor, SavedQuery, saved_query_id)
    number = uuid4()
    alert = Report(
        uuid=number,
        type="Alert",
        name=name,
        name_scope=str(number),
        trigger=Trigger.RESULT.value,
        crontab=NO_CRONTAB,
        report_format="TEXT",
        saved_query_id=saved.id,
        rearm_s=rearm_s,
        run_as_id=actor.user_id,
        owners=[db.session.get(User, actor.user_id)],
    )
    _set_condition(alert, checked(options))
    db.session.add(alert)
    db.session.commit()
    return alert


def update(actor: Actor, pk: int, values: Mapping[str, Any]) -> Report:
    """The alert with these values: name, options, rearm_s, saved_query_id. Raises NotFound, Forbidden, Invalid."""
    alert = editable(actor, pk)
    if "saved_query_id" in values:
        alert.saved_query_id = found.one(actor, SavedQuery, values["saved_query_id"]).id
    if "options" in values:
        _set_condition(alert, checked(values["options"]))
    for name in ("name", "rearm_s"):
        if name in values:
            setattr(alert, name, values[name])
    if alert.run_as_id is None and actor.user_id in {owner.id for owner in alert.owners}:
        alert.run_as_id = actor.user_id
    db.session.commit()
    return alert


def mute(actor: Actor, pk: int, is_muted: bool) -> None:
    """The alert tells nobody any more, or does again. Raises NotFound, Forbidden."""
    alert = editable(actor, pk)
    _set_condition(alert, {**alert.condition, "muted": is_muted})
    db.session.commit()


def delete(actor: Actor, pk: int) -> None:
    """It is gone, with its subscriptions and its log. Raises NotFound, Forbidden."""
    db.session.delete(editable(actor, pk))
    db.session.commit()


def forget(saved_query_id: int) -> None:
    """The query has no alerts any more; not committed."""
    db.session.execute(sqlalchemy.delete(Report).where(OF_RESULTS, Report.saved_query_id == saved_query_id))


def subscriptions(actor: Actor, pk: int) -> Sequence[ReportRecipient]:
    """Who subscribed to the alert. Raises NotFound."""
    return [each for each in one(actor, pk).recipients if each.user_id is not None]


def subscribe(actor: Actor, pk: int, destination_id: int | None = None) -> ReportRecipient:
    """The caller's subscription, or that of a destination by him; the one that is there already. Raises NotFound."""
    _require_person(actor)
    alert = one(actor, pk)
    destination = None if destination_id is None else found.one(actor, Destination, destination_id)
    for each in alert.recipients:
        is_his = destination is not None or each.user_id == actor.user_id
        if each.user_id is not None and each.destination_id == destination_id and is_his:
            return each
    kind = "Email" if destination is None else TYPES.get(destination.type, "Webhook")
    target = actor.email if destination is None else destination.name
    made = ReportRecipient(
        type=kind,
        recipient_config_json=json.dumps({"target": target}),
        user_id=actor.user_id,
        destination=destination,
    )
    alert.recipients.append(made)
    db.session.commit()
    return made


def unsubscribe(actor: Actor, pk: int, recipient_id: int) -> None:
    """The subscription is gone. Raises NotFound; Forbidden where it is another's, and the alert too."""
    _require_person(actor)
    alert = one(actor, pk)
    mine = next((each for each in alert.recipients if each.id == recipient_id and each.user_id is not None), None)
    if mine is None:
        raise NotFound()
    if mine.user_id != actor.user_id:
        rules.require(actor, "own", alert)
    alert.recipients.remove(mine)
    db.session.commit()


def set_operator(alert: Report, op: Any, threshold: Any) -> None:
    """The alert compares so from now on; not committed."""
    _set_condition(alert, checked({**alert.condition, "op": op, "value": threshold}))


def _visible(actor: Actor) -> ColumnElement[bool]:
    condition = rules.visible(actor, SavedQuery)
    queries = select(SavedQuery.id)
    return Report.saved_query_id.in_(queries if condition is None else queries.where(condition))


def _require_person(actor: Actor) -> None:
    if actor.user_id is None or actor.key_scopes is not None:
        raise Forbidden()


def _set_condition(alert: Report, options: Mapping[str, Any]) -> None:
    alert.condition_json = json.dumps(options)
    alert.validator_type = "operator"
    shown = {"op": query_alert_values.sign(options), "threshold": options["value"]}
    alert.validator_config_json = json.dumps(shown)
