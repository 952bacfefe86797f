"""Where a user's database may be: neither in a blocked network nor the server's own metadata."""

import ipaddress
import socket
import time
from functools import lru_cache
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from superset_like.config.settings import Settings
from superset_like.engine import databases as engines
from superset_like.errors import Invalid

# One text for every refused place, so that nobody can map a network by the answers.
REFUSED = "The database is at a place that this server does not connect to"
# A name is resolved again after this long, since what it resolves to may change.
RESOLVED_FOR_S = 60

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def require_allowed(uri: URL, settings: Settings) -> None:
    """Nothing, or Invalid when the place is blocked, holds this server's own metadata, or is none."""
    if _is_own_metadata(uri, settings.database_uri):
        raise refused()
    blocked = _networks(settings.blocked_database_networks)
    if any(address in network for address in addresses(uri.host) for network in blocked):
        raise refused()


def refused() -> Invalid:
    """The one answer to a place that is not allowed."""
    return Invalid(REFUSED, fields={"sqlalchemy_uri": [REFUSED]})


def addresses(host: str | None) -> tuple[Address, ...]:
    """What the host name means now; empty for none and for a name that nobody knows."""
    return _resolved(host, int(time.monotonic() / RESOLVED_FOR_S)) if host else ()


@lru_cache(maxsize=256)
def _resolved(host: str, _minute: int) -> tuple[Address, ...]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(_plain(str(entry[4][0])) for entry in found)


def _plain(text: str) -> Address:
    address = ipaddress.ip_address(text.split("%", 1)[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


def _is_own_metadata(uri: URL, metadata_uri: str) -> bool:
    own = make_url(metadata_uri)
    if own.get_backend_name() == "sqlite":
        return _is_same_file(uri.database, own.database)
    if own.get_backend_name() != uri.get_backend_name() or own.database != uri.database:
        return False
    default = engines.of_uri(metadata_uri).default_port
    if (uri.port or default) != (own.port or default):
        return False
    return uri.host == own.host or bool(set(addresses(uri.host)) & set(addresses(own.host)))


def _is_same_file(path: str | None, own: str | None) -> bool:
    if not path or not own:
        return False
    given, ours = Path(path.removeprefix("file:")), Path(own)
    try:
        return given.samefile(ours)
    except ValueError:
        # No file can have that name.
        return True
    except OSError:
        return given.resolve() == ours.resolve()
