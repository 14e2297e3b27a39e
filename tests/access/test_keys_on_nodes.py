"""API keys on several nodes: made on one, in force on all, revoked everywhere, whatever is away or comes back old."""

import secrets
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lookup.errors import ConfigurationError, CouldNotSearch, InvalidRequest, NotFound
from lookup.store.cluster import read_cluster
from lookup.store.elastic.access_log import AT_ONCE, AccessLog
from lookup.store.open import NOBODY
from mobile_api.access.keys import NotShared
from tests.access.nodes import Node, make_nodes, request
from tests.servers.asking import ask, delete_indices
from tests.servers.elasticsearch import RunningElasticsearch

AWAY = "elasticsearch://127.0.0.1:1/nobody"
"""Nothing listens at port 1."""


@pytest.fixture
def nodes(tmp_path: Path, elastic_store: str) -> list[Node]:
    return make_nodes(tmp_path, elastic_store, 1, 2)


def away(node: Node) -> Node:
    """The same node while Elasticsearch is away."""
    return Node(node.data_dir, AWAY)


def only_of_the_log(node: Node, *, store: str) -> Node:
    """A node that was set up anew, with the secrets of another and nothing else."""
    fresh = Node(node.data_dir.with_name("fresh"), store)
    fresh.data_dir.mkdir()
    shutil.copy(node.data_dir / "pepper.key", fresh.data_dir)
    return fresh


def test_a_key_made_on_one_node_lets_in_on_all(nodes: list[Node]) -> None:
    token = nodes[0].create("dispatch")
    assert nodes[0].knows(token)
    assert not nodes[1].knows(token)
    assert nodes[1].catch_up()
    assert nodes[1].knows(token)


def test_the_log_holds_no_secret(nodes: list[Node], elasticsearch_url: str, elastic_prefix: str) -> None:
    token = nodes[0].create("dispatch")
    status, found = ask(elasticsearch_url, "GET", f"/{elastic_prefix}-access/_doc/1")
    assert status == 200
    text = str(found)
    assert "dispatch" in text
    assert token not in text
    assert token.removeprefix("immunity_training_") not in text


def test_a_revocation_on_one_node_holds_on_all(nodes: list[Node]) -> None:
    token = nodes[0].create("dispatch")
    nodes[1].revoke("dispatch")  # made elsewhere a moment ago, and not copied here yet
    assert not nodes[1].knows(token)
    nodes[0].catch_up()
    assert not nodes[0].knows(token)


def test_a_node_that_was_away_catches_up_with_more_than_one_page(nodes: list[Node]) -> None:
    with nodes[0].shared() as shared:
        tokens = [shared.create(request(f"unit {number}"))[1] for number in range(AT_ONCE)]
        shared.revoke("unit 0")
    nodes[1].catch_up()
    assert len(nodes[1].names()) == AT_ONCE
    assert [nodes[1].knows(token) for token in tokens[:3]] == [False, True, True]


def test_keys_hold_while_elasticsearch_is_away(nodes: list[Node]) -> None:
    token = nodes[0].create("dispatch")
    node = away(nodes[0])
    with pytest.raises(CouldNotSearch):
        node.catch_up()
    assert node.knows(token)


def test_no_key_is_made_while_elasticsearch_is_away(nodes: list[Node]) -> None:
    with pytest.raises(CouldNotSearch):
        away(nodes[0]).create("dispatch")
    assert nodes[0].names() == []


def test_a_revocation_while_elasticsearch_is_away_holds_here_and_is_told_later(nodes: list[Node]) -> None:
    token = nodes[0].create("dispatch")
    nodes[1].catch_up()
    with pytest.raises(NotShared, match=r"revoked on this node\. .* `immunity keys share`") as told:
        away(nodes[0]).revoke("dispatch")
    assert told.value.key is not None
    assert not nodes[0].knows(token)
    nodes[1].catch_up()
    assert nodes[1].knows(token)
    with nodes[0].shared() as shared:
        assert shared.share() == 1
        assert shared.share() == 0
    nodes[1].catch_up()
    assert not nodes[1].knows(token)


def test_an_unknown_name_is_no_revocation(nodes: list[Node]) -> None:
    with pytest.raises(NotFound):
        nodes[0].revoke("nobody")
    with pytest.raises(NotShared, match="could not ask"):
        away(nodes[0]).revoke("nobody")


