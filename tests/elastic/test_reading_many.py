"""The direct reader beyond what Elasticsearch gives at once: more keys, records or versions than fit one answer."""

import secrets
from collections.abc import Iterator

import pytest

from lookup.store.elastic.client import patiently
from lookup.store.elastic.reading import KEYS_AT_ONCE, PAGE, VERSIONS_PAGE, ElasticRegistry
from tests.contract.samples import held, member
from tests.elastic.indices import GENERATION, Indices, row_for
from tests.servers.asking import delete_indices

MANY = VERSIONS_PAGE + 50
KEYS = [f"vehicle:Z{number:05}" for number in range(MANY)]


@pytest.fixture(scope="module")
def registry(elasticsearch_url: str) -> Iterator[ElasticRegistry]:
    """One with many held vehicles, which come in the reverse order of their keys."""
    indices = Indices(elasticsearch_url, f"immunity-test-{secrets.token_hex(6)}")
    drafts = [held("vehicle", key.partition(":")[2]) for key in reversed(KEYS)]
    head = indices.serve(*drafts, member())
    yield ElasticRegistry(patiently(indices.client), indices.names.generation(GENERATION), head)
    indices.client.close()
    delete_indices(elasticsearch_url, indices.prefix)


def test_more_records_than_fit_an_answer_are_given_in_order(registry: ElasticRegistry) -> None:
    assert 2 * PAGE < MANY
    assert [record.key for record in registry.scan("vehicle", limit=MANY + 1)] == KEYS
    assert [record.key for record in registry.scan("vehicle", limit=PAGE + 1)] == KEYS[: PAGE + 1]
    assert [record.key for record in registry.find_plates("Z?????", limit=2 * PAGE)] == KEYS[: 2 * PAGE]


def test_more_keys_than_fit_a_question_are_all_looked_for(registry: ElasticRegistry) -> None:
    keys = [key for pair in zip(KEYS, (f"{key}X" for key in KEYS), strict=True) for key in pair][: 2 * KEYS_AT_ONCE + 1]
    assert list(registry.get_many(keys)) == keys[::2]


def test_more_versions_than_fit_an_answer_are_streamed_in_order(registry: ElasticRegistry) -> None:
    versions = list(registry.versions("vehicle"))
    assert [key for key, _ in versions] == KEYS
    assert versions[0][1] == row_for(held("vehicle", "Z00000")).version
    assert list(registry.versions("member")) == [("member:TRN0001", row_for(member()).version)]
    assert list(registry.versions("premises")) == []
