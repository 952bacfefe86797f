"""/api/v1/css_template"""

from typing import Any, ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema, fields
from marshmallow.validate import Length

from superset_like.api.superset.bodies import text
from superset_like.api.superset.resource import SupersetModelResource
from superset_like.api.superset.text_filter import AllText
from superset_like.models import CssTemplate
from superset_like.services import css_templates


class CssTemplatePost(Schema):
    template_name = fields.String(required=True, validate=Length(1, 250))
    css = text()


class CssTemplatePut(Schema):
    template_name = fields.String(validate=Length(1, 250))
    css = text()


class CssTemplateAllText(AllText):
    """A word in the name or in the stylesheet."""

    arg_name = "css_template_all_text"
    places = (CssTemplate.template_name, CssTemplate.css)


class SupersetCssTemplateApi(SupersetModelResource):
    """Stylesheets that dashboards can start from."""

    datamodel = SQLAInterface(CssTemplate)
    resource_name = "css_template"
    class_permission_name = "CssTemplate"
    openapi_spec_tag = "CSS Templates"
    service: ClassVar[Any] = css_templates
    noun, plural = "css template", "css templates"
    add_schema: ClassVar[type[Schema]] = CssTemplatePost
    edit_schema: ClassVar[type[Schema]] = CssTemplatePut
    show_columns = [
        "changed_on_delta_humanized",
        "changed_by.first_name",
        "changed_by.id",
        "changed_by.last_name",
        "created_by.first_name",
        "created_by.id",
        "created_by.last_name",
        "css",
        "id",
        "template_name",
    ]
    list_columns = [*show_columns, "created_on"]
    order_columns = ["template_name"]
    search_columns = ["template_name", "css", "created_by", "changed_by", "id"]
    search_filters = {"template_name": [CssTemplateAllText]}
    add_columns = ["css", "template_name"]
    edit_columns = add_columns
    allowed_rel_fields = frozenset({"created_by", "changed_by"})
