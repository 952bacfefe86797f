"""The tags of people on charts and dashboards, by name."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import select

from superset_like.access.actor import Actor
from superset_like.errors import Forbidden
from superset_like.extensions import db
from superset_like.models import ObjectType, Tag
from superset_like.services import marks
from superset_like.services.bundles.arrivals import Arrivals

PATH = "tags.yaml"
BY_PEOPLE = 1


def of(item: Any) -> list[Tag]:
    """The tags that people put on it, by name."""
    return sorted((tag for tag in item.tags if tag.type == BY_PEOPLE), key=lambda tag: tag.name)


def config(item: Model) -> dict[str, Any]:
    """What a file says of tags; nothing where there are none, as in Superset without its tagging."""
    names = [tag.name for tag in of(item)]
    return {"tags": names} if names else {}


def descriptions(items: Iterable[Any]) -> dict[str, Any] | None:
    """What `tags.yaml` holds; None when no object has a tag."""
    found = {tag.name: tag.description for item in items if hasattr(item, "tags") for tag in of(item)}
    named = [{"tag_name": name, "description": found[name]} for name in sorted(found)]
    return {"tags": named} if named else None


def described(value: Any) -> dict[str, str | None]:
    """Name -> description, out of what `tags.yaml` holds."""
    given = value.get("tags") if isinstance(value, dict) else None
    rows = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
    return {
        str(row["tag_name"]): None if row.get("description") is None else str(row["description"])
        for row in rows
        if row.get("tag_name")
    }


def assign(actor: Actor, kind: ObjectType, item: Any, config: Mapping[str, Any], arrivals: Arrivals) -> list[str]:
    """["tags"] where they differed; the object has just those that the file names. Raises Forbidden."""
    if config.get("tags") is None:
        return []
    wanted = sorted(set(config["tags"]))
    if wanted == [tag.name for tag in of(item)]:
        return []
    present = {tag.name: tag for tag in db.session.execute(select(Tag).where(Tag.name.in_(wanted))).scalars()}
    missing = [name for name in wanted if name not in present]
    if missing and not actor.can("can_write", "Tag"):
        raise Forbidden("You may not make tags")
    for name in missing:
        present[name] = Tag(name=name, description=arrivals.tag_descriptions.get(name))
        db.session.add(present[name])
    db.session.flush()
    kept = [tag.id for tag in item.tags if tag.type != BY_PEOPLE]
    marks.tag(kind, item.id, [*kept, *(tag.id for tag in present.values())])
    db.session.expire(item, ["tags"])
    return ["tags"]
