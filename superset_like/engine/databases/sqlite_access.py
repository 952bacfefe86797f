"""What a SQLite statement may do: an allow-list of the actions that the library asks about before it runs one."""

import sqlite3
from collections.abc import Callable

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]

_READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_WRITES = frozenset(
    {
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_ANALYZE,
        sqlite3.SQLITE_CREATE_INDEX,
        sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_TEMP_TABLE,
        sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_TEMP_TABLE,
        sqlite3.SQLITE_DROP_VIEW,
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_REINDEX,
        sqlite3.SQLITE_SAVEPOINT,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_UPDATE,
    }
)
# Facts about tables. Each takes a table's or an index's name as its argument and sets nothing.
_PRAGMAS = frozenset({"foreign_key_list", "index_info", "index_list", "table_info", "table_xinfo"})
_REFUSED_FUNCTIONS = frozenset({"edit", "fts3_tokenizer", "load_extension", "readfile", "writefile"})


def authorizer(*, writable: bool) -> Authorizer:
    """The decision about one action, as SQLite asks for it."""
    allowed = _READS | _WRITES if writable else _READS

    def decide(action: int, first: str | None, second: str | None, place: str | None, within: str | None) -> int:
        if action == sqlite3.SQLITE_FUNCTION:
            return _verdict((second or "").lower() not in _REFUSED_FUNCTIONS)
        if action == sqlite3.SQLITE_PRAGMA:
            return _verdict((first or "").lower() in _PRAGMAS)
        # A table function (json_each) declares its columns like this; nothing is written by it.
        is_declaring = action == sqlite3.SQLITE_UPDATE and first == "sqlite_master" and not writable
        return _verdict(action in allowed or is_declaring)

    return decide


def _verdict(is_allowed: bool) -> int:
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY
