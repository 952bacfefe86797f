"""Writes the documents that the code itself knows best: `python -m docs.generate`."""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask

from superset_like.api.redash.authentication import Opens
from superset_like.api.redash.openapi import endpoints
from superset_like.api.redash.resource import ADMIN, Facts
from superset_like.api.superset import openapi
from superset_like.app import create_app
from superset_like.config.load import load
from superset_like.config.settings import Settings
from superset_like.engine.databases import all_engines
from superset_like.engine.databases.base import Engine

HERE = Path(__file__).parent
SETTINGS = """# Settings

Each can be given in the environment as `SUPERSET_LIKE_<NAME>`, or in `settings.toml` in the home folder (or the file
that `SUPERSET_LIKE_SETTINGS` names) as `name = value`; the environment wins. `SUPERSET_LIKE_<NAME>_FILE` names a file
that holds the value, for secrets. `init` generates the secrets into `secrets.toml`. An unknown name, or a value that
cannot be, stops the start with a message that names it. This page is generated: `make docs`.

| setting | default | what it is |
| --- | --- | --- |
"""

ENGINES = """# Databases

What one may connect to. **Proven** means that our tests run it on a real server. The others are written from the
documents of their makers: their SQL is compared with expected text and read back by a parser, their time grains are
carried over to DuckDB and compared there where a parser can do that, and no query of ours has ever reached such a
server. The first one who runs one of them should expect to find something, and tell us. This page is generated:
`make docs`.

A driver is an extra: `pip install 'superset-like[trino]'`. Without it a connection says which one is missing.

| database | URI | extra | proven | time grains | catalogs | cancel | read-only session | cost estimate |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""
NOTES = """
Time grains: each of these has all that Superset names for it, `PT1S` to `P1Y` and the four named weeks. A period's
value is the moment at which it begins; of a week that is named by its end, the day of its end. Weeks begin on Monday.

Where a read-only session is not to be had, what stands between a query and a write is the check of the SQL (nothing but
one SELECT of known forms and functions passes) and the rights of the login. Give such a connection a login that can
only read.

Row rules stand inside a sub-query with a limit that cuts nothing, so that they are judged before what people ask
(`docs/access.md`). That this holds was measured for the proven databases alone; the planners of the others may see
through it, and then an error of a query can tell of a row that it does not show.

- **BigQuery**: the key of a service account is the password of the URI, in URL-safe base64
  (`base64 -w0 key.json | tr '+/' '-_'`). Other kinds of keys are refused: they name programs to run or servers to ask.
  Output names become letters, digits and underscores in the SQL; people see the labels.
- **ClickHouse**: from 24.3. In older servers the name of an output hides the column of that name.
- **Databricks, Spark**: tables are named, never paths. Spark means its Thrift server, not Hive's own. Where tables are
  Iceberg's, take `db.table.files` and its like away from logins: a row rule of the table does not cover them.
- **Oracle**: a name in lower case means one that needs no quotes (`sales` is SALES), as in Superset; a table whose name
  really is in lower case cannot be read. A column's table can only be named where the SQL itself reads from it, for a
  package's function looks the same. A function of the login's own that takes no arguments can be called like a column:
  give the login none.
- **Snowflake**: names as in Oracle. The URI's host is an account, never a server's name.
- **SQL Server**: a condition is no value there: a calculated column that is one can be filtered by, not shown. A
  virtual dataset's WITH moves to the beginning of the statement. Named instances are reached by their port. Texts that
  are not ISO cannot be read as times.
"""

COMPATIBILITY = """# Superset's API, operation by operation

The operations of Superset 6.1's REST API (`superset_operations.json`), and what this server does with each. **works**:
it takes what Superset takes and answers in its words. Where one is refused, status and reason stand beside it; the
answer is JSON with a `message` that says the same. Where one is **not there**, the answer is 404. Forms that only we
have are in the server's own description, `/api/v1/_openapi`. This page is generated from that: `make docs`.

{count} operations: {sums}.
"""

REDASH = """# Redash's API, operation by operation

