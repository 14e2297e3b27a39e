"""The copy of the audit trail in Elasticsearch: what gets there, once, and by whom; what can be found in it."""

import itertools
import json
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lookup.audit.entry import Actor, Scene, entry
from lookup.audit.shipped import Wanted, copy_of, search_shipped
from lookup.audit.shipping import PIECE_BYTES, Shipping
from lookup.audit.signing.publishing import Publishing
from lookup.errors import ConfigurationError, CouldNotSearch
from lookup.settings import Settings, resolve_settings
from lookup.store.cluster import Access, read_cluster
from lookup.store.elastic.audit_documents import SegmentLine, line_document
from lookup.store.elastic.audit_reading import AuditCopy
from lookup.store.elastic.audit_writing import AuditWriter
from lookup.store.elastic.names import Names
from lookup.store.open import audit_cluster_of
from tests.audit.trails import AT, COMPONENT, Node, happening
from tests.servers.asking import ask
from tests.servers.elasticsearch import RunningElasticsearch

MONTH = "202611"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


@pytest.fixture
def copy(elastic_store: str) -> Iterator[AuditCopy]:
    with closing(AuditCopy(read_cluster(elastic_store, Access()))) as opened:
        yield opened


class Gate:
    """A writer of the copy that can be shut, as by an outage, and counts what passes."""

    def __init__(self, store: str) -> None:
        self.writer = AuditWriter(read_cluster(store, Access()), "training")
        self.open_for = 1_000_000
        self.shipped = 0
        self.most = 0

    def make_month(self, month: str) -> bool:
        return self.writer.make_month(month)

    def ship(self, month: str, lines: Sequence[SegmentLine]) -> None:
        if self.open_for <= 0:
            raise CouldNotSearch("shut")
        self.open_for -= 1
        self.writer.ship(month, lines)
        self.shipped += len(lines)
        self.most = max(self.most, sum(len(line.text) for line in lines))


@pytest.fixture
def gate(elastic_store: str) -> Iterator[Gate]:
    gate = Gate(elastic_store)
    yield gate
    gate.writer.close()


def shipped_of(node: Node) -> Path:
    """The note how far this node's trail is shipped."""
    return node.own.parents[1] / "shipped.sqlite"


def ship(node: Node, gate: Gate) -> int:
    """Ship what there is, as a process that was just started, and looks twice."""
    seconds = itertools.count()
    shipping = Shipping((node.own, node.spool), gate, shipped_of(node), lambda: True, lambda: next(seconds))
    with closing(shipping):
        return shipping.ship() + shipping.ship()


def refresh(url: str, prefix: str) -> None:
    assert ask(url, "POST", f"/{prefix}-audit-*/_refresh")[0] == 200


