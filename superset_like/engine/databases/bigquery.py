"""BigQuery, by Google's client: jobs that are tried dry before they run, rows as Arrow.

The key of a service account is the URI's password, in URL-safe base64, so that it is kept and shown as secrets are.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

import pyarrow as pa
from sqlalchemy.engine import URL

from superset_like.engine.databases import drivers, places
from superset_like.engine.databases.base import Syntax, Target
from superset_like.engine.databases.dbapi import DESCRIBE_S, DbapiEngine, DbapiSession
from superset_like.engine.databases.grains import grains
from superset_like.engine.databases.times import Times
from superset_like.engine.query import Column, Kind, TableName
from superset_like.errors import QueryFailed, WriteRefused

# The one place to which a key may be sent; a key names its own otherwise.
_TOKEN_URI = "https://oauth2.googleapis.com/token"
_NAME = re.compile(r"[A-Za-z0-9_.:-]+")
_DAY = "DATETIME_TRUNC({col}, DAY)"


class BigQuerySession(DbapiSession):
    """A client and the job at work."""

    def _begin_work(self) -> None:
        self._job: Any = None

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of one of our own questions."""
        with self._watched():
            return [tuple(row.values()) for row in self._run_job(sql).result()]

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """Name and type of each column that a query would answer; the job is not run."""
        with self._watched():
            return [(field.name, _type_of(field)) for field in self._tried(sql).schema]

    def bytes_read(self, sql: str) -> int:
        """The bytes that a query would read; the job is not run."""
        with self._watched():
            return int(self._tried(sql).total_bytes_processed)

    def _config(self, **more: Any) -> Any:
        bigquery = drivers.loaded("google.cloud.bigquery", "bigquery")
        project, dataset = self._engine.default_catalog(self._target), self._engine.default_schema(self._target)
        limit = {} if self._timeout_s is None else {"job_timeout_ms": round(self._timeout_s * 1000)}
        default = {"default_dataset": f"{project}.{dataset}"} if dataset else {}
        return bigquery.QueryJobConfig(use_legacy_sql=False, **limit, **default, **more)

    def _tried(self, sql: str) -> Any:
        """The job as planned. Raises WriteRefused for anything but a SELECT: no session of BigQuery is read-only."""
        job = self.connection.query(sql, job_config=self._config(dry_run=True, use_query_cache=False))
        if job.statement_type != "SELECT":
            raise WriteRefused()
        return job

    def _run_job(self, sql: str) -> Any:
        self._job = self.connection.query(sql, job_config=self._config())
        return self._job

    def _read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        if not self._target.writable:
            self._tried(sql)
        rows = self._run_job(sql).result(page_size=batch_rows)
        batches = rows.to_arrow_iterable()
        first = next(batches, None)
        if first is None:
            return rows.to_arrow(create_bqstorage_client=False).to_reader()

        def all_batches() -> Any:
            yield first
            yield from batches

        return pa.RecordBatchReader.from_batches(first.schema, all_batches())

    def _write(self, sql: str) -> int:
        if not self._target.writable:
            raise WriteRefused()
        job = self._run_job(sql)
        job.result()
        return int(job.num_dml_affected_rows or 0)

    def _stop(self) -> None:
        with suppress(Exception):
            if self._job is not None:
                self._job.cancel()


