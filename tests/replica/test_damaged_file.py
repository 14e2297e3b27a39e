"""A damaged replica: what the file says is right or refused, and the whole check has it copied anew."""

import logging
from pathlib import Path

import pytest

from indexer.replica_checking import CHECK_EVERY_S, WholeCheck
from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.store.protocol import Head
from lookup.store.sqlite.checking import verify_generation
from lookup.store.sqlite.pointer import Pointer
from tests.contract.samples import member, vehicle
from tests.replica.memory_store import MemoryStore
from tests.replica.node import Node, assert_same

PAGE = 4096
STRIDE = 509
"""A prime: over a file of some pages it meets headers, cells, keys and values."""


def close_file(node: Node) -> None:
    """Bring what the log of the file holds into the file itself."""
    node.serving.close()


def flip(path: Path, offset: int) -> None:
    content = bytearray(path.read_bytes())
    content[offset] ^= 0x55
    path.write_bytes(content)


def follow_and_damage(node: Node, store: MemoryStore) -> None:
    """Follow, then change a letter of a body that is not the first of its kind: nobody meets it at the beginning."""
    store.publish(vehicle("ZAZ9", color="plum"))
    node.follow()
    close_file(node)
    content = node.file().read_bytes()
    assert b'"plum"' in content
    node.file().write_bytes(content.replace(b'"plum"', b'"lime"'))


def check_to_the_end(node: Node) -> None:
    """Look until the whole check that the process began has ended, and heed it."""
    node.replica.round()
    node.check.wait()
    node.replica.round()


def is_whole(node: Node) -> bool:
    try:
        verify_generation(node.file(), node.pointer())
    except CouldNotSearch:
        return False
    return True


def test_every_flipped_byte_is_found_and_mended(node: Node, store: MemoryStore) -> None:
    store.build(*(vehicle(f"ZAB{number}", color="red") for number in range(20)), member("TRN0009", "Zephyr"))
    node.follow()
    close_file(node)
    mended = 0
    for offset in [*range(0, 110, 9), *range(110, node.file().stat().st_size, STRIDE)]:
        close_file(node)
        flip(node.file(), offset)
        was_whole = is_whole(node)
        before = store.copies
        node.start()
        check_to_the_end(node)
        assert_same(node, store)
        assert (store.copies == before) == was_whole, offset
        mended += not was_whole
    assert mended > 30  # the others hit space that nothing lies in


def test_a_damaged_file_is_found_at_start_and_let_go_of_by_its_readers(
    node: Node, store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    follow_and_damage(node, store)
    node.start()
    reader = node.store()
    with reader.reading() as registry:
        assert registry.get("vehicle:ZAB1234") is not None

    def away(_: str) -> None:
        raise CouldNotSearch("away")

    store.on_step = away
    check_to_the_end(node)
    with pytest.raises(StoreDamaged, match="withdrawn"), reader.reading():
        pass
    assert node.pointer().damaged
    assert node.pointer().activation == store.now.head.activation
    assert [record.levelno for record in caplog.records if "withdrawn" in record.message] == [logging.ERROR]
    store.on_step = lambda _: None
    node.replica.round()
    with reader.reading() as registry:
        assert registry.get("vehicle:ZAB1") is not None
    assert_same(node, store)
    reader.close()


def test_a_row_that_is_found_damaged_while_it_is_replaced_has_the_file_copied_anew(
    node: Node, store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    follow_and_damage(node, store)
    store.publish(vehicle("ZAZ9", color="blue"))
    node.follow()
    assert_same(node, store)
    assert store.copies == 2
    assert "withdrawn and copied anew" in caplog.text


def test_a_damaged_file_is_withdrawn_though_the_store_cannot_be_copied(node: Node, store: MemoryStore) -> None:
    follow_and_damage(node, store)
    store.publish(vehicle("ZAZ9", color="blue"))

    def away(name: str) -> None:
        if name == "copy":
            raise CouldNotSearch("away")

    store.on_step = away
    with pytest.raises(CouldNotSearch, match="away"):
        node.follower.follow()
    assert node.pointer().damaged
    assert node.serves_nothing()
    store.on_step = lambda _: None
    node.follow()
    assert_same(node, store)


@pytest.mark.parametrize("length", [0, 100, PAGE, 3 * PAGE])
def test_a_truncated_file_is_copied_anew(node: Node, store: MemoryStore, length: int) -> None:
    node.follow()
    close_file(node)
    node.file().write_bytes(node.file().read_bytes()[:length])
    node.start()
    node.follow()
    check_to_the_end(node)
    assert_same(node, store)
    assert store.copies == 2


def test_a_file_that_is_whole_is_checked_at_start_and_once_a_day(node: Node, store: MemoryStore) -> None:
    node.follow()
    checked: list[str] = []
    now = [0.0]

    def verify(path: Path, pointer: Pointer) -> Head:
        checked.append(pointer.file_name)
        return verify_generation(path, pointer)

    check = WholeCheck(verify, lambda: now[0])

    def look() -> bool:
        check.look(node.file(), node.pointer())
        check.wait()
        return check.look(node.file(), node.pointer())

    assert (look(), len(checked)) == (True, 1)
    now[0] = CHECK_EVERY_S - 1
    assert (look(), len(checked)) == (False, 1)
    now[0] = CHECK_EVERY_S
    assert (look(), len(checked)) == (True, 2)
    store.build(vehicle("ZAB2"))
    node.follow()
    assert (look(), len(checked)) == (True, 3)


def test_a_new_copy_is_checked_before_it_serves_and_not_again(node: Node) -> None:
    node.follow()
    assert node.check.look(node.file(), node.pointer()) is False
    node.check.wait()
    assert node.check.look(node.file(), node.pointer()) is False
    assert node.notes.state.checked_at is not None


def test_a_check_that_ends_after_its_file_was_replaced_says_nothing(node: Node, store: MemoryStore) -> None:
    follow_and_damage(node, store)
    node.start()
    assert node.serving.open() is not None
    node.check.look(node.file(), node.pointer())
    node.check.wait()
    store.build(vehicle("ZAB2"))
    node.follow()
    assert node.check.look(node.file(), node.pointer()) is False
    assert_same(node, store)
