"""What the direct reader says of versions that were published, of the work of the indexer, and after a full check."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.records import encode_body
from lookup.store.elastic.documents import HISTORY_MAPPING, StoredHead, head_document, quarantine_document
from lookup.store.elastic.store import ElasticStore
from lookup.store.protocol import TOMBSTONE_VERSION, Work
from lookup.store.work import encode_work
from tests.contract.engines import NOW
from tests.contract.samples import gone, held, member, one_of_each_kind, vehicle
from tests.elastic.indices import GENERATION, NOWHERE, Indices, document_of, row_for

KEY = "vehicle:ZAB1234"


class TestHistory:
    def test_versions_stand_in_the_order_in_which_they_were_kept(self, indices: Indices, store: ElasticStore) -> None:
        rows = [row_for(vehicle(color=color), revision) for revision, color in enumerate(["red", "blue", "green"])]
        indices.serve(vehicle(color="green"))
        indices.keep(*rows, row_for(gone(vehicle()), 3), row_for(vehicle("ZAB2")))
        found = store.history(KEY)
        assert [(v.version, v.deleted, v.revision) for v in found] == [
            *((row.version, False, row.revision) for row in rows),
            (TOMBSTONE_VERSION, True, 3),
        ]
        assert {(v.generation, v.published_at) for v in found} == {(GENERATION, NOW)}

    def test_a_body_is_given_under_its_version_and_no_other(self, indices: Indices, store: ElasticStore) -> None:
        indices.serve(vehicle())
        old = row_for(vehicle(color="red"))
        indices.keep(old, row_for(gone(vehicle())))
        assert store.body(KEY, old.version) == old.body
        assert store.body(KEY, TOMBSTONE_VERSION) is None
        assert store.body(KEY, "0" * 32) is None
        assert store.body("vehicle:ZAB2", old.version) is None

    def test_what_has_just_begun_to_serve_is_part_of_the_history_before_it_is_kept(
        self, indices: Indices, store: ElasticStore
    ) -> None:
        head = indices.serve(vehicle(color="red"), history_kept=False)
        old, new = row_for(vehicle(color="blue")), row_for(vehicle(color="red"))
        indices.keep(old, generation="earlier")
        found = store.history(KEY)
        assert [(v.version, v.generation) for v in found] == [(old.version, "earlier"), (new.version, head.generation)]
        assert found[1].published_at == NOW
        assert store.body(KEY, new.version) == encode_body("good", vehicle(color="red").content)

    def test_a_body_that_is_not_its_versions_is_refused(self, indices: Indices, store: ElasticStore) -> None:
        indices.serve(vehicle())
        row = row_for(vehicle(color="red"))
        indices.keep(row._replace(body="{}"))
        with pytest.raises(StoreDamaged):
            store.body(KEY, row.version)

    def test_nothing_was_ever_published_in_a_store_that_is_not_there(self, store: ElasticStore) -> None:
        assert store.history(KEY) == []
        assert store.body(KEY, "0" * 32) is None

    def test_a_store_that_lost_its_history_could_not_search(self, indices: Indices, store: ElasticStore) -> None:
        indices.serve(vehicle())
        indices.client.indices.delete(index=indices.names.history)
        with pytest.raises(CouldNotSearch, match="no history"):
            store.history(KEY)
        with pytest.raises(CouldNotSearch, match="no history"):
            store.body(KEY, "0" * 32)

    def test_a_red_history_could_not_search(self, indices: Indices, store: ElasticStore) -> None:
        indices.make(vehicle())
        indices.alias(GENERATION)
        indices.make_index(indices.names.history, HISTORY_MAPPING, settings=NOWHERE)
        with pytest.raises(CouldNotSearch, match="503"):
            store.history(KEY)
        with pytest.raises(CouldNotSearch, match="503"):
            store.body(KEY, "0" * 32)


class TestWork:
    def test_what_the_indexer_noted_is_given(self, indices: Indices, store: ElasticStore) -> None:
        work = Work("building", NOW, 5, 10, NOW - timedelta(hours=1))
        indices.note(encode_work(work))
        assert store.work() == work

    def test_nothing_was_noted_where_nobody_worked(self, store: ElasticStore) -> None:
        assert store.work() == Work()

    def test_a_note_on_a_red_index_could_not_be_read(self, indices: Indices, store: ElasticStore) -> None:
        indices.make_index(indices.names.control, settings=NOWHERE)
        with pytest.raises(CouldNotSearch, match="503"):
            store.work()


def put_quarantine(indices: Indices, rows: list[dict[str, Any]]) -> None:
    indices.put("quarantine:one:0", quarantine_document(rows))


class TestVerify:
    """The full check."""

    def test_a_whole_store_is_found_whole(self, indices: Indices, store: ElasticStore) -> None:
        drafts = [*one_of_each_kind(), held("member", "TRN0009"), vehicle("ZAB2")]
        head = indices.serve(*drafts, quarantine_pass="one", quarantine_portions=1)
        put_quarantine(indices, [{"table": "vehicles"}])
        assert store.verify() == head

    def test_a_store_with_revisions_is_found_whole(self, indices: Indices, store: ElasticStore) -> None:
        head = indices.revise(indices.serve(vehicle(), vehicle("ZAB2")), gone(vehicle()), vehicle("ZAB2", color="red"))
        assert head.counts == {"vehicle": 1}
        assert store.verify() == head

    def test_a_revision_of_which_only_the_log_entry_is_there_is_part_of_the_store(
        self, indices: Indices, store: ElasticStore
    ) -> None:
        head = indices.serve(vehicle(), vehicle("ZAB2"))
        after = replace(head, revision=1, counts={"vehicle": 1, "member": 1})
        rows = [row_for(gone(vehicle()), 1), row_for(gone(vehicle("ZAB2")), 1), row_for(member(), 1)]
        rows.append(row_for(vehicle("ZAB3"), 1))
        indices.put_change(rows, after)
        assert store.verify() == head
        indices.put_rows(rows[:2])
        assert store.verify() == head
        indices.put_rows(rows)
        assert store.verify() == head

    def test_a_store_where_nothing_was_published_cannot_be_checked(self, store: ElasticStore) -> None:
        with pytest.raises(CouldNotSearch, match="Nothing was published"):
            store.verify()

    FAULTS: ClassVar[dict[str, Callable[[Indices], object]]] = {
        "a record less": lambda one: one.client.delete(index=one.names.generation(GENERATION), id=KEY, refresh=True),
        "a record more": lambda one: one.put_rows([row_for(vehicle("ZAB3"))]),
        "a record of a kind that is not counted": lambda one: one.put_rows([row_for(held("premises", "TRN-P9"))]),
        "a flipped body": lambda one: one.change_source(KEY, body="{}"),
        "a flipped checksum": lambda one: one.change_source(KEY, checksum="0" * 16),
        "an exact term less": lambda one: one.change_source(KEY, exact=[]),
        "a word more": lambda one: one.change_source("member:TRN0001", words=["n:somebody"]),
        "a record under the key of another": lambda one: one.put("vehicle:ZAB2", document_of(row_for(vehicle()))),
        "a damaged log entry": lambda one: one.put(
            "change:1", {"type": "change", "text": "{}", "checksum": "0", "revision": 1}
        ),
        "a missing portion of the quarantine": lambda one: one.client.delete(
            index=one.names.generation(GENERATION), id="quarantine:one:0", refresh=True
        ),
        "a damaged portion of the quarantine": lambda one: one.change_source("quarantine:one:0", text="[]"),
    }

    @pytest.mark.parametrize("fault", FAULTS)
    def test_every_fault_is_found(self, indices: Indices, store: ElasticStore, fault: str) -> None:
        head = indices.serve(vehicle(), vehicle("ZAB2"), member(), quarantine_pass="one", quarantine_portions=1)
        put_quarantine(indices, [{"table": "vehicles"}])
        assert store.verify() == head
        self.FAULTS[fault](indices)
        with pytest.raises(StoreDamaged):
            store.verify()

    def test_a_second_head_is_found(self, indices: Indices, store: ElasticStore) -> None:
        head = indices.serve(vehicle())
        indices.put("another head", head_document(StoredHead(head)))
        with pytest.raises(StoreDamaged, match="head"):
            store.verify()