def lines_of(node: Node) -> list[bytes]:
    """Every line of the trail, as it lies there."""
    return [
        line
        for place in (node.own, node.spool)
        for path in sorted(place.glob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]


@pytest.fixture
def found(copy: AuditCopy, elasticsearch_url: str, elastic_prefix: str) -> Any:
    """Gives the lines that a search finds, newest first."""

    def search(**wanted: Any) -> list[bytes]:
        refresh(elasticsearch_url, elastic_prefix)
        return [hit.text for hit in search_shipped(copy, Wanted(**wanted), limit=1000)]

    return search


def test_every_line_gets_there_as_it_is(node: Node, gate: Gate, found: Any) -> None:
    trail = node.trail()
    trail.record(*(happening(f"officer {number}", note="é \u2028 “") for number in range(5)))
    assert ship(node, gate) == 6
    trail.record(happening("later"))
    assert ship(node, gate) == 1  # a segment that goes on
    trail.close()
    assert ship(node, gate) == 1
    assert sorted(found()) == sorted(lines_of(node))


def test_shipping_twice_changes_nothing(node: Node, gate: Gate, elasticsearch_url: str, elastic_prefix: str) -> None:
    node.trail().record(happening())
    ship(node, gate)
    index = f"/{elastic_prefix}-audit-{MONTH}"
    refresh(elasticsearch_url, elastic_prefix)
    before = ask(elasticsearch_url, "GET", f"{index}/_search?version=true&seq_no_primary_term=true&sort=sequence")[1]
    shipped_of(node).unlink()
    assert ship(node, gate) == 2
    refresh(elasticsearch_url, elastic_prefix)
    after = ask(elasticsearch_url, "GET", f"{index}/_search?version=true&seq_no_primary_term=true&sort=sequence")[1]
    assert after["hits"] == before["hits"]
    (segment,) = node.own.iterdir()
    assert [hit["_id"] for hit in after["hits"]["hits"]] == [f"{segment.name}:0", f"{segment.name}:1"]


def test_what_was_shipped_is_not_shipped_again_after_a_restart(node: Node, gate: Gate) -> None:
    node.trail().record(happening())
    ship(node, gate)
    assert ship(node, gate) == 0
    assert gate.shipped == 2


def test_an_outage_costs_nothing_but_time(node: Node, gate: Gate, found: Any) -> None:
    trail = node.trail()
    for number in range(6):
        trail.record(*(happening(f"officer {number}", filling="x" * 1000) for _ in range(400)))
    gate.open_for = 1
    with pytest.raises(CouldNotSearch):
        ship(node, gate)
    assert 0 < gate.shipped < 2401
    gate.open_for = 1_000_000
    ship(node, gate)
    assert gate.shipped == 2401
    copied = found(fields={"user": "officer 5"})
    assert len(copied) == 400


def test_memory_holds_one_piece_at_a_time(node: Node, gate: Gate) -> None:
    trail = node.trail()
    for _ in range(5):
        trail.record(*(happening(filling="x" * 1000) for _ in range(500)))
    ship(node, gate)
    assert gate.shipped == 2501
    assert gate.most <= PIECE_BYTES


def test_the_spool_is_shipped_too(node: Node, gate: Gate, found: Any) -> None:
    with node.broken(node.own):
        node.trail().record(happening("spooled"))
    ship(node, gate)
    assert [json.loads(line)["user"] for line in found(fields={"event": "sign_in"})] == ["spooled"]


def test_half_a_line_waits_until_it_is_whole(node: Node, gate: Gate, found: Any) -> None:
    node.trail().record(happening())
    (segment,) = node.own.iterdir()
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-10])
    assert ship(node, gate) == 1
    segment.write_bytes(whole)
    assert ship(node, gate) == 1
    assert len(found()) == 2


def test_a_line_that_cannot_be_read_is_shipped_and_holds_up_no_other(node: Node, gate: Gate, found: Any) -> None:
    trail = node.trail()
    trail.record(happening("first"), happening("second"))
    (segment,) = node.own.iterdir()
    lines = segment.read_bytes().splitlines(keepends=True)
    spoilt = b'{"sequence":1,"occurred_at":7,"user":{"a":["b"]},"query":"none","records":[{"id":3}]}\n'
    segment.write_bytes(lines[0] + b"\xff not a line\n" + spoilt + lines[2])
    assert ship(node, gate) == 4
    copied = found()
    assert len(copied) == 4
    assert spoilt.strip() in copied
    assert lines[2].strip() in copied


def test_of_a_line_that_was_tampered_with_only_texts_can_be_asked_by() -> None:
    query = b'{"kind":3,"value":{"name":"N"}}'
    text = b'{"sequence":1,"occurred_at":7,"user":null,"device":["d",5],"query":%b,"data":"x"}' % query
    assert line_document(SegmentLine("s", 9, text)) == (
        "s:1",
        {"segment": "s", "sequence": 1, "line": text.decode(), "device": ["d"], "query": {"value": ["N"]}},
    )
    assert line_document(SegmentLine("s", 9, b"[1]")) == ("s:at-9", {"segment": "s", "line": "[1]"})


def test_an_index_that_had_to_be_made_anew_gets_all_of_its_month(
    node: Node, gate: Gate, found: Any, elasticsearch_url: str, elastic_prefix: str
) -> None:
    trail = node.trail()
    trail.record(happening("first"))
    ship(node, gate)
    assert ask(elasticsearch_url, "DELETE", f"/{elastic_prefix}-audit-{MONTH}")[0] == 200
    trail.record(happening("second"))
    assert ship(node, gate) == 3
    assert len(found()) == 3


