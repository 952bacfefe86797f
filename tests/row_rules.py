"""Row rules put into the metadata without the API."""

from flask import Flask

from superset_like.extensions import db
from superset_like.models import Dataset, RowRule


def limit(app: Flask, role: str, clause: str, dataset: int) -> None:
    """Members of the role see only those rows of the dataset."""
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        rule = RowRule(
            name=f"{role}: {clause}",
            filter_type="Regular",
            clause=clause,
            roles=[security.find_role(role)],
            tables=[db.session.get(Dataset, dataset)],
        )
        db.session.add(rule)
        db.session.commit()