def test_two_nodes_never_give_one_name_twice(nodes: list[Node]) -> None:
    nodes[0].create("dispatch")
    with pytest.raises(InvalidRequest):
        nodes[1].create("dispatch")
    nodes[0].revoke("dispatch")
    token = nodes[1].create("dispatch")
    nodes[0].catch_up()
    assert nodes[0].knows(token)


def test_of_two_that_write_at_once_both_get_their_key(nodes: list[Node]) -> None:
    with nodes[0].shared() as one, nodes[1].shared() as other:
        one.create(request("first"))
        tokens = [shared.create(request(name))[1] for shared, name in ((other, "second"), (one, "third"))]
    for node in nodes:
        node.catch_up()
        assert node.names() == ["first", "second", "third"]
        assert all(node.knows(token) for token in tokens)


def test_a_place_in_the_log_is_given_once(elastic_store: str) -> None:
    with closing(AccessLog(read_cluster(elastic_store, NOBODY), "training")) as log:
        log.begin({"pepper": "one"})
        log.begin({"pepper": "two"})
        assert log.append(1, {"event": "one"})
        assert not log.append(1, {"event": "two"})
        page = log.after(0)
    assert page.mark == {"environment": "training", "pepper": "one"}
    assert [entry.said for entry in page.entries] == [{"event": "one"}]


def test_nothing_is_read_beyond_an_entry_that_is_not_there_yet(elastic_store: str) -> None:
    """Entries are read one after the other, and others may be written meanwhile."""
    with closing(AccessLog(read_cluster(elastic_store, NOBODY), "training")) as log:
        log.begin({"pepper": "one"})
        for number in (1, 3):
            assert log.append(number, {"event": str(number)})
        assert [entry.number for entry in log.after(0).entries] == [1]
        assert log.after(1).entries == []
        log.append(2, {"event": "2"})
        assert [entry.number for entry in log.after(1).entries] == [2, 3]


def test_an_older_file_of_keys_brings_no_revoked_key_back(nodes: list[Node]) -> None:
    token = nodes[0].create("dispatch")
    with sqlite3.connect(nodes[0].data_dir / "keys.sqlite") as file, sqlite3.connect(":memory:") as kept:
        file.backup(kept)
        nodes[1].revoke("dispatch")
        nodes[0].catch_up()
        kept.backup(file)
    assert nodes[0].knows(token)
    nodes[0].catch_up()
    assert not nodes[0].knows(token)


def forget(url: str, prefix: str) -> None:
    """Lose the log, as with a cluster that is set up anew."""
    delete_indices(url, prefix)


def test_a_lost_log_brings_no_revoked_key_back_and_is_written_again(
    nodes: list[Node], elasticsearch_url: str, elastic_prefix: str
) -> None:
    ended, good = nodes[0].create("ended"), nodes[0].create("good")
    nodes[0].revoke("ended")
    nodes[1].catch_up()
    forget(elasticsearch_url, elastic_prefix)
    assert not nodes[1].catch_up()
    assert (nodes[1].knows(ended), nodes[1].knows(good)) == (False, True)
    with nodes[1].shared() as shared:
        assert shared.share() == 2
    fresh = only_of_the_log(nodes[0], store=nodes[0].store)
    fresh.catch_up()
    assert (fresh.knows(ended), fresh.knows(good)) == (False, True)
    assert fresh.names() == ["ended", "good"]


