"""superset-like api-key"""

from datetime import datetime, timedelta

import click
from flask.cli import with_appcontext

from superset_like.services import api_keys


@click.group("api-key")
def api_key() -> None:
    """Keys with which scripts sign in."""


@api_key.command("create")
@click.option("--user", required=True, help="User name of whom the key speaks for.")
@click.option("--name", default="command line", show_default=True, help="What the key is called in lists.")
@click.option(
    "--scopes",
    help="Comma-separated, such as can_read:Chart or can_read:Dashboard:1; all its owner may by default.",
)
@click.option("--days", type=click.IntRange(min=1), help="Days until it expires; never when not given.")
@with_appcontext
def create(user: str, name: str, scopes: str | None, days: int | None) -> None:
    """Print a new key, this once."""
    # FAB writes and compares expiry dates in the server's own time.
    expires_on = datetime.now() + timedelta(days=days) if days else None
    click.echo(api_keys.create(user, name, scopes, expires_on))
