"""The commands: a file each, named like the command and found by looking here; those of FAB beside them.

A word that Python keeps for itself has `_` at its end: `import_.py`.
"""

import importlib
import keyword
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from superset_like.access.actor import Actor


class Commands(click.Group):
    """The commands of this package, and FAB's group; each is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, sorted."""
        names = (info.name.removesuffix("_").replace("_", "-") for info in pkgutil.iter_modules(__path__))
        return sorted([*(name for name in names if self.get_command(ctx, name) is not None), "fab"])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of this name; None when there is none."""
        if name == "fab":
            # FAB takes 0.7 s to import.
            from flask_appbuilder.cli import fab

            return fab  # type: ignore[no-any-return]
        module = f"{name}_" if keyword.iskeyword(name) else name.replace("-", "_")
        if not any(info.name == module for info in pkgutil.iter_modules(__path__)):
            return None
        found = getattr(importlib.import_module(f"{__name__}.{module}"), module, None)
        return found if isinstance(found, click.Command) else None


@contextmanager
def acting_as(user: str | None) -> Iterator["Actor"]:
    """Who acts: the user of this name, an administrator where none is named. What he is refused is the command's."""
    # As FAB: a command that needs none of it begins at once.
    from superset_like.access import actors
    from superset_like.access.actor import acting
    from superset_like.errors import ProductError
    from superset_like.services import people

    try:
        with acting(actors.installer() if user is None else actors.of_user(people.named(user).id)) as actor:
            yield actor
    except ProductError as error:
        raise click.ClickException(error.message or str(error.fields)) from error


@click.group(cls=Commands)
def superset_like() -> None:
    """The business-intelligence server superset_like: set it up, serve it, look after it."""
