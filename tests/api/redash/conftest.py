"""Clients that speak with a person's key, as Redash's do."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from superset_like import jobs
from superset_like.access import derived_keys, grants
from superset_like.access.derived_keys import KeyKind
from superset_like.discovery import modules_in
from superset_like.extensions import celery, db
from superset_like.models import Database, UserKey
from tests.conftest import ApiClient

RedashOf = Callable[[str | None], ApiClient]


@pytest.fixture
def key_of(app: Flask, people: dict[str, int]) -> Callable[[str], str]:
    """The key of somebody of the cast."""

    def made(name: str) -> str:
        with app.app_context():
            found = db.session.get(UserKey, people[name])
            if found is None:
                found = UserKey(user_id=people[name])
                db.session.add(found)
                db.session.commit()
            return derived_keys.key_of(KeyKind.USER, people[name], found.nonce).text

    return made


@pytest.fixture
def redash_of(app: Flask, key_of: Callable[[str], str]) -> RedashOf:
    """A client with the key of somebody of the cast; with none when no name is given."""

    def made(name: str | None = None) -> ApiClient:
        client = ApiClient(app, app.response_class)
        client.headers = {} if name is None else {"Authorization": f"Key {key_of(name)}"}
        return client

    return made


class Bench:
    """The tasks that were sent, carried out by a thread when the test says so; at once while `is_quick`."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.sent: list[tuple[str, list[object]]] = []
        self.is_quick = False

    def take(self, name: str, args: list[object], **_: object) -> None:
        self.sent.append((name, args))
        if self.is_quick:
            self.work()

    def work(self) -> int:
        """How many tasks were done; those that they sent are done too."""
        done = 0
        while self.sent:
            name, args = self.sent.pop(0)
            thread = threading.Thread(target=self._run, args=(name, args))
            thread.start()
            thread.join()
            done += 1
        return done

    def _run(self, name: str, args: list[object]) -> None:
        # As the worker does.
        modules_in(jobs)
        with self._app.app_context():
            celery.tasks[name](*args)
            db.session.remove()


@pytest.fixture
def bench(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A worker that works when it is told to."""
    made = Bench(app)
    monkeypatch.setattr(celery, "send_task", made.take)
    return made


@dataclass(frozen=True)
class Shop:
    """The shop as a data source, and clients of the cast: alice reads all data, vera may only look, carl nothing."""

    source: int
    alice: ApiClient
    admin: ApiClient
    vera: ApiClient
    carl: ApiClient
    bench: Bench

    def query(
        self, sql: str, *definitions: dict[str, Any], client: ApiClient | None = None, **more: Any
    ) -> dict[str, Any]:
        """A query as it was made, by alice unless somebody else is named."""
        body = {"name": "A query", "query": sql, "data_source_id": self.source}
        body |= {"options": {"parameters": list(definitions)}, **more}
        made = (client or self.alice).post("/api/queries", json=body)
        assert made.status_code == 200, made.text
        found: dict[str, Any] = made.get_json()
        return found

    def ran(self, query: dict[str, Any], client: ApiClient | None = None, **wish: Any) -> dict[str, Any]:
        """The job of a new run, done."""
        asker = client or self.alice
        asked = asker.post(f"/api/queries/{query['id']}/results", json={"max_age": 0, **wish})
        assert asked.status_code == 200, asked.text
        self.bench.work()
        found: dict[str, Any] = asker.get(f"/api/jobs/{asked.get_json()['job']['id']}").get_json()["job"]
        return found


@pytest.fixture
def shop(
    app: Flask,
    data_database: int,
    people: dict[str, int],
    redash_of: RedashOf,
    key_of: Callable[[str], str],
    bench: Bench,
) -> Shop:
    """See Shop."""
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        database = db.session.get(Database, data_database)
        assert database is not None
        role = security.add_role("shop viewers")
        security.add_permission_role(role, grants.on_database(database, view_only=True))
        db.session.commit()
        keys = {}
        for name, roles in {"vera": ["Gamma", "sql_lab", "shop viewers"], "carl": ["Gamma", "sql_lab"]}.items():
            found = [security.find_role(each) for each in roles]
            user = security.add_user(name, name.title(), "Doe", f"{name}@example.com", found, f"{name}-password")
            key = UserKey(user_id=user.id)
            db.session.add(key)
            db.session.commit()
            keys[name] = derived_keys.key_of(KeyKind.USER, user.id, key.nonce).text

    def client(key: str) -> ApiClient:
        made = ApiClient(app, app.response_class)
        made.headers = {"Authorization": f"Key {key}"}
        return made

    return Shop(
        data_database, redash_of("alice"), redash_of("admin"), client(keys["vera"]), client(keys["carl"]), bench
    )
