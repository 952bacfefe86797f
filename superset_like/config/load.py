"""Settings: environment over file over what `init` generated over defaults; a wrong one stops the start."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from superset_like.config.settings import PREFIX, SECRET_LENGTH, Settings, folder
from superset_like.errors import ConfigurationError

ROWS = {row.name: row for row in fields(Settings)}

# Secrets that stand in public documents and examples; a server that starts with one has none.
PUBLISHED_SECRETS = frozenset(
    {
        "CHANGE_ME_SECRET_KEY",
        "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
        "USE_YOUR_OWN_SECURE_RANDOM_KEY",
        "YOUR_OWN_RANDOM_GENERATED_SECRET_KEY",
        "\x02\x01thisismyscretkey\x01\x02\\e\\y\\y\\h",
        "TEST_NON_DEV_SECRET",
        "test-guest-secret-change-me",
        "test-secret-change-me",
        "c292a0a3aa32397cdb050e233733900f",
        "thisISaSECRET_1234",
    }
)


def load(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """The settings of this process; `given` wins over everything.

    Raises ConfigurationError that names the setting and the place it came from.
    """
    environment = os.environ if environment is None else environment
    home = _home(environment, given)
    values: dict[str, Any] = {}
    values |= _from_file(home / "secrets.toml")
    values |= _from_file(Path(environment.get(f"{PREFIX}SETTINGS", home / "settings.toml")))
    values |= _from_environment(environment)
    values |= given
    values["home"] = home
    return _with_places(Settings(**values))


def check_secrets(settings: Settings) -> None:
    """Nothing, or ConfigurationError when a secret is missing, short or published."""
    for name in ("secret_key", "guest_token_secret"):
        value = getattr(settings, name)
        label = name.upper()
        if not value:
            raise ConfigurationError(f"{label} is not set. Run `superset-like init`, or set {PREFIX}{label}.")
        if value in PUBLISHED_SECRETS:
            raise ConfigurationError(f"{label} is a published example value. Set {PREFIX}{label} to a random one.")
        if len(value.encode()) < SECRET_LENGTH:
            raise ConfigurationError(f"{label} is shorter than {SECRET_LENGTH} bytes. Set a longer random value.")
        if len(set(value)) < 8:
            raise ConfigurationError(f"{label} is not random: it has fewer than 8 different characters.")
    if settings.secret_key == settings.guest_token_secret:
        raise ConfigurationError("GUEST_TOKEN_SECRET must differ from SECRET_KEY.")


def _home(environment: Mapping[str, str], given: Mapping[str, Any]) -> Path:
    if "home" in given:
        return Path(given["home"]).expanduser().resolve()
    return folder(environment.get(f"{PREFIX}HOME", str(ROWS["home"].default)))


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from error
    return {
        _row_name(name, str(path)): _cast(_row_name(name, str(path)), value, str(path))
        for name, value in content.items()
    }


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX) or variable[len(PREFIX) :] in {"HOME", "SETTINGS"}:
            continue
        if variable.startswith(f"{PREFIX}TEST_"):
            continue
        name = variable[len(PREFIX) :]
        if name.endswith("_FILE") and name.removesuffix("_FILE").lower() in ROWS:
            name, value = name.removesuffix("_FILE"), _file_content(variable, value)
        row = _row_name(name, variable)
        values[row] = _cast(row, value, variable)
    return values


def _file_content(variable: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ConfigurationError(f"{variable} names a file that cannot be read: {path}") from error


def _row_name(name: str, place: str) -> str:
    if name.lower() not in ROWS:
        raise ConfigurationError(f"{name} (in {place}) is not a setting. See docs/settings.md for all of them.")
    return name.lower()


def _cast(name: str, value: Any, place: str) -> Any:
    row = ROWS[name]
    raw = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    if isinstance(value, list) and name.endswith("_folders"):
        raw = ":".join(map(str, value))
    try:
        return row.metadata["cast"](raw)
    except ValueError as error:
        shown = "***" if row.metadata["secret"] else repr(raw)
        raise ConfigurationError(f"{name.upper()} (in {place}) cannot be {shown}: {error}") from error


def _with_places(settings: Settings) -> Settings:
    home = settings.home
    return replace(
        settings,
        database_uri=settings.database_uri or f"sqlite:///{home / 'metadata.sqlite'}",
        cache_uri=settings.cache_uri or f"file://{home / 'cache'}",
        results_uri=settings.results_uri or f"file://{home / 'results'}",
        broker_uri=settings.broker_uri or f"filesystem://{home / 'broker'}",
        local_database_folders=settings.local_database_folders or (home / "data",),
    )
