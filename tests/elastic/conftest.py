"""A store of its own for each test, on the server that the run uses."""

from collections.abc import Iterator

import pytest

from lookup.store.elastic.store import ElasticStore
from tests.elastic.indices import Indices, direct
from tests.elastic.ledger import Ledger


@pytest.fixture
def indices(elasticsearch_url: str, elastic_prefix: str) -> Iterator[Indices]:
    made = Indices(elasticsearch_url, elastic_prefix)
    yield made
    made.client.close()


@pytest.fixture
def store(indices: Indices) -> Iterator[ElasticStore]:
    with direct(indices) as opened:
        yield opened


@pytest.fixture
def ledger(elastic_store: str) -> Iterator[Ledger]:
    ledger = Ledger(elastic_store)
    yield ledger
    ledger.close()
