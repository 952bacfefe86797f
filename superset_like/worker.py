"""`celery -A superset_like.worker worker`: the application behind the jobs."""

from typing import Any

from celery import Task
from celery.signals import beat_embedded_init, worker_process_init

from superset_like import jobs
from superset_like.app import create_app
from superset_like.cli.background import end_with_parent
from superset_like.discovery import modules_in
from superset_like.extensions import celery, db

# Celery takes what is called `app` in this module for its own application.
site = create_app()


class InApplication(Task):
    """A job runs in an application context of its own; its session ends with it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with site.app_context():
            return super().__call__(*args, **kwargs)


@worker_process_init.connect(weak=False)
def _forget_connections(**_: Any) -> None:
    # A connection of the parent, used by two processes, would mix their answers.
    with site.app_context():
        db.engine.dispose(close=False)


@beat_embedded_init.connect(weak=False)
def _end_clock_with_worker(**_: Any) -> None:
    # A worker that is killed cannot end it.
    end_with_parent()


celery.Task = InApplication
modules_in(jobs)
