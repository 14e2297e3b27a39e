"""The servers as fixtures: each is started when the first test asks for it, once for each process of a run.

Decides what happens where a machine lacks a piece: in CI (`CI=true`) the test fails, elsewhere it is skipped and the
piece is named.
"""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TypeVar

import pytest
import trustme

from tests.servers.asking import delete_indices
from tests.servers.elasticsearch import RunningElasticsearch, running_elasticsearch
from tests.servers.missing import MissingPiece
from tests.servers.nginx import NOBODY, Front, StartNginx, nginx_program, running_nginx
from tests.servers.openid import RunningOpenid, running_openid
from tests.servers.postgresql import RunningPostgresql, running_postgresql

OWN_CLUSTER = "IMMUNITY_TEST_ELASTICSEARCH"
"""Names a tester's own cluster by the address of a node, scheme first, without users. Every index that is made
there is deleted again."""

_Server = TypeVar("_Server")


@contextmanager
def or_skip(server: AbstractContextManager[_Server]) -> Iterator[_Server]:
    """Run a server; where a piece is missing, fail in CI and skip elsewhere."""
    try:
        running = server.__enter__()
    except MissingPiece as lack:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"missing: {lack}")
    try:
        yield running
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[RunningElasticsearch]:
    """One plain node of our own. A test that kills or pauses it leaves it running again."""
    with or_skip(running_elasticsearch()) as server:
        yield server


@pytest.fixture(scope="session")
def elasticsearch_url(request: pytest.FixtureRequest) -> str:
    """Address of a plain node: the tester's own cluster, else the one that this run starts."""
    own = os.environ.get(OWN_CLUSTER)
    if own:
        return own.rstrip("/")
    server: RunningElasticsearch = request.getfixturevalue("elasticsearch")
    return server.url


@pytest.fixture(scope="session")
def secure_elasticsearch() -> Iterator[RunningElasticsearch]:
    """One node with TLS, users, and the roles of deploy/: only prefixes that begin with `immunity-` can be used."""
    with or_skip(running_elasticsearch(secure=True)) as server:
        yield server


@pytest.fixture(scope="session")
def three_elasticsearch_nodes() -> Iterator[RunningElasticsearch]:
    """Three plain nodes. A test that kills or pauses one leaves all of them running again."""
    with or_skip(running_elasticsearch(nodes=3)) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[RunningPostgresql]:
    """A PostgreSQL; `new_database()` makes an empty one for a test."""
    with or_skip(running_postgresql()) as server:
        yield server


@pytest.fixture
def nginx() -> Iterator[StartNginx]:
    """Starts an nginx as deploy/nginx.conf sets it up, before services at these ports; it ends with the test."""
    with ExitStack() as running, or_skip(nginx_program()) as found:

        def start(nodes: Sequence[int], certificate: trustme.LeafCert, console: int = NOBODY) -> Front:
            return running.enter_context(running_nginx(found, nodes, certificate, console))

        yield start


@pytest.fixture(scope="session")
def openid() -> Iterator[RunningOpenid]:
    """An OpenID provider. A test that kills it or changes its keys leaves it running again."""
    with or_skip(running_openid()) as server:
        yield server


@pytest.fixture
def elastic_prefix(elasticsearch_url: str) -> Iterator[str]:
    """A prefix that nobody else has; all indices that begin with it and a hyphen are deleted afterwards."""
    prefix = f"immunity-test-{secrets.token_hex(6)}"
    yield prefix
    delete_indices(elasticsearch_url, prefix)


@pytest.fixture
def elastic_store(elasticsearch_url: str, elastic_prefix: str) -> str:
    """The URL of an empty store in Elasticsearch, in the words of our settings."""
    scheme, _, place = elasticsearch_url.partition("://")
    return f"{'elasticsearchs' if scheme == 'https' else 'elasticsearch'}://{place}/{elastic_prefix}"
