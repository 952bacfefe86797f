"""What one can do with layers of annotations."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, Invalid
from superset_like.extensions import db
from superset_like.models import Annotation, AnnotationLayer
from superset_like.services import found


def create(actor: Actor, values: Mapping[str, Any]) -> AnnotationLayer:
    """A new layer. Raises Forbidden, Invalid (name)."""
    if not actor.can("can_write", "Annotation"):
        raise Forbidden()
    return _stored(AnnotationLayer(), values)


def update(actor: Actor, pk: int, values: Mapping[str, Any]) -> AnnotationLayer:
    """The layer with these values; what is not named stays. Raises NotFound, Forbidden, Invalid (name)."""
    return _stored(found.editable(actor, AnnotationLayer, [pk])[0], values)


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error. Raises Invalid for a layer that has annotations."""
    layers = found.editable(actor, AnnotationLayer, pks)
    if db.session.execute(select(Annotation.id).where(Annotation.layer_id.in_(pks)).limit(1)).first():
        raise Invalid("Annotation layer has associated annotations.")
    for layer in layers:
        db.session.delete(layer)
    db.session.commit()
    return len(layers)


def _stored(layer: AnnotationLayer, values: Mapping[str, Any]) -> AnnotationLayer:
    for name, value in values.items():
        setattr(layer, name, value)
    with db.session.no_autoflush:
        taken = db.session.execute(select(AnnotationLayer.id).where(AnnotationLayer.name == layer.name)).scalar()
    if taken is not None and taken != layer.id:
        raise Invalid(fields={"name": ["Name must be unique"]})
    db.session.add(layer)
    db.session.commit()
    return layer
