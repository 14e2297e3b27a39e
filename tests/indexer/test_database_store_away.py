"""Following while the store is away: nothing is lost, and nobody needs to start anything again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookup.store.open import open_writer
from tests.indexer.extracts import SMALL
from tests.indexer.following import following
from tests.indexer.sql_registry import Database, sqlite_database
from tests.servers.elasticsearch import RunningElasticsearch


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Database]:
    database = sqlite_database(tmp_path / "registry.sqlite")
    database.make_tables()
    database.fill(SMALL)
    yield database
    database.close()


def test_what_changes_while_the_store_is_away_goes_out_when_it_is_back(
    filled: Database, elasticsearch: RunningElasticsearch, elastic_prefix: str, tmp_path: Path
) -> None:
    store = elasticsearch.store_url(elastic_prefix)
    with following(filled.url, tmp_path, None, "--store", store) as follower:
        assert "9 added" in follower.line()
        elasticsearch.kill(0)
        try:
            filled.change("members", "TRN2", given_names="Luc")
            complaints = iter(follower.complaint, "")  # the lease complains too
            assert next(line for line in complaints if json.loads(line)["logger"] == "indexer.commands")
        finally:
            elasticsearch.start(0)
        assert "1 changed" in follower.line()
        assert follower.end()[0] == 0
    head = open_writer(store, "training", b"k" * 32).head()
    assert head is not None
    assert head.revision == 1
