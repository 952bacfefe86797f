"""superset-like create-admin"""

import secrets

import click
from flask.cli import with_appcontext

from superset_like.services import users


@click.command("create-admin")
@click.option("--username", default="admin", show_default=True)
@click.option("--password", help="Generated and printed once when not given.")
@click.option("--email", default="admin@localhost.localdomain", show_default=True)
@click.option("--first-name", default="Admin", show_default=True)
@click.option("--last-name", default="", help="Nothing by default.")
@click.option("--if-none", is_flag=True, help="Do nothing when there is an administrator of whatever name.")
@with_appcontext
def create_admin(
    username: str, password: str | None, email: str, first_name: str, last_name: str, if_none: bool
) -> None:
    """Create an administrator; one of this name that exists is left as he is."""
    if if_none and users.has_administrator():
        click.echo("There is an administrator already; nothing changed.")
        return
    chosen = password or secrets.token_urlsafe(15)
    if not users.create_administrator(username, chosen, email, first_name, last_name):
        click.echo(f"There is a user {username} already; nothing changed.")
        return
    click.echo(f"Created the administrator {username}.")
    if password is None:
        click.echo(f"\n    password of {username}: {chosen}\n\nIt is shown this once and stored nowhere in the clear.")
