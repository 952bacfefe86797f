"""The files of a bundle's zip, read without trusting it.

Nothing is unpacked that the zip's own directory already tells to be too much, and nothing beyond what is allowed even
where that directory lies. Nothing is ever written to a disk.
"""

import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from superset_like.engine.zip_directory import NoZip, TooManyEntries, require_few_entries
from superset_like.errors import BadRequest, BundleInvalid, BundleTooLarge

MIB = 1024 * 1024
NOT_A_ZIP = "Not a ZIP file"
METADATA = "metadata.yaml"
SUFFIXES = frozenset({".yaml", ".yml"})
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 0x1
# Small files of repeated text are packed well; what they unpack to is bounded anyway.
RATIO_FROM_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a bundle may be. ratio: unpacked to packed."""

    entries: int
    file_bytes: int
    total_bytes: int
    ratio: int


def contents(stream: IO[bytes], limits: Limits) -> dict[str, str]:
    """Path without the root folder -> text, for the YAML files in the zip.

    Raises BundleInvalid or BundleTooLarge with the file at fault, and BadRequest when there is no such file.
    """
    try:
        require_few_entries(stream, limits.entries)
        with zipfile.ZipFile(stream) as bundle:
            entries = _checked(bundle.infolist(), limits)
            found = _read(bundle, entries, limits)
    except TooManyEntries as error:
        raise BundleTooLarge(f"The bundle has more than {limits.entries} entries") from error
    except (NoZip, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise BundleInvalid(NOT_A_ZIP) from error
    if not found:
        raise BadRequest("No valid import files were found")
    return found


def _checked(infos: list[zipfile.ZipInfo], limits: Limits) -> list[zipfile.ZipInfo]:
    """The entries that are files. Every one is judged, also those nobody will read."""
    seen: set[str] = set()
    total = 0
    for info in infos:
        _require_plain(info)
        _require_bounded(info, limits)
        total += info.file_size
        if total > limits.total_bytes:
            raise _too_large(info.filename, f"The bundle unpacks to more than {limits.total_bytes // MIB} MiB")
        name = info.filename.rstrip("/").lower()
        if name in seen:
            raise _refused(info.filename, "There are two entries of this name")
        seen.add(name)
    return [info for info in infos if not info.is_dir()]


def _require_plain(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    path = PurePosixPath(name)
    if not name or any(character in name for character in "\\:\x00") or not name.isprintable():
        raise _refused(info.filename, "The name holds a character that is not allowed")
    if path.is_absolute() or ".." in path.parts:
        raise _refused(info.filename, "The path leads out of the bundle")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _refused(info.filename, "It is neither a file nor a folder")
    if info.flag_bits & ENCRYPTED:
        raise _refused(info.filename, "It is encrypted")
    if info.compress_type not in METHODS:
        raise _refused(info.filename, "It is packed by a method that is not supported")


def _require_bounded(info: zipfile.ZipInfo, limits: Limits) -> None:
    if info.file_size > limits.file_bytes:
        raise _too_large(info.filename, f"It unpacks to more than {limits.file_bytes // MIB} MiB")
    if info.file_size > RATIO_FROM_BYTES and info.file_size > limits.ratio * max(info.compress_size, 1):
        raise _too_large(info.filename, f"It unpacks to more than {limits.ratio} times its size")


def _read(bundle: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits) -> dict[str, str]:
    wanted = [info for info in entries if _is_wanted(info.filename)]
    has_root = all(info.filename != METADATA for info in wanted)
    found: dict[str, str] = {}
    left = limits.total_bytes
    for info in wanted:
        data = _unpacked(bundle, info, min(left, limits.file_bytes))
        left -= len(data)
        path = info.filename.split("/", 1)[-1] if has_root else info.filename
        if path in found:
            raise _refused(path, "There are two files of this name")
        found[path] = _text(path, data)
    return found


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "_"))


def _unpacked(bundle: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    try:
        with bundle.open(info) as file:
            # What the directory said of its size may be a lie: no more than that is unpacked.
            data = file.read(min(most, info.file_size) + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _refused(info.filename, "It is damaged") from error
    if len(data) > most:
        raise _too_large(info.filename, "It unpacks to more than is allowed")
    return data


def _text(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(path, "It is not UTF-8 text") from error


def _refused(path: str, problem: str) -> BundleInvalid:
    path = _shown(path)
    return BundleInvalid(f"{path}: {problem}", {path: problem})


def _too_large(path: str, problem: str) -> BundleTooLarge:
    path = _shown(path)
    return BundleTooLarge(f"{path}: {problem}", {path: problem})


def _shown(path: str) -> str:
    return path[:200].encode("ascii", "backslashreplace").decode()
