"""What alerts and reports hang on, which is not deleted under them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Invalid
from superset_like.extensions import db
from superset_like.models import Report

USED = "There are associated alerts or reports"


def require_unused(actor: Actor, column: Any, pks: Sequence[int]) -> None:
    """Nothing, or Invalid when the column of an alert or report holds one of the ids; names those he may see."""
    statement = select(Report.name).where(column.in_(pks)).order_by(Report.name)
    if db.session.execute(statement.limit(1)).first() is None:
        return
    condition = rules.visible(actor, Report)
    names = db.session.execute(statement if condition is None else statement.where(condition)).scalars().all()
    raise Invalid(f"{USED}: {', '.join(names)}" if names else USED)
