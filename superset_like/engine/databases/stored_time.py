"""How a column that is no real time type spells a moment, as a SQL value to compare it with."""

from datetime import UTC, datetime, timedelta

from superset_like.engine.query import Column

EPOCH = datetime(1970, 1, 1)


def stored(moment: datetime, column: Column) -> str | None:
    """The SQL value for a column with a time_format; None when it has none."""
    if column.time_format is None:
        return None
    since = naive(moment) - EPOCH
    if column.time_format == "epoch_s":
        return str(since // timedelta(seconds=1))
    if column.time_format == "epoch_ms":
        return str(since // timedelta(milliseconds=1))
    return text(naive(moment).strftime(column.time_format))


def naive(moment: datetime) -> datetime:
    """The moment without a zone, in UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def iso(moment: datetime) -> str:
    """`2024-01-31 10:00:00`, with microseconds only when there are some."""
    return naive(moment).isoformat(" ")


def is_midnight(moment: datetime) -> bool:
    """Whether it is the beginning of a day."""
    return naive(moment) == datetime.combine(naive(moment).date(), datetime.min.time())


def text(value: str) -> str:
    """The text as a SQL string."""
    return "'" + value.replace("'", "''") + "'"
