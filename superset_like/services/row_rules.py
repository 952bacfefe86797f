"""What one can do with row rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.engine import databases as engines
from superset_like.engine import guard, template
from superset_like.errors import Forbidden, Invalid, QueryError
from superset_like.extensions import db
from superset_like.models import Dataset, RowRule
from superset_like.services import found, people

PLAIN = ("name", "description", "filter_type", "group_key", "clause")


def create(actor: Actor, values: Mapping[str, Any]) -> RowRule:
    """A new rule. Raises Forbidden, Invalid."""
    if not actor.can("can_write", rules.ROW_RULES):
        raise Forbidden()
    return _stored(RowRule(filter_type="Regular"), values)


def update(actor: Actor, pk: int, values: Mapping[str, Any]) -> RowRule:
    """The rule with these values; what is not named stays."""
    return _stored(found.editable(actor, RowRule, [pk])[0], values)


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error."""
    items = found.editable(actor, RowRule, pks)
    for item in items:
        db.session.delete(item)
    db.session.commit()
    return len(items)


def require_clause(clause: str, datasets: Sequence[Dataset]) -> None:
    """Nothing, or Invalid when the text is no condition on the rows of these datasets."""
    if template.has_template(clause):
        # What it says depends on who asks; it is judged then, and refuses when it is wrong.
        return
    for engine in {engines.of_uri(dataset.database.sqlalchemy_uri) for dataset in datasets}:
        try:
            guard.predicate(clause, engine, subqueries=True)
        except QueryError as error:
            raise Invalid(fields={"clause": [error.message]}) from error


def _stored(rule: RowRule, values: Mapping[str, Any]) -> RowRule:
    with db.session.no_autoflush:
        if "tables" in values:
            rule.tables = _datasets(values["tables"])
        if "roles" in values:
            rule.roles = people.roles(values["roles"])
        for name in PLAIN:
            if name in values:
                setattr(rule, name, values[name])
        _require_free_name(rule)
        require_clause(rule.clause, rule.tables)
    db.session.add(rule)
    db.session.commit()
    return rule


def _datasets(ids: Sequence[int]) -> list[Dataset]:
    datasets = list(db.session.execute(select(Dataset).where(Dataset.id.in_(set(ids))).order_by(Dataset.id)).scalars())
    if len(datasets) != len(set(ids)):
        raise Invalid(fields={"tables": ["Some datasets do not exist"]})
    return datasets


def _require_free_name(rule: RowRule) -> None:
    taken = db.session.execute(select(RowRule.id).where(RowRule.name == rule.name)).scalar()
    if taken is not None and taken != rule.id:
        raise Invalid(fields={"name": ["Must be unique"]})
