"""Who asks: one frozen value, built once a request, and the same in the web, a job and the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from flask import g


class ActorKind(StrEnum):
    """How somebody came in."""

    USER = "user"
    GUEST = "guest"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class GuestRule:
    """A row rule of a guest token; dataset_id None means every dataset."""

    clause: str
    dataset_id: int | None = None


@dataclass(frozen=True, slots=True)
class Guest:
    """What a guest token grants: these embedded dashboards (ids), under these rules.

    sharer: who gave a dashboard a public address; its reader is shown what that person is shown, and no more.
    """

    dashboard_ids: frozenset[int]
    rules: tuple[GuestRule, ...]
    issued_at: datetime
    sharer: "Actor | None" = None


@dataclass(frozen=True, slots=True)
class KeyObjects:
    """What a key with scopes for single objects reaches.

    named: (permission, resource, id) of each; whole: (permission, resource) of those that it reaches in full.
    """

    named: frozenset[tuple[str, str, int]]
    whole: frozenset[tuple[str, str]]

    def ids(self, resource: str, permission: str | None = None) -> frozenset[int] | None:
        """The objects that it reaches (with this permission); None for all. What no scope names it does not reach."""
        ids = frozenset(pk for held, of, pk in self.named if of == resource and permission in (None, held))
        is_whole = any(of == resource and permission in (None, held) for held, of in self.whole)
        return None if is_whole and not self._limits(resource) else ids

    def _limits(self, resource: str) -> bool:
        return any(of == resource for _, of, _ in self.named)


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller and all that is needed to judge what he may do.

    permissions: (permission, resource) pairs, for instance ("can_read", "Chart"). datasets, databases: ids that are
    granted by `datasource_access` and `database_access`, viewed_databases: by `saved_query_access`; schemas, catalogs:
    their resource names as granted (`[db].[schema]`). stamp: the security stamp these facts were read under.
    """

    kind: ActorKind
    user_id: int | None = None
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    role_ids: frozenset[int] = frozenset()
    role_names: frozenset[str] = frozenset()
    permissions: frozenset[tuple[str, str]] = frozenset()
    datasets: frozenset[int] = frozenset()
    databases: frozenset[int] = frozenset()
    viewed_databases: frozenset[int] = frozenset()
    schemas: frozenset[str] = frozenset()
    catalogs: frozenset[str] = frozenset()
    is_admin: bool = False
    guest: Guest | None = None
    key_scopes: frozenset[str] | None = None
    key_objects: KeyObjects | None = None
    stamp: int = 0
    attributes: tuple[tuple[str, str], ...] = field(default=())

    def can(self, permission: str, resource: str) -> bool:
        """Whether a role grants this."""
        return (permission, resource) in self.permissions

    @property
    def reader(self) -> "Actor":
        """Whose row rules and rights to tables count: those of who shared a dashboard where a guest reads that."""
        return self.guest.sharer if self.guest is not None and self.guest.sharer is not None else self

    @property
    def needs_rights(self) -> bool:
        """Whether a right to the dataset is needed: a guest of an embedded dashboard has that of the dashboard."""
        return self.guest is None or self.guest.sharer is not None

    @property
    def is_lent(self) -> bool:
        """Whether he reads single things with the rights of somebody who gave a key to them, or their address, away."""
        return self.key_objects is not None or (self.guest is not None and self.guest.sharer is not None)

    @property
    def reads_all_data(self) -> bool:
        """Whether every dataset of every database is open to him."""
        return self.can("all_datasource_access", "all_datasource_access") or self.can(
            "all_database_access", "all_database_access"
        )


ANONYMOUS = Actor(ActorKind.ANONYMOUS)


def current() -> Actor:
    """Who makes the request (or runs the job) that is being worked on; ANONYMOUS when nobody said."""
    found: Actor = g.get("actor", ANONYMOUS)
    return found


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """The block runs as this actor: a job for the user who asked for it."""
    former = g.get("actor", ANONYMOUS)
    g.actor = actor
    try:
        yield actor
    finally:
        g.actor = former
