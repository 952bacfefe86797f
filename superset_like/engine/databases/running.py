"""What sessions of all engines share: a statement that runs can be stopped, ends in time, and fails in our words."""

import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Self

import pyarrow as pa

from superset_like.engine.databases import deadline
from superset_like.engine.databases.base import Session
from superset_like.engine.databases.loading import Load
from superset_like.errors import ProductError, QueryCanceled, QueryFailed, QueryTimedOut

LONGEST_MESSAGE = 500


@dataclass(slots=True, eq=False)
class Run:
    """One statement at work, and why it has to end."""

    alarm: deadline.Alarm | None = None
    canceled: bool = False
    timed_out: bool = False

    @property
    def is_stopped(self) -> bool:
        """Whether it has to end."""
        return self.canceled or self.timed_out


class RunningSession(Session):
    """A session of which an engine states how its driver reads, writes and is stopped.

    was_stopped: a stop was sent to the database, which may reach the connection later than its statement's end.
    """

    def __init__(self, engine_name: str, timeout_s: float | None) -> None:
        self._engine_name = engine_name
        self._timeout_s = timeout_s
        self._run: Run | None = None
        self._lock = threading.Lock()
        self.was_stopped = False

    def __enter__(self) -> Self:
        return self

    @abstractmethod
    def _read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        """The rows, in the driver's own errors."""

    @abstractmethod
    def _write(self, sql: str) -> int:
        """The number of rows touched, in the driver's own errors."""

    def _load(self, load: Load) -> int:
        """The number of rows that the table got, in the driver's own errors; after one, nothing is changed."""
        return super().load(load)

    @abstractmethod
    def _stop(self) -> None:
        """Ends what the connection does; called from another thread."""

    @abstractmethod
    def _message(self, error: Exception) -> str:
        """What the database said, first line only."""

    def read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        """The rows of one statement, produced while they are read."""
        run = self._begin()
        try:
            inner = self._read(sql, batch_rows)
        except Exception as error:
            self._end(run)
            raise self._failure(run, error) from error
        return pa.RecordBatchReader.from_batches(inner.schema, self._batches(run, inner))

    def write(self, sql: str) -> int:
        """Rows touched by one statement that is no query; committed."""
        with self._watched():
            return self._write(sql)

    def load(self, load: Load) -> int:
        """The number of rows that a table has got: all of them, or none and an error."""
        with self._watched() as run:
            return self._load(replace(load, batches=self._while_going(run, load.batches)))

    def _while_going(self, run: Run, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            self._require_going(run)
            yield batch

    def cancel(self) -> None:
        """Ends what runs; harmless when nothing does."""
        with self._lock:
            if self._run is not None:
                self._run.canceled = True
                self._send_stop()

    def _batches(self, run: Run, inner: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        try:
            for batch in inner:
                self._require_going(run)
                yield batch
        except GeneratorExit:
            raise
        except Exception as error:
            raise self._failure(run, error) from error
        finally:
            self._end(run)

    @contextmanager
    def _watched(self) -> Iterator[Run]:
        run = self._begin()
        try:
            yield run
        except Exception as error:
            raise self._failure(run, error) from error
        finally:
            self._end(run)

    def _begin(self) -> Run:
        run = Run()
        with self._lock:
            self._run = run
        if self._timeout_s is not None:
            run.alarm = deadline.alarm(self._timeout_s, self._stopper(run))
        return run

    def _stopper(self, run: Run) -> Callable[[], None]:
        def stop() -> None:
            with self._lock:
                if self._run is run:
                    run.timed_out = True
                    self._send_stop()

        return stop

    def _send_stop(self) -> None:
        self.was_stopped = True
        self._stop()

    def _end(self, run: Run) -> None:
        with self._lock:
            if self._run is run:
                self._run = None
        if run.alarm is not None:
            run.alarm.call_off()

    def _end_all(self) -> None:
        """Nothing runs any more, and no stop is under way."""
        if self._run is not None:
            self._end(self._run)

    def _require_going(self, run: Run) -> None:
        if run.is_stopped:
            raise QueryCanceled()

    def _failure(self, run: Run, error: Exception) -> ProductError:
        if run.canceled:
            return QueryCanceled()
        if run.timed_out or self._is_timeout(error):
            return QueryTimedOut(limit_s=self._timeout_s)
        if isinstance(error, ProductError):
            return error
        place: dict[str, Any] = dict(self._place_of(error))
        return QueryFailed(self._message(error)[:LONGEST_MESSAGE], engine=self._engine_name, **place)

    def _place_of(self, error: Exception) -> dict[str, int]:
        """Where in the SQL the database saw it: position, or line and column, all from 1; empty when it did not say."""
        return {}

    def _is_timeout(self, error: Exception) -> bool:
        """Whether the database itself ended the statement because of its time."""
        return False


def first_line(text: str) -> str:
    """The first line that says something."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
