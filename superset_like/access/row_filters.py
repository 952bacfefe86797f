"""Row level security: the conditions under which this caller sees the rows of a dataset or a table.

A rule that cannot be rendered or read is an error, never the absence of a rule. The conditions come in a fixed order:
they are part of the key under which answers are kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flask import current_app
from sqlalchemy import or_, select

from superset_like.access import template_context
from superset_like.access.actor import Actor, GuestRule
from superset_like.access.remembered import Remembered
from superset_like.engine import databases as engines
from superset_like.engine import guard, template
from superset_like.engine.databases.base import Engine
from superset_like.engine.query import Predicate, TableName
from superset_like.errors import QueryError, QueryRefused
from superset_like.extensions import db
from superset_like.models import Database, Dataset, RowRule, stamp
from superset_like.models.row_rule import row_rule_role, row_rule_table

KEPT = 1000


@dataclass(frozen=True, slots=True)
class Rule:
    """A stored rule as it is applied."""

    id: int
    is_base: bool
    group: str
    clause: str
    dataset_ids: frozenset[int]
    role_ids: frozenset[int]

    def binds(self, actor: Actor) -> bool:
        """Whether the caller is under the rule."""
        return bool(self.role_ids & actor.reader.role_ids) != self.is_base


@dataclass(frozen=True, slots=True)
class Considered:
    """A rule as it is for a caller. id: None for one of his token. sql: the condition, where it binds and holds.

    group: rules of one group that bind are joined by OR. problem: why it cannot be applied, which refuses any question.
    """

    id: int | None
    binds: bool
    group: str = ""
    sql: str | None = None
    problem: str | None = None


@dataclass
class Memory:
    """What a process remembers of the rules, and of the tables they are about."""

    rules: Remembered[None, tuple[Rule, ...]]
    tables: Remembered[int, tuple[tuple[int, TableName], ...]]


def of(actor: Actor, dataset: Dataset) -> tuple[Predicate, ...]:
    """The conditions on the dataset's rows, all of which must hold. Raises QueryRefused, TemplateInvalid.

    A dataset over a table obeys the rules of every dataset over that table: a second one opens nothing.
    """
    engine = engines.of_uri(dataset.database.sqlalchemy_uri)
    ids = _with_same_rows(actor, dataset, engine)
    return _predicates(actor, ids, [rule.clause for rule in _of_token(actor, ids)], engine)


def considered(actor: Actor, dataset: Dataset) -> list[Considered]:
    """The rules of the dataset's rows, those too that do not bind the caller; then those of his token."""
    engine = engines.of_uri(dataset.database.sqlalchemy_uri)
    ids = _with_same_rows(actor, dataset, engine)
    stored = [
        _tried(actor, Considered(rule.id, rule.binds(actor), rule.group), rule.clause, engine)
        for rule in _rules_of(ids)
    ]
    return stored + [_tried(actor, Considered(None, True), rule.clause, engine) for rule in _of_token(actor, ids)]


def _tried(actor: Actor, rule: Considered, clause: str, engine: Engine) -> Considered:
    if not rule.binds:
        return rule
    try:
        return replace(rule, sql=_predicate(actor, clause, "", engine).sql)
    except QueryError as error:
        return replace(rule, problem=error.message)


def _with_same_rows(actor: Actor, dataset: Dataset, engine: Engine) -> frozenset[int]:
    """The dataset, and those with rules over its table."""
    ids = {dataset.id}
    if not dataset.sql:
        table = TableName(dataset.table_name, dataset.schema or None, dataset.catalog or None)
        ids |= _datasets_over(table, dataset.database, _named(actor.guest.rules if actor.guest else ()) - ids, engine)
    return frozenset(ids)


def _of_token(actor: Actor, ids: frozenset[int]) -> list[GuestRule]:
    of_guest = actor.guest.rules if actor.guest else ()
    return [rule for rule in of_guest if rule.dataset_id is None or rule.dataset_id in ids]


def _rules_of(ids: frozenset[int]) -> list[Rule]:
    return [rule for rule in _rules() if rule.dataset_ids & ids]


def for_tables(actor: Actor, database: Database, tables: Sequence[TableName]) -> dict[TableName, tuple[Predicate, ...]]:
    """table -> the conditions on its rows, for those of the tables that have any. The names say their schema.

    The rules of a table are those of the datasets over it. A guest's rule for every dataset holds where a dataset is
    asked, and not again on the tables inside its SQL, which may lack the rule's columns.
    """
    engine = engines.of_uri(database.sqlalchemy_uri)
    of_guest = actor.guest.rules if actor.guest else ()
    found = {}
    for table in tables:
        ids = _datasets_over(table, database, _named(of_guest), engine)
        clauses = [rule.clause for rule in of_guest if rule.dataset_id in ids]
        predicates = _predicates(actor, ids, clauses, engine) if ids else ()
        if predicates:
            found[table] = predicates
    return found


