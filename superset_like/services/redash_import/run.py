"""The order of an import: what others hang on comes first."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, NotFound, SourceFailed
from superset_like.models import Dashboard, ObjectType, SavedQuery
from superset_like.services.redash_import.alerts import Alerts
from superset_like.services.redash_import.dashboards import Dashboards
from superset_like.services.redash_import.data_sources import DataSources
from superset_like.services.redash_import.destinations import Destinations
from superset_like.services.redash_import.groups import Groups
from superset_like.services.redash_import.queries import Queries, in_order
from superset_like.services.redash_import.source import Source
from superset_like.services.redash_import.stars import Stars
from superset_like.services.redash_import.users import Users
from superset_like.services.redash_import.visualizations import Visualizations
from superset_like.services.redash_import.work import Line, Noun, Values, Work

NOT_ADMIN = "The key must be an administrator's: others do not see all that is to be brought."
UNSEEN = "the key does not see {} of the dashboards there: drafts of others, which only they can publish"

# What no run brings, and what to do in its place.
STAYS_THERE = (
    "results: they come with the next run of each query",
    "keys of people and of queries: scripts need those of this server",
    "public addresses of dashboards: share them anew",
    "who else may change a query or a dashboard",
    "snippets, events and the settings of the organization",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """How to import. connections: the number of a data source there -> the name of the connection here that it is."""

    is_plan: bool = False
    connections: Mapping[int, str] = field(default_factory=dict)


def bring(actor: Actor, source: Source, wish: Wish, tell: Callable[[Line], None]) -> None:
    """What the other server has is here. tell: is given a line for each object, as it comes.

    Each object is kept as soon as it is whole, so a run that was interrupted is gone on with by another. Raises
    Forbidden, and SourceFailed or NotFound when the other server does not give its lists.
    """
    if not rules.administers(actor) or actor.user_id is None:
        raise Forbidden()
    asker = _asker(source)
    work = Work(actor, source, tell, is_plan=wish.is_plan)
    with work.in_name_of(actor.user_id, actor):
        _bring(work, wish, asker)


def _bring(work: Work, wish: Wish, asker: int) -> None:
    source = work.source
    _each(work, DataSources(wish.connections), source.items("data_sources"), "data_sources/{}")
    _groups(work)
    for disabled in (False, True):
        for user in source.pages("users", disabled=disabled):
            work.bring(Users(), user)
    _each(work, Destinations(), source.items("destinations"), "destinations/{}")
    _queries(work, asker)
    _dashboards(work, asker)
    for alert in source.items("alerts"):
        with_subscriptions = _fetched(work, Alerts(), alert, lambda pk: source.items(f"alerts/{pk}/subscriptions"))
        if with_subscriptions is not None:
            work.bring(Alerts(), {**alert, "subscriptions": with_subscriptions})


def _asker(source: Source) -> int:
    """The number there of the key's owner. Raises SourceFailed."""
    try:
        user = source.one("session").get("user")
    except NotFound as error:
        raise SourceFailed(f"{source.host} does not know the key, or is no Redash") from error
    if not isinstance(user, dict) or not isinstance(user.get("id"), int):
        raise SourceFailed(f"What answers at {source.address} is no Redash")
    if "admin" not in (user.get("permissions") or ()):
        raise SourceFailed(NOT_ADMIN)
    pk: int = user["id"]
    return pk


def _groups(work: Work) -> None:
    for group in work.source.items("groups"):
        held = _fetched(work, Groups(), group, lambda pk: work.source.items(f"groups/{pk}/data_sources"))
        if held is not None:
            work.bring(Groups(), {**group, "sources": held})


def _queries(work: Work, asker: int) -> None:
    items = [each for path in ("queries", "queries/archive") for each in work.source.pages(path)]
    for item in in_order([each for each in items if isinstance(each.get("id"), int)]):
        query = _fetched(work, Queries(), item, lambda pk: work.source.one(f"queries/{pk}"))
        if query is None:
            continue
        work.bring(Queries(), query)
        if work.own("query", item["id"]) is None:
            continue
        for shown in query.get("visualizations") or ():
            if isinstance(shown, dict):
                work.bring(Visualizations(), {**shown, "query": item["id"], "user": query.get("user")})
        if query.get("is_favorite"):
            work.bring(Stars("query", SavedQuery, ObjectType.SAVED_QUERY), {**query, "user": asker})


def _dashboards(work: Work, asker: int) -> None:
    seen = 0
    for item in work.source.pages("dashboards"):
        seen += 1
        dashboard = _fetched(work, Dashboards(), item, lambda pk: work.source.one(f"dashboards/{pk}"))
        if dashboard is None:
            continue
        work.bring(Dashboards(), dashboard)
        if dashboard.get("is_favorite") and work.own("dashboard", item.get("id")) is not None:
            work.bring(Stars("dashboard", Dashboard, ObjectType.DASHBOARD), {**dashboard, "user": asker})
    missing = _count(work.source) - seen
    if missing > 0:
        work.cannot("dashboard", 0, "?", UNSEEN.format(missing))


def _count(source: Source) -> int:
    """How many dashboards there are there; 0 where that is not told."""
    try:
        counters = source.one("organization/status").get("object_counters")
    except (NotFound, SourceFailed):
        return 0
    count = counters.get("dashboards") if isinstance(counters, dict) else None
    return count if isinstance(count, int) else 0


def _each(work: Work, noun: Noun, items: Iterable[Values], path: str) -> None:
    for item in items:
        whole = _fetched(work, noun, item, lambda pk: work.source.one(path.format(pk)))
        if whole is not None:
            work.bring(noun, whole)


def _fetched(work: Work, noun: Noun, item: Values, ask: Callable[[int], Any]) -> Any:
    """What belongs to an object of a list; None, and the report says so, where the server refuses it."""
    pk, name = item.get("id"), str(item.get("name"))
    if not isinstance(pk, int):
        work.cannot(noun.kind, 0, name, "its record is not as Redash's are: id")
        return None
    try:
        return ask(pk)
    except NotFound as error:
        work.cannot(noun.kind, pk, name, error.message)
    except SourceFailed as error:
        if error.details.get("answered") is None:
            raise
        work.cannot(noun.kind, pk, name, error.message)
    return None
