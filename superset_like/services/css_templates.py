"""What one can do with stylesheets for dashboards."""

from collections.abc import Sequence
from typing import Any

from superset_like.access.actor import Actor
from superset_like.extensions import db
from superset_like.models import CssTemplate
from superset_like.services import found


def create(actor: Actor, values: dict[str, Any]) -> CssTemplate:
    """A new stylesheet."""
    template = CssTemplate(**_stored(values))
    db.session.add(template)
    db.session.commit()
    return template


def update(actor: Actor, pk: int, values: dict[str, Any]) -> CssTemplate:
    """The stylesheet with these values; what is not named stays."""
    template = found.visible(actor, CssTemplate, [pk])[0]
    for name, value in _stored(values).items():
        setattr(template, name, value)
    db.session.commit()
    return template


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error."""
    templates = found.visible(actor, CssTemplate, pks)
    for template in templates:
        db.session.delete(template)
    db.session.commit()
    return len(templates)


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    return {name: "" if value is None else value for name, value in values.items()}
