"""`celery -A superset_like.worker worker`: the application behind the jobs."""

from typing import Any

from celery import Task
from celery.beat import ScheduleEntry, Scheduler
from celery.signals import beat_embedded_init, worker_process_init

from superset_like import jobs
from superset_like.app import create_app
from superset_like.cli.background import end_with_parent
from superset_like.discovery import modules_in
from superset_like.extensions import celery, db

# Celery takes what is called `app` in this module for its own application.
site = create_app()
with site.app_context():
    # Celery closes the files of the process that is the clock, and SQLite does not know that it lost some.
    db.session.remove()
    db.engine.dispose()


class InApplication(Task):
    """A job runs in an application context of its own; its session ends with it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with site.app_context():
            return super().__call__(*args, **kwargs)


class Clock(Scheduler):
    """Celery's, which does by itself what is due: the pool may be busy for hours, and a broker away."""

    producer = None

    def apply_async(self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **_: Any) -> None:
        """What is due is done."""
        self.app.tasks[entry.task]()


@worker_process_init.connect(weak=False)
def _forget_connections(**_: Any) -> None:
    # A connection of the parent, used by two processes, would mix their answers.
    with site.app_context():
        db.engine.dispose(close=False)


@beat_embedded_init.connect(weak=False)
def _begin_clock(**_: Any) -> None:
    # A worker that is killed cannot end it.
    end_with_parent()
    _forget_connections()


celery.Task = InApplication
modules_in(jobs)
