"""Guest tokens for embedded dashboards."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from superset_like.access import guest
from superset_like.access.actor import GuestRule
from superset_like.engine import databases as engines
from superset_like.engine import guard, template
from superset_like.engine.databases.base import Engine
from superset_like.errors import BadRequest, QueryError
from superset_like.extensions import db
from superset_like.models import Chart, Database, Dataset
from superset_like.models.dashboard import dashboard_chart


def token(user: Mapping[str, str], dashboards: Sequence[str], rules: Sequence[GuestRule]) -> str:
    """A token for these embedded dashboards under these rules. Raises BadRequest.

    dashboards: uuids of their leaves, or ids of dashboards that have one.
    """
    leaves = guest.embedded(dashboards)
    if set(leaves) != set(dashboards):
        raise BadRequest("EmbeddedDashboard not found.")
    for rule in rules:
        _require_clause(rule, [leave.dashboard_id for leave in leaves.values()])
    return guest.issued(user, dashboards, rules)


def _require_clause(rule: GuestRule, dashboard_ids: Sequence[int]) -> None:
    uris = select(Database.sqlalchemy_uri).join(Dataset, Dataset.database_id == Database.id)
    if rule.dataset_id is not None:
        found = _engines(list(db.session.execute(uris.where(Dataset.id == rule.dataset_id)).scalars()))
        if not found:
            raise BadRequest(fields={"rls": [f"Dataset {rule.dataset_id} does not exist"]})
    else:
        shown = uris.join(Chart, Chart.datasource_id == Dataset.id).join(
            dashboard_chart, dashboard_chart.c.chart_id == Chart.id
        )
        on_dashboards = shown.where(dashboard_chart.c.dashboard_id.in_(dashboard_ids)).distinct()
        found = _engines(list(db.session.execute(on_dashboards).scalars()))
    if not template.has_template(rule.clause):
        _require_condition(rule.clause, found)


def _engines(uris: Sequence[str]) -> set[Engine]:
    return {engines.of_uri(uri) for uri in uris}


def _require_condition(clause: str, asked: set[Engine]) -> None:
    # Dashboards without charts ask no engine yet: any will do to tell a condition from something else.
    for engine in asked or {engines.find("duckdb")}:
        try:
            guard.predicate(clause, engine, subqueries=True)
        except QueryError as error:
            raise BadRequest(fields={"rls": [error.message]}) from error
