"""Counters that tell every process when what it remembers is out of date.

`security` rises with each committed change of users, roles, groups, permissions, row rules or API keys, and with each
session that is ended; `content` with each change of what people make; `activity` with what goes on around it: queries
that were run, stars. A process reads them once a request and drops what it remembered under an older value.
"""

from flask import g, has_app_context
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import (
    ApiKey,
    Group,
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
)
from sqlalchemy import BigInteger, String, event, select, update
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, SessionTransaction, mapped_column

from superset_like.models.annotation import Annotation, AnnotationLayer
from superset_like.models.chart import Chart
from superset_like.models.dashboard import Dashboard, DashboardShare, EmbeddedDashboard
from superset_like.models.database import Database
from superset_like.models.dataset import Dataset, DatasetColumn, DatasetMetric
from superset_like.models.dialect_record import DialectRecord
from superset_like.models.ended_session import EndedSession
from superset_like.models.favorite import Favorite
from superset_like.models.row_rule import RowRule
from superset_like.models.saved_query import SavedQuery
from superset_like.models.tag import Tag, TaggedObject
from superset_like.models.theme import Theme
from superset_like.models.user_key import UserKey

SECURITY = (
    User,
    Role,
    Group,
    Permission,
    ViewMenu,
    PermissionView,
    ApiKey,
    UserKey,
    DashboardShare,
    RowRule,
    EndedSession,
)
CONTENT = (
    Database,
    Dataset,
    DatasetColumn,
    DatasetMetric,
    Chart,
    Dashboard,
    EmbeddedDashboard,
    SavedQuery,
    Tag,
    TaggedObject,
    Theme,
    AnnotationLayer,
    Annotation,
    DialectRecord,
)
ACTIVITY = (Favorite,)
# Login writes these on every visit; they change nobody's rights.
HARMLESS = frozenset({"last_login", "login_count", "fail_login_count", "last_used_on", "changed_on"})


class Stamp(Model):
    """One counter."""

    __tablename__ = "stamp"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, nullable=False, default=0)


def read(session: Session) -> tuple[int, int, int]:
    """(security, content, activity) as committed now."""
    # Every request asks this: below the ORM it costs a third.
    values = dict(session.connection().execute(STAMPS).all())
    return values.get("security", 0), values.get("content", 0), values.get("activity", 0)


def current(session: Session) -> tuple[int, int]:
    """(security, content) as this request or job knows them: read once, and anew after a write of its own."""
    return whole(session)[:2]


def whole(session: Session) -> tuple[int, int, int]:
    """(security, content, activity), as `current`."""
    found: tuple[int, int, int] | None = g.get("stamps")
    if found is None:
        found = g.stamps = read(session)
    return found


def look_again() -> None:
    """The next that asks for them reads them anew: others may have written meanwhile."""
    g.pop("stamps", None)


def note_activity(session: Session) -> None:
    """Whoever remembers what goes on around the content looks again, once this is committed."""
    _touched(session).add("activity")


def is_raised(session: Session) -> bool:
    """Whether the session has written what is remembered, and not committed it yet."""
    return bool(session.info.get("stamps"))


STAMPS = select(Stamp.name, Stamp.value)


def _touched(session: Session) -> set[str]:
    names: set[str] = session.info.setdefault("stamps", set())
    return names


@event.listens_for(Session, "before_flush")
def _note_objects(session: Session, *_: object) -> None:
    for item in (*session.new, *session.deleted, *session.dirty):
        if isinstance(item, SECURITY) and not _is_harmless(session, item):
            _touched(session).add("security")
        if isinstance(item, CONTENT):
            _touched(session).add("content")
        if isinstance(item, ACTIVITY):
            _touched(session).add("activity")


def _is_harmless(session: Session, item: Model) -> bool:
    if item in session.new or item in session.deleted:
        return False
    state = item._sa_instance_state
    return not any(state.attrs[key].history.has_changes() for key in set(state.attrs.keys()) - HARMLESS)


@event.listens_for(Session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if not (state.is_insert or state.is_update or state.is_delete) or state.bind_mapper is None:
        return
    changed = state.bind_mapper.class_
    if issubclass(changed, SECURITY):
        _touched(state.session).add("security")
    if issubclass(changed, CONTENT):
        _touched(state.session).add("content")
    if issubclass(changed, ACTIVITY):
        _touched(state.session).add("activity")


@event.listens_for(Session, "before_commit")
def _raise_stamps(session: Session) -> None:
    # The last thing before the commit: who holds a stamp waits for nothing else, so no two writers can deadlock.
    session.flush()
    names = sorted(_touched(session))
    session.info["stamps"] = set()
    if names and has_app_context():
        g.pop("stamps", None)
    for name in names:
        session.execute(
            update(Stamp).where(Stamp.name == name).values(value=Stamp.value + 1),
            execution_options={"synchronize_session": False},
        )


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    # What was written before a savepoint stays.
    if not undone.nested:
        session.info["stamps"] = set()
