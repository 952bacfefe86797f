"""Stars that the key's owner put on queries and dashboards; those of others are not to be seen."""

from typing import Any

from marshmallow import Schema, fields

from superset_like.access import actors
from superset_like.errors import CannotBring
from superset_like.extensions import db
from superset_like.models import ObjectType
from superset_like.services import marks
from superset_like.services.redash_import.work import Noun, Values, Work


class StarShape(Schema):
    id = fields.Integer(required=True)
    name = fields.String(load_default="")
    user = fields.Integer(required=True)


class Stars(Noun):
    """of: the noun that has them."""

    shape = StarShape

    def __init__(self, of: str, model: Any, object_type: ObjectType) -> None:
        self.kind = f"star on {of}"
        self._of, self._model, self._type = of, model, object_type

    def wanted(self, work: Work, sent: Values) -> Values:
        own, user = work.own(self._of, sent["id"]), work.own("user", sent["user"])
        if own is None or user is None:
            raise CannotBring(f"the {self._of} or who put it there was not brought")
        return {"object": own, "user": user}

    def make(self, work: Work, values: Values) -> int:
        marks.put_star(actors.of_user(values["user"]), self._type, values["object"])
        pk: int = values["object"]
        return pk

    def change(self, work: Work, pk: int, values: Values) -> None:
        self.make(work, values)

    def state(self, work: Work, pk: int) -> Values | None:
        return None if db.session.get(self._model, pk) is None else {"object": pk}
