"""A zip that lies, climbs out or explodes, and YAML that is more than plain, is refused and named; nothing is made."""

import io
import stat
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from superset_like.errors import BundleInvalid, BundleTooLarge, ProductError
from superset_like.services.bundles import archive
from superset_like.services.bundles.archive import Limits
from tests.bundles import imported, metadata, problems
from tests.conftest import ApiClient, ClientOf

LIMITS = Limits(entries=20, file_bytes=200_000, total_bytes=500_000, ratio=50)
PLAIN = {"bundle/metadata.yaml": metadata("Dashboard").encode()}
NEW = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def admin(client_of: ClientOf) -> ApiClient:
    return client_of("admin")


def packed(entries: dict[str, bytes] | list[tuple[Any, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in entries.items() if isinstance(entries, dict) else entries:
            bundle.writestr(name, data)
    return stream.getvalue()


def read(data: bytes, limits: Limits = LIMITS) -> dict[str, str]:
    return archive.contents(io.BytesIO(data), limits)


def refusal(data: bytes, limits: Limits = LIMITS) -> ProductError:
    with pytest.raises((BundleInvalid, BundleTooLarge)) as caught:
        read(data, limits)
    return caught.value


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    "name",
    [
        "../x.yaml",
        "bundle/../../x.yaml",
        "/etc/x.yaml",
        "C:/x.yaml",
        "C:\\x.yaml",
        "bundle\\..\\x.yaml",
        "bundle/\x07.yaml",
        "bundle/\u202ex.yaml",
    ],
)
@pytest.mark.parametrize("ending", ["", ".txt"])
def test_paths_that_lead_elsewhere_are_refused_even_where_nobody_reads_them(name: str, ending: str) -> None:
    error = refusal(packed({**PLAIN, f"{name}{ending}": b"a: 1"}))
    assert (error.status, len(error.details)) == (422, 1)


def test_a_name_that_ends_early_is_refused() -> None:
    data = packed({**PLAIN, "bundle/dashboards/aXyaml": b"a: 1"}).replace(b"dashboards/aXyaml", b"dashboards/a\x00yaml")
    assert refusal(data).status == 422


def test_links_encryption_and_other_methods_are_refused() -> None:
    assert (
        "neither a file nor a folder"
        in refusal(packed([*PLAIN.items(), (link("bundle/x.yaml"), b"/etc/passwd")])).message
    )
    encrypted = bytearray(packed({"bundle/metadata.yaml": b"a: 1"}))
    for signature, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        encrypted[encrypted.index(signature) + flags] |= 1
    assert "encrypted" in refusal(bytes(encrypted)).message
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as bundle:
        bundle.writestr("bundle/metadata.yaml", "a: 1")
    assert "method" in refusal(stream.getvalue()).message


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused() -> None:
    for names in (("bundle/a.yaml", "bundle/a.yaml"), ("bundle/a.yaml", "bundle/A.yaml"), ("one/a.yaml", "two/a.yaml")):
        error = refusal(packed([(name, b"a: 1") for name in names]))
        assert error.status == 422
        assert "two" in error.message


def test_what_the_directory_tells_is_believed_where_it_is_too_much() -> None:
    error = refusal(packed({**PLAIN, "bundle/a.yaml": b"a" * 200_001}), Limits(20, 200_000, 500_000, 10_000))
    assert (error.status, list(error.details)) == (413, ["bundle/a.yaml"])
    error = refusal(packed({**PLAIN, "bundle/a.yaml": b"a" * 200_000}))
    assert "50 times its size" in error.message
    noise = {f"bundle/{number}.yaml": zlib.compress(bytes(range(256)) * number) * 40 for number in range(1, 15)}
    assert refusal(packed(noise), Limits(20, 200_000, 20_000, 50)).status == 413
    many = {f"bundle/{number}.yaml": b"" for number in range(21)}
    assert "more than 20 entries" in refusal(packed(many)).message


def lying(data: bytes, size: int) -> bytes:
    """The zip, whose directory and headers say that its file unpacks to this size."""
    made = bytearray(data)
    made[made.index(b"PK\x01\x02") + 24 : made.index(b"PK\x01\x02") + 28] = struct.pack("<I", size)
    made[made.index(b"PK\x03\x04") + 22 : made.index(b"PK\x03\x04") + 26] = struct.pack("<I", size)
    return bytes(made)


def test_a_bomb_that_lies_of_its_size_is_not_unpacked() -> None:
    bomb = packed({"bundle/metadata.yaml": b"0" * 50_000_000})
    tracemalloc.start()
    error = refusal(lying(bomb, 1000), Limits(20, 8_000_000, 8_000_000, 200))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (error.status, list(error.details)) == (422, ["bundle/metadata.yaml"])
    assert peak < 4_000_000


def test_a_directory_larger_than_it_says_is_not_read() -> None:
    many = bytearray(packed({f"bundle/{number}.txt": b"" for number in range(3000)}))
    end = many.rindex(b"PK\x05\x06")
    many[end + 8 : end + 12] = struct.pack("<HH", 1, 1)
    assert "more than 20 entries" in refusal(bytes(many)).message
    with_zip64 = bytes(many[:end]) + b"PK\x06\x07" + bytes(16) + bytes(many[end:])
    assert refusal(with_zip64).status == 422


def test_damage_is_named() -> None:
    whole = bytearray(packed({"bundle/metadata.yaml": b"version: 1.0.0, more of it, and more"}))
    whole[50] ^= 0xFF
    error = refusal(bytes(whole))
    assert (error.status, error.details) == (422, {"bundle/metadata.yaml": "It is damaged"})
    for cut in (0, 10, 30, len(whole) - 1, len(whole) - 30):
        assert refusal(bytes(whole[:cut])).message == "Not a ZIP file"
    assert refusal(packed({"bundle/metadata.yaml": b"\xff\xfe"})).details == {"metadata.yaml": "It is not UTF-8 text"}


def test_a_bundle_without_a_root_folder_will_do() -> None:
    assert read(packed({"metadata.yaml": b"a: 1", "charts/x.yaml": b"b: 1"})) == {
        "metadata.yaml": "a: 1",
        "charts/x.yaml": "b: 1",
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: !!python/object/apply:os.system ['touch /tmp/x']", "YAML tags are not allowed (line 1, column 4)"),
        ("a: !!binary aGk=", "YAML tags are not allowed"),
        ("a: !mine x", "YAML tags are not allowed"),
        ("a: &one [x]\nb: *one", "YAML anchors are not allowed"),
        ("a: *one", "YAML aliases are not allowed"),
        ("uuid: a\nuuid: b", "The key uuid stands there twice (line 2, column 1)"),
        ("a: " + "[" * 150 + "]" * 150, "YAML is nested too deeply"),
        ("a: " + "{a: " * 5000, "nested too deeply"),
        # The parser gives up by itself.
        ("[" * 50_000, "Not a valid YAML file"),
        ("- " * 500 + "a", "nested too deeply"),
        ("<<: {a: 1}", "YAML merges are not allowed"),
        ("? [a]\n: b", "A key must be text"),
        ("a: .nan", "A number must be finite"),
        ("a: " + "9" * 5000, "A number cannot be read"),
        ("a: 'x", "Not a valid YAML file"),
        ("a: 1\n---\nb: 2", "A file holds one YAML document"),
        ("", "The file is empty"),
        ("- a", "Invalid input type."),
    ],
)
def test_yaml_that_is_more_than_plain_is_refused(admin: ApiClient, text: str, says: str) -> None:
    answer = imported(admin, "dashboard", {"metadata.yaml": metadata("Dashboard"), "dashboards/x.yaml": text})
    assert answer.status_code == 422
    assert list(problems(answer)) == ["dashboards/x.yaml"]
    assert says in answer.get_json()["message"]


def test_a_hostile_metadata_file_is_refused_too(admin: ApiClient) -> None:
    answer = imported(admin, "dashboard", {"metadata.yaml": "!!python/name:os.system x"})
    assert (answer.status_code, list(problems(answer))) == (422, ["metadata.yaml"])


@pytest.fixture
def bomb() -> Callable[[int], bytes]:
    def made(size: int) -> bytes:
        return packed({**PLAIN, "bundle/dashboards/x.yaml": b"0" * size})

    return made


def test_a_bomb_is_refused_over_the_wire(admin: ApiClient, bomb: Callable[[int], bytes]) -> None:
    answer = imported(admin, "dashboard", bomb(9 * 1024 * 1024))
    assert (answer.status_code, list(problems(answer))) == (413, ["bundle/dashboards/x.yaml"])
    answer = imported(admin, "dashboard", bomb(1024 * 1024))
    assert answer.status_code == 413
