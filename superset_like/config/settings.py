"""The settings: one row each, with its default, the way it is read, and its help."""

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "SUPERSET_LIKE_"
SECRET_LENGTH = 32


def setting(default: Any, cast: Callable[[str], Any], help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"cast": cast, "help": help_text, "secret": secret})


def text(value: str) -> str:
    return value


def whole(value: str) -> int:
    return int(value)


def seconds(value: str) -> float:
    number = float(value)
    if number <= 0:
        raise ValueError("must be above 0")
    return number


def positive(value: str) -> int:
    number = int(value)
    if number <= 0:
        raise ValueError("must be above 0")
    return number


def yes_or_no(value: str) -> bool:
    answers = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if value.strip().lower() not in answers:
        raise ValueError("must be true or false")
    return answers[value.strip().lower()]


def folder(value: str) -> Path:
    return Path(value).expanduser().resolve()


def folders(value: str) -> tuple[Path, ...]:
    return tuple(folder(part) for part in value.split(":") if part)


def listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def networks(value: str) -> tuple[str, ...]:
    return tuple(str(ip_network(part)) for part in listed(value))


def zone(value: str) -> str:
    try:
        return value and ZoneInfo(value).key
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("must be the name of a time zone") from error


def one_of(*choices: str) -> Callable[[str], str]:
    def choose(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    return choose


def redash_cancelled(value: str) -> int:
    if value not in {"4", "5"}:
        raise ValueError("must be 4 or 5")
    return int(value)


def executor(value: str) -> str:
    kind, _, name = value.partition(":")
    if value not in {"owner", "creator"} and (kind != "user" or not name):
        raise ValueError("must be owner, creator or user:NAME")
    return value


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be set. Environment: SUPERSET_LIKE_<NAME>; file: settings.toml in the home folder.

    An empty URI or folder list means the place below `home` that `load` fills in.
    """

    home: Path = setting(Path("~/.superset_like").expanduser(), folder, "Folder that holds all state.")
    database_uri: str = setting(
        "",
        text,
        "Where the metadata is kept, as a SQLAlchemy URI. Default: SQLite in the home folder.",
        secret=True,
    )
    database_pool_size: int = setting(10, positive, "Connections to the metadata database that a process keeps.")
    secret_key: str = setting("", text, "Signs sessions and tokens and encrypts stored secrets.", secret=True)
    previous_secret_keys: tuple[str, ...] = setting(
        (), listed, "Former values of SECRET_KEY, so that what they encrypted can still be read.", secret=True
    )
    guest_token_secret: str = setting("", text, "Signs the guest tokens of embedded dashboards.", secret=True)
    guest_token_lifetime_s: int = setting(300, positive, "Seconds a guest token is valid.")
    guest_token_audience: str = setting("superset_like", text, "The `aud` claim of guest tokens.")
    guest_role: str = setting("Public", text, "Role whose row level rules apply to every guest as well.")
    access_token_lifetime_s: int = setting(900, positive, "Seconds an access token is valid.")
    refresh_token_lifetime_s: int = setting(30 * 86400, positive, "Seconds a refresh token is valid.")
    session_lifetime_s: int = setting(8 * 3600, positive, "Seconds a browser session lasts without use.")
    cookie_secure: bool = setting(False, yes_or_no, "Send the session cookie over https only.")
    login_rate_limit: str = setting(
        "10 per minute", text, "Login attempts allowed per address and user; empty for no limit."
    )
    account_rate_limit: str = setting(
        "50 per hour; 200 per day",
        text,
        "Accounts made over Redash's API allowed per address; empty for no limit, as with LOGIN_RATE_LIMIT.",
    )
    account_edit_rate_limit: str = setting(
        "50 per hour",
        text,
        "Changes of accounts over Redash's API allowed per address; empty for no limit, as with LOGIN_RATE_LIMIT.",
    )
    rate_limit_uri: str = setting(
        "memory://",
        text,
        "Where login attempts are counted; Redis when several processes serve.",
        secret=True,
    )
    trusted_proxies: int = setting(
        0, whole, "How many proxies in front are trusted to say the caller's address, host and scheme."
    )
    public_url: str = setting("", text, "The address at which people reach this server, for links. Default: as asked.")
    cors_origins: tuple[str, ...] = setting((), listed, "Origins that may call the API from a browser.")
    cache_uri: str = setting(
        "",
        text,
        "Answer cache: memory://, file:///folder or redis://. Default: files in the home folder.",
        secret=True,
    )
    cache_ttl_s: int = setting(86400, whole, "Seconds an answer is kept where chart, dataset and database say nothing.")
    cache_memory_mib: int = setting(32, positive, "Memory a process uses for answers in front of the cache.")
    results_uri: str = setting(
        "", text, "Store of query results: file:///folder or redis://. Default: the home folder.", secret=True
    )
    results_ttl_s: int = setting(86400, positive, "Seconds the result of a query in the SQL editor is kept.")
    saved_results_ttl_s: int = setting(
        30 * 86400, positive, "Seconds the results of saved queries are kept, for all who may have them."
    )
    redash_cancelled_status: int = setting(
        5,
        redash_cancelled,
        "What Redash's API calls a job that was cancelled: 5, as its documentation says, or 4, as Redash itself does,"
        " for scripts that wait for 3 or 4.",
    )
    broker_uri: str = setting(
        "",
        text,
        "Celery broker: redis://, amqp:// or filesystem://. Default: files in the home folder.",
        secret=True,
    )
    broker_queue: str = setting(
        "superset_like",
        text,
        "The queue in the broker. Installations that share a broker need one each: a worker takes all that is in it.",
    )
    worker_concurrency: int = setting(2, positive, "Queries that one worker runs at a time.")
    local_database_folders: tuple[Path, ...] = setting(
        (),
        folders,
        "Colon-separated folders below which SQLite and DuckDB files may be opened. Default: data/ in home.",
    )
    blocked_database_networks: tuple[str, ...] = setting(
        ("169.254.0.0/16", "fe80::/10", "0.0.0.0/8"),
        listed,
        "Networks in which no user database may be; link-local (cloud metadata) by default.",
    )
    row_limit: int = setting(50_000, positive, "Rows of a chart that names no limit.")
    max_row_limit: int = setting(100_000, positive, "Most rows that any chart or query may ask for.")
    stream_row_limit: int = setting(
        10_000_000, positive, "Most rows of a download as CSV, NDJSON or Arrow, which leaves while it is made."
    )
    samples_row_limit: int = setting(1_000, positive, "Rows of a sample.")
    sql_row_limit: int = setting(1_000, positive, "Rows of a query in the SQL editor that names no limit.")
    queries_per_user: int = setting(
        10,
        positive,
        "Queries of one user, or of guests of one name, that run at a time; one more waits, then gets 429.",
    )
    queries_per_database: int = setting(
        20, positive, "Queries that run at a time on one database; one more waits, then gets 503."
    )
    queries_per_process: int = setting(
        8,
        positive,
        "Queries that run at a time in one web process; one more waits, then gets 503. Together with WAITING_REQUESTS"
        " below the threads of `serve`, so that requests without a query find one free.",
    )
    waiting_requests: int = setting(
        4,
        positive,
        "Requests of one web process that may wait for others: for their turn, or for an answer that another one makes."
        " More than these wait until there has been a crowd for QUEUE_WAIT_S, then get 503.",
    )
    queue_wait_s: float = setting(5.0, seconds, "Seconds that a query waits for others to end before it is refused.")
    max_answer_mib: int = setting(
        256, positive, "Largest answer held in memory, in MiB; one more is 413. Streamed downloads are not held."
    )
    max_filter_values: int = setting(10_000, positive, "Most values in the filters of one question.")
    max_nesting: int = setting(100, positive, "How deep the JSON of a request may be nested.")
    query_timeout_s: float = setting(60.0, seconds, "Seconds a chart's query may run.")
    sql_timeout_s: float = setting(30.0, seconds, "Seconds a synchronous query of the SQL editor may run.")
    async_timeout_s: float = setting(6 * 3600.0, seconds, "Seconds an asynchronous query may run.")
    picture_timeout_s: float = setting(10.0, seconds, "Seconds that drawing one picture of a chart may take.")
    picture_memory_mib: int = setting(256, positive, "Memory that a process which draws pictures may use for one.")
    time_zone: str = setting(
        "",
        zone,
        "Zone, such as Europe/Berlin, in which `today` is and in which stored moments without a zone are read, where"
        " neither question nor dataset names another. Default: UTC, and answers name no zone.",
    )
    heartbeat_s: float = setting(5.0, seconds, "Seconds between the heartbeats of a running query.")
    max_page_size: int = setting(100, positive, "Most rows of one page of a list.")
    max_state_kib: int = setting(
        256, positive, "Largest state of a page (a permalink, a form, filters) that is kept under a key, in KiB."
    )
    state_ttl_s: int = setting(
        90 * 86400,
        positive,
        "Seconds that a form and the filters of a dashboard are kept after their last change; permalinks stay.",
    )
    report_executor: str = setting(
        "owner",
        executor,
        "Whose rights alerts and reports have: owner (the one who last said what it does), creator, or user:NAME.",
    )
    report_tick_s: int = setting(
        10, positive, "Seconds between two looks at what alerts, reports and saved queries are due."
    )
    report_late_s: int = setting(
        3600, positive, "Seconds after which a run that could not begin in time is left out; its log says so."
    )
    report_min_interval_s: int = setting(0, whole, "Fewest seconds between two runs that a schedule may ask for.")
    report_tries: int = setting(3, positive, "How often a run tries what may work a moment later: a query, a delivery.")
    report_retry_pause_s: float = setting(2.0, seconds, "Seconds before the second try; each further pause is double.")
    report_rows: int = setting(100, positive, "Most rows that a message itself shows; files have all.")
    delivery_timeout_s: float = setting(30.0, seconds, "Seconds that a mail server or a webhook may take to answer.")
    smtp_host: str = setting("", text, "Mail server for alerts and reports; empty: none sends mail.")
    smtp_port: int = setting(587, positive, "Port of the mail server.")
    smtp_security: str = setting(
        "starttls", one_of("starttls", "tls", "none"), "How the connection to the mail server is encrypted."
    )
    smtp_user: str = setting("", text, "Who signs in at the mail server; empty: nobody.")
    smtp_password: str = setting("", text, "Password at the mail server.", secret=True)
    smtp_from: str = setting("", text, "Address that mail comes from. Default: SMTP_USER.")
    email_subject_prefix: str = setting("[Report] ", text, "How the subject of each mail begins.")
    email_domains: tuple[str, ...] = setting(
        (), listed, "Domains to which alerts and reports may be mailed; empty: all."
    )
    webhook_secret: str = setting(
        "", text, "Signs webhooks whose recipient has no secret of its own; see docs/alerts.md.", secret=True
    )
    webhook_http: bool = setting(False, yes_or_no, "Webhooks may be called by plain http.")
    webhook_networks: tuple[str, ...] = setting(
        (), networks, "Networks that are not public and where webhooks may be all the same, such as 10.1.0.0/16."
    )
    history_versions: int = setting(
        50, whole, "Former states that are kept of each chart, dashboard, dataset and saved query; 0 for none."
    )
    restore_days: int = setting(30, whole, "Days in which what was deleted can be restored; 0 for none.")
    max_body_mib: int = setting(32, positive, "Largest request body, in MiB.")
    max_bundle_entries: int = setting(5_000, positive, "Most entries of a bundle that is imported.")
    max_bundle_file_mib: int = setting(8, positive, "Largest file of a bundle, unpacked, in MiB.")
    max_bundle_mib: int = setting(64, positive, "Largest bundle, unpacked, in MiB.")
    max_bundle_ratio: int = setting(
        200, positive, "How many times smaller than its contents a file of more than 64 KiB in a bundle may be packed."
    )
    max_upload_mib: int = setting(
        256, positive, "Largest file that is uploaded into a database, in MiB; a larger one is 413."
    )
    max_upload_unpacked_mib: int = setting(
        2048, positive, "What an uploaded workbook, zip or columnar file may unpack to, in MiB; more is 413."
    )
    upload_timeout_s: float = setting(900.0, seconds, "Seconds that writing an uploaded file into a database may take.")
    redash_version: str = setting("26.08.0", text, "The version of Redash that its clients are told.")
    embedding: bool = setting(True, yes_or_no, "Dashboards may be embedded in other sites.")
    sync_permissions: bool = setting(False, yes_or_no, "Write permissions at every start; `init` does it otherwise.")
    log_level: str = setting("INFO", one_of("DEBUG", "INFO", "WARNING", "ERROR"), "What is logged.")
    log_json: bool = setting(False, yes_or_no, "Log one JSON object a line.")
