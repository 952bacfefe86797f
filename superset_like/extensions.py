"""The unbound parts of the application: `create_app` binds them, the floors above use them."""

from celery import Celery
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

from superset_like.config.settings import Settings

db = SQLAlchemy()
csrf = CSRFProtect()
celery = Celery("superset_like")


def settings() -> Settings:
    """The settings of the application that is working."""
    found: Settings = current_app.extensions["superset_like_settings"]
    return found
