"""Stars: the three endpoints that every resource with stars has."""

from typing import Any, ClassVar

from flask import Response
from flask_appbuilder import Model
from sqlalchemy import ColumnElement, select

from superset_like.access.actor import current
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import json_response, whole_number
from superset_like.api.superset.rison import q_argument
from superset_like.models import Favorite, ObjectType
from superset_like.services import marks


def favorite_filter(model: type[Model], kind: ObjectType) -> ColumnElement[bool]:
    """Whether the caller starred it, for a list of `model`."""
    stars = select(Favorite.object_id).where(Favorite.user_id == current().user_id, Favorite.object_type == kind.value)
    found: ColumnElement[bool] = model.id.in_(stars)
    return found


class FavoritesMixin:
    """`favorite_status/` and `<pk>/favorites/` for the objects of `datamodel`."""

    datamodel: Any
    object_type: ClassVar[ObjectType]

    @endpoint("GET", "/favorite_status/", "Which of these the caller starred", permission="read", q="ids")
    def favorite_status(self) -> Response:
        stars = marks.favored(current(), self.datamodel.obj, self.object_type, q_argument("ids"))
        return json_response(200, {"result": [{"id": pk, "value": value} for pk, value in sorted(stars.items())]})

    @endpoint("POST", "/<pk>/favorites/", "Star it", permission="read")
    def add_favorite(self, pk: str) -> Response:
        marks.favor(current(), self.datamodel.obj, self.object_type, whole_number(pk))
        return json_response(200, {"result": "OK"})

    @endpoint("DELETE", "/<pk>/favorites/", "Take the star off", permission="read")
    def remove_favorite(self, pk: str) -> Response:
        marks.unfavor(current(), self.datamodel.obj, self.object_type, whole_number(pk))
        return json_response(200, {"result": "OK"})
