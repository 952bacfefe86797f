"""A connection to a user's database."""

import json
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from sqlalchemy import Boolean, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from superset_like.engine import databases as engines
from superset_like.models.mixins import LONG_TEXT, Audited, Identified, ManagedExternally, Versioned, derived
from superset_like.models.secret import EncryptedText

if TYPE_CHECKING:
    from superset_like.models.dataset import Dataset

# The key of `extra` under which somebody stopped all queries for now.
PAUSED = "paused"


class Database(Identified, Versioned, Audited, ManagedExternally, Model):
    """A connection. sqlalchemy_uri has its password masked; secret_uri, the whole, is encrypted at rest.

    extra, encrypted_extra: JSON text (engine parameters, allowed schemas for upload; secrets of the engine).
    """

    __tablename__ = "database"

    database_name: Mapped[str] = mapped_column(String(250), unique=True, nullable=False)
    sqlalchemy_uri: Mapped[str] = mapped_column(String(1024), nullable=False)
    secret_uri: Mapped[str] = mapped_column(EncryptedText, nullable=False)
    encrypted_extra: Mapped[str | None] = mapped_column(EncryptedText)
    server_cert: Mapped[str | None] = mapped_column(EncryptedText)
    extra: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, default="{}")
    configuration_method: Mapped[str] = mapped_column(String(255), nullable=False, default="sqlalchemy_form")
    cache_timeout: Mapped[int | None] = mapped_column(Integer)
    expose_in_sqllab: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    allow_run_async: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    allow_file_upload: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    allow_ctas: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    allow_cvas: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    allow_dml: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    force_ctas_schema: Mapped[str | None] = mapped_column(String(250))
    impersonate_user: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    description: Mapped[str | None] = mapped_column(Text)

    datasets: Mapped[list["Dataset"]] = relationship("Dataset", back_populates="database", passive_deletes="all")

    @derived("sqlalchemy_uri")
    def backend(self) -> str:
        """The name the URI begins with, without its driver."""
        return self.sqlalchemy_uri.split(":", 1)[0].split("+", 1)[0]

    @derived("sqlalchemy_uri")
    def driver(self) -> str:
        """The driver the URI names, or the engine's usual one."""
        _, _, named = self.sqlalchemy_uri.split(":", 1)[0].partition("+")
        return named or engines.of_uri(self.sqlalchemy_uri).default_driver

    @derived("sqlalchemy_uri")
    def engine_information(self) -> dict[str, bool]:
        engine = engines.of_uri(self.sqlalchemy_uri)
        return {
            "disable_ssh_tunneling": True,
            "supports_dynamic_catalog": engine.supports_catalogs,
            "supports_file_upload": engine.takes_files,
            "supports_oauth2": False,
        }

    @derived("id")
    def explore_database_id(self) -> int:
        return self.id

    @derived("sqlalchemy_uri")
    def allows_cost_estimate(self) -> bool:
        return bool(engines.of_uri(self.sqlalchemy_uri).estimates)

    @derived("sqlalchemy_uri")
    def allows_subquery(self) -> bool:
        return True

    @derived("extra")
    def allows_virtual_table_explore(self) -> bool:
        return bool(extra_of(self.extra).get("allows_virtual_table_explore", True))

    @derived("extra")
    def disable_data_preview(self) -> bool:
        return bool(extra_of(self.extra).get("disable_data_preview", False))

    @derived("extra")
    def disable_drill_to_detail(self) -> bool:
        return bool(extra_of(self.extra).get("disable_drill_to_detail", False))

    @derived("extra", "sqlalchemy_uri")
    def allow_multi_catalog(self) -> bool:
        can = engines.of_uri(self.sqlalchemy_uri).supports_catalogs
        return can and bool(extra_of(self.extra).get("allow_multi_catalog", False))

    @property
    def pause(self) -> dict[str, Any] | None:
        """{reason} while nobody may run anything on it, None while it works; kept in `extra`."""
        found = extra_of(self.extra).get(PAUSED)
        return found if isinstance(found, dict) else None

    @derived("id", "database_name")
    def perm(self) -> str:
        """The resource of the permission `database_access`."""
        return f"[{self.database_name}].(id:{self.id})"

    def __repr__(self) -> str:
        return self.database_name


def extra_of(text: str | None) -> dict[str, Any]:
    """The settings in a connection's `extra`; it was checked to be a JSON object when it was stored."""
    made: dict[str, Any] = json.loads(text or "{}")
    return made
