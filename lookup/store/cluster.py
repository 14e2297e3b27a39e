"""Where a store in Elasticsearch is, and as whom we ask: read from its URL and the settings, without any client.

Decides what a URL of that kind means. Credentials never stand in a URL, which ends in process lists and logs.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from lookup.errors import ConfigurationError

SCHEMES = {"elasticsearch://": "http", "elasticsearchs://": "https"}
"""The second is for TLS."""

_PLACE = re.compile(r"(?P<nodes>[^/@?#]+)/(?P<prefix>[a-z0-9][a-z0-9-]{0,62})/?")
_NODE = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(?P<port>\d{1,5})")


@dataclass(frozen=True, slots=True)
class Access:
    """As whom we speak: user and password, or an API key; and the file of the authority that signed the cluster's
    certificate, None for those that the system trusts."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """The nodes' addresses with scheme and port, the prefix of all indices of the store, and our access."""

    nodes: tuple[str, ...]
    prefix: str
    access: Access = Access()


def is_cluster(url: str) -> bool:
    """Whether a store URL names a store in Elasticsearch."""
    return url.startswith(tuple(SCHEMES))


def read_cluster(url: str, access: Access) -> Cluster:
    """Read a store URL such as `elasticsearchs://HOST:PORT,HOST:PORT/PREFIX`. Raises `ConfigurationError` where it
    means nothing; its text never repeats the URL, which may hold a password by mistake."""
    scheme = next(scheme for scheme in SCHEMES if url.startswith(scheme))
    place = _PLACE.fullmatch(url.removeprefix(scheme))
    nodes = [] if place is None else [_NODE.fullmatch(node) for node in place["nodes"].split(",")]
    if place is None or None in nodes:
        raise ConfigurationError(
            f"Write the store URL as {scheme}HOST:PORT[,HOST:PORT…]/PREFIX, the prefix in small letters, digits and "
            "hyphens, without user and password: these are settings of their own."
        )
    return Cluster(tuple(f"{SCHEMES[scheme]}://{node[0]}" for node in nodes if node), place["prefix"], access)