class BigQuery(DbapiEngine):
    """BigQuery; a catalog is a project, a schema is a dataset."""

    name = "bigquery"
    title = "Google BigQuery"
    schemes = frozenset({"bigquery"})
    dialect = "bigquery"
    default_driver = "bigquery"
    extra = "bigquery"
    module = "google.cloud.bigquery"
    uri_form = "bigquery://:base64-of-service-account-key@project/dataset"
    session_kind = BigQuerySession
    supports_catalogs = True
    label_length = 300
    reads_only = "yes: a dry run refuses all but SELECT"
    estimates = "dry run: bytes read"
    url_options = frozenset({"location"})
    allowed_options = frozenset({"location"})
    syntax = Syntax(text="TEXT", escape=False, by_position=True, plain_labels=True, as_text=False)
    times = Times(
        moment="DATETIME '{iso}'",
        zoned="TIMESTAMP '{iso}+00:00'",
        read="CAST({sql} AS DATETIME)",
        read_zoned="DATETIME({sql}, 'UTC')",
        epoch_s="DATETIME(TIMESTAMP_SECONDS({sql}), 'UTC')",
        epoch_ms="DATETIME(TIMESTAMP_MILLIS({sql}), 'UTC')",
        written="PARSE_DATETIME({pattern}, {sql})",
        parts={letter: f"%{letter}" for letter in "YmdHMSybBAajpIT"} | {"f": "%E6S"},
    )
    moved = "DATETIME_ADD({col}, INTERVAL {seconds} SECOND)"
    zone_shift = "DATETIME(TIMESTAMP({col}, '{source}'), '{target}')"
    grains = grains(
        lambda unit: f"DATETIME_TRUNC({{col}}, {'ISOWEEK' if unit == 'week' else unit.upper()})",
        lambda width: (
            f"DATETIME_ADD({_DAY}, INTERVAL DIV(DATETIME_DIFF({{col}}, {_DAY}, SECOND), {width}) * {width} SECOND)"
        ),
        "DATETIME_ADD({col}, INTERVAL {days} DAY)",
    )
    kinds_of_own: ClassVar[dict[str, Kind]] = {"BIGNUMERIC": Kind.NUMERIC, "FLOAT64": Kind.NUMERIC}
    functions = frozenset(
        """
        APPROX_COUNT_DISTINCT APPROX_QUANTILES APPROX_TOP_COUNT APPROX_TOP_SUM ARRAY_CONCAT ARRAY_LENGTH ARRAY_REVERSE
        ARRAY_TO_STRING BIT_COUNT BYTE_LENGTH CODE_POINTS_TO_STRING CONTAINS_SUBSTR DATETIME_ADD DATETIME_DIFF
        DATETIME_SUB DATETIME_TRUNC DATE_ADD DATE_DIFF DATE_FROM_UNIX_DATE DATE_SUB DATE_TRUNC DIV EDIT_DISTANCE
        FARM_FINGERPRINT FORMAT_DATE FORMAT_DATETIME FORMAT_TIME FORMAT_TIMESTAMP FROM_BASE64 FROM_HEX GENERATE_ARRAY
        GENERATE_DATE_ARRAY GENERATE_TIMESTAMP_ARRAY IEEE_DIVIDE IS_INF IS_NAN JSON_QUERY JSON_QUERY_ARRAY JSON_VALUE
        JSON_VALUE_ARRAY LAST_DAY LOGICAL_AND LOGICAL_OR NORMALIZE NORMALIZE_AND_CASEFOLD PARSE_DATE PARSE_DATETIME
        PARSE_TIME PARSE_TIMESTAMP RANGE_BUCKET REGEXP_CONTAINS REGEXP_EXTRACT REGEXP_EXTRACT_ALL REGEXP_REPLACE
        SAFE_ADD SAFE_CAST SAFE_CONVERT_BYTES_TO_STRING SAFE_DIVIDE SAFE_MULTIPLY SAFE_NEGATE SAFE_SUBTRACT SHA1 SHA256
        SHA512 SPLIT STARTS_WITH STRPOS TIMESTAMP_ADD TIMESTAMP_DIFF TIMESTAMP_MICROS TIMESTAMP_MILLIS TIMESTAMP_SECONDS
        TIMESTAMP_SUB TIMESTAMP_TRUNC TIME_ADD TIME_DIFF TIME_SUB TIME_TRUNC TO_BASE64 TO_HEX TO_JSON_STRING UNIX_DATE
        UNIX_MICROS UNIX_MILLIS UNIX_SECONDS
        """.split()
    )
    place_in_message: ClassVar[re.Pattern[str]] = re.compile(r"at \[(?P<line>\d+):(?P<column>\d+)\]")

    def check_place(self, url: URL) -> None:
        """Raises Invalid unless the URI names a project and holds the key of a service account."""
        if not _NAME.fullmatch(url.host or "") or url.username or url.port:
            raise places.invalid(f"The connection string must have the form {self.uri_form}")
        if url.database and not _NAME.fullmatch(url.database):
            raise places.invalid("The dataset's name is not valid")
        _key_of(url)

    def connected(self, driver: Any, url: URL, target: Target, timeout_s: float | None) -> Any:
        """A client that acts for the key's account."""
        account = drivers.loaded("google.oauth2.service_account", self.extra)
        credentials = account.Credentials.from_service_account_info(
            _key_of(url), scopes=["https://www.googleapis.com/auth/bigquery"]
        )
        location = dict(target.options).get("location") or url.query.get("location")
        return driver.Client(project=url.host, credentials=credentials, location=location)

    def check_connection(self, connection: Any) -> None:
        """Nothing: a client holds no connection that could break."""

    def message_of(self, error: Exception) -> str:
        """What BigQuery said, without the address that was asked."""
        return re.sub(r"^\d{3} (?:GET|POST) \S+:\s*", "", str(getattr(error, "message", "") or error))

    def is_zoned(self, type_text: str | None) -> bool:
        """TIMESTAMP is a moment of the world's time, DATETIME is not."""
        return (type_text or "").strip().upper().startswith("TIMESTAMP")

    def as_timestamp(self, sql: str, column: Column) -> str:
        """SQL that reads the stored form as a DATETIME in UTC; an expression's own type decides how."""
        return super().as_timestamp(sql, column if column.name else Column("", "DATETIME"))

    def catalogs(self, target: Target) -> Sequence[str]:
        """The projects that the account may query."""
        with self.opened(target, DESCRIBE_S) as session:
            return sorted(project.project_id for project in session.connection.list_projects())

    def default_catalog(self, target: Target) -> str | None:
        """The project of the URI."""
        return target.catalog or places.parsed(target.uri).host

    def default_schema(self, target: Target) -> str | None:
        """The dataset asked for, or the URI's."""
        return target.schema or places.parsed(target.uri).database or None

    def schemas(self, target: Target) -> Sequence[str]:
        """The datasets of the project."""
        with self.opened(target, DESCRIBE_S) as session:
            found = session.connection.list_datasets(self.default_catalog(target))
            return sorted(dataset.dataset_id for dataset in found)

    def relations(self, target: Target, schema: str | None) -> Sequence[Any]:
        """Tables and views of a dataset, sorted by name."""
        return super().relations(_within(target, schema or self.default_schema(target)), schema)

    def describe(self, target: Target, table: TableName) -> Any:
        """A table's columns. Raises NotFound."""
        return super().describe(_within(target, table.schema or self.default_schema(target)), table)

    def information(self, target: Target, catalog: str | None) -> str:
        """Each dataset tells of its own tables."""
        if not target.schema:
            raise QueryFailed("A dataset must be named")
        return f"{self.quoted(catalog or '')}.{self.quoted(target.schema)}.INFORMATION_SCHEMA"

    def estimate(self, target: Target, sql: str) -> Sequence[Mapping[str, str]]:
        """The bytes that the query would read."""
        with self.opened(target, DESCRIBE_S) as session:
            assert isinstance(session, BigQuerySession)
            return [{"Total bytes processed": str(session.bytes_read(sql))}]


def _within(target: Target, schema: str | None) -> Target:
    return Target(target.uri, target.writable, target.catalog, schema, target.folders, target.options)


def _type_of(field: Any) -> str:
    names = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "RECORD": "STRUCT"}
    name = names.get(field.field_type, field.field_type)
    return f"ARRAY<{name}>" if field.mode == "REPEATED" else name


def _key_of(url: URL) -> dict[str, Any]:
    """The service account's key. Raises Invalid for anything else: other kinds of keys run programs or ask servers."""
    try:
        key = json.loads(base64.b64decode(str(url.password or ""), altchars=b"-_", validate=True))
    except ValueError:
        key = None
    if not isinstance(key, dict) or key.get("type") != "service_account" or key.get("token_uri") != _TOKEN_URI:
        raise places.invalid("The password must be the JSON key of a service account, in URL-safe base64")
    return key
