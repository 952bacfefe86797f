"""People, without passwords and keys; nobody becomes an administrator here by an import."""

from flask_appbuilder.security.sqla.models import User
from marshmallow import EXCLUDE, Schema, fields
from sqlalchemy import func, or_, select

from superset_like.extensions import db
from superset_like.models.mixins import full_name
from superset_like.services import accounts, groups
from superset_like.services.redash_import.work import Noun, Values, Work

INVITE = "has no password yet: send an invitation"
ADMINISTERS = "is an administrator there: make him one here yourself, if he is to be"


class MembershipShape(Schema):
    id = fields.Integer(required=True)
    name = fields.String(load_default="")


class UserShape(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    groups = fields.List(fields.Nested(MembershipShape, unknown=EXCLUDE), required=True)
    is_disabled = fields.Boolean(load_default=False)


class Users(Noun):
    """An account that has the address already is his."""

    kind = "user"
    shape = UserShape

    def name(self, sent: Values) -> str:
        return f"{sent['name']} <{sent['email']}>"

    def wanted(self, work: Work, sent: Values) -> Values:
        if not sent["is_disabled"]:
            work.note(INVITE)
        if any(each["name"] == groups.ADMIN for each in sent["groups"]):
            work.note(ADMINISTERS)
        held = (work.own("group", each["id"]) for each in sent["groups"] if each["name"] != groups.ADMIN)
        found = sorted({pk for pk in held if pk is not None})
        address = sent["email"].strip().lower()
        return {"name": sent["name"], "email": address, "groups": found, "is_active": not sent["is_disabled"]}

    def here(self, work: Work, values: Values) -> int | None:
        same = or_(func.lower(User.email) == values["email"], func.lower(User.username) == values["email"])
        found: int | None = db.session.execute(select(User.id).where(same).order_by(User.id)).scalar()
        return found

    def make(self, work: Work, values: Values) -> int:
        user = accounts.create(work.actor, values["name"], values["email"])
        pk: int = user.id
        _settle(work, user, values)
        return pk

    def change(self, work: Work, pk: int, values: Values) -> None:
        user = accounts.update(work.actor, pk, {"name": values["name"], "email": values["email"]})
        _settle(work, user, values)

    def state(self, work: Work, pk: int) -> Values | None:
        user = db.session.get(User, pk)
        if user is None:
            return None
        held = groups.of_people([pk]).get(pk, [])
        return {"name": full_name(user), "email": user.email, "groups": held, "is_active": bool(user.active)}


def _settle(work: Work, user: User, values: Values) -> None:
    pk = user.id
    groups.put_into(user, groups.of_ids(values["groups"]))
    if values["is_active"]:
        accounts.enable(work.actor, pk)
    else:
        accounts.disable(work.actor, pk)
