"""What is configured, what is reachable and what is unsafe, found out by asking."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
from flask import current_app
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.security import check_password_hash

from superset_like.cache_backends import backend
from superset_like.config.settings import Settings
from superset_like.extensions import celery, db, settings
from superset_like.services import groups, schema, stores

# Passwords that stand in documents and examples.
PUBLISHED_PASSWORDS = ("admin", "password", "superset", "general")
WORKER_ANSWERS_WITHIN_S = 2.0
# Trying a password takes a tenth of a second, on purpose.
MOST_TRIED = 10
TRIED = b"doctor"


class Verdict(StrEnum):
    """What a finding means: all is well, it should be looked at, it does not work."""

    GOOD = "good"
    UNSAFE = "unsafe"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. text: what it is, and what to do when it is not good."""

    subject: str
    verdict: Verdict
    text: str


def configured() -> Iterator[tuple[str, str]]:
    """(name, value) of each setting that is not its default; secrets, and passwords in URIs, are masked."""
    here = settings()
    for row in fields(Settings):
        value = getattr(here, row.name)
        if value != row.default:
            yield row.name.upper(), _shown(row.name, value, row.metadata["secret"])


def findings() -> Iterator[Finding]:
    """What was found, one by one, as each is looked at."""
    yield _metadata()
    yield _tried("cache", _cache)
    yield _tried("results", _results)
    yield _tried("broker", _broker)
    yield _worker()
    yield from _files()
    yield from _exposure()
    yield from _people()


def _shown(name: str, value: object, is_secret: bool) -> str:
    if name.endswith("_uri"):
        # Not every broker's URI is one that SQLAlchemy reads.
        return make_url(str(value)).render_as_string(hide_password=True) if "@" in str(value) else str(value)
    return "***" if is_secret else str(value)


def _metadata() -> Finding:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return Finding("metadata", Verdict.BROKEN, f"does not answer: {type(error).__name__}")
    return Finding("metadata", Verdict.GOOD, f"answers, schema {schema.current()}")


def _tried(subject: str, trial: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, Verdict.GOOD, trial())
    except Exception as error:
        # Each store has errors of its own kind, and all of them mean the same here.
        return Finding(subject, Verdict.BROKEN, f"does not work: {type(error).__name__}: {error}")


def _cache() -> str:
    uri = settings().cache_uri
    if uri == "memory://":
        return "each process keeps answers for itself"
    store, key = backend(uri), f"doctor-{uuid4().hex}"
    store.set(key, TRIED, timeout=60)
    is_same = store.get(key) == TRIED
    store.delete(key)
    return _kept(is_same)


def _kept(is_same: bool) -> str:
    if not is_same:
        raise OSError("what was put into it cannot be read")
    return "keeps what it is given"


def _results() -> str:
    key, table = f"doctor-{uuid4().hex}", pa.table({"x": [1]})
    stores.results().put(key, table, 60)
    is_same = stores.results().get(key) == table
    stores.results().delete(key)
    return _kept(is_same)


def _broker() -> str:
    with celery.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=WORKER_ANSWERS_WITHIN_S)
    return "answers"


def _worker() -> Finding:
    if settings().broker_uri.startswith("filesystem://"):
        return Finding("worker", Verdict.GOOD, "is started by `serve`")
    try:
        answers = celery.control.ping(timeout=WORKER_ANSWERS_WITHIN_S)
    except Exception as error:
        return Finding("worker", Verdict.BROKEN, f"cannot be asked: {type(error).__name__}")
    if not answers:
        return Finding("worker", Verdict.BROKEN, "none answers; run `superset-like worker`")
    return Finding("worker", Verdict.GOOD, f"{len(answers)} of them")


def _files() -> Iterator[Finding]:
    home = settings().home
    for path in (home, home / "secrets.toml", home / "metadata.sqlite"):
        if path.exists():
            yield _closed(path)


def _closed(path: Path) -> Finding:
    open_to_others = stat.S_IMODE(path.stat().st_mode) & 0o077
    if open_to_others:
        return Finding(str(path), Verdict.UNSAFE, f"others can reach it; run `chmod go= {path}`")
    return Finding(str(path), Verdict.GOOD, "closed to others")


def _exposure() -> Iterator[Finding]:
    here = settings()
    if not here.login_rate_limit:
        yield Finding("LOGIN_RATE_LIMIT", Verdict.UNSAFE, "passwords can be guessed without limit")
    if here.rate_limit_uri == "memory://" and not here.database_uri.startswith("sqlite"):
        yield Finding("RATE_LIMIT_URI", Verdict.UNSAFE, "each process counts logins by itself; name a Redis")
    if not here.cookie_secure and here.public_url.startswith("https://"):
        yield Finding("COOKIE_SECURE", Verdict.UNSAFE, "the session cookie would travel over http too; set it to true")


def _people() -> Iterator[Finding]:
    public = current_app.config["AUTH_ROLE_PUBLIC"]
    held = db.session.execute(select(func.count()).select_from(Role).where(Role.name == public, Role.permissions.any()))
    if held.scalar():
        yield Finding(f"role {public}", Verdict.UNSAFE, "everybody, signed in or not, has its permissions")
    administrators = list(db.session.execute(select(User).where(User.active, groups.administrators())).scalars())
    if not administrators:
        yield Finding("administrators", Verdict.UNSAFE, "there is none; run `superset-like create-admin`")
    for user in administrators[:MOST_TRIED]:
        if any(_is_password(user, word) for word in (*PUBLISHED_PASSWORDS, user.username)):
            yield Finding(f"user {user.username}", Verdict.UNSAFE, "an administrator with a password anybody guesses")


def _is_password(user: User, word: str) -> bool:
    return bool(user.password) and check_password_hash(user.password, word)
