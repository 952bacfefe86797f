"""An import on its way: what becomes of each object, in whose name, and what is told of it."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import g
from flask_appbuilder.security.sqla.models import User
from marshmallow import EXCLUDE, Schema, ValidationError
from sqlalchemy.exc import DataError, IntegrityError

from superset_like.access import actors
from superset_like.access.actor import Actor, acting
from superset_like.access.actors import Person
from superset_like.errors import CannotBring, NotAuthenticated, ProductError
from superset_like.extensions import db, one_transaction
from superset_like.services.redash_import import ledger
from superset_like.services.redash_import.ledger import Entry, mark_of
from superset_like.services.redash_import.source import Source

log = logging.getLogger(__name__)

Values = dict[str, Any]
WAS_HERE, DELETED, CHANGED = "it was here before", "it was deleted here", "it was changed here since"


class Outcome(StrEnum):
    """What became of an object, or would become of it."""

    BROUGHT = "brought"
    UPDATED = "updated"
    SAME = "unchanged"
    LEFT = "left alone"
    FAILED = "not brought"


@dataclass(frozen=True, slots=True)
class Line:
    """What is told of an object. notes: reasons, and what could not be carried."""

    outcome: Outcome
    kind: str
    foreign_id: int
    name: str
    notes: tuple[str, ...] = ()


class Noun(ABC):
    """A kind of object. Values are what matters of it, as it would be here: other objects by their numbers here."""

    kind: str
    shape: type[Schema]

    def name(self, sent: Values) -> str:
        """What people call it."""
        return str(sent["name"])

    @abstractmethod
    def wanted(self, work: "Work", sent: Values) -> Values:
        """The values of an object as it was sent, loaded by `shape`. Raises CannotBring."""

    def here(self, work: "Work", values: Values) -> int | None:
        """The number of one that is here already and stands for it; None where a new one is made."""
        return None

    @abstractmethod
    def make(self, work: "Work", values: Values) -> int:
        """The number of a new one with these values."""

    @abstractmethod
    def change(self, work: "Work", pk: int, values: Values) -> None:
        """The object, which nobody changed here, has these values."""

    @abstractmethod
    def state(self, work: "Work", pk: int) -> Values | None:
        """What somebody may have changed of it here; None when it is gone."""


class Work:
    """One import. actor: the administrator who runs it."""

    def __init__(self, actor: Actor, source: Source, tell: Callable[[Line], None], *, is_plan: bool) -> None:
        self.actor = actor
        self.source = source
        self.is_plan = is_plan
        self._tell = tell
        self._entries = ledger.read(source.address)
        self._planned: set[ledger.Key] = set()
        self._notes: list[str] = []

    def own(self, kind: str, foreign_id: int | None) -> int | None:
        """The number here of what was brought, a negative one of what a plan would bring; None for what was not."""
        if foreign_id is None:
            return None
        entry = self._entries.get((kind, foreign_id))
        if entry is not None:
            return entry.own_id
        return -foreign_id if (kind, foreign_id) in self._planned else None

    def was_here(self, kind: str, foreign_id: int) -> bool:
        """Whether something that was here before stands for it."""
        entry = self._entries.get((kind, foreign_id))
        return entry is not None and entry.own_mark is None

    def all_own(self, kind: str) -> set[int]:
        """The numbers here of all that an import made: not of what was here before."""
        return {entry.own_id for (known, _), entry in self._entries.items() if known == kind and entry.own_mark}

    def note(self, text: str) -> None:
        """The report says this of the object that is being brought."""
        if text not in self._notes:
            self._notes.append(text)

    def bring(self, noun: Noun, sent: Values) -> None:
        """The object is here, or the report says why not."""
        self._notes = []
        foreign_id, name = sent.get("id"), "?"
        if not isinstance(foreign_id, int):
            foreign_id = 0
        try:
            loaded = _loaded(noun.shape, sent)
            name = noun.name(loaded)
            outcome = self._outcome(noun, foreign_id, noun.wanted(self, loaded))
        except ProductError as error:
            outcome = Outcome.FAILED
            self.note(told(error))
        except (IntegrityError, DataError):
            outcome = Outcome.FAILED
            self.note("it collides with something that is here, or is too long")
        except Exception:
            # One strange object shall not keep all others away.
            log.exception("%s %s of %s could not be written", noun.kind, foreign_id, self.source.address)
            outcome = Outcome.FAILED
            self.note("this server failed to write it: see its log")
        self._tell(Line(outcome, noun.kind, foreign_id, name, tuple(self._notes)))

    def cannot(self, kind: str, foreign_id: int, name: str, reason: str) -> None:
        """The report says that this was not brought."""
        self._tell(Line(Outcome.FAILED, kind, foreign_id, name, (reason,)))

    def actor_of(self, owner_id: int | None, may: Callable[[Actor], bool]) -> Actor:
        """The owner, where he may; else who runs the import, which the report says."""
        if owner_id is None or owner_id == self.actor.user_id:
            return self.actor
        try:
            owner = actors.of_user(owner_id)
        except NotAuthenticated:
            return self.actor
        if may(owner):
            return owner
        self.note("its owner may not do that here, so it was written with your rights")
        return self.actor

    @contextmanager
    def in_name_of(self, owner_id: int | None, actor: Actor) -> Iterator[Actor]:
        """What is written in the block is by the owner, and judged by the rights of the actor."""
        former = g.get("user")
        g.user = _person(owner_id if owner_id is not None else self.actor.user_id)
        try:
            with acting(actor):
                yield actor
        finally:
            g.user = former

    def _outcome(self, noun: Noun, foreign_id: int, values: Values) -> Outcome:
        key, mark = (noun.kind, foreign_id), mark_of(values)
        entry = self._entries.get(key)
        if entry is None:
            return self._first(noun, key, mark, values)
        state = noun.state(self, entry.own_id)
        reason = None if state is not None else DELETED
        if reason is None and entry.source_mark == mark:
            return Outcome.SAME
        if reason is None and entry.own_mark is None:
            reason = WAS_HERE
        if reason is None and state is not None and entry.own_mark != mark_of(state):
            reason = CHANGED
        if reason is not None:
            self._notes = [reason]
            return Outcome.LEFT
        if not self.is_plan:
            with one_transaction():
                noun.change(self, entry.own_id, values)
                made = self._written(noun, key, mark, entry.own_id)
            self._entries[key] = made
        return Outcome.UPDATED

    def _first(self, noun: Noun, key: ledger.Key, mark: str, values: Values) -> Outcome:
        present = noun.here(self, values)
        if present is not None:
            self._notes = [WAS_HERE]
            entry = Entry(present, mark, None)
            if not self.is_plan:
                with one_transaction():
                    ledger.write(self.source.address, key, entry)
            self._entries[key] = entry
            return Outcome.LEFT
        if self.is_plan:
            self._planned.add(key)
        else:
            with one_transaction():
                made = self._written(noun, key, mark, noun.make(self, values))
            self._entries[key] = made
        return Outcome.BROUGHT

    def _written(self, noun: Noun, key: ledger.Key, mark: str, own_id: int) -> Entry:
        state = noun.state(self, own_id)
        if state is None:
            raise CannotBring("it was deleted meanwhile")
        entry = Entry(own_id, mark, mark_of(state))
        ledger.write(self.source.address, key, entry)
        return entry


def _person(pk: int | None) -> Person | None:
    """Somebody as the columns that note authors want him; who was disabled too."""
    user = db.session.get(User, pk)
    return None if user is None else Person(user.id, user.username, user.first_name, user.last_name, user.email)


def free_name(work: Work, name: str, taken: Callable[[str], bool], longest: int) -> str:
    """The name; with the server's behind it where another object has it already."""
    name = name[:longest]
    if not taken(name):
        return name
    ending = f" ({work.source.host})"
    found = name[: longest - len(ending)] + ending
    work.note(f"something here is named {name} already; this one is named {found}")
    return found


def told(error: ProductError) -> str:
    """The error in a line."""
    said = [f"{name}: {text}" for name, texts in error.fields.items() for text in _texts(texts)]
    if error.message != error.default_message or not said:
        said.insert(0, error.message)
    return "; ".join(dict.fromkeys(said))


def _texts(texts: Any) -> list[str]:
    if isinstance(texts, Mapping):
        return [text for each in texts.values() for text in _texts(each)]
    return [str(each) for each in texts]


def _loaded(shape: type[Schema], sent: Values) -> Values:
    try:
        found: Values = shape().load(sent, unknown=EXCLUDE)
    except ValidationError as error:
        names = ", ".join(sorted(map(str, error.messages_dict)))
        raise CannotBring(f"its record is not as Redash's are: {names}") from error
    return found
