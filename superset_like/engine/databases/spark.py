"""Apache Spark's Thrift server, by PyHive: Databricks' SQL without its catalogs."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy.engine import URL

from superset_like.engine.databases import places
from superset_like.engine.databases.base import Relation, TableInfo, Target
from superset_like.engine.databases.databricks import SPARK_FUNCTIONS, SPARK_GRAINS, SPARK_KINDS, SPARK_TIMES
from superset_like.engine.databases.dbapi import DESCRIBE_S, DbapiEngine
from superset_like.engine.query import TableName
from superset_like.errors import NotFound, QueryFailed


class Spark(DbapiEngine):
    """Spark SQL behind its Thrift server; Hive's own server speaks another SQL and is not meant."""

    name = "hive"
    title = "Apache Spark SQL"
    schemes = frozenset({"hive", "spark"})
    dialect = "spark"
    default_driver = "pyhive"
    drivers = frozenset({"pyhive"})
    default_port = 10000
    extra = "spark"
    module = "pyhive.hive"
    uri_form = "hive://user:password@host:10000/schema"
    cancels = "yes: CancelOperation"
    reads_only = "no: grant the login SELECT alone"
    allowed_options = frozenset({"auth"})
    times = SPARK_TIMES
    moved = "({col} + INTERVAL '{seconds}' SECOND)"
    zone_shift = "FROM_UTC_TIMESTAMP(TO_UTC_TIMESTAMP({col}, '{source}'), '{target}')"
    grains = SPARK_GRAINS
    kinds_of_own = SPARK_KINDS
    functions = SPARK_FUNCTIONS
    place_in_message: ClassVar[re.Pattern[str]] = re.compile(r"line (?P<line>\d+),? pos(?:ition)? (?P<column>\d+)")

    def connected(self, driver: Any, url: URL, target: Target, timeout_s: float | None) -> Any:
        """A connection in UTC. The server has no limit of time for one statement: the deadline here stops it."""
        auth = str(dict(target.options).get("auth") or url.query.get("auth") or ("LDAP" if url.password else "NONE"))
        return driver.connect(
            host=url.host,
            port=url.port or self.default_port,
            username=url.username,
            password=url.password,
            database=self.default_schema(target),
            auth=auth,
            configuration={"spark.sql.session.timeZone": "UTC"},
        )

    def default_schema(self, target: Target) -> str | None:
        """The schema asked for, or the URI's."""
        return target.schema or places.parsed(target.uri).database

    def schemas(self, target: Target) -> Sequence[str]:
        """The schemas that the server tells of."""
        return sorted(name for (name, *_) in self.asked(target, "SHOW DATABASES"))

    def relations(self, target: Target, schema: str | None) -> Sequence[Relation]:
        """Tables and views of a schema, sorted by name."""
        place = self.quoted(schema or self.default_schema(target) or "default")
        with self.opened(target, DESCRIBE_S) as session:
            views = {row[1] for row in session.rows(f"SHOW VIEWS IN {place}")}
            names = {row[1] for row in session.rows(f"SHOW TABLES IN {place}")} | views
        return [Relation(name, "view" if name in views else "table") for name in sorted(names)]

    def describe(self, target: Target, table: TableName) -> TableInfo:
        """A table's columns. Raises NotFound."""
        place = f"{self.quoted(table.schema or self.default_schema(target) or 'default')}.{self.quoted(table.name)}"
        try:
            with self.opened(target, DESCRIBE_S) as session:
                found = session.rows(f"DESCRIBE TABLE {place}")
        except QueryFailed as error:
            raise NotFound(f"There is no table {table.name}") from error
        # Partitions follow as columns that are told of twice, after a line that begins with `#`.
        end = next((at for at, row in enumerate(found) if not row[0] or row[0].startswith("#")), len(found))
        return TableInfo(tuple(self.column_info(row[0], row[1], comment=row[2] or None) for row in found[:end]))

    def type_text(self, code: Any) -> str:
        """The name of a type, which the Thrift protocol writes as `BIGINT_TYPE`."""
        return str(code or "").upper().removesuffix("_TYPE")

    def is_zoned(self, type_text: str | None) -> bool:
        """TIMESTAMP is a moment of the world's time, TIMESTAMP_NTZ is not."""
        return (type_text or "").strip().upper() in ("TIMESTAMP", "TIMESTAMP_LTZ")
