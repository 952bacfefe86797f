"""An application over a fresh copy of migrated metadata for each test, with the standing cast in it.

The application is made in an application context that ends before a request comes: a context that stayed would leak
who is signed in from one request to the next.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_jwt_extended import create_access_token
from sqlalchemy import event
from werkzeug.test import Client, TestResponse

from superset_like.access import grants
from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.app import create_app
from superset_like.config.load import load
from superset_like.config.settings import Settings
from superset_like.extensions import db
from superset_like.models import Database, Dataset
from superset_like.services import databases, datasets, setup
from tests.people import ROLES, password_of
from tests.receivers import Hook, Mailbox, mail_server, webhook

SECRETS = {
    "secret_key": "tests-only-0f3a9c1b7e5d2846-session",
    "guest_token_secret": "tests-only-b1d2c3e4f5a6978-guests",
}
SALES = """
CREATE TABLE sales (id INTEGER, tenant TEXT, region TEXT, amount NUMERIC, sold_on TIMESTAMP);
INSERT INTO sales VALUES
  (1, 'a', 'north', 10, '2026-01-05 10:00:00'), (2, 'a', 'north', 20, '2026-01-20 11:30:00'),
  (3, 'a', 'south', 30, '2026-02-03 09:15:00'), (4, 'a', 'south', 40, '2026-02-14 16:45:00'),
  (5, 'a', 'east', 50, '2026-03-01 00:00:00'), (6, 'a', NULL, 60, '2026-03-31 23:59:59'),
  (7, 'b', 'north', 100, '2026-01-06 10:00:00'), (8, 'b', 'north', 200, '2026-01-21 11:30:00'),
  (9, 'b', 'south', 300, '2026-02-04 09:15:00'), (10, 'b', 'south', 400, '2026-02-15 16:45:00'),
  (11, 'b', 'west', 500, '2026-03-02 00:00:00'), (12, 'b', NULL, 600, NULL);
CREATE TABLE secrets (id INTEGER, word TEXT);
INSERT INTO secrets VALUES (1, 'canary');
"""


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the tests' application: all state in a folder of this run."""
    home = tmp_path_factory.mktemp("home")
    (home / "data").mkdir()
    return load({}, home=home, login_rate_limit="", cache_uri="memory://", log_level="WARNING", **SECRETS)


@dataclass(frozen=True)
class Prepared:
    """The application, and its metadata as tests may find it: with the cast, with their shop, with its sales.

    shop, sales: ids of the connection and of the dataset.
    """

    app: Flask
    metadata: Path
    templates: dict[str, Path]
    shop: int
    sales: int


@pytest.fixture(scope="session")
def prepared(settings: Settings) -> Prepared:
    """The application over migrated metadata with roles and the cast; making that for each test would take long."""
    setup.migrate(settings)
    app = create_app(settings)
    setup.prepare(app)
    metadata = Path(settings.database_uri.removeprefix("sqlite:///"))
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        for name, roles in ROLES.items():
            found = [security.find_role(role) for role in roles]
            security.add_user(name, name.title(), "Doe", f"{name}@example.com", found, password_of(name))
        templates = {"app": _kept(metadata, "cast")}
        write_sales(settings)
        shop = _shop(app, settings)
        templates["data_database"] = _kept(metadata, "shop")
        dataset = _sales(app, shop)
        templates["sales"] = _kept(metadata, "sales")
    return Prepared(app, metadata, templates, shop, dataset)


