"""What a visitor would see with a guest token that nobody made yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import false, select
from sqlalchemy.orm import selectinload

from superset_like.access import guest, row_filters, rules
from superset_like.access.actor import Actor, GuestRule, acting
from superset_like.access.row_filters import Considered
from superset_like.engine import databases as engines
from superset_like.engine import guard, template
from superset_like.errors import BadRequest, ProductError, QueryError
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Dataset
from superset_like.models.mixins import now
from superset_like.services import chart_data


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a clause. rule: its place in the token, from nought."""

    rule: int
    dataset: Dataset | None
    message: str


@dataclass(frozen=True, slots=True)
class Sample:
    """How many rows a chart shows; problem: why it shows none."""

    rows: int | None
    truncated: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What the visitor sees. samples: by the id of a chart, where they were asked for."""

    dashboards: Sequence[Dashboard]
    charts: Sequence[Chart]
    datasets: Mapping[Dataset, Sequence[Considered]]
    mistakes: Sequence[Mistake]
    samples: Mapping[int, Sample]


def preview(
    user: Mapping[str, str], dashboards: Sequence[str], token_rules: Sequence[GuestRule], with_samples: bool
) -> Preview:
    """What the holder of such a token would see; nothing is made. Raises BadRequest for a dashboard not embedded.

    with_samples: ask each chart, as he would.
    """
    leaves = guest.embedded(dashboards)
    if set(leaves) != set(dashboards):
        raise BadRequest("EmbeddedDashboard not found.")
    visitor = guest.visitor(user, leaves.values(), token_rules, now())
    seen = _seen(visitor, Dashboard)
    charts = _seen(visitor, Chart)
    datasets = _seen(visitor, Dataset)
    return Preview(
        seen,
        charts,
        {dataset: row_filters.considered(visitor, dataset) for dataset in datasets},
        [mistake for at, rule in enumerate(token_rules) for mistake in _mistakes(at, rule, datasets)],
        {chart.id: _sample(visitor, chart, seen) for chart in charts} if with_samples else {},
    )


def _seen(visitor: Actor, model: Any) -> list[Any]:
    condition = rules.visible(visitor, model)
    statement = select(model).where(false() if condition is None else condition).order_by(model.id)
    if model is Dataset:
        statement = statement.options(selectinload(Dataset.columns), selectinload(Dataset.database))
    return list(db.session.execute(statement).scalars())


def _mistakes(at: int, rule: GuestRule, datasets: Sequence[Dataset]) -> list[Mistake]:
    bound = [dataset for dataset in datasets if rule.dataset_id in (None, dataset.id)]
    if not bound:
        named = "any dataset" if rule.dataset_id is None else f"dataset {rule.dataset_id}"
        return [Mistake(at, None, f"It holds for nothing: the dashboards show no rows of {named}")]
    found = [(dataset, _problem(rule.clause, dataset)) for dataset in bound]
    return [Mistake(at, dataset, problem) for dataset, problem in found if problem]


def _problem(clause: str, dataset: Dataset) -> str | None:
    if template.has_template(clause):
        return None
    engine = engines.of_uri(dataset.database.sqlalchemy_uri)
    try:
        used = guard.columns_of_condition(clause, engine)
    except QueryError as error:
        return error.message
    known = {column.column_name.casefold() for column in dataset.columns}
    unknown = sorted(name for name in used if name.casefold() not in known)
    return f"The dataset has no column {', '.join(unknown)}" if unknown else None


def _sample(visitor: Actor, chart: Chart, dashboards: Sequence[Dashboard]) -> Sample:
    on = next(dashboard.id for dashboard in dashboards if chart in dashboard.charts)
    with acting(visitor):
        try:
            asking, context = chart_data.of_chart(visitor, chart, dashboard_id=on)
            plans = [chart_data.plan(asking, asked) for asked in context.queries]
            answers = [chart_data.answer(asking, plan) for plan in plans]
        except ProductError as error:
            # What the database says may tell of tables that are not the asker's; the visitor is told no more either.
            is_hidden = chart_data.hides(visitor, error)
            return Sample(None, problem="The chart's data could not be loaded" if is_hidden else error.message)
    return Sample(answers[0].meta["rows"], bool(answers[0].meta["truncated"]))
