"""superset-like worker"""

import os
import sys

import click

from superset_like.config.load import check_secrets, load


@click.command()
@click.option("--concurrency", type=click.IntRange(min=1), help="Queries at a time; WORKER_CONCURRENCY by default.")
def worker(concurrency: int | None) -> None:
    """Run background work until stopped."""
    settings = load()
    check_secrets(settings)
    # What keeps the worker is small: it knows neither the command line nor the settings.
    command = [sys.executable, "-m", "superset_like.cli.background", str(concurrency or settings.worker_concurrency)]
    os.execv(command[0], command)
