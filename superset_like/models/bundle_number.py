"""The numbers by which bundles know objects that were made elsewhere."""

from uuid import UUID

from flask_appbuilder import Model
from sqlalchemy import Integer, Uuid
from sqlalchemy.orm import Mapped, mapped_column


class BundleNumber(Model):
    """The number of an object in bundles, where an import brought one; all others go by their id here.

    A bundle writes numbers into file names and layouts. Kept, they come out of each installation as they went in.
    """

    __tablename__ = "bundle_number"

    uuid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