def _named(rules: Iterable[GuestRule]) -> frozenset[int]:
    return frozenset(rule.dataset_id for rule in rules if rule.dataset_id is not None)


def _datasets_over(table: TableName, database: Database, more: frozenset[int], engine: Engine) -> set[int]:
    """Datasets that may be over this table: those with a stored rule, and those of `more`."""
    return {pk for pk, name in _protected_tables(database, more) if guard.may_be_same(name, table, engine)}


def _predicates(
    actor: Actor, dataset_ids: Iterable[int], guest_clauses: Iterable[str], engine: Engine
) -> tuple[Predicate, ...]:
    ids = frozenset(dataset_ids)
    bound = [rule for rule in _rules_of(ids) if rule.binds(actor)]
    alone = [_predicate(actor, rule.clause, f"rule {rule.id}", engine) for rule in bound if not rule.group]
    groups = sorted({rule.group for rule in bound if rule.group})
    grouped = [_any_of(actor, [rule for rule in bound if rule.group == group], engine) for group in groups]
    from_token = [_predicate(actor, clause, "guest", engine) for clause in guest_clauses]
    return (*alone, *grouped, *from_token)


def _any_of(actor: Actor, rules: Sequence[Rule], engine: Engine) -> Predicate:
    parts = [_predicate(actor, rule.clause, "", engine) for rule in rules]
    sql = " OR ".join(f"({part.sql})" for part in parts)
    return Predicate(sql, "rules " + ", ".join(str(rule.id) for rule in rules))


def _predicate(actor: Actor, clause: str, origin: str, engine: Engine) -> Predicate:
    rendered = template.render(clause, template_context.of(actor), engine)
    try:
        tree = guard.predicate(rendered, engine, subqueries=True)
    except QueryError as error:
        # The clause is not the caller's own: what is wrong with it is for those who write rules.
        raise QueryRefused("A row rule of this data cannot be applied") from error
    # Written anew, so that no comment in a clause reaches what stands behind it.
    return Predicate(tree.sql(dialect=engine.dialect, comments=False), origin)


def _memory() -> Memory:
    memory: Memory = current_app.extensions.setdefault(
        "superset_like_row_rules", Memory(Remembered(KEPT), Remembered(KEPT))
    )
    return memory


def _rules() -> tuple[Rule, ...]:
    stamps = stamp.current(db.session())
    memory = _memory().rules
    found = memory.get(stamps, None)
    if found is None:
        found = _read_rules()
        memory.put(stamps, None, found)
    return found


def _read_rules() -> tuple[Rule, ...]:
    columns = (RowRule.id, RowRule.filter_type, RowRule.group_key, RowRule.clause)
    rows = db.session.execute(select(*columns).order_by(RowRule.id)).all()
    datasets = db.session.execute(select(row_rule_table.c.row_rule_id, row_rule_table.c.dataset_id)).all()
    roles = db.session.execute(select(row_rule_role.c.row_rule_id, row_rule_role.c.role_id)).all()
    return tuple(
        Rule(
            id=pk,
            is_base=filter_type == "Base",
            group=group or "",
            clause=clause,
            dataset_ids=frozenset(dataset for rule, dataset in datasets if rule == pk),
            role_ids=frozenset(role for rule, role in roles if rule == pk),
        )
        for pk, filter_type, group, clause in rows
    )


def _protected_tables(database: Database, more: frozenset[int]) -> tuple[tuple[int, TableName], ...]:
    stamps = stamp.current(db.session())
    memory = _memory().tables
    if more:
        return _read_tables(database, more)
    found = memory.get(stamps, database.id)
    if found is None:
        found = _read_tables(database, more)
        memory.put(stamps, database.id, found)
    return found


def _read_tables(database: Database, more: frozenset[int]) -> tuple[tuple[int, TableName], ...]:
    with_rule = Dataset.id.in_(select(row_rule_table.c.dataset_id))
    statement = (
        select(Dataset.id, Dataset.table_name, Dataset.schema, Dataset.catalog)
        .where(Dataset.database_id == database.id, or_(Dataset.sql.is_(None), Dataset.sql == ""))
        .where(or_(with_rule, Dataset.id.in_(more)))
        .order_by(Dataset.id)
    )
    rows = db.session.execute(statement)
    return tuple((pk, TableName(name, schema or None, catalog or None)) for pk, name, schema, catalog in rows)
