"""Zip files of strangers, judged by their directory before anything in them is read."""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from superset_like.engine.uploads.wishes import fault, too_large
from superset_like.engine.zip_directory import NoZip, TooManyEntries, require_few_entries

MOST_ENTRIES = 2000
# XML of a workbook shrinks to a tenth; only emptiness shrinks to a thousandth.
HIGHEST_RATIO = 200
# What may shrink as it likes.
SMALL = 1024 * 1024


def require_sound(path: Path, max_unpacked: int, largest_part: int | None = None, *, streamed: str = "") -> None:
    """Nothing. Raises Invalid when the file is no zip, TooLarge when it has too many entries or unpacks to too much.

    largest_part: bytes of the largest entry, but for those below the folder `streamed`.
    """
    try:
        with path.open("rb") as file:
            require_few_entries(file, MOST_ENTRIES)
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
    except TooManyEntries as error:
        raise too_large(f"The file holds more than {MOST_ENTRIES} entries", MOST_ENTRIES) from error
    except (NoZip, zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise fault("The file is damaged, or of another kind than it is said to be") from error
    if sum(entry.file_size for entry in entries) > max_unpacked:
        raise too_large("The file unpacks to more than is allowed", max_unpacked)
    for entry in entries:
        if largest_part and entry.file_size > largest_part and not entry.filename.startswith(streamed):
            raise too_large("A part of the file unpacks to more than is allowed", largest_part)
        if entry.file_size > SMALL and entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1):
            raise too_large("The file is packed too densely to be data", HIGHEST_RATIO)


def unpacked(path: Path, folder: Path, max_unpacked: int) -> Iterator[tuple[str, Path]]:
    """(name, file) of each entry, written into the folder under a name of ours, never more than the directory said."""
    require_sound(path, max_unpacked)
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry.filename)]
        for number, entry in enumerate(sorted(entries, key=lambda each: each.filename)):
            made = folder / f"entry-{number}"
            try:
                # zipfile ends an entry where its directory said, whatever follows.
                with archive.open(entry) as packed, made.open("wb") as file:
                    shutil.copyfileobj(packed, file)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
                raise fault("The file is damaged, or has a password") from error
            yield entry.filename, made


def _is_hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].startswith(".")
