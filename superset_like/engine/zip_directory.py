"""How many entries a stranger's zip has, counted before the library holds its directory in memory."""

import struct
from typing import IO

# Parts of the format: one entry of the directory, its end, and before that the end of a larger one with its address.
ENTRY, END, END64, ADDRESS64 = b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
ENTRY_BYTES, END_BYTES, END64_BYTES, ADDRESS64_BYTES = 46, 22, 56, 20
LONGEST_COMMENT = 65_535


class NoZip(Exception):
    """The file is none, or a damaged one."""


class TooManyEntries(Exception):
    """The zip has more than are allowed."""


def require_few_entries(stream: IO[bytes], most: int) -> None:
    """Nothing, and the stream is at its beginning. Raises NoZip, TooManyEntries."""
    start, directory_bytes = _directory(stream)
    stream.seek(start)
    read = entries = 0
    # As the library does: as many entries as fit into so many bytes, whatever number the file states.
    while read < directory_bytes:
        head = stream.read(ENTRY_BYTES)
        if len(head) < ENTRY_BYTES or not head.startswith(ENTRY):
            raise NoZip
        entries += 1
        if entries > most:
            raise TooManyEntries
        more = sum(struct.unpack_from("<HHH", head, 28))
        stream.seek(more, 1)
        read += ENTRY_BYTES + more
    stream.seek(0)


def _directory(stream: IO[bytes]) -> tuple[int, int]:
    """(where the directory begins, its bytes)"""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - END_BYTES - LONGEST_COMMENT - ADDRESS64_BYTES - END64_BYTES))
    tail = stream.read()
    end = tail.rfind(END)
    if end < 0 or len(tail) - end < END_BYTES:
        raise NoZip
    directory_bytes: int = struct.unpack_from("<I", tail, end + 12)[0]
    address = end - ADDRESS64_BYTES
    if address >= 0 and tail.startswith(ADDRESS64, address):
        end = address - END64_BYTES
        stated = struct.unpack_from("<Q", tail, address + 8)[0]
        # Versions of the library look at the one place or the other: both have to be the same.
        if end < 0 or not tail.startswith(END64, end) or stated != size - len(tail) + end:
            raise NoZip
        directory_bytes = struct.unpack_from("<Q", tail, end + 40)[0]
    start = size - len(tail) + end - directory_bytes
    if start < 0:
        raise NoZip
    return start, directory_bytes
