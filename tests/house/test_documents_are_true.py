import json
import re
from configparser import ConfigParser
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from docs.generate import (
    compatibility_page,
    engines_page,
    redash_endpoints,
    redash_operations,
    redash_page,
    settings_page,
)
from superset_like.api.superset import openapi
from superset_like.config.settings import Settings
from superset_like.engine.databases import all_engines
from tests.conftest import ClientOf

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_the_settings_page_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == settings_page(), "run `make docs`"


def test_the_engines_page_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "engines.md").read_text() == engines_page(), "run `make docs`"


def test_the_compatibility_page_is_what_the_running_server_says(app: Flask) -> None:
    with app.app_context():
        description = json.loads(openapi.described("v1"))
    assert (ROOT / "docs" / "superset-compatibility.md").read_text() == compatibility_page(description), "`make docs`"


def test_the_page_of_redashs_operations_is_what_the_endpoints_say(app: Flask) -> None:
    assert (ROOT / "docs" / "redash-compatibility.md").read_text() == redash_page(app), "run `make docs`"


def test_each_operation_of_redash_is_there_or_is_said_not_to_be(app: Flask, client_of: ClientOf) -> None:
    admin = client_of("admin")
    routed = {(method, nameless(rule.rule)) for rule in app.url_map.iter_rules() for method in (rule.methods or set())}
    for (method, path), (_, _, reason) in redash_operations().items():
        assert ((method, nameless(path)) in routed) is not bool(reason), (method, path)
        if reason:
            assert admin.open(re.sub(r"{\w+}", "1", path), method=method, json={}).status_code == 404, (method, path)


def test_each_endpoint_of_its_dialect_is_an_operation_of_redash_or_our_own(app: Flask) -> None:
    listed = {(method, nameless(path)) for method, path in redash_operations()}
    own = [(method, path) for method, path in redash_endpoints(app) if (method, nameless(path)) not in listed]
    assert own == [("GET", "/api/redash/_openapi")]


def nameless(path: str) -> str:
    return re.sub(r"<[^>]*>|{[^}]*}", "{}", path).rstrip("/")


def test_each_driver_is_an_extra_of_the_installation() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    needed = {engine.extra for engine in all_engines().values() if engine.extra}
    assert needed - set(setup["options.extras_require"]) == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    places = re.findall(r"\]\(([^)#\s]+)", document.read_text())
    missing = [place for place in places if "://" not in place and not (document.parent / place).exists()]
    assert missing == []


def test_the_readme_names_both_commands_and_they_exist() -> None:
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    for target in ("run", "test", "check", "bench"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    assert "make run" in readme
    assert "make test" in readme


def test_each_setting_named_in_a_document_exists() -> None:
    known = {row.name.upper() for row in fields(Settings)}
    named = set(re.findall(r"SUPERSET_LIKE_([A-Z_]+[A-Z])", "".join(path.read_text() for path in DOCUMENTS)))
    named = {name.removesuffix("_FILE") for name in named}
    assert named - known - {"HOME", "SETTINGS", "TEST", "NAME"} == set()
