"""The dataset a statement reads: its columns, measures and expressions as trees, its row rules inside its source."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from superset_like.engine import guard, literals
from superset_like.engine.build.clock import Clock
from superset_like.engine.databases import kinds
from superset_like.engine.databases.base import Engine
from superset_like.engine.query import Aggregate, Column, Dimension, Kind, Measure, Predicate, Query, Shape
from superset_like.errors import QuestionInvalid, SyntaxInvalid

VIRTUAL_NAME = "virtual_table"

# Other functions may come out as operators: DateAdd as `a + INTERVAL ...`, JSONExtract as `a -> b`.
_ATOMS = (exp.Column, exp.Literal, exp.Paren, exp.Anonymous, exp.Cast, exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max)
_AGGREGATES: dict[Aggregate, type[exp.Func]] = {
    Aggregate.AVG: exp.Avg,
    Aggregate.COUNT: exp.Count,
    Aggregate.MAX: exp.Max,
    Aggregate.MIN: exp.Min,
    Aggregate.SUM: exp.Sum,
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A tree over the source, and how its values read. column: the dataset's column whose values these are, if any.

    written: the zone whose wall clock its moments show, None where no zone is stated. hours: how much later they are
    shown than stored.
    """

    node: exp.Expr
    kind: Kind | None = None
    column: Column | None = None
    time_format: str | None = None
    verbose_name: str | None = None
    written: str | None = None
    hours: int = 0


