"""What one can do with the annotations of a layer, and what charts show of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import select

from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, Invalid, NotFound
from superset_like.extensions import db
from superset_like.models import Annotation, AnnotationLayer
from superset_like.services import found


def create(actor: Actor, layer_id: int, values: Mapping[str, Any]) -> Annotation:
    """A new annotation. Raises NotFound, Forbidden, Invalid (short_descr, end_dttm)."""
    layer = found.one(actor, AnnotationLayer, layer_id)
    if not actor.can("can_write", "Annotation"):
        raise Forbidden()
    return _stored(Annotation(layer_id=layer.id), values)


def update(actor: Actor, layer_id: int, pk: int, values: Mapping[str, Any]) -> Annotation:
    """The annotation with these values; what is not named stays. Raises as `create`."""
    return _stored(_of_layer(actor, layer_id, [pk])[0], values)


def delete(actor: Actor, layer_id: int, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error."""
    annotations = _of_layer(actor, layer_id, pks)
    for annotation in annotations:
        db.session.delete(annotation)
    db.session.commit()
    return len(annotations)


def rows(layer_id: int) -> bytes:
    """The layer's annotations as JSON rows, moments in epoch milliseconds. Raises NotFound.

    Asks no right: the caller does, since a chart shows its layers to whoever may see the chart.
    """
    if db.session.get(AnnotationLayer, layer_id) is None:
        raise NotFound("Annotation layer not found.")
    names = ("start_dttm", "end_dttm", "short_descr", "long_descr", "json_metadata")
    statement = select(*(getattr(Annotation, name) for name in names)).where(Annotation.layer_id == layer_id)
    found_rows = db.session.execute(statement.order_by(Annotation.start_dttm, Annotation.id))
    return orjson.dumps(
        [
            {name: _milliseconds(value) if isinstance(value, datetime) else value for name, value in row.items()}
            for row in found_rows.mappings()
        ]
    )


def _milliseconds(moment: datetime) -> int:
    return round(moment.replace(tzinfo=UTC).timestamp() * 1000)


def _of_layer(actor: Actor, layer_id: int, pks: Sequence[int]) -> list[Annotation]:
    annotations = found.editable(actor, Annotation, pks)
    if any(annotation.layer_id != layer_id for annotation in annotations):
        raise NotFound()
    return annotations


def _stored(annotation: Annotation, values: Mapping[str, Any]) -> Annotation:
    for name, value in values.items():
        setattr(annotation, name, value)
    if annotation.end_dttm < annotation.start_dttm:
        db.session.rollback()
        raise Invalid(fields={"end_dttm": ["End date must be after start date"]})
    with db.session.no_autoflush:
        twin = (Annotation.layer_id == annotation.layer_id, Annotation.short_descr == annotation.short_descr)
        taken = db.session.execute(select(Annotation.id).where(*twin)).scalar()
    if taken is not None and taken != annotation.id:
        db.session.rollback()
        raise Invalid(fields={"short_descr": ["Short description must be unique for this layer"]})
    db.session.add(annotation)
    db.session.commit()
    return annotation
