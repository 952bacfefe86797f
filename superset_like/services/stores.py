"""What services use of this process: stores of answers and results, turns, who draws; bound to the application."""

from flask import Flask, current_app

from superset_like.cache_backends import backend
from superset_like.config.settings import Settings
from superset_like.engine.cache import AnswerCache
from superset_like.engine.crowd import Crowd
from superset_like.engine.leases import Leases, LocalLeases
from superset_like.engine.results import ResultStore
from superset_like.pictures.studio import Studio


def init_app(app: Flask, settings: Settings) -> None:
    """Binds the stores that the settings name."""
    held = app.extensions["superset_like_leases"] = Leases.beside(settings.cache_uri)
    app.extensions["superset_like_places"] = LocalLeases()
    gathered = app.extensions["superset_like_crowd"] = Crowd(settings.waiting_requests, settings.queue_wait_s)
    app.extensions["superset_like_answers"] = AnswerCache(
        backend(settings.cache_uri), settings.cache_memory_mib * 1024 * 1024, held, gathered
    )
    app.extensions["superset_like_studio"] = Studio(settings.picture_timeout_s, settings.picture_memory_mib)
    app.extensions["superset_like_results"] = ResultStore.from_uri(settings.results_uri)


def answers() -> AnswerCache:
    """The cache of answers."""
    found: AnswerCache = current_app.extensions["superset_like_answers"]
    return found


def leases() -> Leases:
    """What is held by one process at a time, or by so many."""
    found: Leases = current_app.extensions["superset_like_leases"]
    return found


def places() -> LocalLeases:
    """What is held by so many requests of this process at a time."""
    found: LocalLeases = current_app.extensions["superset_like_places"]
    return found


def crowd() -> Crowd:
    """The requests of this process that wait for others."""
    found: Crowd = current_app.extensions["superset_like_crowd"]
    return found


def results() -> ResultStore:
    """The store of query results."""
    found: ResultStore = current_app.extensions["superset_like_results"]
    return found


def studio() -> Studio:
    """The processes that draw pictures for this one."""
    found: Studio = current_app.extensions["superset_like_studio"]
    return found
