"""Writes the documents that the code itself knows best: `python -m docs.generate`."""

from dataclasses import fields
from pathlib import Path

from superset_like.config.settings import Settings

HERE = Path(__file__).parent
SETTINGS = """# Settings

Each can be given in the environment as `SUPERSET_LIKE_<NAME>`, or in `settings.toml` in the home folder (or the file
that `SUPERSET_LIKE_SETTINGS` names) as `name = value`; the environment wins. `SUPERSET_LIKE_<NAME>_FILE` names a file
that holds the value, for secrets. `init` generates the secrets into `secrets.toml`. An unknown name, or a value that
cannot be, stops the start with a message that names it. This page is generated: `make docs`.

| setting | default | what it is |
| --- | --- | --- |
"""


def settings_page() -> str:
    """docs/settings.md"""
    rows = [f"| `{row.name.upper()}` | {_default(row.name, row.default)} | {row.metadata['help']} |" for row in ROWS]
    return SETTINGS + "\n".join(rows) + "\n"


ROWS = fields(Settings)


def _default(name: str, value: object) -> str:
    if name == "home":
        return "`~/.superset_like`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        value = ", ".join(map(str, value))
    return f"`{value}`" if value != "" else ""


def main() -> None:
    (HERE / "settings.md").write_text(settings_page())


if __name__ == "__main__":
    main()
