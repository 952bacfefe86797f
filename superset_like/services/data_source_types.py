"""Redash's kinds of data sources, as far as there is an engine for them: their options, and the URI these make.

Options that a URI has a place for are put there; others are kept beside the connection, unless the connection would
then be less safe than was asked for, or they look like a secret: those are refused.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.engine import URL

from superset_like.errors import Invalid
from superset_like.extensions import settings
from superset_like.services.databases import MASK as CORE_MASK
from superset_like.services.databases import parsed_uri

# What stands for a secret, in answers and in options that are posted again.
MASK = "--------"
SECRETIVE = re.compile(r"pass|pwd|secret|token|key|credential|cert|tunnel", re.IGNORECASE)
WITH_PASSWORD = re.compile(r"//[^/@\s]*:[^/@\s]*@")
KINDS: Mapping[str, tuple[type, ...]] = {"string": (str,), "number": (int, float), "boolean": (bool,)}
LARGEST_PORT = 65535

Options = Mapping[str, Any]
Property = Mapping[str, Any]
TEXT: Property = {"type": "string"}
NUMBER: Property = {"type": "number"}
USER, PASSWORD, HOST = {"user": TEXT}, {"password": TEXT}, {"host": {"type": "string", "default": "127.0.0.1"}}
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SSL_MODE: Property = {
    "type": "string",
    "title": "SSL Mode",
    "default": "prefer",
    "extendedEnum": [{"value": mode, "name": mode.replace("-", " ").title()} for mode in SSL_MODES],
}


def titled(title: str, kind: str = "string", **more: Any) -> Property:
    """A property with a title."""
    return {"type": kind, "title": title, **more}


def port(number: int) -> Mapping[str, Property]:
    """The property `port`."""
    return {"port": {"type": "number", "default": number}}


class Form(Protocol):
    """How options are written as a URI, and read from one. secret: the option that is the URI's password."""

    @property
    def secret(self) -> str: ...

    def uri(self, options: Options) -> URL:
        """The URI of options that were checked. Raises Invalid."""

    def options(self, uri: URL) -> dict[str, Any]:
        """The options that make this URI, without the secret."""


@dataclass(frozen=True, slots=True)
class Server:
    """A database on a server. query: option -> its name in the URI's query part; parameters: an option for the rest.

    The other fields name the options for the parts of a URI. default_database: where nobody names one.
    """

    scheme: str
    user: str = "user"
    secret: str = "password"
    host: str = "host"
    port: str = "port"
    database: str = "dbname"
    query: Mapping[str, str] = field(default_factory=dict)
    parameters: str = ""
    default_database: str | None = None

    def uri(self, options: Options) -> URL:
        """The URI of the options."""
        query = {name: _text(options[option]) for option, name in self.query.items() if _is_given(options, option)}
        return URL.create(
            self.scheme,
            # Without any user a password would be left out.
            username=options.get(self.user) or ("" if options.get(self.secret) else None),
            password=_secret(options, self.secret),
            host=options.get(self.host) or None,
            port=_port(options, self.port),
            database=options.get(self.database) or self.default_database,
            query={**_words(options.get(self.parameters) or "", self.parameters), **query},
        )

    def options(self, uri: URL) -> dict[str, Any]:
        """The options of the URI."""
        user = uri.username or None
        named = {self.host: uri.host, self.port: uri.port, self.user: user, self.database: uri.database}
        query = _single(uri)
        named |= {option: query.pop(name) for option, name in self.query.items() if name in query}
        if self.parameters and query:
            named[self.parameters] = " ".join(f"{name}={value}" for name, value in query.items())
        return _given(named)


@dataclass(frozen=True, slots=True)
class File:
    """A file below a folder for local databases; a relative path is looked up below the first of these."""

    scheme: str
    path: str = "dbpath"
    secret: str = ""

    def uri(self, options: Options) -> URL:
        """The URI of the options."""
        given = str(options.get(self.path) or "")
        folders = settings().local_database_folders
        path = os.path.join(str(folders[0]), given) if given and folders else given
        return URL.create(self.scheme, database=path)

    def options(self, uri: URL) -> dict[str, Any]:
        """The options of the URI."""
        return _given({self.path: uri.database})


