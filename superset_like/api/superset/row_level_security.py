"""/api/v1/rowlevelsecurity"""

from typing import Any, ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from superset_like.access.rules import ROW_RULES
from superset_like.api.superset.bodies import IdList, text
from superset_like.api.superset.resource import SupersetModelResource
from superset_like.models import RowRule
from superset_like.services import row_rules

KINDS = OneOf(("Regular", "Base"))


class RowRulePost(Schema):
    name = text(255, 1, required=True)
    description = text()
    filter_type = fields.String(required=True, validate=KINDS)
    tables = IdList(required=True, validate=Length(1))
    roles = IdList(required=True)
    group_key = text(255)
    clause = text(least=1, required=True)


class RowRulePut(Schema):
    name = text(255, 1, nullable=False)
    description = text()
    filter_type = fields.String(validate=KINDS)
    tables = IdList(validate=Length(1))
    roles = IdList()
    group_key = text(255)
    clause = text(least=1, nullable=False)


class SupersetRowLevelSecurityApi(SupersetModelResource):
    """Which rows of datasets the members of roles see."""

    datamodel = SQLAInterface(RowRule)
    resource_name = "rowlevelsecurity"
    class_permission_name = ROW_RULES
    openapi_spec_tag = "Row Level Security"
    service: ClassVar[Any] = row_rules
    noun, plural = "rule", "rules"
    add_schema: ClassVar[type[Schema]] = RowRulePost
    edit_schema: ClassVar[type[Schema]] = RowRulePut
    exclude_route_methods = {"distinct"}
    list_columns = [
        "id",
        "name",
        "description",
        "filter_type",
        "tables.id",
        "tables.schema",
        "tables.table_name",
        "roles.id",
        "roles.name",
        "clause",
        "changed_on_delta_humanized",
        "changed_by.first_name",
        "changed_by.last_name",
        "changed_by.id",
        "group_key",
    ]
    show_columns = [
        "id",
        "name",
        "description",
        "filter_type",
        "tables.id",
        "tables.schema",
        "tables.table_name",
        "roles.id",
        "roles.name",
        "group_key",
        "clause",
    ]
    order_columns = ["name", "filter_type", "clause", "changed_on_delta_humanized", "group_key"]
    search_columns = [
        "name",
        "description",
        "filter_type",
        "tables",
        "roles",
        "group_key",
        "clause",
        "created_by",
        "changed_by",
    ]
    add_columns = ["name", "description", "filter_type", "tables", "roles", "group_key", "clause"]
    edit_columns = add_columns
    allowed_rel_fields = frozenset({"tables", "roles", "created_by", "changed_by"})