class Scope:
    """What names mean within one statement. name: how the source is called in it. query: whose zone and times hold.

    is_fenced: conditions hold SQL of people, whose errors must not tell of rows that the predicates withhold.
    """

    def __init__(
        self,
        shape: Shape,
        engine: Engine,
        predicates: Sequence[Predicate],
        is_fenced: bool = True,
        query: Query | None = None,
    ) -> None:
        self.is_fenced = is_fenced
        self.shape = shape
        self.engine = engine
        self.clock = Clock(engine, shape, query)
        self.predicates = predicates
        self.name = shape.table.name if shape.sql is None else VIRTUAL_NAME
        self.columns = {column.name: column for column in shape.columns}
        self.metrics = {metric.name: metric for metric in shape.metrics}
        self._folded = {column.name.lower(): column for column in shape.columns}
        self._generator = Dialect.get_or_raise(engine.dialect).generator(comments=False)
        self._with: exp.With | None = None

    def render(self, node: exp.Expr) -> str:
        """The tree as SQL of the engine; comments of the asker are left out."""
        if self.engine.syntax.marked_unicode:
            _mark_unicode(node)
        return self._generator.generate(node, copy=False)

    def statement(self, node: exp.Expr) -> str:
        """The whole statement as SQL of the engine."""
        if self._with is not None:
            node.set("with_", self._with)
        return self.render(node)

    def source(self) -> exp.Expr:
        """The table or the virtual dataset, with no row in it that the predicates withhold.

        The predicates stand in a SELECT of their own, which has no output names: DuckDB and SQLite read a label of the
        asker where a condition names a column that the table lacks.
        """
        table = self._table()
        if not self.predicates:
            return table
        conditions = [self._predicate(predicate) for predicate in self.predicates]
        inner = exp.Select(
            expressions=[exp.Star()], from_=exp.From(this=table), where=exp.Where(this=all_of(conditions))
        )
        source = guard.fenced(inner, self.engine) if self.is_fenced else inner
        return subquery(source, self.engine.spelled(self.name))

    def _table(self) -> exp.Expr:
        if self.shape.sql is not None:
            return subquery(self._virtual(self.shape.sql), self.engine.spelled(VIRTUAL_NAME))
        table = self.shape.table
        return exp.Table(
            this=self._named(table.name),
            db=self._named(table.schema) if table.schema else None,
            catalog=self._named(table.catalog) if table.catalog else None,
        )

    def _virtual(self, sql: str) -> exp.Expr:
        syntax = self.engine.syntax
        if syntax.as_text and syntax.nested_with:
            # On lines of its own: the text may end in a comment.
            return raw(f"\n{sql.strip().rstrip(';')}\n")
        tree = guard.tree(sql, self.engine)
        if not syntax.nested_with:
            # The names of its WITH are meant nowhere else: beside them there is only this source.
            self._with = tree.args.pop("with_", None)
            if not (tree.args.get("limit") or tree.args.get("offset")):
                tree.set("order", None)
        return tree

    def _named(self, name: str) -> exp.Identifier:
        return identifier(self.engine.spelled(name))

    def _predicate(self, predicate: Predicate) -> exp.Expr:
        tree = guard.predicate(predicate.sql, self.engine, subqueries=True).copy()
        return exp.Paren(this=self._qualified(tree, lambda column: column))

    def own_column(self, name: str) -> exp.Column:
        """A physical column of the source."""
        return exp.Column(this=self._named(name), table=self._named(self.name))

    def column(self, name: str) -> Bound:
        """A column of the dataset. Raises QuestionInvalid when it has none of that name."""
        column = self.columns.get(name)
        if column is None:
            raise QuestionInvalid(f"Columns missing in dataset: {[name]}")
        return Bound(
            node=self._column_node(column, frozenset()),
            kind=Kind.TEMPORAL if column.is_temporal else column.kind,
            column=column,
            time_format=column.time_format,
            verbose_name=column.verbose_name,
            written=None if kinds.is_date(column.type) else self.clock.written(column),
            hours=self.clock.hours(column),
        )

    def _column_node(self, column: Column, within: frozenset[str]) -> exp.Expr:
        if column.expression is None or column.name in within:
            return self.own_column(column.name)
        tree = self._parsed(column.expression, f"The column {column.name} has invalid SQL")
        return self._bind(tree, within | {column.name})

    def expression(self, sql: str) -> exp.Expr:
        """SQL of the asker over the dataset's columns, calculated ones too. Raises QuestionInvalid, QueryRefused."""
        return self._bind(self._parsed(sql, f"Invalid SQL clause: {sql}"), frozenset())

    def _parsed(self, sql: str, message: str) -> exp.Expr:
        try:
            return guard.expression(sql, self.engine).copy()
        except SyntaxInvalid as error:
            raise QuestionInvalid(message) from error

    def _bind(self, tree: exp.Expr, within: frozenset[str]) -> exp.Expr:
        """The tree with columns of the dataset qualified, so that no output name is taken for one.

        A name that the dataset does not list stays as written; within: calculated columns being written out, whose
        own names mean the physical column.
        """

        def meant(node: exp.Column) -> exp.Expr | None:
            name = node.this
            if not isinstance(name, exp.Identifier):
                return None
            column = self.columns.get(name.this) or (None if name.quoted else self._folded.get(name.this.lower()))
            if column is None:
                return None
            if column.expression is None or column.name in within:
                return node
            return operand(self._column_node(column, within))

        return self._qualified(tree, meant)

    def _qualified(self, tree: exp.Expr, meant: Callable[[exp.Column], exp.Expr | None]) -> exp.Expr:
        """The tree with each bare column outside sub-queries replaced by what it means, or qualified if that is it."""
        holder = exp.Paren(this=tree)
        for node in list(_bare_columns(tree)):
            found = meant(node)
            if found is node:
                node.set("table", self._named(self.name))
            elif found is not None:
                node.replace(found)
        bound: exp.Expr = holder.this
        bound.parent = None
        return bound

    def dimension(self, dimension: Dimension) -> Bound:
        """The dimension, cut to its grain."""
        return self.value(dimension.column, dimension.expression, dimension.grain)

    def value(self, column: str | None, expression: str | None, grain: str | None = None) -> Bound:
        """A column, or an expression; one that is just a column's name is that column."""
        if column is None and expression is not None and expression.strip(' "`') in self.columns:
            column = expression.strip(' "`')
        if column is not None:
            bound = self.column(column)
        elif expression is not None:
            bound = Bound(self.expression(expression), written=self.clock.written(None))
        else:
            raise QuestionInvalid("A column or an expression must be given")
        if not grain:
            return bound
        cut = self.clock.cut(self.render(operand(bound.node)), bound.column, grain)
        return Bound(raw(cut.sql), Kind.TEMPORAL, verbose_name=bound.verbose_name, written=cut.written)

    def at_grain(self, node: exp.Expr, column: Column | None, grain: str) -> exp.Expr:
        """The moment at which the grain begins that the node lies in. Raises QuestionInvalid for an unknown grain."""
        return raw(self.clock.cut(self.render(node), column, grain).sql)

    def measure(self, measure: Measure) -> Bound:
        """The measure. Raises QuestionInvalid when the dataset lacks its metric or column."""
        if measure.metric is not None:
            metric = self.metrics.get(measure.metric)
            if metric is None:
                raise QuestionInvalid(f"Metric '{measure.metric}' does not exist")
            tree = self._parsed(metric.expression, f"The metric {metric.name} has invalid SQL")
            node = self._bind(tree, frozenset())
            return Bound(node, _kind_of(node), verbose_name=metric.verbose_name, written=self.clock.written(None))
        if measure.aggregate is not None:
            return self._aggregated(measure.aggregate, measure.column)
        if measure.expression is None:
            raise QuestionInvalid(f"The measure {measure.label} says nothing to sum up")
        node = self.expression(measure.expression)
        return Bound(node, _kind_of(node), written=self.clock.written(None))

    def _aggregated(self, aggregate: Aggregate, name: str | None) -> Bound:
        if name is None or name == "*":
            if aggregate is not Aggregate.COUNT:
                raise QuestionInvalid(f"{aggregate} needs a column")
            return Bound(exp.Count(this=exp.Star()), Kind.NUMERIC)
        bound = self.column(name)
        if aggregate is Aggregate.COUNT_DISTINCT:
            return Bound(exp.Count(this=exp.Distinct(expressions=[bound.node])), Kind.NUMERIC)
        node = _AGGREGATES[aggregate](this=bound.node)
        if aggregate in (Aggregate.MIN, Aggregate.MAX):
            return Bound(node, bound.kind, time_format=bound.time_format, written=bound.written, hours=bound.hours)
        return Bound(node, Kind.NUMERIC)


