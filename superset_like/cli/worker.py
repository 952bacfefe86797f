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
    command = command_line(concurrency or settings.worker_concurrency)
    os.execv(command[0], command)


def command_line(concurrency: int) -> list[str]:
    """The worker's process: Celery's own, with what our jobs do not need switched off."""
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "superset_like.worker", "worker"]
    # Workers need not know each other: a query's row says all.
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    # What is due is in the metadata: the clock itself need remember nothing.
    clock = ["--beat", "--scheduler", "celery.beat:Scheduler"]
    return [*celery, *quiet, *clock, "--concurrency", str(concurrency)]