def _kept(metadata: Path, name: str) -> Path:
    db.session.remove()
    db.engine.dispose()
    with closing(sqlite3.connect(metadata)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return shutil.copy(metadata, metadata.with_name(f"{name}.sqlite"))


_restored = iter(range(1000, 10**9, 1000))


@pytest.fixture
def app(prepared: Prepared, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on fresh metadata, with what the test asks for in it."""
    with prepared.app.app_context():
        db.engine.dispose()
    for suffix in ("-wal", "-shm"):
        prepared.metadata.with_name(prepared.metadata.name + suffix).unlink(missing_ok=True)
    # A module may have a `sales` of its own; ours stands on the file.
    ours = ("sales", "data_database") if "sales_file" in request.fixturenames else ()
    asked = next((name for name in ours if name in request.fixturenames), "app")
    shutil.copy(prepared.templates[asked], prepared.metadata)
    with closing(sqlite3.connect(prepared.metadata)) as connection:
        # What processes remember is kept under these counters; a copy must not look like a former test's metadata.
        connection.execute("UPDATE stamp SET value = ?", (next(_restored),))
        connection.commit()
    yield prepared.app
    with prepared.app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def people(app: Flask) -> dict[str, int]:
    """name -> id of the cast."""
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        return {name: security.find_user(name).id for name in ROLES}


class ApiClient(Client):
    """A client whose requests carry headers of their own."""

    headers: dict[str, str]

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs["headers"] = {**self.headers, **(kwargs.get("headers") or {})}
        return super().open(*args, **kwargs)


ClientOf = Callable[[str | None], ApiClient]


@pytest.fixture
def client_of(app: Flask, people: dict[str, int]) -> ClientOf:
    """A client that speaks for somebody of the cast by JWT; for nobody when no name is given."""

    def made(name: str | None = None, **headers: str) -> ApiClient:
        client = ApiClient(app, app.response_class)
        client.headers = dict(headers)
        if name is not None:
            with app.app_context():
                token = create_access_token(identity=str(people[name]), fresh=True)
            client.headers["Authorization"] = f"Bearer {token}"
        return client

    return made


@pytest.fixture
def browser_of(app: Flask) -> Callable[[str], Client]:
    """A client that somebody of the cast signed in by the login form."""

    def made(name: str) -> Client:
        client = app.test_client()
        page = client.get("/login/").get_data(as_text=True)
        token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
        form = {"username": name, "password": password_of(name), "csrf_token": token}
        assert client.post("/login/", data=form).status_code == 302
        return client

    return made


def write_sales(settings: Settings) -> Path:
    """The file of the shop, anew."""
    path = settings.home / "data" / "sales.sqlite"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SALES)
    return path


def _shop(app: Flask, settings: Settings) -> int:
    with acting(of_user(_id_of(app, "admin"))) as actor:
        uri = f"sqlite:///{settings.home / 'data' / 'sales.sqlite'}"
        return databases.create(actor, {"database_name": "shop", "sqlalchemy_uri": uri}).id


def _sales(app: Flask, shop: int) -> int:
    with acting(of_user(_id_of(app, "admin"))) as actor:
        values = {"database": shop, "table_name": "sales", "owners": [_id_of(app, "alice")]}
        dataset = datasets.create(actor, values)
        metrics = [{"id": dataset.metrics[0].id, "metric_name": "count", "expression": "COUNT(*)"}]
        metrics.append({"metric_name": "total", "expression": "SUM(amount)", "verbose_name": "Total"})  # type: ignore[dict-item]
        datasets.update(actor, dataset.id, {"metrics": metrics})
        _grant_to_bob(app, dataset)
        return dataset.id


def _id_of(app: Flask, name: str) -> int:
    found: int = app.appbuilder.sm.find_user(name).id  # type: ignore[attr-defined]
    return found


def _grant_to_bob(app: Flask, dataset: Dataset) -> None:
    security = app.appbuilder.sm  # type: ignore[attr-defined]
    role = security.add_role("sales_reader")
    grants.ensure_for_dataset(dataset)
    permission = security.find_permission_view_menu("datasource_access", dataset.perm)
    security.add_permission_role(role, permission)
    bob = security.find_user("bob")
    bob.roles = [*bob.roles, role]
    db.session.commit()


@pytest.fixture
def sales_file(app: Flask, settings: Settings) -> Path:
    """A SQLite file with twelve sales of tenants a and b, and a table of secrets."""
    return write_sales(settings)


@pytest.fixture
def data_database(app: Flask, prepared: Prepared, sales_file: Path) -> int:
    """The id of a connection to that file; it is named `shop`."""
    return prepared.shop


@pytest.fixture
def sales(data_database: int, prepared: Prepared) -> int:
    """The id of the dataset over `sales`: alice owns it, bob's role may read it, and it has the metric `total`."""
    return prepared.sales


@dataclass
class Counted:
    """SQL statements on the metadata while it was looked at."""

    statements: list[str]

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def counted(app: Flask) -> Iterator[Counted]:
    """The statements that the test's requests send to the metadata; clear it before the request of interest."""
    found = Counted([])

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        found.statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def database_of(app: Flask) -> Callable[[int], Database]:
    """The stored connection of an id, read within an application context."""

    def made(pk: int) -> Database:
        found = db.session.get(Database, pk)
        assert found is not None
        return found

    return made


@dataclass(frozen=True)
class Embedded:
    """A dashboard that may be embedded, and its chart over `sales`."""

    dashboard: int
    chart: int
    uuid: str
    dataset: int


@pytest.fixture
def embedded(client_of: ClientOf, sales: int) -> Embedded:
    """A published dashboard of alice with one chart, sums by region, and a native filter on `region`."""
    alice = client_of("alice")
    question = {"columns": ["region"], "metrics": ["total"], "orderby": [["region", True]], "row_limit": 1000}
    context = {"datasource": {"id": sales, "type": "table"}, "queries": [question]}
    body = {"slice_name": "By region", "viz_type": "table", "datasource_id": sales, "datasource_type": "table"}
    chart = alice.post("/api/v1/chart/", json={**body, "query_context": json.dumps(context)}).get_json()["id"]
    layout = {
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": ["ROW"]},
        "ROW": {"type": "ROW", "id": "ROW", "children": ["CHART"]},
        "CHART": {"type": "CHART", "id": "CHART", "children": [], "meta": {"chartId": chart}},
    }
    metadata = {
        "native_filter_configuration": [
            {"id": "F", "filterType": "filter_select", "targets": [{"datasetId": sales, "column": {"name": "region"}}]}
        ]
    }
    body = {
        "dashboard_title": "Shop",
        "published": True,
        "position_json": json.dumps(layout),
        "json_metadata": json.dumps(metadata),
    }
    dashboard = alice.post("/api/v1/dashboard/", json=body).get_json()["id"]
    leave = (
        client_of("admin")
        .post(f"/api/v1/dashboard/{dashboard}/embedded", json={"allowed_domains": []})
        .get_json()["result"]
    )
    return Embedded(dashboard, chart, leave["uuid"], sales)


@pytest.fixture
def guest_of(client_of: ClientOf) -> Callable[..., ApiClient]:
    """A client with a guest token for an embedded dashboard, under these row rules."""

    def made(embedded: Embedded, *clauses: str, **more: Any) -> ApiClient:
        body = {
            "user": {"username": "visitor", "first_name": "Vi", "last_name": "Sitor"},
            "resources": [{"type": "dashboard", "id": embedded.uuid}],
            "rls": [{"clause": clause} for clause in clauses],
            **more,
        }
        answer = client_of("admin").post("/api/v1/security/guest_token/", json=body)
        assert answer.status_code == 200, answer.text
        return client_of(None, **{"X-GuestToken": answer.get_json()["token"]})

    return made


SERVICES = frozenset({"postgres", "mariadb", "redis", "rabbitmq"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one module that share a service run one after another: they share its tables and queues too."""
    for item in items:
        if any(mark.name in SERVICES for mark in item.iter_markers()):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.split("::", 1)[0]))


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server, and what it was sent."""
    with mail_server() as found:
        yield found


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A server that takes webhooks, and what it was sent."""
    with webhook() as found:
        yield found
