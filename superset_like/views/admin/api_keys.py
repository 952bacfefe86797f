"""API keys, for administrators: who has which, new ones for oneself, and their end."""

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, request
from flask_appbuilder import AppBuilder, expose, has_access
from flask_appbuilder.actions import action
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import ApiKey
from werkzeug.wrappers import Response

from superset_like.errors import Unavailable
from superset_like.extensions import db
from superset_like.views.admin.base import SECURITY, AdminView, add


class ApiKeyAdmin(AdminView):
    """API keys. A key itself is shown when it is made and never again."""

    datamodel = SQLAInterface(ApiKey, db.session)
    route_base = "/admin/api-keys"
    base_permissions = ["can_list", "can_show", "can_add", "can_revoke"]
    method_permission_name = {"revoke": "revoke"}
    base_order = ("id", "desc")
    list_title, show_title, add_title = "API keys", "API key", "Make an API key"
    list_columns = ["name", "user", "is_active", "created_on", "expires_on", "last_used_on", "revoked_on"]
    search_columns = ["name", "user", "created_on", "expires_on", "last_used_on", "revoked_on"]
    show_columns = ["name", "user", "scopes", "is_active", "created_on", "expires_on", "last_used_on", "revoked_on"]
    add_columns = ["name", "scopes", "expires_on"]
    edit_columns = ["name"]
    label_columns = {
        "user": "Acts for",
        "is_active": "Valid",
        "created_on": "Made",
        "expires_on": "Valid until",
        "last_used_on": "Last used",
        "revoked_on": "Revoked",
    }
    description_columns = {
        "name": "What it is for.",
        "scopes": "What it is limited to; empty for all that you may do.",
        "expires_on": "Empty for a key that does not expire.",
    }

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Response | str:
        """The form; when it was sent, the new key, this once."""
        form = self.add_form()
        if request.method == "POST" and form.validate():
            return self._made(form.name.data, form.scopes.data or None, form.expires_on.data)
        page: str = self.render_template(
            self.add_template, title=self.add_title, widgets=self._get_add_widget(form=form)
        )
        return page

    def _made(self, name: str, scopes: str | None, expires_on: Any) -> Response | str:
        made = self.appbuilder.sm.create_api_key(g.user, name, scopes=scopes, expires_on=expires_on)
        if made is None:
            raise Unavailable("The key could not be stored")
        page: str = self.render_template(
            "superset_like/api_key_made.html",
            title="Your new API key",
            name=made["name"],
            key=made["key"],
            prefix=made["key_prefix"],
        )
        return page

    @action("revoke", "Revoke", "Revoke these keys for good?", "fa-ban")
    def revoke(self, items: ApiKey | Sequence[ApiKey]) -> Response:
        """The list; the keys open nothing any more."""
        keys = [items] if isinstance(items, ApiKey) else [item for item in items if item is not None]
        done = [key.name for key in keys if self.appbuilder.sm.revoke_api_key(key.uuid)]
        flash(f"Revoked: {', '.join(done)}", "success")
        return redirect(self.get_redirect())


def register(builder: AppBuilder) -> None:
    """API keys are in the menu."""
    add(builder, ApiKeyAdmin, "API keys", SECURITY, "fa-key")
