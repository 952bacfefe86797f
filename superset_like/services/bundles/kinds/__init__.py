"""The kinds of assets that bundles carry: a file each, found by looking here."""

import sys
from collections.abc import Mapping
from functools import cache

from flask_appbuilder import Model

from superset_like.discovery import subclasses_in
from superset_like.services.bundles.kind import Kind


@cache
def all_kinds() -> Mapping[str, Kind]:
    """Name -> kind, in the order in which an import makes them: what others hang on comes first."""
    kinds = subclasses_in(sys.modules[__name__], Kind)  # type: ignore[type-abstract]
    made = [found() for found in kinds]
    return {kind.name: kind for kind in sorted(made, key=lambda kind: kind.rank)}


def kind_of(item: Model) -> Kind:
    """The kind of a stored object."""
    return next(kind for kind in all_kinds().values() if kind.model is type(item))
