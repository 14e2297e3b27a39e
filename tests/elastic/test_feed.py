"""What a follower is given: the head, revisions in a row, and a whole generation as it stood at one moment."""

from collections.abc import Iterator
from itertools import islice

import pytest

from lookup.errors import ConfigurationError, CouldNotSearch, StoreDamaged
from lookup.store.elastic.documents import change_document, change_of_document
from lookup.store.elastic.feed import CHANGES_AT_ONCE, Feed, RevisionMissing
from tests.contract.samples import gone, held, vehicle
from tests.elastic.crowd import crowd, departed
from tests.elastic.indices import GENERATION, NOWHERE, Indices, row_for


@pytest.fixture
def feed(indices: Indices) -> Iterator[Feed]:
    opened = Feed(indices.cluster(), "training")
    yield opened
    opened.close()


@pytest.fixture
def index(indices: Indices) -> str:
    return indices.names.generation(GENERATION)


def test_the_head_names_its_index(indices: Indices, feed: Feed, index: str) -> None:
    head = indices.serve(vehicle(), held=True)
    found = feed.head()
    assert (found.index, found.stored.head, found.stored.held) == (index, head, True)


def test_a_store_where_nothing_was_published_has_no_head(feed: Feed) -> None:
    with pytest.raises(CouldNotSearch, match="Nothing was published"):
        feed.head()


def test_a_store_of_another_environment_is_not_followed(indices: Indices) -> None:
    indices.serve(vehicle())
    live = Feed(indices.cluster(), "live")
    with pytest.raises(ConfigurationError, match="live"):
        live.head()
    live.close()


def test_revisions_are_given_by_number_and_whole(indices: Indices, feed: Feed, index: str) -> None:
    first = indices.revise(indices.serve(vehicle()), vehicle("ZAB2"))
    second = indices.revise(first, vehicle("ZAB3"), gone(vehicle("ZAB2")))
    indices.revise(second, vehicle("ZAB4"))
    changes = feed.changes(index, 0, 2)
    assert [change.head for change in changes] == [first, second]
    assert changes[1].rows == (row_for(vehicle("ZAB3"), 2), row_for(gone(vehicle("ZAB2")), 2))
    assert [change.head.revision for change in feed.changes(index, 1, 3)] == [2, 3]
    assert feed.changes(index, 3, 3) == []


def test_no_more_revisions_are_given_at_once_than_fit(indices: Indices, feed: Feed, index: str) -> None:
    head = indices.serve(vehicle())
    for _ in range(CHANGES_AT_ONCE + 2):
        head = indices.revise(head, vehicle())
    assert [change.head.revision for change in feed.changes(index, 0, head.revision)] == [
        *range(1, CHANGES_AT_ONCE + 1)
    ]
    assert len(feed.changes(index, CHANGES_AT_ONCE, head.revision)) == 2


def test_a_revision_that_is_no_longer_there_is_missing(indices: Indices, feed: Feed, index: str) -> None:
    head = indices.revise(indices.revise(indices.serve(vehicle()), vehicle("ZAB2")), vehicle("ZAB3"))
    indices.client.delete(index=index, id="change:1")
    with pytest.raises(RevisionMissing):
        feed.changes(index, 0, head.revision)
    assert len(feed.changes(index, 1, head.revision)) == 1


def test_a_damaged_revision_is_refused(indices: Indices, feed: Feed, index: str) -> None:
    head = indices.revise(indices.serve(vehicle()), vehicle("ZAB2"))
    found = change_of_document(indices.client.get(index=index, id="change:1")["_source"])
    indices.put("change:2", change_document(found))
    with pytest.raises(StoreDamaged):
        feed.changes(index, 1, 2)
    indices.change_source("change:1", checksum="0" * 32)
    with pytest.raises(StoreDamaged):
        feed.changes(index, 0, head.revision)


def test_revisions_of_an_index_that_is_gone_or_red_could_not_be_read(indices: Indices, feed: Feed, index: str) -> None:
    with pytest.raises(CouldNotSearch) as absent:
        feed.changes(index, 0, 1)
    assert not isinstance(absent.value, RevisionMissing)
    indices.make_index(index, settings=NOWHERE)
    with pytest.raises(CouldNotSearch) as red:
        feed.changes(index, 0, 1)
    assert not isinstance(red.value, RevisionMissing)


@pytest.mark.parametrize("page", [7, 5000])
def test_a_copy_has_every_record_and_tombstone_in_the_order_of_keys(indices: Indices, index: str, page: int) -> None:
    feed = Feed(indices.cluster(), "training", page)
    drafts = crowd()
    indices.revise(indices.serve(*drafts), *departed(drafts))
    rows = {draft.key: row_for(draft) for draft in drafts} | {
        draft.key: row_for(draft, 1) for draft in departed(drafts)
    }
    assert list(feed.copy(index)) == [rows[key] for key in sorted(rows)]
    assert open_contexts(indices) == 0
    feed.close()


def test_a_copy_holds_still_while_revisions_go_on(indices: Indices, index: str) -> None:
    feed = Feed(indices.cluster(), "training", page=3)
    drafts = [vehicle(f"ZAB{number}") for number in range(9)]
    head = indices.serve(*drafts)
    copy = feed.copy(index)
    began = list(islice(copy, 1))
    indices.revise(head, vehicle("ZAB5", color="red"), gone(vehicle("ZAB7")), vehicle("ZAB9"))
    assert began + list(copy) == [row_for(draft) for draft in drafts]
    feed.close()


def test_a_copy_that_is_given_up_leaves_nothing_open(indices: Indices, feed: Feed, index: str) -> None:
    indices.serve(vehicle())
    copy = feed.copy(index)
    next(copy)
    assert open_contexts(indices) == 1
    copy.close()  # type: ignore[attr-defined]
    assert open_contexts(indices) == 0


def test_a_copy_of_a_red_index_could_not_be_made(indices: Indices, feed: Feed, index: str) -> None:
    indices.make_index(index, settings=NOWHERE)
    with pytest.raises(CouldNotSearch, match="503"):
        next(feed.copy(index))


def test_a_copy_whose_moment_is_over_could_not_be_ended(indices: Indices, index: str) -> None:
    feed = Feed(indices.cluster(), "training", page=2)
    indices.serve(*(vehicle(f"ZAB{number}") for number in range(9)))
    copy = feed.copy(index)
    next(copy)
    indices.client.indices.delete(index=index)
    with pytest.raises(CouldNotSearch):
        list(copy)
    feed.close()


def test_a_document_that_is_no_record_ends_a_copy(indices: Indices, feed: Feed, index: str) -> None:
    indices.serve(held("vehicle", "ZAB1"))
    indices.put("vehicle:ZAB2", {"type": "record", "key": "vehicle:ZAB2", "deleted": False})
    with pytest.raises(StoreDamaged):
        list(feed.copy(index))


def open_contexts(indices: Indices) -> int:
    """Moments that the server keeps of our index."""
    index = indices.names.generation(GENERATION)
    stats = indices.client.indices.stats(index=index, metric="search")
    return int(stats["indices"][index]["total"]["search"]["open_contexts"])
