"""/invite/<token>, /reset/<token>: whoever has the link chooses a password, once."""

from flask import flash, redirect
from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.validators import PasswordComplexityValidator
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import DataRequired, EqualTo, Length

from superset_like.services import accounts


class ChosenPassword(FlaskForm):
    """A password, twice."""

    password = PasswordField("Password", validators=[DataRequired(), Length(1, 512), PasswordComplexityValidator()])
    again = PasswordField("Password again", validators=[EqualTo("password", message="It is not the same.")])


class ChoosePasswordPage(BaseView):
    """The page of a link; 404 for one that is used, too old, or not ours."""

    route_base = ""
    default_view = "choose"

    @expose("/invite/<token>", methods=("GET", "POST"))
    @expose("/reset/<token>", methods=("GET", "POST"))
    def choose(self, token: str) -> Response | str:
        """The form; once it is filled in, the way to the login."""
        user = accounts.of_link(token)
        form = ChosenPassword()
        if form.validate_on_submit():
            accounts.choose_password(token, form.password.data or "")
            flash("The password is yours from now on. Please sign in.", "success")
            return redirect(self.appbuilder.get_url_for_login)
        page: str = self.render_template("superset_like/choose_password.html", form=form, name=user.username)
        return page


def register(builder: AppBuilder) -> None:
    """Links have no place in the menu."""
    builder.add_view_no_menu(ChoosePasswordPage)