def test_a_month_that_was_removed_stays_so(node: Node, gate: Gate, elasticsearch_url: str, elastic_prefix: str) -> None:
    node.trail().record(happening("first"))
    ship(node, gate)
    assert ask(elasticsearch_url, "DELETE", f"/{elastic_prefix}-audit-{MONTH}")[0] == 200
    assert ship(node, gate) == 0
    assert ask(elasticsearch_url, "GET", f"/{elastic_prefix}-audit-{MONTH}")[0] == 404


def test_the_note_how_far_it_came_holds_nothing_of_the_trail(node: Node, gate: Gate) -> None:
    node.trail().record(happening("officer"))
    ship(node, gate)
    with closing(sqlite3.connect(shipped_of(node))) as file:
        (segment,) = node.own.iterdir()
        assert file.execute("SELECT * FROM shipped").fetchall() == [(segment.name, segment.stat().st_size)]


# How far it is copied


def test_a_trail_keeps_the_name_of_the_node_that_shipped_it_first(node: Node, gate: Gate) -> None:
    for name in ("node-1", "node-1", "made-anew"):
        with closing(Shipping((node.own,), gate, shipped_of(node), lambda: True)) as shipping:
            assert shipping.known_as(name) == "node-1"


def test_of_each_node_the_latest_note_counts(
    gate: Gate, copy: AuditCopy, elasticsearch_url: str, elastic_prefix: str
) -> None:
    assert copy.reaches(AT) == {}
    december = AT + timedelta(days=20)
    for node, at in (("a", AT), ("b", december), ("a", AT + timedelta(seconds=15)), ("a", AT), ("c", AT)):
        gate.writer.tell_reach(node, at)
    refresh(elasticsearch_url, elastic_prefix)
    assert copy.reaches(AT) == {"a": AT + timedelta(seconds=15), "b": december, "c": AT}
    assert copy.reaches(AT + timedelta(seconds=1)) == {"a": AT + timedelta(seconds=15), "b": december}


# Searching


def asked(user: str, plate: str, at: Any = AT, **more: Any) -> dict[str, Any]:
    query = {"kind": "plate", "value": plate, "issuer": "US", "entered_by": "person"}
    scene = Scene(at, COMPONENT, Actor(user=user, agency_ori="ZZ0010000"))
    records = [{"id": f"vehicle:{plate}", "version": "0" * 32}]
    return entry("query.plate", "match", scene, query=query, records=records, **more)


def users(lines: Sequence[bytes]) -> list[str]:
    return [json.loads(line)["user"] for line in lines]


def test_a_search_finds_by_field_and_time_newest_first(node: Node, gate: Gate, found: Any) -> None:
    moments = [AT + timedelta(minutes=number) for number in range(4)]
    node.trail().record(
        asked("a", "ZAB1234", moments[2]),
        asked("b", "ZAB1234", moments[0], disclosed=["level", "vehicle"]),
        asked("c", "ZCD1234", moments[1], secondary_recipient={"agency": "Invented PD", "phone": "555-0100"}),
        entry("sign_in", "done", Scene(moments[3], COMPONENT, Actor(user="d"))),
    )
    ship(node, gate)
    assert users(found(fields={"query.value": "ZAB1234"})) == ["a", "b"]
    assert users(found(fields={"event": "query.*"})) == ["a", "c", "b"]
    assert users(found(fields={"records": "vehicle:ZCD1234"})) == ["c"]
    assert users(found(fields={"secondary_recipient": "Invented PD"})) == ["c"]
    assert users(found(fields={"disclosed": "vehicle", "agency_ori": "ZZ0010000"})) == ["b"]
    assert users(found(since=moments[1], until=moments[2])) == ["c"]
    assert found(fields={"user": "nobody"}) == []