@dataclass(frozen=True, slots=True)
class ClickHouse:
    """A server by its address for HTTP."""

    secret: str = "password"

    def uri(self, options: Options) -> URL:
        """The URI of the options."""
        address = parsed_uri(options.get("url") or "http://127.0.0.1:8123")
        if address.drivername not in {"http", "https"} or address.username or address.password or address.query:
            raise _invalid("url", "It must be the server's http or https address, and nothing more.")
        query = {"secure": "true"} if address.drivername == "https" else {}
        if options.get("verify") is False:
            query["verify"] = "false"
        return URL.create(
            "clickhousedb",
            username=options.get("user") or "default",
            password=_secret(options, self.secret),
            host=address.host,
            port=address.port or (8443 if query.get("secure") else 8123),
            database=options["dbname"],
            query=query,
        )

    def options(self, uri: URL) -> dict[str, Any]:
        """The options of the URI."""
        query = _single(uri)
        is_secure = query.get("secure", "").lower() in {"true", "1"}
        address = f"http{'s' if is_secure else ''}://{uri.host}:{uri.port or (8443 if is_secure else 8123)}"
        verify = None if query.get("verify", "true").lower() in {"true", "1"} else False
        return _given({"url": address, "user": uri.username, "dbname": uri.database, "verify": verify})


@dataclass(frozen=True, slots=True)
class Trino:
    """A server, with a catalog and a schema in it."""

    secret: str = "password"

    def uri(self, options: Options) -> URL:
        """The URI of the options."""
        place = "/".join(part for part in (options.get("catalog"), options.get("schema")) if part)
        if options.get("schema") and not options.get("catalog"):
            raise _invalid("catalog", "A schema is in a catalog.")
        protocol = options.get("protocol") or "http"
        if options.get("password") and protocol != "https":
            raise _invalid("protocol", "With a password it must be https.")
        return URL.create(
            "trino",
            username=options["username"],
            password=_secret(options, self.secret),
            host=options["host"],
            port=_port(options, "port"),
            database=place or None,
            query={"http_scheme": protocol},
        )

    def options(self, uri: URL) -> dict[str, Any]:
        """The options of the URI."""
        catalog, _, schema = (uri.database or "").partition("/")
        named = {"protocol": _single(uri).get("http_scheme"), "host": uri.host, "port": uri.port}
        return _given({**named, "username": uri.username, "catalog": catalog or None, "schema": schema or None})


@dataclass(frozen=True, slots=True)
class Snowflake:
    """An account, in a region."""

    secret: str = "password"

    def uri(self, options: Options) -> URL:
        """The URI of the options."""
        account = ".".join(part for part in (options["account"], options.get("region")) if part)
        return URL.create(
            "snowflake",
            username=options["user"],
            password=_secret(options, self.secret),
            host=account,
            database=options["database"],
            query={"warehouse": options["warehouse"]},
        )

    def options(self, uri: URL) -> dict[str, Any]:
        """The options of the URI."""
        database = (uri.database or "").split("/")[0]
        named = {"account": uri.host, "user": uri.username, "database": database}
        return _given({**named, "warehouse": _single(uri).get("warehouse")})


@dataclass(frozen=True, slots=True)
class BigQuery:
    """A project, with the key of a service account."""

    secret: str = "jsonKeyFile"

    def uri(self, options: Options) -> URL:
        """The URI of the options."""
        location = {"location": options["location"]} if options.get("location") else {}
        secret = _secret(options, self.secret)
        return URL.create("bigquery", username="", password=secret, host=options["projectId"], query=location)

    def options(self, uri: URL) -> dict[str, Any]:
        """The options of the URI."""
        return _given({"projectId": uri.host, "location": _single(uri).get("location")})