def _bare_columns(tree: exp.Expr) -> list[exp.Column]:
    columns = []
    for node in tree.walk(prune=lambda node: isinstance(node, exp.Query)):
        if isinstance(node, exp.Column) and not node.args.get("table") and not isinstance(node.this, exp.Star):
            columns.append(node)
    return columns


def _mark_unicode(tree: exp.Expr) -> None:
    # Texts without the mark are read in the code page of the database.
    for text in list(tree.find_all(exp.Literal)):
        if text.is_string and not text.name.isascii():
            text.replace(exp.National(this=text.name))


def _kind_of(node: exp.Expr) -> Kind | None:
    return Kind.NUMERIC if isinstance(node, exp.Count | exp.Sum | exp.Avg) else None


def identifier(name: str) -> exp.Identifier:
    """The name, quoted as the dialect quotes."""
    return literals.identifier(name)


def raw(sql: str) -> exp.Expr:
    """SQL that the engine's own templates made, taken as it is."""
    return exp.Var(this=sql)


def operand(node: exp.Expr) -> exp.Expr:
    """The tree, in brackets unless it cannot fall apart beside an operator."""
    return node if isinstance(node, _ATOMS) else exp.Paren(this=node)


def subquery(query: exp.Expr, name: str) -> exp.Subquery:
    """The query as a source of that name."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=identifier(name)))


def all_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """The conditions joined by AND; at least one. Each must hold together beside AND."""
    return reduce(lambda left, right: exp.And(this=left, expression=right), conditions)


def any_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """The conditions joined by OR, in brackets unless there is but one; at least one."""
    if len(conditions) == 1:
        return conditions[0]
    return exp.Paren(this=reduce(lambda left, right: exp.Or(this=left, expression=right), conditions))
