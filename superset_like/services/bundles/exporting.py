"""Writes bundles: what was asked for and what it needs, as far as the caller may see it.

The same state gives the same bytes, but for the time in the name of the root folder and in `metadata.yaml`.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from flask_appbuilder import Model
from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.extensions import db
from superset_like.services import found
from superset_like.services.bundles import tags, yaml_text
from superset_like.services.bundles.archive import METADATA
from superset_like.services.bundles.kind import VERSION
from superset_like.services.bundles.kinds import all_kinds, kind_of
from superset_like.services.bundles.selection import Selection

ASSETS = "assets"
# Zip's first moment: the time of writing is no part of what is written.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644 << 16


@dataclass(frozen=True, slots=True)
class Bundle:
    """A zip. name: of the file."""

    name: str
    data: bytes


def objects(actor: Actor, what: str, pks: Sequence[int]) -> Bundle:
    """The objects of this kind with what they need. Raises NotFound when one does not exist for the caller."""
    kind = all_kinds()[what]
    unique = list(dict.fromkeys(pks))
    found.visible(actor, kind.model, unique)
    # All that their files tell is read by a statement for each kind; it stays in the session while somebody holds it.
    whole = select(kind.model).where(kind.model.id.in_(unique)).options(*kind.loading)
    roots = list(db.session.execute(whole.execution_options(populate_existing=True)).scalars())
    return _bundle(what, kind.type_name, Selection(actor, what, roots))


def assets(actor: Actor) -> Bundle:
    """All charts, dashboards, datasets, connections and saved queries of which the caller may see the files."""
    roots: list[Model] = []
    for kind in all_kinds().values():
        statement = select(kind.model).order_by(kind.model.id).options(*kind.loading)
        condition = rules.visible(actor, kind.model)
        roots += db.session.execute(statement if condition is None else statement.where(condition)).scalars()
    return _bundle(ASSETS, ASSETS, Selection(actor, ASSETS, roots, related=False))


def files(selection: Selection, *, numbered: bool = True) -> dict[str, str]:
    """Path -> text, for what the selection holds."""
    made: dict[str, str] = {}
    taken: set[str] = set()
    items = selection.in_order()
    for item in items:
        path = _free_path(item, selection.number(item) if numbered else None, taken)
        made[path] = yaml_text.dumped(kind_of(item).config(item, selection))
    named = tags.descriptions(items)
    if named:
        made[tags.PATH] = yaml_text.dumped(named)
    return made


def zipped(root: str, contents: dict[str, bytes]) -> bytes:
    """The files as a zip with this root folder; without one when it is empty."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path, data in contents.items():
            entry = zipfile.ZipInfo(f"{root}/{path}" if root else path, LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, READABLE
            bundle.writestr(entry, data)
    return stream.getvalue()


def stamped(name: str, moment: datetime) -> str:
    """The name of a bundle's root folder."""
    return f"{name}_export_{moment:%Y%m%dT%H%M%S}"


def _bundle(what: str, type_: str, selection: Selection) -> Bundle:
    moment = datetime.now(UTC)
    metadata = {"version": VERSION, "type": type_, "timestamp": moment.isoformat()}
    # Superset leaves the numbers out of the names of a connection's datasets.
    made = {METADATA: yaml_text.dumped(metadata), **files(selection, numbered=what != "database")}
    root = stamped(what, moment)
    return Bundle(f"{root}.zip", zipped(root, {path: text.encode() for path, text in made.items()}))


def _free_path(item: Model, number: int | None, taken: set[str]) -> str:
    kind = kind_of(item)
    path = f"{kind.folder_of(item)}/{kind.file_name(item, number if kind.is_numbered else None)}"
    # Some file systems take upper and lower case for the same.
    if path.lower() in taken:
        path = f"{path}_{item.uuid}"
    taken.add(path.lower())
    return f"{path}.yaml"