@dataclass(frozen=True, slots=True)
class Databricks:
    """A warehouse or cluster, with an access token."""

    secret: str = "http_password"

    def uri(self, options: Options) -> URL:
        """The URI of the options."""
        secret = _secret(options, self.secret)
        query = {"http_path": options["http_path"]}
        return URL.create("databricks", username="token", password=secret, host=options["host"], query=query)

    def options(self, uri: URL) -> dict[str, Any]:
        """The options of the URI."""
        return _given({"host": uri.host, "http_path": _single(uri).get("http_path")})


@dataclass(frozen=True, slots=True)
class SourceType:
    """A kind of data source. refused: options that would have to change how it connects, and cannot."""

    type: str
    name: str
    form: Form
    properties: Mapping[str, Property]
    required: tuple[str, ...]
    order: tuple[str, ...] = ()
    extra_options: tuple[str, ...] = ()
    refused: frozenset[str] = frozenset()

    @property
    def schema(self) -> dict[str, Any]:
        """What a form for its options is made of."""
        known: dict[str, Any] = {"type": "object", "properties": self.properties}
        lists = {"order": self.order, "required": self.required, "extra_options": self.extra_options}
        known |= {name: list(names) for name, names in lists.items() if names}
        return known | ({"secret": [self.form.secret]} if self.form.secret else {})

    def checked(self, options: Options) -> dict[str, Any]:
        """The options that have a value. Raises Invalid with those at fault."""
        given = {name: value for name, value in options.items() if value is not None}
        problems = {f"options.{name}": [text] for name, text in self._problems(given)}
        if problems:
            raise Invalid(fields=problems)
        return given

    def uri(self, options: Options) -> str:
        """The URI of options that were checked. Raises Invalid."""
        return self.form.uri(options).render_as_string(hide_password=False)

    def masked(self, options: Options) -> dict[str, Any]:
        """The options, with MASK in place of the secret."""
        return {name: MASK if name == self.form.secret and value else value for name, value in options.items()}

    def options(self, uri: str) -> dict[str, Any]:
        """The options that make this URI, with MASK in place of the secret."""
        parsed = parsed_uri(uri)
        secret = {self.form.secret: MASK} if parsed.password and self.form.secret else {}
        return {**self.form.options(parsed), **secret}

    def _problems(self, given: Options) -> Iterator[tuple[str, str]]:
        for name in self.required:
            if name not in given or given[name] == "":
                yield name, "Missing data for required field."
        for name, value in given.items():
            kind = self.properties.get(name, {}).get("type")
            if kind is not None and not _is_a(value, kind):
                yield name, f"Not a valid {kind}."
            elif name in self.refused and value not in (False, ""):
                yield name, "It is not supported here."
            elif kind is None and _tells_secret(name, value):
                yield name, "It looks like a secret, and there is no safe place for it."


def of_type(name: Any) -> SourceType:
    """The kind of this name. Raises Invalid."""
    found = next((each for each in TYPES if each.type == name), None)
    if found is None:
        raise Invalid(fields={"type": ["There is no such type of data source."]})
    return found


def of_uri(uri: str, named: str | None = None) -> SourceType:
    """The kind of a connection: the one that was named for it, as long as it can be that; else the first that can."""
    backend = parsed_uri(uri).get_backend_name()
    fitting = [each for each in TYPES if SCHEMES[each.type] == SAME.get(backend, backend)]
    return next((each for each in fitting if each.type == named), fitting[0])


def _is_a(value: Any, kind: str) -> bool:
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _tells_secret(name: str, value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_tells_secret(f"{name}.{inner}", each) for inner, each in value.items())
    if isinstance(value, list):
        return any(_tells_secret(name, each) for each in value)
    if value in ("", None) or isinstance(value, bool):
        return False
    return bool(SECRETIVE.search(name)) or (isinstance(value, str) and bool(WITH_PASSWORD.search(value)))


def _secret(options: Options, name: str) -> str | None:
    value = options.get(name) or None
    return CORE_MASK if value == MASK else value


