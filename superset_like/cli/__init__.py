"""The commands: a file each, found by looking here; those of FAB beside them."""

import sys

import click

from superset_like.discovery import modules_in


class Commands(click.Group):
    """The commands of this package, and FAB's group, which is imported when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, sorted."""
        return sorted([*(command.name or "" for command in commands()), "fab"])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of this name; None when there is none."""
        if name == "fab":
            # FAB takes 0.7 s to import.
            from flask_appbuilder.cli import fab

            return fab  # type: ignore[no-any-return]
        return next((command for command in commands() if command.name == name), None)


@click.group(cls=Commands)
def superset_like() -> None:
    """The business-intelligence server superset_like: set it up, serve it, look after it."""


def commands() -> list[click.Command]:
    """The commands of this package."""
    found = [
        thing
        for module in modules_in(sys.modules[__name__])
        for thing in vars(module).values()
        if isinstance(thing, click.Command)
        and thing.callback is not None
        and thing.callback.__module__ == module.__name__
    ]
    return [command for command in found if not any(command in group.commands.values() for group in _groups(found))]


def _groups(found: list[click.Command]) -> list[click.Group]:
    return [command for command in found if isinstance(command, click.Group)]
