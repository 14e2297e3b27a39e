"""Who may write to a store in Elasticsearch: one at a time, told apart without comparing clocks."""

import json
import threading

import pytest

from lookup.errors import LeaseHeld
from lookup.store.elastic.client import building_client
from lookup.store.elastic.documents import LEASE_ID
from lookup.store.elastic.lease import Lease
from lookup.store.elastic.writing import ElasticWriter
from tests.contract.engines import NOW
from tests.contract.samples import vehicle
from tests.elastic.gate import Gate, Killed
from tests.elastic.ledger import Ledger


def lease_document(ledger: Ledger) -> dict[str, object] | None:
    answer = ledger.client.options(ignore_status=404).get(index=ledger.names.control, id=LEASE_ID)
    return dict(answer["_source"]) if answer.get("found") else None


def test_a_lease_is_given_back_at_the_end_of_its_block(ledger: Ledger) -> None:
    with ledger.writer().lease("somebody"):
        assert lease_document(ledger) is not None
    assert lease_document(ledger) is None


def test_a_holder_that_lives_is_never_replaced_however_long_its_term(ledger: Ledger) -> None:
    with ledger.writer(term_s=15).lease("the night sync"):
        with pytest.raises(LeaseHeld, match="the night sync"), ledger.writer(term_s=0.1).lease("another"):
            pass
        assert lease_document(ledger) is not None


def test_a_dead_holder_is_replaced_after_the_term_that_it_named_itself(ledger: Ledger) -> None:
    die_with_the_lease(ledger, term_s=2)
    waited = threading.Event()
    timer = threading.Timer(1.0, waited.set)
    timer.start()
    with ledger.writer(term_s=0.1).lease("another"):
        assert waited.is_set(), "the lease was taken over before its term"
    timer.join()


def test_a_holder_whose_lease_was_taken_stops_and_names_who_took_it(ledger: Ledger) -> None:
    ledger.built("s")
    writer = ledger.writer()
    with writer.lease("the first"):
        seize(ledger)
        with pytest.raises(LeaseHeld, match=r"the second .* took over the lease"):
            publish_again_and_again(writer)
    assert lease_document(ledger) is not None, "the first one gave back what is not its own"


def test_a_holder_that_did_not_hear_that_its_sign_of_life_was_written_goes_on(ledger: Ledger) -> None:
    with ledger.writer().lease("makes the index"):
        pass
    client = building_client(ledger.cluster)
    lease = Lease(client, ledger.names.control, term_s=3600)
    with lease.hold("somebody", lambda: NOW):
        document = lease_document(ledger)
        ledger.client.index(index=ledger.names.control, id=LEASE_ID, document=document)  # our own words, another number
        lease.verify()
        lease.verify()
    assert lease_document(ledger) is None
    client.close()


def test_of_two_challengers_one_takes_the_lease_of_a_dead_holder(ledger: Ledger) -> None:
    die_with_the_lease(ledger, term_s=0.5)
    both = threading.Barrier(2)
    held: list[str] = []
    refused: list[str] = []

    def challenge(name: str) -> None:
        writer = ledger.writer()
        both.wait(60)
        try:
            with writer.lease(name):
                held.append(name)
                both.wait(60)
        except LeaseHeld:
            refused.append(name)
            both.wait(60)

    challengers = [threading.Thread(target=challenge, args=(name,)) for name in ("one", "two")]
    for challenger in challengers:
        challenger.start()
    for challenger in challengers:
        challenger.join()
    assert sorted(held + refused) == ["one", "two"]
    assert len(held) == 1


def die_with_the_lease(ledger: Ledger, term_s: float) -> None:
    """Take the lease and die."""
    writer = ledger.writer(term_s=term_s)
    gate = Gate(writer)
    try:
        with writer.lease("the dead one"):
            gate.arm("kill", 1)
            writer.head()
    except Killed:
        writer.close()


def seize(ledger: Ledger) -> None:
    """Write the lease as somebody else does who took it over."""
    found = ledger.client.get(index=ledger.names.control, id=LEASE_ID)["_source"]["text"]
    lease = json.loads(found)
    lease |= {"token": "another", "holder": lease["holder"].replace("the first", "the second")}
    ledger.client.index(index=ledger.names.control, id=LEASE_ID, document={"text": json.dumps(lease)})


def publish_again_and_again(writer: ElasticWriter) -> None:
    """Publish what changes nothing, until that is refused."""
    while True:
        writer.publish([vehicle("ZAB1", color="s-1")])
