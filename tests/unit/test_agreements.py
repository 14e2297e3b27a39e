"""The agreements on record: all of them, read again with every change of the registry."""

from dataclasses import replace

from lookup.agreements import AgreementBook
from tests.unit.asking import MemoryStore
from tests.unit.memory_registry import HEAD, MemoryRegistry, held, tombstone
from tests.unit.people import agreement, member, mission


def ids(book: AgreementBook, store: MemoryStore) -> list[str]:
    with store.reading() as registry:
        return [one.agreement_id for found in book.of(registry).values() for one, _ in found]


def test_agreements_are_found_by_sending_state_and_category() -> None:
    other = agreement(agreement_id="AG2", sending_state="ES", category="io_staff")
    found = AgreementBook().of(MemoryRegistry(agreement(), other, member(), mission()))
    assert {key: [one.agreement_id for one, _ in pairs] for key, pairs in found.items()} == {
        ("FR", "service_staff"): ["AG1"],
        ("ES", "io_staff"): ["AG2"],
    }


def test_held_and_deleted_agreements_are_left_out() -> None:
    assert AgreementBook().of(MemoryRegistry(held("agreement", "AG1"), tombstone("agreement", "AG2"))) == {}


def test_every_agreement_is_read_however_many_there_are() -> None:
    many = [agreement(agreement_id=f"AG{number:04}") for number in range(1001)]
    assert len(ids(AgreementBook(), MemoryStore(*many))) == 1001


def test_agreements_are_read_again_when_the_registry_changes() -> None:
    book, store = AgreementBook(), MemoryStore(agreement())
    assert ids(book, store) == ["AG1"]
    store.serve(agreement(agreement_id="AG2"), head=replace(HEAD, revision=2))
    assert ids(book, store) == ["AG2"]
    store.serve(head=replace(HEAD, activation=2))
    assert ids(book, store) == []


def test_agreements_are_not_read_twice_while_the_registry_is_the_same() -> None:
    book, registry = AgreementBook(), MemoryRegistry(agreement())
    book.of(registry)
    asked = registry.asked
    book.of(registry)
    assert registry.asked == asked
