"""Flask-Caching's stores, holding bytes alone: nothing that comes out of them is ever unpickled."""

from pathlib import Path
from typing import IO, Any

from cachelib.serializers import BaseSerializer
from flask_caching.backends.base import BaseCache
from flask_caching.backends.filesystemcache import FileSystemCache
from flask_caching.backends.nullcache import NullCache
from flask_caching.backends.rediscache import RedisCache

from superset_like.errors import ConfigurationError

# Files beyond this number are thrown out, expired ones first.
MOST_FILES = 20_000
REDIS_TIMEOUT_S = 2.0


class Raw(BaseSerializer):
    """Bytes as they are; numbers, which the store of files keeps for itself, as text."""

    def dump(self, value: Any, f: IO[bytes], protocol: int = 0) -> None:
        # Answers are large: what is put before one shall not copy it.
        if isinstance(value, int):
            f.write(self.dumps(value))
        else:
            f.writelines((b"b", value))

    def load(self, f: IO[bytes]) -> Any:
        return self.loads(f.read())

    def dumps(self, value: Any, protocol: int = 0) -> bytes:
        return b"n%d" % value if isinstance(value, int) else b"b" + value

    def loads(self, value: bytes | None) -> Any:
        if not value:
            return None
        return int(value[1:]) if value[:1] == b"n" else value[1:]


class RawFiles(FileSystemCache):
    """Bytes in files."""

    serializer = Raw()  # type: ignore[assignment]


class RawRedis(RedisCache):
    """Bytes in Redis."""

    serializer = Raw()  # type: ignore[assignment]


def backend(uri: str) -> BaseCache:
    """The store a URI names: memory:// (none beside the process's own memory), file:///folder, redis://.

    Raises ConfigurationError.
    """
    return _made(uri)


def _made(uri: str) -> BaseCache:
    if uri == "memory://":
        return NullCache()
    if uri.startswith("file://"):
        folder = Path(uri.removeprefix("file://"))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return RawFiles(str(folder), threshold=MOST_FILES, default_timeout=0)
    if uri.startswith(("redis://", "rediss://")):
        # An extra, which an installation without Redis lacks.
        from redis import Redis

        client = Redis.from_url(uri, socket_connect_timeout=REDIS_TIMEOUT_S, socket_timeout=REDIS_TIMEOUT_S)
        return RawRedis(host=client, key_prefix="superset_like:")
    raise ConfigurationError("CACHE_URI: must begin with memory://, file:///, redis:// or rediss://")
