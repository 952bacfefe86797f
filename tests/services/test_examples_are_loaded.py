"""The example data: all of it is there after one load, and what people did to it is respected by the next."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet
import pytest
from flask import Flask
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from superset_like.access import actors
from superset_like.access.actor import Actor, acting
from superset_like.config.settings import Settings
from superset_like.errors import Conflict
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Database, Dataset
from superset_like.services import chart_data, charts, dashboards, databases, datasets, examples, layouts

pytestmark = pytest.mark.slow

FLIGHTS = 336_776
MODELS = (Database, Dataset, Chart, Dashboard)


@contextmanager
def installing(app: Flask) -> Iterator[Actor]:
    with app.app_context(), acting(actors.installer()) as actor:
        yield actor


@pytest.fixture
def steps(app: Flask) -> list[examples.Step]:
    """What a first load reported."""
    found: list[examples.Step] = []
    with installing(app) as actor:
        assert examples.load(actor, found.append)
    return found


def ignored(step: examples.Step) -> None:
    pass


def data_file(settings: Settings) -> Path:
    return settings.local_database_folders[0] / "examples.duckdb"


def rows_of(actor: Actor, chart: Chart) -> list[int]:
    """How many rows answer each question of the chart."""
    here, context = chart_data.of_chart(actor, chart)
    answers = [chart_data.answer(here, chart_data.plan(here, asked)) for asked in context.queries]
    return [answer.meta["rows"] for answer in answers]


def dashboard_of(slug: str) -> Dashboard:
    return db.session.execute(select(Dashboard).where(Dashboard.slug == slug)).scalar_one()


def chart_named(name: str) -> Chart | None:
    return db.session.execute(select(Chart).where(Chart.slice_name == name)).scalar_one_or_none()


def count_of(model: type[Model]) -> int:
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()


def test_a_first_load_makes_everything(app: Flask, people: dict[str, int], settings: Settings) -> None:
    data_file(settings).unlink(missing_ok=True)
    steps: list[examples.Step] = []
    with installing(app) as actor:
        assert examples.load(actor, steps.append)
    made = {step.what: step.made for step in steps}
    assert made == {"rows": FLIGHTS + 16 + 1458 + 3322 + 26115, "datasets": 6, "charts": 18, "dashboards": 1}


def test_all_flights_are_there(app: Flask, steps: list[examples.Step]) -> None:
    with installing(app) as actor:
        total = chart_named("Flights in 2013")
        assert total is not None
        here, context = chart_data.of_chart(actor, total)
        answer = chart_data.answer(here, chart_data.plan(here, context.queries[0]))
        assert json.loads(answer.body) == [{"count": FLIGHTS}]


def test_flights_has_the_columns_of_its_source_and_calculated_ones(app: Flask, steps: list[examples.Step]) -> None:
    with installing(app):
        flights = db.session.execute(select(Dataset).where(Dataset.table_name == "flights")).scalar_one()
        stored = [column.column_name for column in flights.columns if not column.expression]
        source = pyarrow.parquet.read_schema(examples.DATA / "flights.parquet").names
        assert stored == source and len(stored) == 19
        calculated = {column.column_name: column.is_dttm for column in flights.columns if column.expression}
        assert calculated == {"departure": True, "speed_mph": False, "route": False, "status": False}
        assert flights.main_dttm_col == "departure"
        assert all(column.verbose_name for column in flights.columns)


def test_every_chart_answers_rows(app: Flask, steps: list[examples.Step]) -> None:
    with installing(app) as actor:
        found = db.session.execute(select(Chart)).scalars().all()
        answered = {chart.slice_name: rows_of(actor, chart) for chart in found}
        assert len(answered) == 18
        assert [name for name, rows in answered.items() if not rows or not all(rows)] == []


def test_one_chart_brings_its_question_and_the_others_derive_it(app: Flask, steps: list[examples.Step]) -> None:
    with installing(app):
        with_question = select(Chart.slice_name).where(Chart.query_context.is_not(None))
        assert db.session.execute(with_question).scalars().all() == ["Airlines compared"]


def test_the_derived_questions_ask_only_known_fields(app: Flask, steps: list[examples.Step]) -> None:
    with installing(app) as actor:
        for chart in db.session.execute(select(Chart)).scalars():
            here, context = chart_data.of_chart(actor, chart)
            for asked in context.queries:
                planned = chart_data.plan(here, asked)
                assert planned.asked.rejected == [], chart.slice_name
                assert planned.asked.query.limit <= 50_000


def test_the_dashboard_holds_all_charts_in_full_rows(app: Flask, steps: list[examples.Step]) -> None:
    with installing(app):
        dashboard = dashboard_of("flights")
        assert dashboard.published
        assert len({chart.viz_type for chart in dashboard.charts}) >= 8
        layout = json.loads(dashboard.position_json or "{}")
        assert set(layouts.chart_ids(layout)) == {chart.id for chart in dashboard.charts}
        assert len(dashboard.charts) == count_of(Chart)
        rows = [node for node in layout.values() if isinstance(node, dict) and node["type"] == "ROW"]
        assert [sum(layout[child]["meta"]["width"] for child in row["children"]) for row in rows] == [12] * len(rows)
        assert {parent for row in rows for parent in row["parents"]} == {"ROOT_ID", "GRID_ID"}


def test_the_filters_name_datasets_and_charts_of_this_installation(app: Flask, steps: list[examples.Step]) -> None:
    with installing(app):
        dashboard = dashboard_of("flights")
        filters = json.loads(dashboard.json_metadata or "{}")["native_filter_configuration"]
        flights = db.session.execute(select(Dataset.id).where(Dataset.table_name == "flights")).scalar_one()
        named = [target for each in filters for target in each["targets"]]
        assert named == [
            {},
            {"datasetId": flights, "column": {"name": "carrier"}},
            {"datasetId": flights, "column": {"name": "origin"}},
        ]
        ids = {chart.id for chart in dashboard.charts}
        assert all({*each["chartsInScope"], *each["scope"]["excluded"]} == ids for each in filters)


def test_the_first_administrator_owns_the_examples(
    app: Flask, people: dict[str, int], steps: list[examples.Step]
) -> None:
    with installing(app):
        assert [owner.id for owner in dashboard_of("flights").owners] == [people["admin"]]


def test_without_an_administrator_nobody_owns_them(app: Flask, people: dict[str, int]) -> None:
    with app.app_context():
        admin = db.session.get(User, people["admin"])
        assert admin is not None
        admin.active = False
        db.session.commit()
        actor = actors.installer()
        assert actor.user_id is None
        assert examples.load(actor, ignored)
        assert dashboard_of("flights").owners == []


def test_a_second_load_changes_nothing(app: Flask, steps: list[examples.Step], settings: Settings) -> None:
    with installing(app) as actor:
        before = marks_of(data_file(settings))
        assert not examples.load(actor, ignored)
        assert marks_of(data_file(settings)) == before


def marks_of(path: Path) -> tuple[object, ...]:
    """What any write to the data file or to an example would change."""
    facts = path.stat()
    versions = [db.session.execute(select(model.id, model.version)).all() for model in MODELS]
    return facts.st_ino, facts.st_mtime_ns, versions


def test_what_was_changed_stays_and_what_was_deleted_comes_back_by_force_alone(
    app: Flask, steps: list[examples.Step]
) -> None:
    with installing(app) as actor:
        pie, table = chart_named("How flights ended"), chart_named("Airlines compared")
        assert pie is not None and table is not None
        uuid = pie.uuid
        charts.update(actor, table.id, {"slice_name": "Mine"})
        charts.delete(actor, [pie.id])
        assert not examples.load(actor, ignored)
        assert chart_named("How flights ended") is None

        assert examples.load(actor, ignored, force=True)
        back = chart_named("How flights ended")
        assert back is not None and back.uuid == uuid
        assert chart_named("Mine") is not None and chart_named("Airlines compared") is None
        dashboard = dashboard_of("flights")
        assert back in dashboard.charts
        assert back.id in layouts.chart_ids(json.loads(dashboard.position_json or "{}"))


def test_all_of_it_deleted_stays_deleted(app: Flask, steps: list[examples.Step]) -> None:
    with installing(app) as actor:
        dashboards.delete(actor, [dashboard_of("flights").id])
        charts.delete(actor, list(db.session.execute(select(Chart.id)).scalars()))
        datasets.delete(actor, list(db.session.execute(select(Dataset.id)).scalars()))
        databases.delete(actor, list(db.session.execute(select(Database.id)).scalars()))
        assert not examples.load(actor, ignored)
        assert [count_of(model) for model in MODELS] == [0, 0, 0, 0]
        assert examples.load(actor, ignored, force=True)
        assert count_of(Chart) == 18


def test_an_interrupted_load_is_finished_by_the_next(
    app: Flask, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with installing(app) as actor, monkeypatch.context() as patched:
        patched.setattr(datasets, "update", None)
        with pytest.raises(TypeError):
            examples.load(actor, ignored)
        db.session.rollback()
    with installing(app) as actor:
        assert examples.load(actor, ignored)
        flights = db.session.execute(select(Dataset).where(Dataset.table_name == "flights")).scalar_one()
        assert "share_delayed" in {metric.metric_name for metric in flights.metrics}


def test_another_file_in_its_place_is_not_overwritten(app: Flask, people: dict[str, int], settings: Settings) -> None:
    path = data_file(settings)
    path.write_bytes(b"mine")
    try:
        with installing(app) as actor:
            with pytest.raises(Conflict):
                examples.load(actor, ignored)
            assert path.read_bytes() == b"mine"
            assert examples.load(actor, ignored, force=True)
    finally:
        path.unlink()


def test_the_readme_tells_the_checksums_of_the_files() -> None:
    text = (examples.DATA / "README.md").read_text()
    files = sorted(examples.DATA.glob("*.parquet"))
    assert len(files) == 5
    assert [file.name for file in files if hashlib.sha256(file.read_bytes()).hexdigest() not in text] == []


def test_a_lost_data_file_is_written_again(app: Flask, steps: list[examples.Step], settings: Settings) -> None:
    data_file(settings).unlink()
    with installing(app) as actor:
        assert examples.load(actor, ignored)
        assert data_file(settings).exists()
