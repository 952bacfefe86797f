import zipfile
from pathlib import Path

import pytest

from tests.cli.commands import ran

pytestmark = pytest.mark.slow


def test_init_prepares_a_home_and_changes_nothing_the_second_time(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = ran(home, "init")
    assert (first.returncode, first.stderr) == (0, "")
    assert "created SECRET_KEY, GUEST_TOKEN_SECRET" in first.stdout
    secrets = (home / "secrets.toml").read_text()
    assert (home.stat().st_mode & 0o777, (home / "secrets.toml").stat().st_mode & 0o777) == (0o700, 0o600)
    assert (home / "metadata.sqlite").stat().st_mode & 0o777 == 0o600
    second = ran(home, "init")
    assert (second.returncode, "there already" in second.stdout, "already" in second.stdout) == (0, True, True)
    assert (home / "secrets.toml").read_text() == secrets
    for line in secrets.splitlines():
        assert line.split('"')[1] not in first.stdout + second.stdout


def test_an_administrator_is_created_once_and_gets_a_key(tmp_path: Path) -> None:
    ran(tmp_path, "init")
    made = ran(tmp_path, "create-admin", "--username", "root", "--email", "root@example.com")
    assert made.returncode == 0
    assert "password of root: " in made.stdout
    again = ran(tmp_path, "create-admin", "--username", "root", "--email", "root@example.com")
    assert (again.returncode, "nothing changed" in again.stdout) == (0, True)
    assert "password" not in again.stdout
    none = ran(tmp_path, "create-admin", "--if-none")
    assert "nothing changed" in none.stdout
    key = ran(tmp_path, "api-key", "create", "--user", "root")
    assert key.stdout.startswith("sst_")
    nobody = ran(tmp_path, "api-key", "create", "--user", "nobody")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "There is no user nobody" in nobody.stderr
    assert "root" in ran(tmp_path, "fab", "list-users").stdout


def test_doctor_says_what_does_not_work(tmp_path: Path) -> None:
    ran(tmp_path, "init")
    well = ran(tmp_path, "doctor")
    assert (well.returncode, "SECRET_KEY = ***" in well.stdout) == (0, True)
    assert "there is none; run `superset-like create-admin`" in well.stdout
    (tmp_path / "secrets.toml").chmod(0o644)
    ill = ran(tmp_path, "doctor", CACHE_URI="redis://:geheim@127.0.0.1:1/0")
    assert (ill.returncode, "geheim" in ill.stdout + ill.stderr) == (1, False)
    assert "broken cache" in ill.stdout
    assert "chmod go=" in ill.stdout


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"ROW_LIMITS": "5"}, "ROW_LIMITS (in SUPERSET_LIKE_ROW_LIMITS) is not a setting"),
        ({"ROW_LIMIT": "many"}, "ROW_LIMIT (in SUPERSET_LIKE_ROW_LIMIT) cannot be 'many'"),
        ({}, "SECRET_KEY is not set. Run `superset-like init`"),
        ({"SECRET_KEY": "short", "GUEST_TOKEN_SECRET": "x" * 40}, "SECRET_KEY is shorter than 32 bytes"),
        ({"SECRET_KEY": "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET"}, "SECRET_KEY is a published example value"),
        ({"SECRET_KEY": "a" * 40}, "SECRET_KEY is not random"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_names_itself(tmp_path: Path, settings: dict[str, str], says: str) -> None:
    for command in ("serve", "worker", "doctor"):
        refused = ran(tmp_path, command, **settings)
        assert refused.returncode == 78, command
        assert says in refused.stderr
        assert "Traceback" not in refused.stderr


def test_dashboards_are_warmed_up_for_somebody(tmp_path: Path) -> None:
    ran(tmp_path, "init")
    ran(tmp_path, "create-admin", "--username", "root", "--email", "root@example.com")
    ran(tmp_path, "load-examples")
    warm = ran(tmp_path, "warm-up", "--user", "root", "flights")
    assert warm.returncode == 0, warm.stdout + warm.stderr
    assert "charts are warm, 0 failed" in warm.stdout
    assert len(list((tmp_path / "cache").iterdir())) >= int(warm.stdout.splitlines()[-1].split()[0])
    assert ran(tmp_path, "warm-up", "--user", "root").stdout.splitlines()[-1] == warm.stdout.splitlines()[-1]
    for arguments, says in (
        (("--user", "nobody"), "There is no user nobody"),
        (("--user", "root", "nowhere"), "There is no dashboard nowhere"),
        (("--user", "root", "--background", "nowhere"), "There is no dashboard nowhere"),
    ):
        refused = ran(tmp_path, "warm-up", *arguments)
        assert (refused.returncode, says in refused.stderr) == (1, True)


def test_a_bundle_goes_from_one_home_to_another(tmp_path: Path) -> None:
    one, two, file = tmp_path / "one", tmp_path / "two", tmp_path / "all.zip"
    for home in (one, two):
        ran(home, "init")
        ran(home, "create-admin")
    # Both read the same data.
    data = {"LOCAL_DATABASE_FOLDERS": str(one / "data")}
    ran(one, "load-examples", **data)
    written = ran(one, "export", str(file), **data)
    assert (written.returncode, written.stdout) == (0, f"Wrote {file}.\n")
    plan = ran(two, "import", str(file), "--plan", **data)
    assert (plan.returncode, plan.stderr) == (0, "")
    assert plan.stdout.endswith("Nothing was changed: this is a plan.\n")
    assert "  created  databases/examples.yaml\n" in plan.stdout
    done = ran(two, "import", str(file), **data)
    assert (done.returncode, done.stdout.endswith("Done.\n")) == (0, True)
    again = tmp_path / "again.zip"
    ran(two, "export", str(again), **data)
    assert texts(again) == texts(file)
    refused = ran(two, "import", str(file), **data)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "databases/examples.yaml: Database already exists and `overwrite=true` was not passed" in refused.stderr
    left = ran(two, "import", str(file), "--overwrite", **data)
    assert (left.returncode, "created" in left.stdout, "changed" in left.stdout) == (0, False, False)
    some = ran(two, "export", str(again), "--kind", "chart", "--id", "1", **data)
    assert some.returncode == 0
    assert len(texts(again)) == 4
    assert ran(two, "export", str(again), "--kind", "chart", "--id", "999", **data).stderr == "Error: Not found\n"
    assert ran(two, "export", str(again), "--kind", "nothing", "--id", "1", **data).returncode == 2


def texts(path: Path) -> dict[str, str]:
    """Path without root folder -> text, but for the time."""
    with zipfile.ZipFile(path) as bundle:
        found = {name.split("/", 1)[1]: bundle.read(name).decode() for name in bundle.namelist()}
    return {name: text.split("timestamp:")[0] for name, text in found.items()}
