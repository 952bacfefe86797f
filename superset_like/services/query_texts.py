"""The texts of saved queries with values in the places of their parameters."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from superset_like.access import template_context
from superset_like.access.actor import Actor
from superset_like.engine import parameters, template
from superset_like.engine.parameters import Parameter, Setting
from superset_like.errors import ParameterInvalid
from superset_like.extensions import settings
from superset_like.models import Database, SavedQuery
from superset_like.services import databases, library
from superset_like.services.chart_queries import ChartQuery


def is_safe(saved: SavedQuery | ChartQuery) -> bool:
    """Whether who runs the query cannot put text of his own into it."""
    if isinstance(saved, ChartQuery):
        return True
    return not parameters.is_template(saved.sql) and parameters.is_safe(saved.sql, parameters.declared(saved.options))


def own_text(sql: str, options: Mapping[str, Any]) -> str:
    """A query's text with the values that its parameters have by themselves."""
    declared = parameters.declared(options)
    if not declared or parameters.is_template(sql):
        return sql
    return parameters.filled(sql, own_given(declared, Setting(now_in_zone())))


def own_values(options: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a query's parameters have by themselves, as a template names them."""
    return nested(own_given(parameters.declared(options), Setting(now_in_zone())))


def own_given(declared: Sequence[Parameter], setting: Setting) -> dict[str, str]:
    made: dict[str, str] = {}
    for each in declared:
        try:
            made |= parameters.texts([each], parameters.defaults([each]), setting)
        except ParameterInvalid:
            # It has no value by itself that it would take.
            continue
    return made


def own_hash(saved: SavedQuery) -> str:
    return parameters.text_hash(own_text(saved.sql, saved.options))


def rendered(actor: Actor, database: Database, sql: str, given: Mapping[str, str]) -> str:
    """The text with its values: plain places are filled in once, all other templates are Jinja's."""
    if not parameters.is_template(sql):
        return parameters.filled(sql, given)
    context = library.offered_on(template_context.of(actor, params=nested(given)), actor, database.id)
    return template.render(sql, context, databases.engine_of(database))


def nested(given: Mapping[str, str]) -> dict[str, Any]:
    """The values as a template names them: the ends of a range below its name."""
    made: dict[str, Any] = {}
    for place, text in given.items():
        name, _, end = place.partition(".")
        if end:
            made.setdefault(name, {})[end] = text
        else:
            made[name] = text
    return made


def now_in_zone() -> datetime:
    """The time where the users are, without zone."""
    zone = settings().time_zone
    return datetime.now(ZoneInfo(zone) if zone else UTC).replace(tzinfo=None)
