"""What a query of the SQL editor will run: rendered, split, judged statement by statement, cut to its limit."""

import re
from dataclasses import dataclass, field

from sqlglot import exp

from superset_like.access import row_filters, rules, template_context
from superset_like.access.actor import Actor
from superset_like.engine import guard, template
from superset_like.engine.databases.base import Engine, Target
from superset_like.engine.guard import Part, Read
from superset_like.engine.query import TableName
from superset_like.engine.run import MIB
from superset_like.errors import Invalid, QueryRefused, SyntaxInvalid, TemplateInvalid, WriteRefused
from superset_like.extensions import settings
from superset_like.models import Database, Query
from superset_like.services import databases, library, query_writes, user_sql
from superset_like.services.select_star import table_of
from superset_like.services.user_sql import Place

EXPLANATIONS = frozenset({"EXPLAIN", "DESCRIBE", "DESC"})
EXPLAINING = re.compile(r"(?:EXPLAIN|DESCRIBE|DESC)(?: QUERY PLAN)? ")
NO_WRITES = (
    "This database does not allow for DDL/DML, but the query mutates data. Please contact your administrator for more "
    "assistance."
)
LONGEST_NAME = 128


@dataclass(frozen=True, slots=True)
class CreateAs:
    """A table (or view) to be made of the last SELECT. method: TABLE or VIEW."""

    name: str
    schema: str | None = None
    method: str = "TABLE"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in SQL. line, column: from 1, None when the place is not known. near: the text there."""

    message: str
    line: int | None = None
    column: int | None = None
    near: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Statements in order. writes: run for their effect. read: answers the rows, at most one more than `limit`.

    own_limit: the LIMIT that the last SELECT itself has. creates: the last write makes a table of the last SELECT.
    max_bytes: the most that the rows may be as Arrow. background_wait_s: how long a worker waits for
    others to end; None when somebody waits for the answer. result_ttl_s: how long the rows are kept; None: as those of
    the SQL editor. before_numbers: what stands between a name and the number that a column gets where it is repeated.
    """

    database_id: int

    engine: Engine
    target: Target = field(repr=False)
    writable: Target = field(repr=False)
    timeout_s: float
    writes: tuple[str, ...]
    read: str | None
    limit: int
    max_bytes: int
    background_wait_s: float | None
    own_limit: int | None = None
    creates: bool = False
    result_ttl_s: int | None = None
    before_numbers: str = "__"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one query's statements are judged: who runs them, on which connection.

    reader: whose right to read tables counts, see `planned`.
    """

    actor: Actor
    reader: Actor
    database: Database
    engine: Engine
    place: Place

    @property
    def author(self) -> Actor | None:
        """Whose row rules count beside the caller's: who wrote the text, where the caller's rights are lent."""
        return self.reader if self.actor.is_lent and self.reader is not self.actor else None

    def readable(self, part: Part) -> "Readable":
        """The statement, when the caller may read all its tables."""
        explains = EXPLAINING.match(part.sql) if part.kind in EXPLANATIONS else None
        prefix = explains.group() if explains else ""
        read = self.place.of(guard.read(part.sql.removeprefix(prefix), self.engine), self.engine)
        rules.require_tables(self.reader, self.database, sorted(read.tables, key=str))
        return Readable(read, prefix)

    def protected(self, read: Read) -> str:
        """The read under the caller's row rules; under those of who wrote it too, where the caller's are lent."""
        return user_sql.protected(self.actor, self.database, read, self.engine, self.author)

    def cut(self, readable: "Readable", limit: int) -> str:
        """The read as it is run: protected, and ended one row beyond the limit, so that a cut is seen."""
        if readable.prefix:
            self.require_unruled(readable.read)
            return f"{readable.prefix}{readable.read.sql}"
        return guard.limited(self.protected(readable.read), limit + 1, self.engine)

    def require_unruled(self, read: Read) -> None:
        """Nothing, or QueryRefused when row rules limit the caller on one of the tables.

        A plan tells the rules themselves, and how many rows an engine expects tells of those that they hide.
        """
        tables = sorted(read.tables, key=str)
        if any(row_filters.for_tables(each, self.database, tables) for each in (self.actor, self.author) if each):
            raise QueryRefused("Queries of tables on which row rules limit you cannot be explained")


@dataclass(frozen=True, slots=True)
class Readable:
    """A SELECT, or the explanation of one: prefix is then what stands before it."""

    read: Read
    prefix: str = ""


def planned(actor: Actor, database: Database, query: Query, reader: Actor | None = None) -> Plan:
    """What this query runs for a caller who may use its connection. Raises DataForbidden, QueryRefused, ...

    reader: who wrote the text, where the caller may run it without being allowed to read its tables by himself; such a
    text only reads. The row rules are the caller's in any case, and the writer's too where the caller's are lent.
    """
    desk = _desk(actor, database, query, reader)
    parts = guard.statements(_rendered(desk, query), desk.engine)
    if not parts:
        raise QueryRefused("There is no statement to run")
    if reader is not None and not all(part.is_read for part in parts):
        raise WriteRefused(NO_WRITES)
    writes = [_judged_write(desk, part) for part in parts if not part.is_read]
    # Reads before the last one have no effect: they are judged, and not run.
    reads = [desk.readable(part) for part in parts if part.is_read]
    made = _create_as(desk, query, reads[-1] if parts[-1].is_read else None) if query.select_as_cta else None
    last = reads[-1] if parts[-1].is_read and made is None else None
    limit = query.limit or settings().max_row_limit
    return Plan(
        database_id=database.id,
        engine=desk.engine,
        target=databases.target(database, schema=query.schema, catalog=query.catalog),
        writable=databases.target(database, writable=True, schema=query.schema, catalog=query.catalog),
        timeout_s=settings().async_timeout_s if query.run_async else settings().sql_timeout_s,
        writes=tuple(writes + ([made] if made else [])),
        read=desk.cut(last, limit) if last else None,
        limit=limit,
        max_bytes=settings().max_answer_mib * MIB,
        background_wait_s=settings().async_timeout_s if query.run_async else None,
        own_limit=_own_limit(last.read) if last else None,
        creates=made is not None,
    )


def watched(actor: Actor, database: Database, query: Query, timeout_s: float) -> Plan:
    """What an alert asks: one SELECT, for a caller who may use its connection. Raises as `planned` does."""
    desk = _desk(actor, database, query)
    parts = guard.statements(_rendered(desk, query), desk.engine)
    if len(parts) != 1 or not parts[0].is_read:
        raise QueryRefused("An alert asks exactly one SELECT")
    readable, limit = desk.readable(parts[0]), query.limit or settings().sql_row_limit
    target = databases.target(database, schema=query.schema, catalog=query.catalog)
    return Plan(
        database_id=database.id,
        engine=desk.engine,
        target=target,
        writable=target,
        timeout_s=timeout_s,
        writes=(),
        read=desk.cut(readable, limit),
        limit=limit,
        max_bytes=settings().max_answer_mib * MIB,
        background_wait_s=timeout_s,
    )


def problems(actor: Actor, database: Database, query: Query) -> list[Problem]:
    """What is wrong with the query's SQL, as far as its text shows; empty when it could run.

    The query is not stored. Raises DataForbidden: whom it concerns is told nothing more.
    """
    try:
        planned(actor, database, query)
    except SyntaxInvalid as error:
        line, column = error.details.get("line"), error.details.get("column")
        return [Problem(error.message, line, column, str(error.details.get("near") or ""))]
    except (QueryRefused, TemplateInvalid) as error:
        return [Problem(error.message)]
    return []


def explainable(actor: Actor, database: Database, query: Query) -> list[str]:
    """The SELECTs of a query that reads, each as it would run, for what the engine says of them without running it.

    Raises DataForbidden, QueryRefused, ...
    """
    desk = _desk(actor, database, query)
    parts = guard.statements(_rendered(desk, query), desk.engine)
    if not parts or not all(part.is_read for part in parts):
        raise QueryRefused("Only the costs of a SELECT can be told")
    reads = [desk.readable(part).read for part in parts]
    for read in reads:
        desk.require_unruled(read)
    return [read.sql for read in reads]


def _desk(actor: Actor, database: Database, query: Query, reader: Actor | None = None) -> Desk:
    place = user_sql.place_of(database, query.schema, query.catalog)
    return Desk(actor, reader or actor, database, databases.engine_of(database), place)


def _rendered(desk: Desk, query: Query) -> str:
    if query.is_rendered or not template.has_template(query.sql):
        return query.sql
    params = user_sql.template_params(query.template_params)
    context = library.offered_on(template_context.of(desk.actor, params=params), desk.actor, desk.database.id)
    return template.render(query.sql, context, desk.engine)


def _judged_write(desk: Desk, part: Part) -> str:
    if not desk.database.allow_dml:
        raise WriteRefused(NO_WRITES)
    query_writes.require_plain(part, desk.engine)
    part = guard.write_placed(part, desk.place.schema, desk.place.catalog, desk.engine)
    touched = sorted(part.tables, key=str)
    rules.require_tables(desk.actor, desk.database, touched)
    if row_filters.for_tables(desk.actor, desk.database, touched):
        # What a rule hides could be copied into a table that no rule protects, or be changed unseen.
        raise QueryRefused("Tables on which row rules limit you cannot be used in statements that write")
    return part.sql


def _create_as(desk: Desk, query: Query, last: Readable | None) -> str:
    if last is None or last.prefix:
        raise QueryRefused("Only a SELECT can be made into a table")
    is_view = query.ctas_method == "VIEW"
    if not (desk.database.allow_cvas if is_view else desk.database.allow_ctas):
        raise WriteRefused(NO_WRITES)
    table = table_of(desk.engine.dialect, _made_table(desk, query)).sql(dialect=desk.engine.dialect)
    return f"CREATE {'VIEW' if is_view else 'TABLE'} {table} AS {desk.protected(last.read)}"


def _made_table(desk: Desk, query: Query) -> TableName:
    name = query.tmp_table_name or ""
    if not name or len(name) > LONGEST_NAME or "\x00" in name:
        raise Invalid(fields={"tmp_table_name": ["A name for the new table is needed."]})
    schema = desk.database.force_ctas_schema or query.tmp_schema_name or desk.place.schema
    table = TableName(name, schema, query.catalog)
    if guard.is_system(table, desk.engine):
        raise QueryRefused("The engine's own tables cannot be made")
    # A table made where the caller may not read would be out of his sight, and maybe in somebody's way.
    rules.require_tables(desk.actor, desk.database, [table])
    return table


def _own_limit(read: Read) -> int | None:
    limit = read.tree.args.get("limit")
    count = limit.expression if isinstance(limit, exp.Limit) else None
    return int(count.this) if isinstance(count, exp.Literal) and not count.is_string and count.this.isdigit() else None
