"""The files that we ship of others are those that their list names, with the licences beside them."""

import hashlib
import re
from configparser import ConfigParser
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "superset_like" / "static" / "vendor"
LISTED = dict(
    re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", (VENDOR / "README.md").read_text(), re.MULTILINE)
)


SHAPES = ROOT / "superset_like" / "chart_types" / "world_map" / "shapes.js"


def test_each_file_is_listed_with_its_checksum() -> None:
    found = {path.name: path.read_bytes() for path in VENDOR.iterdir() if path.name != "README.md"}
    found["shapes.js"] = SHAPES.read_bytes()
    assert {name: hashlib.sha256(data).hexdigest() for name, data in found.items()} == LISTED


def test_licences_lie_beside_them() -> None:
    for name, word in {
        "echarts-6.1.0.LICENSE.txt": "Apache License",
        "Inter.LICENSE.txt": "SIL OPEN FONT LICENSE",
    }.items():
        assert word in (VENDOR / name).read_text()
    assert "Apache Software Foundation" in (VENDOR / "echarts-6.1.0.NOTICE.txt").read_text()


def test_they_and_our_scripts_are_part_of_a_package() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    patterns = setup["options.package_data"]["*"].split(", ")
    shipped = [*VENDOR.iterdir(), *(ROOT / "superset_like").rglob("*.js")]
    assert [path.name for path in shipped if not any(fnmatch(path.name, pattern) for pattern in patterns)] == []


def test_the_fonts_are_small() -> None:
    assert sum(path.stat().st_size for path in VENDOR.glob("*.ttf")) < 2**20
