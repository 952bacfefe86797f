"""Connections in bundles. Passwords and secrets are masked; who imports gives them."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from flask_appbuilder import Model
from marshmallow import fields, pre_load
from marshmallow.validate import Length
from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Invalid
from superset_like.extensions import db
from superset_like.models import Database, Dataset
from superset_like.services import databases
from superset_like.services.bundles.arrivals import Arrivals
from superset_like.services.bundles.kind import VERSION, Config, Kind, json_or_none
from superset_like.services.bundles.kinds.dataset import DatasetKind
from superset_like.services.bundles.selection import Selection

# Superset renamed these, and kept the former names in the bundles of connections alone.
FORMER_FLAG, FLAG = "allow_csv_upload", "allow_file_upload"
FORMER_SCHEMAS, SCHEMAS = "schemas_allowed_for_csv_upload", "schemas_allowed_for_file_upload"
FLAGS = ("expose_in_sqllab", "allow_run_async", "allow_ctas", "allow_cvas", "allow_dml", FLAG)
COMPARED = (
    "database_name",
    "sqlalchemy_uri",
    "secret_uri",
    "cache_timeout",
    *FLAGS,
    "extra",
    "configuration_method",
    "is_managed_externally",
    "external_url",
    "encrypted_extra",
)
NO_PASSWORD = "Must provide a password for the database"
STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['([^']+)'\]")


class DatabaseConfig(Config):
    database_name = fields.String(required=True, validate=Length(1, 250))
    sqlalchemy_uri = fields.String(required=True, validate=Length(1, 1024))
    password = fields.String(allow_none=True)
    cache_timeout = fields.Integer(allow_none=True)
    expose_in_sqllab = fields.Boolean()
    allow_run_async = fields.Boolean()
    allow_ctas = fields.Boolean()
    allow_cvas = fields.Boolean()
    allow_dml = fields.Boolean()
    allow_file_upload = fields.Boolean()
    extra = fields.Dict(keys=fields.String(), allow_none=True)
    impersonate_user = fields.Boolean()
    configuration_method = fields.String(allow_none=True, validate=Length(max=255))
    ssh_tunnel = fields.Dict(allow_none=True)
    encrypted_extra = fields.String(allow_none=True)
    masked_encrypted_extra = fields.String(allow_none=True)

    @pre_load
    def _present_names(self, given: Any, **_: Any) -> Any:
        if not isinstance(given, dict):
            return given
        made = {FLAG if name == FORMER_FLAG else name: value for name, value in given.items()}
        if isinstance(made.get("extra"), dict):
            made["extra"] = {
                SCHEMAS if name == FORMER_SCHEMAS else name: _listed(name, value)
                for name, value in made["extra"].items()
            }
        return made


def _listed(name: str, value: Any) -> Any:
    # Some versions stored the list of schemas as text.
    if name not in {FORMER_SCHEMAS, SCHEMAS} or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


class DatabaseKind(Kind):
    """Connections."""

    name = "database"
    type_name = "Database"
    noun = "Database"
    folder = "databases"
    resource = "Database"
    rank = 1
    holds = frozenset({"dataset"})
    is_numbered = False
    model = Database
    title_field = "database_name"
    schema: ClassVar[type[Config]] = DatabaseConfig

    def related_of_root(self, item: Database) -> Iterable[Model]:
        statement = select(Dataset).where(Dataset.database_id == item.id).options(*DatasetKind.loading)
        return db.session.execute(statement).scalars()

    def may_show(self, actor: Actor, item: Database) -> bool:
        # Its file says where it is and who signs in there, which nobody else is told either.
        return rules.can(actor, "edit", item)

    def config(self, item: Database, selection: Selection) -> dict[str, Any]:
        flag, schemas = (FORMER_FLAG, FORMER_SCHEMAS) if selection.spells_databases_formerly else (FLAG, SCHEMAS)
        extra = json_or_none(item.extra) or {}
        config = {
            "database_name": item.database_name,
            "sqlalchemy_uri": item.sqlalchemy_uri,
            "cache_timeout": item.cache_timeout,
            **{flag if name == FLAG else name: getattr(item, name) for name in FLAGS},
            "extra": {schemas if name == SCHEMAS else name: value for name, value in extra.items()},
            "impersonate_user": item.impersonate_user,
            "configuration_method": item.configuration_method,
            "uuid": str(item.uuid),
        }
        if item.encrypted_extra and selection.spells_databases_formerly:
            config["masked_encrypted_extra"] = databases.masked_extra(item)
        return {**config, "version": VERSION}

    def made(self, actor: Actor, config: Mapping[str, Any], arrivals: Arrivals) -> Database:
        values = self._values(config, arrivals, None)
        if databases.parsed_uri(values["sqlalchemy_uri"]).password == databases.MASK:
            raise Invalid(fields={"_schema": [NO_PASSWORD]})
        missing = list(_masked_paths(json_or_none(values.get("encrypted_extra"))))
        if missing:
            texts = [f"Must provide value for masked_encrypted_extra field: {path}" for path in missing]
            raise Invalid(fields={"_schema": texts})
        made = databases.made(actor, values, is_tried=False)
        databases.flush(made)
        return made

    def assign(self, actor: Actor, item: Database, config: Mapping[str, Any], arrivals: Arrivals) -> list[str]:
        values = self._values(config, arrivals, item)
        before = {name: getattr(item, name) for name in COMPARED}
        databases.assign(item, values, is_tried=False)
        differing = [name for name in COMPARED if getattr(item, name) != before[name]]
        if differing:
            databases.flush(item)
        # The masked spelling of it tells all that may be told.
        shown = {"secret_uri": "sqlalchemy_uri", "encrypted_extra": "masked_encrypted_extra"}
        return list(dict.fromkeys(shown.get(name, name) for name in differing))

    def _values(self, config: Mapping[str, Any], arrivals: Arrivals, item: Database | None) -> dict[str, Any]:
        values = {name: value for name, value in config.items() if name not in {"version", "password", "extra"}}
        values["sqlalchemy_uri"] = _with_password(values["sqlalchemy_uri"], config, arrivals)
        if "extra" in config:
            text = json.dumps(config["extra"] or {})
            is_same = item is not None and json_or_none(item.extra) == json.loads(text)
            values["extra"] = item.extra if item is not None and is_same else text
        secrets = values.pop("masked_encrypted_extra", None) or values.pop("encrypted_extra", None)
        if secrets:
            values["encrypted_extra"] = _with_secrets(
                secrets, arrivals.secrets.get(arrivals.path_of("database", config), {})
            )
        return values


def _with_password(uri: str, config: Mapping[str, Any], arrivals: Arrivals) -> str:
    password = arrivals.passwords.get(arrivals.path_of("database", config), config.get("password"))
    if password is None:
        return uri
    return databases.parsed_uri(uri).set(password=password).render_as_string(hide_password=False)


def _with_secrets(text: str, secrets: Mapping[str, Any]) -> str:
    """The settings with what stands at these paths (`$.service.key`) put in."""
    settings = databases.json_object(text, "masked_encrypted_extra")
    for path, value in secrets.items():
        _put(settings, path, value)
    return json.dumps(settings)


def _put(settings: Any, path: str, value: Any) -> None:
    steps = [name or quoted or int(index) for name, index, quoted in STEP.findall(path.removeprefix("$"))]
    try:
        for step in steps[:-1]:
            settings = settings[step]
        if settings[steps[-1]] is not None:
            settings[steps[-1]] = value
    except (KeyError, IndexError, TypeError) as error:
        text = f"There is no {path[:100]} in it"
        raise Invalid(text, fields={"masked_encrypted_extra": [text]}) from error


def _masked_paths(value: Any, path: str = "$") -> Iterable[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _masked_paths(each, f"{path}.{name}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _masked_paths(each, f"{path}[{index}]")
    elif value == databases.MASK:
        yield path
