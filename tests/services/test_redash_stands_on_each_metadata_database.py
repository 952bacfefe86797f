"""Redash's API over metadata in PostgreSQL and MariaDB: the same lists as over SQLite, and no deadlocks."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.config.settings import Settings
from superset_like.extensions import celery, db
from superset_like.models import Query
from superset_like.services import charts, datasets
from tests.api.redash.conftest import Bench
from tests.conftest import ApiClient
from tests.services.metadata_places import empty
from tests.services.redash_desk import Desk, client, desk, key_of

pytestmark = pytest.mark.slow

SERVERS = [
    pytest.param("postgres", marks=pytest.mark.postgres),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]
ORDERS = ("name", "created_at", "schedule", "runtime", "executed_at", "created_by", "starred_at", "nothing")
WORDS = (
    "sum",
    "SUM",
    "100%",
    "a_b",
    "s or t",
    "-sum query",
    '"sum of"',
    "3",
    "nothing like this",
    "o'hara",
    "\\",
    "or",
)
THREADS, TIMES = 8, 6


@contextmanager
def over(kind: str, folder: Path, usual: Settings) -> Iterator[Desk]:
    """A desk over metadata of this kind."""
    folder.mkdir()
    with ExitStack() as stack:
        uri = stack.enter_context(empty(kind, folder))
        more = {"database_uri": uri, "database_pool_size": 10}
        yield stack.enter_context(desk(folder, f"filesystem://{folder}/broker", usual, works=False, **more))


class Office:
    """What people make over the API; the same each time."""

    def __init__(self, here: Desk, bench: Bench) -> None:
        self.here, self.bench = here, bench
        self.admin = here.client
        with here.site.app.app_context():
            security = here.site.app.appbuilder.sm  # type: ignore[attr-defined]
            roles = [security.find_role(name) for name in ("Alpha", "sql_lab")]
            self.alice_id = security.add_user("alice", "Alice", "Doe", "alice@example.com", roles, "alice-pass").id
        self.alice = client(here.site.app, key_of(here.site.app, self.alice_id))

    def post(self, path: str, body: dict[str, Any] | None = None, by: ApiClient | None = None) -> Any:
        """What is answered."""
        answer = (by or self.admin).post(f"/api{path}", json=body or {})
        assert answer.status_code == 200, (path, answer.text)
        return answer.get_json()

    def fill(self) -> None:
        """All of it is made."""
        for number, (name, text) in enumerate(
            [
                ("sum of all", "x"),
                ("a_b", "y"),
                ("axb", None),
                ("100% sum", "o'hara"),
                ("100 x", ""),
                ("back\\slash", ""),
            ]
        ):
            by = self.alice if number % 2 else self.admin
            body = {
                "name": name,
                "description": text,
                "query": f"select {number} as n",
                "tags": ["t", f"t{number % 2}"],
            }
            schedule = {"interval": 3600 * (number + 1), "time": None, "day_of_week": None, "until": None}
            body |= {"data_source_id": self.here.site.database, "schedule": schedule if number < 3 else None}
            query = self.post("/queries", body, by)["id"]
            if number in {1, 2}:
                self.post(f"/queries/{query}/favorite", by=self.admin)
            if number in {2, 3}:
                self.post(f"/queries/{query}/results", {"max_age": 0}, by)
                self.bench.work()
            if number == 4:
                self.admin.delete(f"/api/queries/{query}")
            if number == 3:
                options = {"column": "n", "op": ">", "value": 100, "selector": "first"}
                self.post("/alerts", {"name": "Much", "query_id": query, "options": options}, by)
                visualization = {"query_id": query, "type": "COUNTER", "name": "C", "description": "", "options": {}}
                self.visualization = self.post("/visualizations", visualization, by)["id"]
        self._chart()
        for name in ("sales", "100%", "a_b"):
            board = self.post("/dashboards", {"name": name})["id"]
            self.post(f"/dashboards/{board}", {"is_draft": False, "tags": ["t", name]})
        self.post(f"/dashboards/{board}/favorite")
        widget = {"dashboard_id": board, "visualization_id": self.visualization, "width": 1, "text": "", "options": {}}
        self.post("/widgets", widget)
        group = self.post("/groups", {"name": "readers"})["id"]
        self.post(f"/groups/{group}/members", {"user_id": self.alice_id})
        self.post(f"/groups/{group}/data_sources", {"data_source_id": self.here.site.database})
        self.post(f"/groups/{group}/data_sources/{self.here.site.database}", {"view_only": True})
        self.post("/destinations", {"name": "mail", "type": "email", "options": {"addresses": "a@example.com"}})
        self.post("/query_snippets", {"trigger": "s", "description": "", "snippet": "select"})
        self.post("/users", {"name": "Bob Doe", "email": "bob@example.com"})

    def _chart(self) -> None:
        """A chart made elsewhere, which the lists show as a query."""
        with self.here.site.app.app_context(), acting(of_user(self.here.site.user)) as actor:
            values = {"database": self.here.site.database, "table_name": "virtual", "sql": "select 1 as a"}
            dataset = datasets.create(actor, values).id
            params = '{"viz_type": "table", "all_columns": ["a"], "query_mode": "raw"}'
            values = {"slice_name": "sum chart", "viz_type": "table", "params": params}
            charts.create(actor, {**values, "datasource_id": dataset, "datasource_type": "table"})


def seen(office: Office) -> dict[str, Any]:
    """path -> what each list says to the administrator and to alice."""
    pages = [f"/queries?order={sign}{order}&page_size=250" for order in ORDERS for sign in ("", "-")]
    pages += [
        f"/dashboards?order={sign}{order}" for order in ("name", "created_at", "starred_at") for sign in ("", "-")
    ]
    pages += [
        f"/users?order={sign}{order}" for order in ("name", "active_at", "created_at", "groups") for sign in ("", "-")
    ]
    found: dict[str, Any] = {}
    for by, asking in (("admin", office.admin), ("alice", office.alice)):
        for path in pages:
            found[f"{by} {path}"] = names(asking, path)
        for words in WORDS:
            for noun in ("queries", "dashboards", "users"):
                found[f"{by} {noun} {words}"] = names(asking, f"/{noun}", q=words)
        for path in (
            *("/queries?tags=t&tags=t1", "/queries?page_size=2&page=2", "/queries?page_size=2&page=9", "/queries/my"),
            *("/queries/archive", "/queries/favorites", "/queries/favorites?order=-starred_at", "/queries/recent"),
            *("/queries/tags", "/dashboards?tags=t&tags=sales", "/dashboards?page_size=2&page=2", "/dashboards/my"),
            *("/dashboards/favorites", "/dashboards/tags", "/alerts", "/destinations", "/groups", "/query_snippets"),
            *("/users?pending=true", "/users?disabled=False", "/users?disabled=True", "/data_sources", "/events"),
            *("/groups/3/members", "/groups/3/data_sources", "/admin/queries/outdated", "/organization/status"),
        ):
            found[f"{by} {path}"] = names(asking, path)
    return found


def names(asking: ApiClient, path: str, **query: str) -> Any:
    """The status, and what of the answer does not depend on when it was made."""
    answer = asking.get(f"/api{path}", query_string=query or None)
    assert answer.status_code < 500, (path, query, answer.text)
    return answer.status_code, told(answer.get_json())


def told(value: Any) -> Any:
    """The names in it, with the counts beside them."""
    if isinstance(value, list):
        return [told(each) for each in value]
    if not isinstance(value, dict):
        return value
    for name in ("name", "trigger"):
        if name in value:
            return (value[name], *(str(value.get(each)) for each in ("tags", "is_favorite", "count", "view_only")))
    known = ("count", "page", "results", "tags", "message", "members", "object_counters", "queries", "action")
    return {name: told(value[name]) for name in known if name in value}


@pytest.mark.parametrize("kind", SERVERS)
def test_each_list_says_the_same(
    kind: str, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for name in ("sqlite", kind):
        with over(name, tmp_path / name, settings) as here:
            bench = Bench(here.site.app)
            monkeypatch.setattr(celery, "send_task", bench.take)
            office = Office(here, bench)
            office.fill()
            found.append(seen(office))
    for answers in found:
        for path in answers:
            if "order=name&page_size" in path or "order=-name&page_size" in path or "runtime" in path:
                # How texts are put in order is the database's own, and a run takes as long as it takes.
                answers[path][1]["results"].sort()
    assert {path: (found[0][path], said) for path, said in found[1].items() if said != found[0][path]} == {}
    assert found[0]["admin queries sum"][1]["count"] == 3


@pytest.mark.parametrize("kind", SERVERS)
def test_letters_are_found_in_either_case(kind: str, tmp_path: Path, settings: Settings) -> None:
    with over(kind, tmp_path / kind, settings) as here:
        asking = here.client
        asking.post("/api/queries", json={"name": "Ümsätze", "query": "select 1", "data_source_id": 1})
        asking.post("/api/dashboards", json={"name": "Ümsätze"})
        for noun in ("queries", "dashboards"):
            for words in ("ümsätze", "ÜMSÄTZE", "msä"):
                listed = asking.get(f"/api/{noun}", query_string={"q": words}).get_json()
                assert listed["count"] == 1, (noun, words)


@pytest.mark.parametrize("kind", ["sqlite", *SERVERS])
def test_many_at_once_wait_for_nobody_for_ever(
    kind: str, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with over(kind, tmp_path / kind, settings) as here:
        bench = Bench(here.site.app)
        monkeypatch.setattr(celery, "send_task", lambda name, args, **_: bench._run(name, args))
        office = Office(here, bench)
        board = office.post("/dashboards", {"name": "all"})["id"]
        shared = office.post("/queries", {"name": "all", "query": "select 1", "data_source_id": 1})["id"]
        problems: list[str] = []
        waited: list[str] = []
        with here.site.app.app_context():
            event.listen(db.engine, "handle_error", lambda context: waited.append(str(context.original_exception)))
        gate = threading.Barrier(THREADS)

        def work(number: int) -> None:
            asking = client(here.site.app, here.key)
            gate.wait()
            for turn in range(TIMES):
                for answer in steps(asking, shared, board, f"select {number * TIMES + turn}"):
                    if answer.status_code != 200:
                        problems.append(f"{answer.request.path}: {answer.text}")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert not any(thread.is_alive() for thread in threads)
        assert problems == []
        assert [text for text in waited if "lock" in text.lower()] == []
        assert office.admin.get("/api/queries/archive").get_json()["count"] == THREADS * TIMES
        assert office.admin.get("/api/queries/favorites").get_json()["count"] in {0, 1}
        with here.site.app.app_context():
            assert db.session.query(Query).filter_by(status="success").count() >= THREADS * TIMES


def steps(asking: ApiClient, shared: int, board: int, sql: str) -> Iterator[Any]:
    """What somebody does to a query of his own and to what all share, where a conflict is asked again."""
    for step in wishes(asking, shared, board, sql):
        answer = step()
        while answer.status_code == 409:
            answer = step()
        yield answer


def wishes(asking: ApiClient, shared: int, board: int, sql: str) -> Iterator[Callable[[], Any]]:
    made: list[dict[str, Any]] = []

    def post(path: str, body: dict[str, Any]) -> Callable[[], Any]:
        return lambda: asking.post(f"/api{path}", json=body)

    def noted(step: Callable[[], Any]) -> Callable[[], Any]:
        def done() -> Any:
            answer = step()
            made.append(answer.get_json())
            return answer

        return done

    yield noted(post("/queries", {"name": sql, "query": sql, "data_source_id": 1, "tags": ["busy", sql]}))
    pk = made[-1]["id"]
    yield post(f"/queries/{pk}/results", {"max_age": 0})
    yield post(f"/queries/{shared}/results", {"max_age": 0})
    yield post(f"/queries/{pk}/favorite", {})
    yield post(f"/queries/{shared}/favorite", {})
    yield post(f"/queries/{shared}", {"tags": ["busy"], "name": sql})
    yield noted(
        post("/visualizations", {"query_id": pk, "type": "TABLE", "name": "T", "description": "", "options": {}})
    )
    widget = {"dashboard_id": board, "visualization_id": made[-1]["id"], "width": 1, "text": "", "options": {}}
    yield noted(post("/widgets", widget))
    yield lambda: asking.get("/api/queries")
    yield lambda: asking.delete(f"/api/queries/{shared}/favorite")
    yield lambda: asking.delete(f"/api/queries/{pk}")
