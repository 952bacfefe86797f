"""Alembic's way to the metadata database: the connection that the caller holds, and the models to compare with."""

from alembic import context
from flask_appbuilder import Model

import superset_like.models  # noqa: F401  maps every table into Model.metadata

if context.is_offline_mode():
    raise SystemExit("Migrations are run on a database; they cannot be written out as SQL.")

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Model.metadata,
    compare_type=True,
    # SQLite changes a column by copying its table.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
