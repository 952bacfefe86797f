"""Where alerts can be sent beside people, and what is said there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Invalid
from superset_like.extensions import db, settings
from superset_like.models import Destination
from superset_like.services import found, mail, webhooks

HIDDEN = "--------"
SUBJECT = "Alert: {alert_name} changed status to {state}"
STRING: Mapping[str, Any] = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of destination: the fields of its options (name -> JSON schema), those it needs, those that are secret."""

    name: str
    type: str
    icon: str
    properties: Mapping[str, Mapping[str, Any]]
    required: tuple[str, ...]
    secret: tuple[str, ...] = ()
    extra: tuple[str, ...] = field(default=())

    def schema(self) -> dict[str, Any]:
        """The options as a JSON schema, with Redash's words for what is secret and what few need."""
        made: dict[str, Any] = {"type": "object", "properties": dict(self.properties), "required": list(self.required)}
        if self.secret:
            made["secret"] = list(self.secret)
        if self.extra:
            made["extra_options"] = list(self.extra)
        return made


KINDS: Mapping[str, Kind] = {
    kind.type: kind
    for kind in (
        Kind(
            "Email",
            "email",
            "fa-envelope",
            {
                "addresses": STRING,
                "subject_template": {"type": "string", "default": SUBJECT, "title": "Subject Template"},
            },
            required=("addresses",),
            extra=("subject_template",),
        ),
        Kind(
            "Slack",
            "slack",
            "fa-slack",
            {"url": {"type": "string", "title": "Slack Webhook URL"}},
            required=("url",),
            secret=("url",),
        ),
        Kind(
            "Webhook",
            "webhook",
            "fa-bolt",
            {"url": STRING, "username": STRING, "password": STRING},
            required=("url",),
            secret=("password", "url"),
        ),
    )
}


def seen(actor: Actor) -> Sequence[Destination]:
    """All that the caller may name, in the order in which they were made."""
    statement = select(Destination).order_by(Destination.id)
    condition = rules.visible(actor, Destination)
    return db.session.execute(statement if condition is None else statement.where(condition)).scalars().all()


def one(actor: Actor, pk: int) -> Destination:
    """The destination, for who administers them. Raises Forbidden, NotFound."""
    rules.require_administrator(actor)
    return found.one(actor, Destination, pk)


def create(actor: Actor, name: str, kind: str, options: Mapping[str, Any]) -> Destination:
    """A new destination. Raises Forbidden, Invalid."""
    rules.require_administrator(actor)
    known = _checked(kind, options)
    made = Destination(name=name, type=kind, options_json=json.dumps(known))
    db.session.add(made)
    return _committed(made)


def update(actor: Actor, pk: int, name: str, kind: str, options: Mapping[str, Any]) -> Destination:
    """The destination with these values; a secret that was sent back as it was shown stays. Raises Invalid."""
    destination = one(actor, pk)
    known = destination.options if destination.type == kind else {}
    hidden = {key for key in (KINDS[kind].secret if kind in KINDS else ()) if options.get(key) == HIDDEN}
    if hidden and "url" not in hidden and options.get("url") != known.get("url"):
        # A secret stays with the place that it was given for.
        raise _invalid(f"{key}: enter it again, since the address is another." for key in sorted(hidden))
    whole = {key: known.get(key, "") if key in hidden else value for key, value in options.items()}
    destination.options_json = json.dumps(_checked(kind, whole))
    destination.name, destination.type = name, kind
    return _committed(destination)


def delete(actor: Actor, pk: int) -> None:
    """It is gone, and alerts are sent there no more. Raises Forbidden, NotFound."""
    db.session.delete(one(actor, pk))
    db.session.commit()


def masked(destination: Destination) -> dict[str, Any]:
    """Its options as they may be shown."""
    kind = KINDS.get(destination.type)
    hidden = kind.secret if kind else tuple(destination.options)
    return {key: HIDDEN if key in hidden and value else value for key, value in destination.options.items()}


def _checked(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options. Raises Invalid."""
    known = KINDS.get(kind)
    if known is None:
        raise Invalid(fields={"type": [f"One of {', '.join(sorted(KINDS))}."]})
    wrong = [name for name in known.properties if not isinstance(options.get(name, ""), str)]
    wrong += [name for name in known.required if not options.get(name)]
    if wrong:
        raise _invalid(f"{name}: a text is needed." for name in wrong)
    if len(json.dumps(options)) > settings().max_state_kib * 1024:
        raise _invalid(["Too large."])
    try:
        _require_place(kind, options)
    except Invalid as error:
        raise _invalid(text for texts in error.fields.values() for text in texts) from error
    return dict(options)


def _require_place(kind: str, options: Mapping[str, Any]) -> None:
    if kind != "email":
        webhooks.require_url(options["url"])
    elif not mail.addresses(options["addresses"]):
        raise Invalid(fields={"addresses": ["addresses: an address is needed."]})


def _invalid(texts: Any) -> Invalid:
    return Invalid(fields={"options": list(texts)})


def _committed(destination: Destination) -> Destination:
    name = destination.name
    try:
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        text = f"Alert Destination with the name {name} already exists."
        raise Invalid(text, fields={"name": [text]}) from error
    return destination
