"""A connection to a user's database."""

from typing import TYPE_CHECKING

from flask_appbuilder import Model
from sqlalchemy import Boolean, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from superset_like.models.mixins import LONG_TEXT, Audited, Identified, ManagedExternally, Versioned, derived
from superset_like.models.secret import EncryptedText

if TYPE_CHECKING:
    from superset_like.models.dataset import Dataset


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

    @derived("id", "database_name")
    def perm(self) -> str:
        """The resource of the permission `database_access`."""
        return f"[{self.database_name}].(id:{self.id})"

    def __repr__(self) -> str:
        return self.database_name
