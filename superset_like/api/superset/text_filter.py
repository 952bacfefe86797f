"""The filter of lists by a word."""

from typing import Any, ClassVar

from flask_appbuilder.models.filters import BaseFilter
from sqlalchemy import Select, or_


class AllText(BaseFilter):
    """A word in one of the `places`, columns of the model; all rows for none."""

    name = "All Text"
    places: ClassVar[tuple[Any, ...]]

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        if not value:
            return query
        return query.where(or_(*(place.icontains(str(value), autoescape=True) for place in self.places)))
