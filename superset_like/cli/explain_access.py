"""superset-like explain-access"""

import click
from flask.cli import with_appcontext

from superset_like.access import actors
from superset_like.access.actor import acting
from superset_like.services import access_reasons, people


@click.command("explain-access")
@click.argument("user")
@click.argument("kind", type=click.Choice(list(access_reasons.MODELS)))
@click.argument("pk", metavar="ID", type=click.IntRange(min=1))
@with_appcontext
def explain_access(user: str, kind: str, pk: int) -> None:
    """Print why USER sees this dataset, chart, dashboard or database, and which row rules bind him, or why not."""
    with acting(actors.installer()) as asker:
        reasons = access_reasons.explain(asker, people.named(user).id, kind, pk)
    may = ", ".join(f"{verb}: {'yes' if can else 'no'}" for verb, can in reasons.may.items())
    click.echo(f"{user} and {kind} {pk}, {reasons.thing}: {may}")
    click.echo(f"  {_told(reasons.asks)}")
    for way in reasons.ways:
        click.echo(f"  way {way.way}: {'open' if way.is_open else 'closed'}")
        for need in way.needs:
            click.echo(f"    {_told(need)}")
    for dataset, considered in reasons.rules.items():
        for rule in considered:
            told = rule.problem or rule.sql if rule.binds else "does not bind"
            click.echo(f"  rule {rule.id} of dataset {dataset.id}, {dataset}: {told}")


def _told(met: access_reasons.Met) -> str:
    roles = f" (by {', '.join(met.roles)})" if met.roles else ""
    return f"{'yes' if met.is_met else 'no'}: {met.need}{roles}"
