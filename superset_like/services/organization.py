"""The settings that people make for everybody over the API, beside those of the installation."""

from collections.abc import Mapping
from typing import Any

import orjson

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Invalid, TooLarge
from superset_like.extensions import db, settings
from superset_like.models import Dialect
from superset_like.services import dialect_records

# Those that clients know, as they are until somebody changes them.
DEFAULTS: Mapping[str, Any] = {
    "auth_password_login_enabled": True,
    "auth_saml_enabled": False,
    "auth_saml_type": "",
    "auth_saml_entity_id": "",
    "auth_saml_metadata_url": "",
    "auth_saml_nameid_format": "",
    "auth_saml_sso_url": "",
    "auth_saml_x509_cert": "",
    "auth_saml_sp_settings": "",
    "date_format": "DD/MM/YY",
    "time_format": "HH:mm",
    "integer_format": "0,0",
    "float_format": "0,0.00",
    "thousands_separator": ",",
    "decimal_separator": ".",
    "null_value": "null",
    "multi_byte_search_enabled": False,
    "auth_jwt_login_enabled": False,
    "auth_jwt_auth_issuer": "",
    "auth_jwt_auth_public_certs_url": "",
    "auth_jwt_auth_audience": "",
    "auth_jwt_auth_algorithms": ["HS256", "RS256", "ES256"],
    "auth_jwt_auth_cookie_name": "",
    "auth_jwt_auth_header_name": "",
    "feature_show_permissions_control": False,
    "send_email_on_failed_scheduled_queries": False,
    "hide_plotly_mode_bar": False,
    "disable_public_urls": False,
    "auth_google_apps_domains": [],
}
KIND, NUMBER = "organization", 1


def known() -> dict[str, Any]:
    """Each setting with its value; what clients keep there beside those that we know comes after them."""
    kept, _ = dialect_records.read(Dialect.REDASH, KIND, [NUMBER]).get(NUMBER, ({}, None))
    return {**DEFAULTS, **kept}


def change(actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    """As `known`, with these values in it. Raises Forbidden, Invalid, TooLarge."""
    rules.require_administrator(actor)
    wrong = {name: ["Not of the kind of this setting."] for name in values if not _is_right(name, values[name])}
    if wrong:
        raise Invalid(fields=wrong)
    changed = {**known(), **values}
    kept = {name: value for name, value in changed.items() if name not in DEFAULTS or DEFAULTS[name] != value}
    if len(orjson.dumps(kept)) > settings().max_state_kib * 1024:
        raise TooLarge(limit=settings().max_state_kib)
    dialect_records.write(Dialect.REDASH, KIND, NUMBER, kept)
    db.session.commit()
    return changed


def _is_right(name: str, value: Any) -> bool:
    if name not in DEFAULTS:
        return True
    if isinstance(DEFAULTS[name], list):
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return type(value) is type(DEFAULTS[name])
