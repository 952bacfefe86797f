"""An import from recorded answers of the original: what comes, what does not and why, and what a second one does."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from superset_like.access import actors
from superset_like.errors import DatabasePaused, Forbidden, Invalid, NotAuthenticated, NotFound, SourceFailed
from superset_like.extensions import db
from superset_like.models import BroughtObject, Chart, Dashboard, Database, Destination, Report, SavedQuery, Tag
from superset_like.services import dashboard_edits, dashboard_items, databases, groups, redash_import, saved_queries
from superset_like.services.redash_import import Line, Outcome, Source, Wish
from tests.api.redash.conftest import RedashOf, key_of, redash_of
from tests.recorded_redash.server import KEY, Redash, recorded_redash

__all__ = ["key_of", "redash_of"]

Brought = Callable[..., dict[tuple[str, int], Line]]


@pytest.fixture
def redash() -> Iterator[Redash]:
    with recorded_redash() as server:
        yield server


@pytest.fixture
def brought(app: Flask, people: dict[str, int], data_database: int, redash: Redash) -> Iterator[Brought]:
    """Imports; what is told, by kind and number. The shop is here before, to stand for the file of the original."""

    def made(name: str = "admin", **wish: Any) -> dict[tuple[str, int], Line]:
        lines: list[Line] = []
        actor = actors.of_user(people[name])
        redash_import.bring(actor, Source(redash.address, KEY), Wish(**wish), lines.append)
        found = {(line.kind, line.foreign_id): line for line in lines}
        assert len(found) == len(lines)
        return found

    with app.app_context():
        yield made


def shop_name(data_database: int) -> str:
    name: str = db.session.get_one(Database, data_database).database_name
    return name


def one(kind: str, foreign_id: int, model: Any) -> Any:
    """What it became here."""
    here = (BroughtObject.kind == kind, BroughtObject.foreign_id == foreign_id)
    return db.session.get(model, db.session.execute(select(BroughtObject.own_id).where(*here)).scalar())


def count_of(*models: Any) -> list[int]:
    return [db.session.execute(select(func.count()).select_from(model)).scalar_one() for model in models]


EVERYTHING = (Database, SavedQuery, Chart, Dashboard, Report, Destination, Tag, BroughtObject)


def test_everything_that_has_a_place_comes(brought: Brought, data_database: int, people: dict[str, int]) -> None:
    told = brought(connections={1: shop_name(data_database)})
    assert told["data source", 1] == Line(Outcome.LEFT, "data source", 1, "DW", ("it was here before",))
    warehouse = one("data source", 2, Database)
    assert (warehouse.database_name, warehouse.sqlalchemy_uri) == ("PG", "postgresql://postgres@localhost:15432/dw")
    assert warehouse.pause["reason"] == "Brought from 127.0.0.1: enter its secret, then resume it"
    assert "enter it here" in told["data source", 2].notes[0]

    query = one("query", 1, SavedQuery)
    assert (query.label, query.is_draft, query.is_shared, query.db_id) == (
        "Orders by country",
        True,
        True,
        data_database,
    )
    assert (query.created_by_fk, query.sql_by_fk) == (people["admin"], people["admin"])
    assert [tag.name for tag in query.tags] == ["sales"]
    dropdown = one("query", 19, SavedQuery)
    assert dropdown.options["parameters"][0]["queryId"] == one("query", 18, SavedQuery).id
    chart = one("visualization", 24, Chart)
    assert chart.slice_name == "Chart 2"

    dashboard = one("dashboard", 1, Dashboard)
    items = dashboard_items.of_dashboard(dashboard)
    assert [item.chart for item in items] == [chart, None]
    assert items[0].options == {"position": {"col": 0, "row": 0, "sizeX": 3, "sizeY": 8}}
    alert = one("alert", 2, Report)
    assert (alert.name, alert.saved_query_id, alert.rearm_s) == ("Too many", one("query", 2, SavedQuery).id, 60)
    assert alert.condition == {"op": ">", "value": 0, "column": "a", "selector": "first"}
    assert [(each.user_id, each.destination_id) for each in alert.recipients] == [(people["admin"], None)]
    assert one("destination", 1, Destination).options == {"url": "https://to-be-entered.invalid/"}
    assert told["dashboard", 0].notes[0].startswith("the key does not see 1 of the dashboards there")


def test_groups_and_people_get_no_more_than_they_had(brought: Brought, people: dict[str, int], redash: Redash) -> None:
    users = redash.answers["users?disabled=False"]
    users.append({**users[0], "id": 9, "email": "boss@example.com", "groups": [{"id": 1, "name": "admin"}]})
    redash.answers["users?disabled=True"] = [{**users[0], "id": 8, "email": "gone@example.com", "is_disabled": True}]
    redash.answers["groups/2/data_sources"] = redash.answers["groups/2/data_sources"][:1]
    told = brought()
    source, viewers = one("data source", 2, Database), groups.named("viewers")
    # The default group had it neither there.
    assert groups.on_databases([source.id])[source.id] == {viewers.id: True}
    boss = actors.of_user(_id("boss@example.com"))
    assert (boss.is_admin, boss.databases) == (False, frozenset())
    assert "is an administrator there" in " ".join(told["user", 9].notes)
    viewer = actors.of_user(_id("viewer@example.com"))
    assert (viewer.viewed_databases, viewer.databases) == ({source.id}, frozenset())
    assert groups.of_people([viewer.user_id or 0]) == {viewer.user_id: [viewers.id]}
    with pytest.raises(NotAuthenticated):
        actors.of_user(_id("gone@example.com"))
    assert told["user", 1].outcome is Outcome.LEFT


def _id(email: str) -> int:
    pk: int = db.session.execute(select(User.id).where(User.email == email)).scalar_one()
    return pk


def test_what_has_no_place_is_told_with_the_reason(brought: Brought, redash: Redash) -> None:
    redash.answers["data_sources/2"]["type"] = "athena"
    redash.answers["queries/1"]["schedule"] = {"interval": "often"}
    told = brought()
    assert told["data source", 2].notes == ("there is no engine here for data sources of the type athena",)
    # A file that is in none of the folders for files.
    assert told["data source", 1].outcome is Outcome.FAILED
    assert {line.outcome for (kind, _), line in told.items() if kind == "query"} == {Outcome.FAILED}
    assert told["query", 1].notes == ("its data source 1 was not brought",)
    assert told["alert", 2].notes == ("its query 2 was not brought",)
    assert told["dashboard", 1].notes[0] == "widget 1 shows visualization 24, which was not brought"
    assert [item.text for item in dashboard_items.of_dashboard(one("dashboard", 1, Dashboard))] != []


def test_a_second_run_changes_nothing(brought: Brought, data_database: int) -> None:
    wish = {"connections": {1: shop_name(data_database)}}
    brought(**wish)
    before = count_of(*EVERYTHING)
    versions = [db.session.execute(select(model.id, model.changed_on)).all() for model in EVERYTHING[:6]]
    told = brought(**wish)
    assert {line.outcome for line in told.values()} == {Outcome.SAME, Outcome.FAILED}
    assert [key for key, line in told.items() if line.outcome is Outcome.FAILED] == [("dashboard", 0)]
    assert count_of(*EVERYTHING) == before
    assert [db.session.execute(select(model.id, model.changed_on)).all() for model in EVERYTHING[:6]] == versions


def test_what_changed_there_is_updated_unless_somebody_changed_it_here(
    brought: Brought, data_database: int, redash: Redash, people: dict[str, int]
) -> None:
    wish = {"connections": {1: shop_name(data_database)}}
    brought(**wish)
    query, other, dashboard = one("query", 1, SavedQuery), one("query", 2, SavedQuery), one("dashboard", 1, Dashboard)
    saved_queries.update(actors.of_user(people["admin"]), other.id, {"description": "Ours"})
    answers = redash.answers
    answers["queries/1"] |= {"query": "select 1", "tags": ["sales", "new"], "is_draft": False}
    answers["queries/2"]["query"] = "select 2"
    answers["queries/2"]["visualizations"][1]["options"] = {"globalSeriesType": "line"}
    answers["dashboards/1"]["name"] = "Sales"
    answers["dashboards/1"]["widgets"][1]["text"] = "Another"
    answers["alerts"][0]["options"]["value"] = 7
    answers["alerts/2/subscriptions"] = []
    told = brought(**wish)
    assert told["query", 1].outcome is Outcome.UPDATED
    assert (query.sql, query.is_draft, sorted(tag.name for tag in query.tags)) == ("select 1", False, ["new", "sales"])
    assert told["query", 2] == Line(Outcome.LEFT, "query", 2, "minimal", ("it was changed here since",))
    assert (other.sql, other.description) == ("select 1 as a", "Ours")
    assert told["visualization", 24].outcome is told["dashboard", 1].outcome is Outcome.UPDATED
    assert dashboard.dashboard_title == "Sales"
    assert [item.text for item in dashboard_items.of_dashboard(dashboard)] == ["", "Another"]
    alert = one("alert", 2, Report)
    assert (alert.condition["value"], alert.recipients) == (7, [])
    assert {line.outcome for key, line in brought(**wish).items() if key not in {("query", 2), ("dashboard", 0)}} == {
        Outcome.SAME
    }


def test_what_was_deleted_here_stays_so(brought: Brought, data_database: int, people: dict[str, int]) -> None:
    wish = {"connections": {1: shop_name(data_database)}}
    brought(**wish)
    saved_queries.delete(actors.of_user(people["admin"]), [one("query", 1, SavedQuery).id])
    assert brought(**wish)["query", 1].notes == ("it was deleted here",)


def test_the_secret_may_be_entered_and_the_connection_resumed(
    brought: Brought, people: dict[str, int], redash: Redash, redash_of: RedashOf
) -> None:
    brought()
    pk = one("data source", 2, Database).id
    db.session.remove()
    admin = redash_of("admin")
    options = {**admin.get(f"/api/data_sources/{pk}").get_json()["options"], "password": "mine"}
    assert admin.post(f"/api/data_sources/{pk}", json={"options": options}).status_code == 200
    assert admin.delete(f"/api/data_sources/{pk}/pause").get_json()["paused"] == 0
    assert brought()["data source", 2].outcome is Outcome.SAME
    redash.answers["data_sources/2"]["options"]["host"] = "elsewhere.example.com"
    assert brought()["data source", 2].outcome is Outcome.UPDATED
    source = db.session.get_one(Database, pk)
    # What was entered for one place is not sent to another.
    assert (source.secret_uri, source.pause is None) == ("postgresql://postgres@elsewhere.example.com:15432/dw", False)


def test_an_interrupted_run_is_gone_on_with(brought: Brought, data_database: int, redash: Redash) -> None:
    wish = {"connections": {1: shop_name(data_database)}}
    redash.refused["queries/18"] = (400, {}, b"no JSON")
    whole = dict(redash.answers)
    del redash.answers["dashboards/1"]
    del redash.answers["alerts"]
    with pytest.raises(NotFound, match="has no /api/alerts"):
        brought(**wish)
    assert one("query", 2, SavedQuery).label == "minimal"
    redash.refused.clear()
    redash.answers |= whole
    told = brought(**wish)
    assert told["query", 2].outcome is Outcome.SAME
    assert {told[key].outcome for key in (("query", 18), ("query", 19), ("dashboard", 1), ("alert", 2))} == {
        Outcome.BROUGHT
    }


def test_an_object_is_brought_whole_or_not(
    brought: Brought, data_database: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = {"connections": {1: shop_name(data_database)}}

    def failing(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(dashboard_edits, "update", failing)
        with pytest.raises(KeyboardInterrupt):
            brought(**wish)
    assert count_of(Dashboard) == [0]
    assert brought(**wish)["dashboard", 1].outcome is Outcome.BROUGHT
    assert count_of(Dashboard) == [1]


def test_a_plan_tells_the_same_and_writes_nothing(brought: Brought, data_database: int) -> None:
    before = count_of(*EVERYTHING)
    wish = {"connections": {1: shop_name(data_database)}}
    planned = brought(**wish, is_plan=True)
    assert count_of(*EVERYTHING) == before
    done = brought(**wish)
    assert {key: line.outcome for key, line in planned.items()} == {key: line.outcome for key, line in done.items()}
    assert {line.outcome for line in brought(**wish, is_plan=True).values()} == {Outcome.SAME, Outcome.FAILED}


def test_lists_are_read_page_by_page(brought: Brought, redash: Redash, data_database: int) -> None:
    item, whole = redash.answers["queries"][-1], redash.answers["queries/1"]
    for pk in range(100, 350):
        redash.answers["queries"].append({**item, "id": pk})
        redash.answers[f"queries/{pk}"] = {**whole, "id": pk, "visualizations": []}
    told = brought(connections={1: shop_name(data_database)}, is_plan=True)
    assert sum(kind == "query" for kind, _ in told) == 254
    assert [path for path in redash.asked if path.startswith("/api/queries?")] == [
        f"/api/queries?page={page}&page_size=100" for page in (1, 2, 3)
    ]


def test_only_administrators_import_and_only_with_an_administrators_key(
    brought: Brought, redash: Redash, people: dict[str, int]
) -> None:
    with pytest.raises(Forbidden):
        brought("alice")
    redash.answers["session"]["user"]["permissions"].remove("admin")
    with pytest.raises(SourceFailed, match="The key must be an administrator's"):
        brought()
    assert count_of(BroughtObject) == [0]


def test_the_key_goes_nowhere_else(brought: Brought, redash: Redash, people: dict[str, int]) -> None:
    with recorded_redash() as other:
        redash.refused["session"] = (302, {"Location": f"{other.address}/api/session"}, b"")
        with pytest.raises(SourceFailed, match="redirect"):
            brought()
        assert other.asked == []
    redash.refused["session"] = (400, {}, json.dumps({"message": f"bad key {KEY}"}).encode())
    with pytest.raises(SourceFailed) as failed:
        brought()
    assert KEY not in str(failed.value)
    with pytest.raises(SourceFailed) as unknown:
        redash_import.bring(actors.of_user(people["admin"]), Source(redash.address, "another"), Wish(), print)
    assert "another" not in str(unknown.value)


@pytest.mark.parametrize(
    "address",
    ["ftp://a.example", "file:///etc/passwd", "http://", "https://u:p@a.example", "http://a.example?k=1", "a"],
)
def test_addresses_that_are_none_are_refused(address: str) -> None:
    with pytest.raises(Invalid):
        Source(address, KEY)
    with pytest.raises(Invalid):
        Source("http://a.example", "a\r\nX: y")


def test_connections_that_are_paused_say_so(brought: Brought, redash: Redash, people: dict[str, int]) -> None:
    redash.answers["data_sources/2"] |= {"paused": 1, "pause_reason": "Moving"}
    del redash.answers["data_sources/2"]["options"]["password"]
    brought()
    source = one("data source", 2, Database)
    assert source.pause["reason"] == "Moving"
    with pytest.raises(DatabasePaused, match="PG is paused"):
        databases.require_running(source)


@pytest.mark.parametrize(("view_only", "notes"), [(False, 0), (True, 1)])
def test_objects_belong_to_who_made_them_and_are_judged_by_his_rights(
    brought: Brought, redash: Redash, view_only: bool, notes: int
) -> None:
    viewer = redash.answers["users?disabled=False"][0]
    redash.answers["groups/3/data_sources"][0]["view_only"] = view_only
    redash.answers["queries/18"]["user"] = viewer
    told = brought()
    query, pk = one("query", 18, SavedQuery), _id("viewer@example.com")
    assert viewer["email"] == "viewer@example.com"
    # Whoever may only look there gains nothing by it: what he wrote reads the tables that he may read.
    assert (query.created_by_fk, query.changed_by_fk, query.sql_by_fk) == (pk, pk, pk)
    said = "its owner may not do that here, so it was written with your rights"
    assert told["query", 18].notes.count(said) == notes


def test_what_a_disabled_person_made_is_his(brought: Brought, redash: Redash) -> None:
    users = redash.answers["users?disabled=False"]
    gone = {**users.pop(0), "is_disabled": True}
    redash.answers["users?disabled=True"] = [gone]
    redash.answers["queries/18"]["user"] = gone
    brought()
    assert one("query", 18, SavedQuery).created_by_fk == _id(gone["email"])


def test_one_strange_object_keeps_no_other_away(
    brought: Brought, redash: Redash, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    redash.answers["queries/2"] |= {"tags": ["x" * 300], "name": ["no text"]}
    usual = saved_queries.made

    def strange(actor: Any, values: Any) -> Any:
        if "as value" in values["sql"]:
            raise ZeroDivisionError
        return usual(actor, values)

    monkeypatch.setattr(saved_queries, "made", strange)
    redash.answers["queries/1"]["data_source_id"] = 2
    told = brought()
    assert told["query", 2].notes == ("its record is not as Redash's are: name",)
    assert told["query", 18].notes == ("this server failed to write it: see its log",)
    assert told["query", 19].notes == ("its parameter c takes its values from query 18, which was not brought",)
    assert told["query", 1].outcome is Outcome.BROUGHT
    assert "query 18 of http://127.0.0.1" in caplog.text
    assert KEY not in caplog.text