def test_a_log_that_lost_its_end_takes_no_revocation_back(
    nodes: list[Node], elasticsearch_url: str, elastic_prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = nodes[0].create("dispatch")
    nodes[0].revoke("dispatch")
    status, _ = ask(elasticsearch_url, "DELETE", f"/{elastic_prefix}-access/_doc/2?refresh=true")
    assert status == 200
    other = nodes[1].create("other")  # takes the place of the lost entry
    nodes[0].catch_up()
    assert "others than this node copied" in caplog.text
    assert not nodes[0].knows(token)
    assert nodes[0].knows(other)
    with nodes[0].shared() as shared:
        assert shared.share() == 1
    nodes[1].catch_up()
    assert not nodes[1].knows(token)


def test_a_key_is_never_in_force_between_two_entries_of_a_log_that_is_written_again(
    nodes: list[Node], elasticsearch_url: str, elastic_prefix: str
) -> None:
    nodes[0].create("ended")
    nodes[0].revoke("ended")
    forget(elasticsearch_url, elastic_prefix)
    with nodes[0].shared() as shared:
        shared.share()
    with closing(AccessLog(read_cluster(nodes[0].store, nodes[0].access), "training")) as log:
        (entry,) = log.after(0).entries
    assert entry.said["event"] == "made"
    assert entry.said["key"]["revoked_at"] is not None


def test_a_node_with_another_pepper_refuses_and_says_what_to_do(tmp_path: Path, elastic_store: str) -> None:
    (node,) = make_nodes(tmp_path, elastic_store, 1)
    (stranger,) = make_nodes(tmp_path, elastic_store, 2)
    node.create("dispatch")
    for attempt in (stranger.catch_up, lambda: stranger.create("mine")):
        with pytest.raises(ConfigurationError, match=r"another pepper\.key .*\(`immunity backup DIR --secrets` there"):
            attempt()
    assert stranger.names() == []


def test_keys_of_another_environment_are_refused(nodes: list[Node]) -> None:
    nodes[0].create("dispatch")
    log = AccessLog(read_cluster(nodes[0].store, nodes[0].access), "live")
    with closing(log), pytest.raises(ConfigurationError, match="environment training"):
        log.after(0)


def test_keys_of_one_machine_are_shared_when_it_becomes_one_of_several(nodes: list[Node]) -> None:
    with nodes[0].keys() as keys:
        _, token = keys.create(request("old"))
        _, ended = keys.create(request("ended"))
        keys.revoke("ended")
    assert not nodes[0].catch_up()
    with nodes[0].shared() as shared:
        assert shared.share() == 2
    nodes[1].catch_up()
    assert (nodes[1].knows(token), nodes[1].knows(ended)) == (True, False)


def test_nothing_is_written_while_nothing_is_new(nodes: list[Node]) -> None:
    nodes[0].create("dispatch")
    nodes[0].catch_up()
    with nodes[0].keys() as watching:
        before = watching._file._watcher.execute("PRAGMA data_version").fetchone()  # the very question that workers ask
        nodes[0].catch_up()
        assert watching._file._watcher.execute("PRAGMA data_version").fetchone() == before


# The roles


@pytest.fixture
def secure(secure_elasticsearch: RunningElasticsearch, tmp_path: Path) -> tuple[Node, Node]:
    """A node as who makes keys, and another as the API."""
    prefix = f"immunity-{secrets.token_hex(6)}"
    store = secure_elasticsearch.store_url(prefix)
    desk, api = make_nodes(tmp_path, store, 1, 2)
    return (
        Node(desk.data_dir, store, secure_elasticsearch.access("keys")),
        Node(api.data_dir, store, secure_elasticsearch.access("api")),
    )


def test_who_makes_keys_can_do_so_and_the_api_can_copy_them(secure: tuple[Node, Node]) -> None:
    desk, api = secure
    assert not api.catch_up()
    token = desk.create("dispatch")
    assert api.catch_up()
    assert api.knows(token)
    desk.revoke("dispatch")
    api.catch_up()
    assert not api.knows(token)


def test_the_api_cannot_make_a_key(secure: tuple[Node, Node]) -> None:
    desk, api = secure
    desk.create("dispatch")
    with pytest.raises(CouldNotSearch, match="403"):
        api.create("mine")
    assert api.names() == ["dispatch"]


@pytest.mark.parametrize("user", ["keys", "api", "indexer", "audit"])
def test_nobody_can_change_or_remove_what_was_written(
    secure: tuple[Node, Node], secure_elasticsearch: RunningElasticsearch, user: str
) -> None:
    desk, _ = secure
    desk.create("dispatch")
    index = f"/{desk.store.rpartition('/')[2]}-access"
    entry = {"type": "entry", "text": "{}", "checksum": ""}
    for method, path, body in (
        ("PUT", f"{index}/_doc/1", entry),
        ("POST", f"{index}/_update/1", {"doc": entry}),
        ("DELETE", f"{index}/_doc/1", None),
        ("DELETE", index, None),
    ):
        assert secure_elasticsearch.ask(method, path, body, user=user)[0] == 403
