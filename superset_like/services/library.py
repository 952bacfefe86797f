"""What templates may take from other datasets: the rows of one as a SELECT, the SQL of a metric."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from superset_like.access import row_filters, rules
from superset_like.access.actor import Actor
from superset_like.engine import build, databases
from superset_like.engine.query import Dimension, Measure, Query
from superset_like.engine.template import Context
from superset_like.errors import DataForbidden, NotFound, TemplateInvalid
from superset_like.models import Dataset
from superset_like.services import remembered, shapes


@dataclass(frozen=True, slots=True)
class DatasetLibrary:
    """The datasets of one database, as one template may use them.

    dataset_id: the dataset that the template is about, if any. is_stored: the template was saved by somebody who may
    read what it names, so that the caller need not; what the SQL reads is judged all the same. context: what the
    templates of those datasets know. within: datasets whose templates are being rendered.
    """

    actor: Actor
    database_id: int
    dataset_id: int | None
    is_stored: bool
    context: Context
    within: frozenset[int] = frozenset()

    def dataset(self, pk: int, include_metrics: bool, columns: Sequence[str] | None) -> str:
        """The dataset as a source: its columns (those named), by which its metrics are summed up if they are included.

        Raises TemplateInvalid.
        """
        found = self._found(pk)
        if pk in self.within:
            raise TemplateInvalid(f"The dataset {pk} is made of itself")
        inner = replace(self, dataset_id=pk, is_stored=True, within=self.within | {pk})
        shape, _ = shapes.shape_of(found, self.actor, replace(self.context, library=inner))
        named = [each.name for each in shape.columns] if columns is None else columns
        measures = tuple(Measure(each.name, metric=each.name) for each in shape.metrics) if include_metrics else None
        query = Query(tuple(Dimension(name, column=name) for name in named), measures)
        engine = databases.find(shape.engine)
        statement = build.build(query, shape, engine, row_filters.of(self.actor, found))
        return f"(\n{statement.sql}\n) AS dataset_{pk}"

    def metric(self, name: str, pk: int | None) -> str:
        """The SQL of a metric of the dataset. pk: None for that which the template is about. Raises TemplateInvalid."""
        if pk is None:
            pk = self.dataset_id
        if pk is None:
            raise TemplateInvalid("Please specify the Dataset ID for the metric in the Jinja macro")
        found = next((each for each in self._found(pk).metrics if each.metric_name == name), None)
        if found is None:
            raise TemplateInvalid(f"The dataset {pk} has no metric {name}")
        return found.expression

    def _found(self, pk: int) -> Dataset:
        try:
            found = remembered.dataset(pk)
            if pk != self.dataset_id and not self.is_stored:
                rules.require(self.actor, "query", found)
        except (NotFound, DataForbidden) as error:
            raise TemplateInvalid(f"There is no dataset {pk}, or you may not read it") from error
        if found.database_id != self.database_id:
            raise TemplateInvalid(f"The dataset {pk} is in another database")
        return found


def offered(context: Context, actor: Actor, dataset: Dataset, *, is_stored: bool) -> Context:
    """The context with the library of a template about this dataset."""
    within = frozenset({dataset.id} if dataset.id else ())
    made = DatasetLibrary(actor, dataset.database.id, dataset.id, is_stored, context, within)
    return replace(context, library=made)


def offered_on(context: Context, actor: Actor, database_id: int) -> Context:
    """The context with the library of a template of the SQL editor."""
    return replace(context, library=DatasetLibrary(actor, database_id, None, False, context))
