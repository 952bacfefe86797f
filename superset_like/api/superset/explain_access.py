"""/api/v1/security/explain_access/"""

from typing import Any

from flask import Response, request
from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import Actor, current
from superset_like.access.row_filters import Considered
from superset_like.api.superset.arguments import count
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.resource import SupersetResource, json_response
from superset_like.errors import BadRequest
from superset_like.extensions import db
from superset_like.models import RowRule
from superset_like.services import access_reasons
from superset_like.services.access_reasons import Met, Reasons


class SupersetExplainAccessApi(SupersetResource):
    """Why somebody sees something."""

    resource_name = "security/explain_access"
    class_permission_name = "SecurityRestApi"
    openapi_spec_tag = "Security"

    @endpoint(
        "GET",
        "/",
        "Why somebody sees a dataset, chart, dashboard or connection and its rows, or does not",
        permission="read",
        parameters=(
            Parameter("user", "integer", "Whose access; the caller's own where it is not given"),
            Parameter("object", enum=tuple(access_reasons.MODELS)),
            Parameter("id", "integer"),
        ),
    )
    def explain(self) -> Response:
        pk = count("id")
        if pk is None:
            raise BadRequest(fields={"id": ["Missing data for required field."]})
        reasons = access_reasons.explain(current(), count("user"), request.args.get("object", ""), pk)
        return json_response(200, {"result": reasons_record(current(), reasons)})


def reasons_record(asker: Actor, reasons: Reasons) -> dict[str, Any]:
    """The reasons as this dialect shows them; the SQL of rules for those who may read rules."""
    names = rule_names([rule for rules_ in reasons.rules.values() for rule in rules_])
    return {
        "user": {
            "id": reasons.user.user_id,
            "username": reasons.user.username,
            "roles": sorted(reasons.user.role_names),
        },
        "object": {"id": reasons.thing.id, "name": str(reasons.thing)},
        "may": reasons.may,
        "permission": met_record(reasons.asks),
        "ways": [
            {"way": way.way, "is_open": way.is_open, "needs": [met_record(need) for need in way.needs]}
            for way in reasons.ways
        ],
        "row_rules": [
            {
                "dataset": {"id": dataset.id, "name": dataset.table_name},
                "rules": [rule_record(asker, rule, names) for rule in considered],
            }
            for dataset, considered in reasons.rules.items()
        ],
    }


def met_record(met: Met) -> dict[str, Any]:
    """A need."""
    return {"need": met.need, "is_met": met.is_met, "roles": list(met.roles)}


def rule_names(considered: list[Considered]) -> dict[int, str]:
    """id -> name of stored rules."""
    ids = {rule.id for rule in considered if rule.id is not None}
    return dict(db.session.execute(select(RowRule.id, RowRule.name).where(RowRule.id.in_(ids))).all())


def rule_record(asker: Actor, rule: Considered, names: dict[int, str]) -> dict[str, Any]:
    """A rule. clause: as it is applied, for who may read rules, and for whoever wrote it into a token."""
    record: dict[str, Any] = {"binds": rule.binds, "group": rule.group, "problem": rule.problem}
    if rule.id is None:
        return {"from": "token", **record, "clause": rule.sql}
    record = {"from": "rule", "id": rule.id, "name": names.get(rule.id), **record}
    return record | ({"clause": rule.sql} if asker.can("can_read", rules.ROW_RULES) else {})