The operations of Redash 26.08 (`redash_operations.json`), and what this server does with each. **works**: it takes
what Redash takes and answers in its words; where it differs knowingly, [Redash's API](redash.md) says so. Where one is
**not there**, the reason stands beside it, and the answer is 404. This page is generated from what the endpoints say of
themselves: `make docs`. Their bodies and arguments are in the server's own description, `/api/redash/_openapi`.

*Who uses it*: **M** is what Redash's own documentation names, **T** what redash-toolbelt asks, **C** what other clients
ask, **R** the rest. *Needs* is the permission that a role has to give; *keys* says whose keys open it
([keys](redash.md#keys)).

{count} operations: {sums}. Only here: {own}.
"""
OPENS = {Opens.USER: "people", Opens.QUERY: "query", Opens.DASHBOARD: "share"}

Operation = tuple[str, str]


def compatibility_page(description: Mapping[str, Any]) -> str:
    """docs/superset-compatibility.md. description: our own OpenAPI."""
    ours = {
        (method.upper(), _nameless(path)): facts
        for path, methods in description["paths"].items()
        for method, facts in methods.items()
    }
    operations: list[tuple[str, str, str]] = json.loads((HERE / "superset_operations.json").read_text())
    rows = [(tag, method, path, _standing(ours.get((method, _nameless(path))))) for method, path, tag in operations]
    kinds = ("works", "refused", "not there")
    counts = [(kind, sum(standing.startswith(kind) for *_, standing in rows)) for kind in kinds]
    sums = ", ".join(f"{count} {kind}" for kind, count in counts if count)
    sections = [
        "\n".join(
            [f"\n## {tag}\n", "| operation | here |", "| --- | --- |"]
            + [f"| {method} `{path}` | {standing} |" for _, method, path, standing in group]
        )
        for tag, group in groupby(rows, key=lambda row: row[0])
    ]
    return COMPATIBILITY.format(count=len(rows), sums=sums) + "\n".join(sections) + "\n"


def _nameless(path: str) -> str:
    return re.sub(r"{[^}]*}", "{}", path).rstrip("/")


def _standing(facts: Mapping[str, Any] | None) -> str:
    if facts is None:
        return "not there"
    if "x-refused" in facts:
        return "refused, {status}: {reason}".format(**facts["x-refused"])
    return "works"


def redash_page(app: Flask) -> str:
    """docs/redash-compatibility.md"""
    listed, own = redash_operations(), redash_endpoints(app)
    rows = [(tag, method, path, uses, reason) for (method, path), (tag, uses, reason) in listed.items()]
    works = sum(not reason for *_, reason in rows)
    sections = [
        "\n".join(
            [f"\n## {tag}\n", "| operation | who uses it | needs | keys | here |", "| --- | --- | --- | --- | --- |"]
            + [_redash_row(method, path, uses, reason, own) for _, method, path, uses, reason in group]
        )
        for tag, group in groupby(rows, key=lambda row: row[0])
    ]
    known = {(method, _nameless(path)) for method, path in listed}
    only = ", ".join(f"{method} `{path}`" for method, path in own if (method, _nameless(path)) not in known)
    sums = f"{works} works, {len(rows) - works} not there"
    return REDASH.format(count=len(rows), sums=sums, own=only) + "\n".join(sections) + "\n"


def redash_operations() -> dict[Operation, tuple[str, str, str]]:
    """(method, path) -> (chapter, who uses it, why it is not there; empty for what is)."""
    listed = json.loads((HERE / "redash_operations.json").read_text())
    return {(method, path): (tag, uses, "".join(reason)) for method, path, tag, uses, *reason in listed}


def redash_endpoints(app: Flask) -> dict[Operation, Facts]:
    """(method, path) -> what each endpoint of that dialect says of itself."""
    return {
        (facts.method, path): facts
        for _, path, facts in sorted(endpoints(app.appbuilder), key=lambda each: (each[1], each[2].method))  # type: ignore[attr-defined]
    }


def _redash_row(method: str, path: str, uses: str, reason: str, own: Mapping[Operation, Facts]) -> str:
    found = {(each, _nameless(where)): facts for (each, where), facts in own.items()}
    needs, keys = _guard(found.get((method, _nameless(path))))
    standing = f"not there: {reason}" if reason else "works"
    return f"| {method} `{path}` | {' '.join(uses)} | {needs} | {keys} | {standing} |"


def _guard(facts: Facts | None) -> tuple[str, str]:
    """(what it needs, whose keys open it); of pages, and what is open to everybody, nothing."""
    if facts is None or facts.opens is None:
        return "", ""
    keys = ", ".join(name for kind, name in OPENS.items() if kind in facts.opens)
    if facts.needs is None:
        return "a valid key", keys
    return "administrators" if facts.needs == ADMIN else f"`{' '.join(facts.needs)}`", keys


def engines_page() -> str:
    """docs/engines.md"""
    rows = [_engine_row(engine) for engine in sorted(all_engines().values(), key=lambda engine: engine.title)]
    return ENGINES + "\n".join(rows) + "\n" + NOTES


def _engine_row(engine: Engine) -> str:
    proven = "yes" if engine.is_proven else "no: written from the documents, not run by us"
    cells = [engine.title, f"`{engine.uri_form}`", f"`{engine.extra}`" if engine.extra else "none", proven]
    cells += [str(len(engine.grains)), "yes" if engine.supports_catalogs else "no"]
    return f"| {' | '.join([*cells, engine.cancels, engine.reads_only, engine.estimates or 'no'])} |"


def settings_page() -> str:
    """docs/settings.md"""
    rows = [f"| `{row.name.upper()}` | {_default(row.name, row.default)} | {row.metadata['help']} |" for row in ROWS]
    return SETTINGS + "\n".join(rows) + "\n"


ROWS = fields(Settings)


def _default(name: str, value: object) -> str:
    if name == "home":
        return "`~/.superset_like`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        value = ", ".join(map(str, value))
    return f"`{value}`" if value != "" else ""


def main() -> None:
    (HERE / "settings.md").write_text(settings_page())
    (HERE / "engines.md").write_text(engines_page())
    with _application() as app:
        description = json.loads(openapi.described("v1"))
        (HERE / "superset-compatibility.md").write_text(compatibility_page(description))
        (HERE / "redash-compatibility.md").write_text(redash_page(app))


@contextmanager
def _application() -> Iterator[Flask]:
    """An application, in its context, that has neither metadata nor data."""
    keys = {name: secrets.token_urlsafe(48) for name in ("secret_key", "guest_token_secret")}
    with TemporaryDirectory() as home:
        app = create_app(load({}, home=Path(home), **keys), check_schema=False)
        with app.app_context():
            yield app


if __name__ == "__main__":
    main()
