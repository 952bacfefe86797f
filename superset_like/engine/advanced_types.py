"""What a word of an advanced data type stands for: ports by their services, addresses and their networks as numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

HIGHEST_PORT = 65_535
# As IANA registers them; `web` is what people mean by it.
SERVICES: Mapping[str, tuple[int, ...]] = {
    "ftp": (20, 21),
    "ftps": (989, 990),
    "ssh": (22,),
    "telnet": (23,),
    "telnets": (992,),
    "smtp": (25,),
    "submissions": (465, 587),
    "dns": (53,),
    "domain": (53,),
    "dhcp": (67, 68),
    "tftp": (69,),
    "http": (80,),
    "https": (443,),
    "web": (80, 443),
    "kerberos": (88,),
    "pop3": (110,),
    "pop3s": (995,),
    "ntp": (123,),
    "imap": (143,),
    "imaps": (993,),
    "snmp": (161, 162),
    "bgp": (179,),
    "ldap": (389,),
    "ldaps": (636,),
    "smb": (445,),
    "syslog": (514,),
    "mssql": (1433,),
    "mysql": (3306,),
    "rdp": (3389,),
    "postgresql": (5432,),
    "amqp": (5672,),
    "vnc": (5900,),
    "redis": (6379,),
}
COMPARED = ("EQUALS", "GREATER_THAN_OR_EQUAL", "GREATER_THAN", "IN", "LESS_THAN", "LESS_THAN_OR_EQUAL")


@dataclass(frozen=True)
class Meaning:
    """values: what to compare a column with, a number or {start, end}. error: why there are none; empty else."""

    values: Sequence[Any]
    shown: str
    error: str = ""
    operators: Sequence[str] = ()


def meaning(kind: str, words: Sequence[Any]) -> Meaning:
    """What the words mean in a column of this kind, one of `TYPES`."""
    found: list[Any] = []
    for word in words:
        values = TYPES[kind](str(word).strip())
        if values is None:
            return Meaning((), "", f"'{word}' was not recognized as a valid {TITLES[kind]}")
        found += values
    return Meaning(found, ", ".join(map(_shown, found)), "", COMPARED)


def _shown(value: Any) -> str:
    return f"{value['start']} - {value['end']}" if isinstance(value, dict) else str(value)


def _ports(word: str) -> Sequence[Any] | None:
    if word.isascii() and word.isdigit():
        return [int(word)] if len(word) <= len(str(HIGHEST_PORT)) and int(word) <= HIGHEST_PORT else None
    return SERVICES.get(word.lower())


def _addresses(word: str) -> Sequence[Any] | None:
    try:
        network = ip_network(word, strict=False)
    except ValueError:
        return None
    first, last = int(network.network_address), int(network.broadcast_address)
    return [first] if first == last else [{"start": first, "end": last}]


TYPES: Mapping[str, Callable[[str], Sequence[Any] | None]] = {"internet_address": _addresses, "port": _ports}
TITLES = {"internet_address": "IP address or network", "port": "port"}