def test_pages_follow_each_other_without_a_gap(
    node: Node, gate: Gate, copy: AuditCopy, elasticsearch_url: str, elastic_prefix: str
) -> None:
    node.trail().record(*(asked(f"user {number}", "ZAB1234") for number in range(7)))
    ship(node, gate)
    refresh(elasticsearch_url, elastic_prefix)
    seen: list[str] = []
    after = None
    while hits := search_shipped(copy, Wanted(fields={"event": "query.plate"}), after, limit=3):
        seen += users([hit.text for hit in hits])
        after = json.loads(json.dumps(hits[-1].cursor))
    assert seen == [f"user {number}" for number in range(6, -1, -1)]


def test_a_copy_that_was_never_begun_is_empty(copy: AuditCopy) -> None:
    assert search_shipped(copy, Wanted()) == []
    assert list(copy.heads()) == []


def test_a_field_that_does_not_exist_is_refused(copy: AuditCopy) -> None:
    with pytest.raises(ValueError, match="cannot be asked by name"):
        search_shipped(copy, Wanted(fields={"name": "x"}))


def test_a_copy_that_is_away_could_not_be_searched() -> None:
    settings = resolve_settings({"store": "elasticsearch://127.0.0.1:1/nobody"}, environ={})
    copy = copy_of(settings)
    assert copy is not None
    with closing(copy), pytest.raises(CouldNotSearch):
        search_shipped(copy, Wanted())


def test_an_embedded_store_has_no_copy() -> None:
    assert copy_of(resolve_settings({}, environ={})) is None


# Heads


def head(number: int) -> bytes:
    return b'{"sequence":%d,"at":"2026-11-21T15:00:%02d.000Z"}\n' % (number, number)


def test_heads_are_published_once_and_given_in_their_order(
    copy: AuditCopy, elastic_store: str, elasticsearch_url: str, elastic_prefix: str
) -> None:
    settings = resolve_settings({"store": elastic_store, "audit_publish": "elasticsearch"}, environ={})
    publishing = Publishing(settings, lambda: AT)
    for number in (2, 1, 3, 1):
        publishing.publish(head(number))
    assert publishing.failing == {}
    refresh(elasticsearch_url, elastic_prefix)
    assert list(copy.heads()) == [head(number).strip() for number in (1, 2, 3)]


def test_heads_that_do_not_get_there_are_told() -> None:
    settings = resolve_settings(
        {"store": "elasticsearch://127.0.0.1:1/nobody", "audit_publish": "elasticsearch"}, environ={}
    )
    publishing = Publishing(settings, lambda: AT)
    publishing.publish(head(1))
    assert publishing.failing == {"elasticsearch": AT}


def test_heads_cannot_be_published_in_an_embedded_store() -> None:
    with pytest.raises(ConfigurationError, match="name another place"):
        Publishing(resolve_settings({"audit_publish": "elasticsearch"}, environ={}), lambda: AT)


# The role


@pytest.fixture
def secure(secure_elasticsearch: RunningElasticsearch) -> Settings:
    """Settings of a node of a secure store, with a user for the trail."""
    api, audit = secure_elasticsearch.access("api"), secure_elasticsearch.access("audit")
    given = {
        "store": secure_elasticsearch.store_url(f"immunity-{secrets.token_hex(6)}"),
        "elasticsearch_user": api.user,
        "elasticsearch_password": api.password,
        "elasticsearch_ca": str(api.ca),
        "audit_user": audit.user,
        "audit_password": audit.password,
        "audit_publish": "elasticsearch",
    }
    return resolve_settings(given, environ={})


def test_the_role_of_the_trail_ships_and_publishes_and_the_api_reads(
    node: Node, secure: Settings, secure_elasticsearch: RunningElasticsearch
) -> None:
    cluster = audit_cluster_of(secure)
    assert cluster is not None
    trail = node.trail()
    trail.record(asked("a", "ZAB1234"))
    trail.close()
    publishing = Publishing(secure, lambda: AT)
    publishing.publish(head(1))
    assert publishing.failing == {}
    with closing(AuditWriter(cluster, "training")) as writer:
        writer.tell_reach("node-1", AT)
        shipped = shipped_of(node)
        for _ in range(2):
            with closing(Shipping((node.own,), writer, shipped, lambda: True)) as shipping:
                assert shipping.ship() == 3
            shipped.unlink()
    secure_elasticsearch.ask("POST", f"/{cluster.prefix}-audit-*/_refresh")
    copy = copy_of(secure)
    assert copy is not None
    with closing(copy):
        assert users([hit.text for hit in search_shipped(copy, Wanted(fields={"event": "query.plate"}))]) == ["a"]
        assert list(copy.heads()) == [head(1).strip()]
        assert copy.reaches(AT) == {"node-1": AT}


