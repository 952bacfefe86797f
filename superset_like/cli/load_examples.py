"""superset-like load-examples"""

import click
from flask.cli import with_appcontext

from superset_like.access import actors
from superset_like.access.actor import acting
from superset_like.services import examples


@click.command("load-examples")
@click.option("--force", is_flag=True, help="Write the data anew and bring back what was deleted.")
@with_appcontext
def load_examples(force: bool) -> None:
    """Load the flights that left New York City in 2013, with datasets, charts and a dashboard.

    What people changed since the first load stays as it is; what they deleted comes back with --force alone.
    """
    with acting(actors.installer()) as actor:
        has_made = examples.load(actor, _said, force=force)
    click.echo("The examples are loaded." if has_made else "The examples were loaded before; nothing changed.")


def _said(step: examples.Step) -> None:
    click.echo(f"  {step.what:10} {step.made:>9,} made  {step.seconds:6.2f} s")
