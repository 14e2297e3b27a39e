"""The roles of deploy/ are enough for all that indexer, API nodes and replicas do, on a server with TLS and users."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from lookup.errors import CouldNotSearch
from lookup.records import Member
from lookup.store.cluster import read_cluster
from lookup.store.elastic.feed import Feed
from lookup.store.elastic.names import Names
from lookup.store.open import open_store, open_writer
from lookup.store.protocol import Draft, Head, Store, Writer
from tests.contract.engines import HANDLE_KEY, NOW, head_for
from tests.contract.samples import member, vehicle
from tests.servers.elasticsearch import RunningElasticsearch


@dataclass
class SecureStore:
    """An empty store on the secure server, as its two users see it."""

    server: RunningElasticsearch
    prefix: str

    @property
    def url(self) -> str:
        """The URL of the store."""
        return self.server.store_url(self.prefix)

    def status_of(self, path: str) -> int:
        """Ask for a document or an index, as the administrator, and give the status of the answer."""
        return self.server.ask("GET", path)[0]

    @contextmanager
    def writing(self, now: datetime = NOW) -> Iterator[Writer]:
        """Write as the indexer, under the lease."""
        writer = open_writer(self.url, "training", HANDLE_KEY, lambda: now, self.server.access("indexer"))
        with closing(writer), writer.lease("a test"):
            yield writer

    def build(self, *drafts: Draft) -> Head:
        """Make a generation of these drafts serve."""
        with self.writing() as writer:
            build = writer.new_generation()
            build.add(drafts)
            return build.activate(head_for(drafts), [])

    def store(self, user: str = "api") -> Store:
        """Open the store for reading."""
        return open_store(self.url, "training", self.server.access(user))

    def feed(self) -> Feed:
        """Open what a replica follows."""
        return Feed(read_cluster(self.url, self.server.access("api")), "training")


@pytest.fixture
def secure(secure_elasticsearch: RunningElasticsearch) -> SecureStore:
    return SecureStore(secure_elasticsearch, f"immunity-{secrets.token_hex(6)}")


def _family_names(store: Store) -> list[str]:
    with closing(store), store.reading() as registry:
        return [found.content.family_name for found in registry.scan("member") if isinstance(found.content, Member)]


def test_the_indexer_can_do_all_its_work_and_the_api_sees_it(
    secure: SecureStore, caplog: pytest.LogCaptureFixture
) -> None:
    secure.build(member(family_name="First"))
    secure.build(member(family_name="Second"))
    with secure.writing() as writer:
        writer.publish([member(family_name="Third"), vehicle()])
    assert _family_names(secure.store()) == ["Third"]
    with secure.writing() as writer:
        writer.rollback()
    assert _family_names(secure.store()) == ["First"]
    with secure.writing() as writer:
        writer.resume()
    for name in ("Fourth", "Fifth"):
        secure.build(member(family_name=name))
    assert _family_names(secure.store()) == ["Fifth"]
    assert caplog.messages == []  # the lease was given back each time


def test_the_indexer_can_clear_away_what_is_old(secure: SecureStore) -> None:
    first = secure.build(member())
    with secure.writing() as writer:
        writer.publish([vehicle()])
    serving = secure.server.ask("GET", f"/{secure.prefix}-serving/_doc/head")[1]["_index"]
    assert secure.status_of(f"/{serving}/_doc/change:1") == 200
    with secure.writing(NOW + timedelta(days=8)) as writer:
        writer.publish([member(family_name="Later")])
    assert secure.status_of(f"/{serving}/_doc/change:1") == 404
    for _ in range(2):
        secure.build(member())
    with secure.writing():
        pass  # who takes the lease removes the generations that nobody needs
    assert secure.status_of(f"/{Names(secure.prefix).generation(first.generation)}") == 404


def test_the_api_can_read_all_that_it_shows(secure: SecureStore) -> None:
    secure.build(member(), vehicle())
    with closing(secure.store()) as store:
        with store.reading() as registry:
            assert set(registry.get_many(["member:TRN0001", "vehicle:ZAB1234"])) == {
                "member:TRN0001",
                "vehicle:ZAB1234",
            }
            assert [found.key for found in registry.find_plates("ZAB*", limit=10)] == ["vehicle:ZAB1234"]
        assert [version.deleted for version in store.history("member:TRN0001")] == [False]
        assert store.work().phase == "idle"
        assert store.verify().counts["member"] == 1


def test_a_replica_can_follow_as_the_api(secure: SecureStore) -> None:
    secure.build(member())
    with closing(secure.feed()) as feed:
        found = feed.head()
        assert [row.key for row in feed.copy(found.index)] == ["member:TRN0001"]
        with secure.writing() as writer:
            writer.publish([vehicle()])
        (change,) = feed.changes(found.index, 0, 1)
        assert [row.key for row in change.rows] == ["vehicle:ZAB1234"]


def test_the_api_cannot_publish(secure: SecureStore) -> None:
    secure.build(member())
    writer = open_writer(secure.url, "training", HANDLE_KEY, lambda: NOW, secure.server.access("api"))
    with closing(writer), pytest.raises(CouldNotSearch, match="403"), writer.lease("a test"):
        pass


def test_a_stranger_is_told_that_nothing_could_be_searched_and_not_that_nothing_is_there(secure: SecureStore) -> None:
    secure.build(member())
    with pytest.raises(CouldNotSearch, match="403"):
        _family_names(secure.store("stranger"))
