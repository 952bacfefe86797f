"""Users, groups, roles and permissions: FAB's pages, which say things as ours do and delete several at once."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, flash, g, redirect
from flask_appbuilder import AppBuilder, Model
from flask_appbuilder.actions import action
from flask_appbuilder.exceptions import DatabaseException, FABException
from flask_appbuilder.security import views as fab
from flask_appbuilder.security.sqla.models import User
from flask_appbuilder.security.views import (
    PermissionModelView,
    PermissionViewModelView,
    ResetMyPasswordView,
    ResetPasswordView,
    UserGroupModelView,
    ViewMenuModelView,
)
from flask_appbuilder.widgets import ListWidget
from flask_login import login_user
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response

from superset_like.views.admin.base import Page, shown

MENU = {
    "List Users": "Users",
    "List Roles": "Roles",
    "List Groups": "Groups",
    "Base Permissions": "Kinds of permission",
    "Views/Menus": "What permissions are on",
    "Permission on Views/Menus": "Permissions",
}


def counted(permissions: Sequence[Any]) -> Markup:
    """How many there are; they unfold."""
    names = Markup("").join(Markup("<li>{}</li>").format(name) for name in sorted(map(str, permissions)))
    return Markup("<details><summary>{} in all</summary><ul>{}</ul></details>").format(len(permissions), names)


class Readable(Page):
    """A page of FAB whose values are spelled like those of ours."""

    def _init_properties(self) -> None:
        super()._init_properties()
        for name in [*self.list_columns, *self.show_columns]:
            self.formatters_columns.setdefault(name, shown)


class Deletable(Readable):
    """A page of FAB with an action that deletes the selected rows."""

    method_permission_name: ClassVar[dict[str, str]] = {"remove_all": "delete"}

    @action("remove_all", "Delete", "Delete the selected rows?", "fa-trash", single=False)
    def remove_all(self, items: Sequence[Model]) -> Response:
        """The list, without those that could be deleted."""
        for item in [item for item in items if item is not None]:
            self._delete(item.id)
        return redirect(self.get_redirect())

    def _delete(self, pk: Any) -> None:
        item = self.datamodel.get(pk, self._base_filters)
        if item is None:
            abort(404)
        name = str(item)
        try:
            self.pre_delete(item)
            self.datamodel.delete(item)
        except DatabaseException:
            # FAB logged what the metadata database said; it is for nobody else.
            flash(f"{name} cannot be deleted: something still belongs to it", "danger")
        except FABException as error:
            flash(f"{name} cannot be deleted: {error}", "danger")
        else:
            flash(f"Deleted {name}", "success")
        self.update_redirect()


class UserListWidget(ListWidget):
    """The table of users."""

    template = "superset_like/user_list.html"


# Arguments of lists bear the name of the class: Superset's, for clients that turn the pages of users and roles.
class UserDBModelView(Deletable, fab.UserDBModelView):
    """Users."""

    class_permission_name = "UserDBModelView"
    list_widget = UserListWidget
    list_title, show_title, add_title, edit_title = "Users", "User", "Add a user", "Edit a user"
    # The order of Superset's, whose clients count the cells.
    list_columns = [
        "first_name",
        "last_name",
        "username",
        "email",
        "active",
        "roles",
        "groups",
    ]
    base_order = ("username", "asc")
    label_columns = {
        **fab.UserDBModelView.label_columns,
        "username": "User name",
        "first_name": "First name",
        "last_name": "Last name",
        "active": "Active",
        "roles": "Roles",
        "conf_password": "Password again",
    }
    description_columns = {
        "username": "The name to sign in with.",
        "active": "Who is not active cannot sign in, and keeps what is theirs.",
        "roles": "What they may do. A user needs a role or a group.",
        "groups": "Groups bring their roles.",
    }

    def pre_delete(self, item: User) -> None:
        """Nothing. Raises FABException for oneself."""
        if item.id == g.user.id:
            raise FABException("you cannot delete yourself")


class OwnPasswordView(ResetMyPasswordView):
    """A new password of one's own."""

    class_permission_name = "ResetMyPasswordView"
    form_title, message = "A new password for you", "Your password is changed"

    def form_post(self, form: FlaskForm) -> None:
        """The password is changed; sessions and tokens of the former one end, but for this session."""
        super().form_post(form)
        login_user(self.appbuilder.sm.get_user_by_id(g.user.id))


class PasswordView(ResetPasswordView):
    """A new password of somebody else."""

    class_permission_name = "ResetPasswordView"
    form_title, message = "A new password for this user", "The password is changed"


class RoleModelView(Deletable, fab.RoleModelView):
    """Roles."""

    class_permission_name = "RoleModelView"
    list_widget = ListWidget
    list_title, show_title, add_title, edit_title = "Roles", "Role", "Add a role", "Edit a role"
    base_order = ("name", "asc")
    edit_columns = ["name", "permissions", "user"]
    label_columns = {"user": "Users"}
    description_columns = {"user": "Who has this role himself; members of its groups have it too."}
    formatters_columns = {"permissions": counted}


class GroupAdmin(Deletable, UserGroupModelView):
    """Groups."""

    class_permission_name = "UserGroupModelView"
    list_title, show_title, add_title, edit_title = "Groups", "Group", "Add a group", "Edit a group"
    list_columns = ["name", "label", "users", "roles"]
    base_order = ("name", "asc")
    description_columns = {"roles": "What all its members may do."}


class PermissionKindAdmin(Readable, PermissionModelView):
    """Verbs."""

    class_permission_name = "PermissionModelView"
    list_title = MENU["Base Permissions"]


class ResourceAdmin(Readable, ViewMenuModelView):
    """What verbs are on."""

    class_permission_name = "ViewMenuModelView"
    list_title = MENU["Views/Menus"]
    label_columns = {"name": "Page, resource, menu or data"}


class PermissionAdmin(Readable, PermissionViewModelView):
    """Permissions: a verb on something."""

    class_permission_name = "PermissionViewModelView"
    list_title = MENU["Permission on Views/Menus"]
    label_columns = {"permission": "Permission", "view_menu": "On"}


def register(builder: AppBuilder) -> None:
    """FAB put the pages into the menu, under names that roles know; the labels are ours."""
    for category in builder.menu.menu:
        for item in category.childs:
            item.label = MENU.get(item.name, item.label)
