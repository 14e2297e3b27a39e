"""What a writer does under the lease, and how it is stopped in the middle of it."""

from collections.abc import Callable
from dataclasses import replace

from lookup.errors import CouldNotSearch
from lookup.store.elastic.writing import ElasticWriter
from lookup.store.protocol import Head
from tests.contract.samples import vehicle
from tests.elastic.gate import Gate, Killed, Way
from tests.elastic.ledger import Ledger

Act = Callable[[Ledger, ElasticWriter, str], object]


def publish(_: Ledger, writer: ElasticWriter, name: str) -> Head:
    if writer.held():
        writer.resume()
    changed = [vehicle("ZAB1", color=f"{name}-1"), vehicle("ZAB2", color=f"{name}-2"), vehicle(f"ZNEW{name}")]
    return writer.publish(changed, {"unfinished": name})


def seal(_: Ledger, writer: ElasticWriter, name: str) -> object:
    head = writer.head()
    assert head is not None
    rows = [{"table": "members", "seal": name}]
    return writer.seal(replace(head, position={"sealed": name}, quarantine={"members": 1}), rows)


def build(ledger: Ledger, writer: ElasticWriter, name: str) -> object:
    head = ledger.build(writer, name)
    writer._tidy()  # as the end of the lease does, which comes too late to be stopped
    return head


def roll_back(_: Ledger, writer: ElasticWriter, name: str) -> object:
    return writer.rollback()


def interrupted(ledger: Ledger, act: Act, way: Way, step: int | str, name: str) -> Gate:
    """Let a writer do something of this name, and stop it at this request."""
    writer = ledger.writer()
    gate = Gate(writer)
    try:
        with writer.lease("the first"):
            gate.arm(way, step)
            act(ledger, writer, name)
            gate.disarm()
    except (Killed, CouldNotSearch):
        assert gate.was_reached
    writer.close()
    return gate
