"""The URL of a SQL source: what it may say and what it may not.

Decides which databases there are. A URL stands in lists of processes and in logs, so it never holds a user or a
password: those are settings.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from lookup.errors import SourceError

POSTGRESQL, SQLITE = "postgresql", "sqlite"
FORMS = "postgresql://HOST[:PORT]/DATABASE or sqlite:///PATH"
_TLS_OPTIONS = frozenset(("sslmode", "sslrootcert"))
"""What may follow a question mark: how the connection is secured, in PostgreSQL's own words."""


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A database. `place` is its path for SQLite, its name for PostgreSQL."""

    engine: str
    place: str
    host: str = ""
    port: int | None = None
    options: tuple[tuple[str, str], ...] = field(default=())

    @property
    def fingerprint(self) -> str:
        """Tell this database from every other without naming it: 64 bits of SHA-256."""
        place = str(Path(self.place).absolute()) if self.engine == SQLITE else self.place
        said = f"{self.engine}://{self.host}:{self.port}/{place}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def is_database_url(text: str) -> bool:
    """Whether a source is named by a URL; else it is a directory."""
    return "://" in text


def read_database_url(text: str) -> DatabaseUrl:
    """Read a URL. Raises `SourceError`, which never quotes it."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise SourceError(f"The URL of the source cannot be read. Write {FORMS}.") from None
    options = tuple(parse_qsl(parts.query, keep_blank_values=True))
    if "@" in parts.netloc or "password" in dict(options):
        raise SourceError(
            "The URL of the source holds a user or a password. Leave them out and set database_user and "
            "database_password: a URL ends in lists of processes and in logs."
        )
    place = unquote(parts.path[1:])
    if parts.scheme == SQLITE and not parts.netloc and place and not options:
        return DatabaseUrl(SQLITE, place)
    if _is_postgresql(parts) and place and "/" not in place and {name for name, _ in options} <= _TLS_OPTIONS:
        return DatabaseUrl(POSTGRESQL, place, parts.hostname or "", port, options)
    raise SourceError(f"The URL of the source is not one that is supported. Write {FORMS}.")


def _is_postgresql(parts: SplitResult) -> bool:
    return parts.scheme == POSTGRESQL and bool(parts.hostname)
