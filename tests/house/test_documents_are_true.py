import json
import re
from configparser import ConfigParser
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from docs.generate import compatibility_page, engines_page, settings_page
from superset_like.api.superset import openapi
from superset_like.config.settings import Settings
from superset_like.engine.databases import all_engines

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
