"""/key/: the key with which one's programs sign in, to copy and to renew."""

from datetime import datetime, timedelta

from flask import flash, redirect, request, url_for
from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import BaseView, expose
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import DateField, ValidationError
from wtforms.validators import Optional

from superset_like.access.actor import Actor, ActorKind, current
from superset_like.errors import Forbidden
from superset_like.models.mixins import now
from superset_like.services import accounts


class NewKey(FlaskForm):
    """Until when another key is valid."""

    last_day = DateField("Last day", validators=[Optional()])

    def validate_last_day(self, field: DateField) -> None:
        """Nothing. Raises ValidationError for a day that is over."""
        if field.data is not None and field.data < now().date():
            raise ValidationError("This day is over.")

    @property
    def ends(self) -> datetime | None:
        """The end of that day, in UTC; None where the key is valid until it is renewed."""
        day = self.last_day.data
        return None if day is None else datetime.combine(day, datetime.min.time()) + timedelta(days=1)


class OwnKeyPage(BaseView):
    """The page; nobody sees on it the key of somebody else."""

    route_base = "/key"
    default_view = "show"

    @expose("/", methods=("GET", "POST"))
    def show(self) -> Response | str:
        """The key and a form; once that is sent, another key."""
        actor = current()
        if actor.kind is ActorKind.ANONYMOUS:
            return redirect(self.appbuilder.get_url_for_login_with(request.url))
        user_id, form = _person(actor), NewKey()
        if form.validate_on_submit():
            accounts.renew_key(actor, user_id, form.ends)
            flash("You have a new key. The former one opens nothing any more.", "success")
            return redirect(url_for("OwnKeyPage.show"))
        key = accounts.key_of(actor, user_id)
        page: str = self.render_template("superset_like/own_key.html", form=form, key=key)
        return page


def _person(actor: Actor) -> int:
    """Who asks, by a session of his own. Raises Forbidden: a program that may do less would get a key to all."""
    if actor.kind is not ActorKind.USER or actor.user_id is None or actor.key_scopes is not None:
        raise Forbidden()
    return actor.user_id


def register(builder: AppBuilder) -> None:
    """The page is in the menu under one's name."""
    builder.add_view_no_menu(OwnKeyPage)