def _port(options: Options, name: str) -> int | None:
    value = options.get(name)
    if value in (None, ""):
        return None
    if not 0 < value <= LARGEST_PORT or value != int(value):
        raise _invalid(name, "Not a valid port.")
    return int(value)


def _words(text: str, option: str) -> dict[str, str]:
    """name=value, between spaces."""
    parts = [part.partition("=") for part in text.split()]
    if any(not name or not equals for name, equals, _ in parts):
        raise _invalid(option, "It must be made of name=value, with spaces between.")
    if any(SECRETIVE.search(name) for name, _, _ in parts):
        raise _invalid(option, "It looks like a secret, and there is no safe place for it.")
    return {name: value for name, _, value in parts}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _is_given(options: Options, name: str) -> bool:
    return options.get(name) not in (None, "")


def _given(options: Options) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _single(uri: URL) -> dict[str, str]:
    return {name: value for name, value in uri.query.items() if isinstance(value, str)}


def _invalid(option: str, text: str) -> Invalid:
    return Invalid(fields={f"options.{option}": [text]})


CERTIFICATES = ("sslrootcertFile", "sslcertFile", "sslkeyFile")
MYSQL = Server(
    "mysql", secret="passwd", database="db", query={"charset": "charset", "connect_timeout": "connect_timeout"}
)
MYSQL_PROPERTIES: Mapping[str, Property] = {
    **HOST,
    **USER,
    "passwd": titled("Password"),
    "db": titled("Database name"),
    **port(3306),
}
MYSQL_TLS = frozenset({"use_ssl", "ssl_mode", "ssl_cacert", "ssl_cert", "ssl_key"})
TYPES = (
    SourceType(
        "bigquery",
        "BigQuery",
        BigQuery(),
        {
            "projectId": titled("Project ID"),
            "jsonKeyFile": titled("JSON Key File"),
            "totalMBytesProcessedLimit": titled("Scanned Data Limit (MB)", "number"),
            "location": titled("Processing Location"),
            "loadSchema": titled("Load Schema", "boolean"),
        },
        ("projectId", "jsonKeyFile"),
        ("projectId", "jsonKeyFile", "loadSchema", "location"),
    ),
    SourceType(
        "clickhouse",
        "ClickHouse",
        ClickHouse(),
        {
            "url": {"type": "string", "default": "http://127.0.0.1:8123"},
            "user": {"type": "string", "default": "default"},
            **PASSWORD,
            "dbname": titled("Database Name"),
            "timeout": titled("Request Timeout", "number", default=30),
            "verify": titled("Verify SSL certificate", "boolean", default=True),
        },
        ("dbname",),
        ("url", "user", "password", "dbname"),
        ("timeout", "verify"),
    ),
    SourceType(
        "databricks",
        "Databricks",
        Databricks(),
        {"host": TEXT, "http_path": titled("HTTP Path"), "http_password": titled("Access Token")},
        ("host", "http_path", "http_password"),
        ("host", "http_path", "http_password"),
    ),
    SourceType(
        "duckdb",
        "DuckDB",
        File("duckdb"),
        {"dbpath": titled("Database Path")},
        ("dbpath",),
        refused=frozenset({"extensions"}),
    ),
    SourceType(
        "hive",
        "Hive",
        Server("hive", user="username", database="database", default_database="default"),
        {"host": TEXT, **port(10000), "database": TEXT, "username": TEXT, **PASSWORD},
        ("host",),
        ("host", "port", "database", "username", "password"),
        refused=frozenset({"use_ssl", "verify_ssl"}),
    ),
    SourceType(
        "mssql",
        "Microsoft SQL Server",
        Server("mssql", host="server", database="db", query={"tds_version": "tds_version"}),
        {
            **USER,
            **PASSWORD,
            "server": {"type": "string", "default": "127.0.0.1"},
            **port(1433),
            "tds_version": titled("TDS Version", default="7.0"),
            "charset": titled("Character Set", default="UTF-8"),
            "db": titled("Database Name"),
        },
        ("db",),
        ("server", "port", "user", "password", "db", "charset", "tds_version"),
        refused=frozenset({"use_ssl", "verify_ssl"}),
    ),
    SourceType(
        "mysql",
        "MySQL",
        MYSQL,
        {
            **MYSQL_PROPERTIES,
            "connect_timeout": titled("Connection Timeout", "number", default=60),
            "charset": titled("Character Set", default="utf8"),
        },
        ("db",),
        ("host", "port", "user", "passwd", "db", "connect_timeout", "charset"),
        refused=MYSQL_TLS,
    ),
    SourceType(
        "rds_mysql",
        "MySQL (Amazon RDS)",
        MYSQL,
        MYSQL_PROPERTIES,
        ("db", "user", "passwd", "host"),
        ("host", "port", "user", "passwd", "db"),
        refused=MYSQL_TLS,
    ),
    SourceType(
        "oracle",
        "Oracle",
        Server("oracle", database="servicename"),
        {
            **USER,
            **PASSWORD,
            "host": titled("Host"),
            "port": NUMBER,
            "servicename": titled("DSN Service Name"),
            "encoding": titled("Encoding"),
        },
        ("servicename", "user", "password", "host", "port"),
        ("host", "port", "user", "password", "servicename"),
        ("encoding",),
    ),
    SourceType(
        "pg",
        "PostgreSQL",
        Server("postgresql", query={"sslmode": "sslmode"}, parameters="dsn"),
        {
            **USER,
            **PASSWORD,
            **HOST,
            **port(5432),
            "dbname": titled("Database Name"),
            "dsn": titled("Parameters", default="application_name=redash"),
            "sslmode": SSL_MODE,
        },
        ("dbname",),
        ("host", "port", "user", "password"),
        ("sslmode",),
        frozenset(CERTIFICATES),
    ),
    SourceType(
        "redshift",
        "Redshift",
        Server("redshift", query={"sslmode": "sslmode"}),
        {
            **USER,
            **PASSWORD,
            "host": TEXT,
            **port(5439),
            "dbname": titled("Database Name"),
            "sslmode": SSL_MODE,
            "adhoc_query_group": titled("Query Group for Adhoc Queries", default="default"),
            "scheduled_query_group": titled("Query Group for Scheduled Queries", default="default"),
        },
        ("dbname", "user", "password", "host", "port"),
        ("host", "port", "user", "password", "dbname", "sslmode", "adhoc_query_group", "scheduled_query_group"),
        ("sslmode",),
        frozenset(CERTIFICATES),
    ),
    SourceType(
        "snowflake",
        "Snowflake",
        Snowflake(),
        {
            "account": TEXT,
            **USER,
            **PASSWORD,
            "warehouse": TEXT,
            "database": TEXT,
            "region": {"type": "string", "default": ""},
            "lower_case_columns": titled("Lower Case Column Names in Results", "boolean", default=False),
        },
        ("user", "account", "database", "warehouse"),
        ("account", "user", "password", "warehouse", "database", "region"),
        refused=frozenset({"host", "private_key_File", "private_key_pwd"}),
    ),
    SourceType("sqlite", "Sqlite", File("sqlite"), {"dbpath": titled("Database Path")}, ("dbpath",)),
    SourceType(
        "trino",
        "Trino",
        Trino(),
        {
            "protocol": {"type": "string", "default": "http"},
            "host": TEXT,
            **port(8080),
            "username": TEXT,
            **PASSWORD,
            "catalog": TEXT,
            "schema": TEXT,
        },
        ("host", "username"),
        ("protocol", "host", "port", "username", "password", "catalog", "schema"),
    ),
)
# type -> the name that its URIs begin with; other names of URIs that mean the same.
SCHEMES: Mapping[str, str] = {
    **{each.type: each.type for each in TYPES},
    "clickhouse": "clickhousedb",
    "rds_mysql": "mysql",
    "pg": "postgresql",
}
SAME: Mapping[str, str] = {
    "clickhouse": "clickhousedb",
    "mariadb": "mysql",
    "postgres": "postgresql",
    "spark": "hive",
}