def test_the_role_of_the_trail_reads_changes_and_removes_nothing(
    node: Node, secure: Settings, secure_elasticsearch: RunningElasticsearch
) -> None:
    prefix = secure.store.rpartition("/")[2]
    with closing(AuditWriter(read_cluster(secure.store, secure_elasticsearch.access("audit")), "training")) as writer:
        writer.make_month(MONTH)
        writer.ship(MONTH, [SegmentLine("s", 0, b'{"sequence":0,"user":"a"}')])
        writer.publish(head(1))
    document = {"segment": "s", "line": "another"}
    line = f"/{prefix}-audit-{MONTH}/_doc/s:0"
    for method, path, body in (
        ("GET", line, None),
        ("POST", f"/{prefix}-audit-{MONTH}/_search", {}),
        ("PUT", line, document),
        ("POST", f"/{prefix}-audit-{MONTH}/_update/s:0", {"doc": document}),
        ("DELETE", line, None),
        ("DELETE", f"/{prefix}-audit-{MONTH}", None),
        ("PUT", f"/{prefix}-audit-{MONTH}/_mapping", {"properties": {"more": {"type": "keyword"}}}),
        ("POST", f"/{prefix}-audit-heads/_search", {}),
        ("DELETE", f"/{prefix}-audit-heads", None),
    ):
        assert secure_elasticsearch.ask(method, path, body, user="audit")[0] == 403, (method, path)
    found = secure_elasticsearch.ask("GET", line)[1]
    assert (found["_version"], found["_source"]["line"]) == (1, '{"sequence":0,"user":"a"}')


def test_an_index_that_was_removed_under_a_running_process_is_made_again(
    node: Node, secure: Settings, secure_elasticsearch: RunningElasticsearch
) -> None:
    """The server makes no index by a write, so the next write fails, and the one after it begins anew."""
    prefix = secure.store.rpartition("/")[2]
    writer = AuditWriter(read_cluster(secure.store, secure_elasticsearch.access("audit")), "training")
    trail, seconds = node.trail(), itertools.count()
    shipping = Shipping((node.own,), writer, shipped_of(node), lambda: True, lambda: next(seconds))
    with closing(writer), closing(shipping):
        trail.record(happening("first"))
        assert [shipping.ship(), shipping.ship()] == [0, 2]
        assert secure_elasticsearch.ask("DELETE", f"/{prefix}-audit-{MONTH}")[0] == 200
        trail.record(happening("second"))
        assert shipping.ship() == 0
        with pytest.raises(CouldNotSearch, match="403"):
            shipping.ship()
        assert shipping.ship() == 3


@pytest.mark.parametrize("user", ["api", "indexer", "keys"])
def test_nobody_else_writes_the_copy(secure: Settings, secure_elasticsearch: RunningElasticsearch, user: str) -> None:
    writer = AuditWriter(read_cluster(secure.store, secure_elasticsearch.access(user)), "training")
    with closing(writer), pytest.raises(CouldNotSearch, match="403"):
        writer.make_month(MONTH)
    prefix = secure.store.rpartition("/")[2]
    owner = AuditWriter(read_cluster(secure.store, secure_elasticsearch.access("audit")), "training")
    with closing(owner):
        owner.make_month(MONTH)
    status, _ = secure_elasticsearch.ask("PUT", f"/{prefix}-audit-{MONTH}/_create/s:0", {"segment": "s"}, user=user)
    assert status == 403


def test_names_of_copies_are_met_by_the_pattern_that_is_searched() -> None:
    names = Names("immunity")
    assert names.audit(MONTH).startswith(names.audits.removesuffix("*"))
    assert names.audit_reach(MONTH).startswith(names.audit_reaches.removesuffix("*"))
    for other in (names.audit_heads, names.audit_reach(MONTH)):
        assert not other.startswith(names.audits.removesuffix("*"))
