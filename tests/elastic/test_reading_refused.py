"""Where the direct reader cannot really look it says so: each way in which that happens, made to happen."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lookup.errors import ConfigurationError, CouldNotSearch, StoreDamaged
from lookup.store.cluster import Access
from lookup.store.elastic.documents import HEAD_ID
from lookup.store.elastic.names import SCHEMA
from lookup.store.elastic.store import ElasticStore
from tests.contract.engines import NOW_MS
from tests.contract.samples import gone, member, vehicle
from tests.elastic.indices import GENERATION, LATER, NOWHERE, Indices, direct, document_of, row_for


def plate(store: ElasticStore, key: str = "vehicle:ZAB1234") -> Any:
    with store.reading() as registry:
        return registry.get(key)


def test_a_served_record_is_found_and_an_absent_one_is_not(indices: Indices, store: ElasticStore) -> None:
    head = indices.serve(vehicle())
    with store.reading() as registry:
        assert registry.head == head
        assert registry.get("vehicle:ZAB1234") is not None
        assert registry.get("vehicle:ZAB1235") is None
    assert store.source == "elasticsearch"
    assert store.ways() == (store,)


def test_a_record_is_seen_the_moment_it_is_written(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle())
    index = indices.names.generation(GENERATION)
    indices.client.indices.put_settings(index=index, settings={"refresh_interval": "-1"})
    document = document_of(row_for(vehicle("ZAB2")))
    indices.client.index(index=index, id="vehicle:ZAB2", document=document)
    assert plate(store, "vehicle:ZAB2") is not None


def test_a_store_where_nothing_was_published_could_not_search(store: ElasticStore) -> None:
    with pytest.raises(CouldNotSearch, match="Nothing was published"):
        plate(store)


def test_a_missing_alias_could_not_search(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle())
    assert plate(store) is not None
    indices.unalias(GENERATION)
    with pytest.raises(CouldNotSearch, match="alias of the store is gone"):
        plate(store)


def test_an_alias_on_two_indices_could_not_search(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle())
    indices.make(vehicle(), name=LATER)
    indices.alias(LATER)
    with pytest.raises(CouldNotSearch, match="400"):
        plate(store)


def test_an_index_in_the_place_of_the_alias_could_not_search(indices: Indices, store: ElasticStore) -> None:
    indices.make_index(indices.names.alias)
    with pytest.raises(StoreDamaged, match="no generation"):
        plate(store)


def test_an_index_without_a_head_could_not_search(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle())
    indices.client.delete(index=indices.names.generation(GENERATION), id=HEAD_ID)
    with pytest.raises(StoreDamaged, match="no head"):
        plate(store)


def test_a_red_index_could_not_search(indices: Indices, store: ElasticStore) -> None:
    indices.make_index(indices.names.generation(GENERATION), settings=NOWHERE)
    indices.alias(GENERATION)
    with pytest.raises(CouldNotSearch, match="503"):
        plate(store)


def test_an_index_that_turns_red_within_a_question_could_not_search(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle(vin="TRN0VIN0000000001"))
    index = indices.names.generation(GENERATION)
    with store.reading() as registry:
        indices.client.indices.delete(index=index)
        indices.make_index(index, settings=NOWHERE)
        with pytest.raises(CouldNotSearch, match="could not read a record"):
            registry.get("vehicle:ZAB1235")
        with pytest.raises(CouldNotSearch, match="503"):
            registry.find("vin:TRN0VIN0000000001")


def test_an_index_that_is_gone_within_a_question_could_not_search(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle())
    with store.reading() as registry:
        indices.client.indices.delete(index=indices.names.generation(GENERATION))
        with pytest.raises(CouldNotSearch):
            registry.get("vehicle:ZAB1234")
        with pytest.raises(CouldNotSearch, match="404"):
            registry.scan("vehicle")


def test_a_closed_index_could_not_search(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle())
    indices.client.indices.close(index=indices.names.generation(GENERATION))
    with pytest.raises(CouldNotSearch, match="index_closed_exception"):
        plate(store)


def test_a_generation_that_lost_its_records_could_not_search(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle(), member())
    indices.client.delete(index=indices.names.generation(GENERATION), id="member:TRN0001", refresh=True)
    with pytest.raises(StoreDamaged, match="kind member"):
        plate(store)


def test_another_environment_stops_the_start_and_each_question(indices: Indices) -> None:
    indices.serve(vehicle())
    with direct(indices, environment="live") as store:
        with pytest.raises(ConfigurationError, match="live"):
            store.check()
        with pytest.raises(CouldNotSearch, match="live"):
            plate(store)


def test_another_schema_stops_the_start_and_each_question(indices: Indices, store: ElasticStore) -> None:
    index = f"{indices.prefix}-s{SCHEMA + 1}-{GENERATION.lower()}"
    indices.client.indices.create(index=index)
    indices.client.indices.put_alias(index=index, name=indices.names.alias)
    with pytest.raises(ConfigurationError, match=f"schema {SCHEMA + 1}"):
        store.check()
    with pytest.raises(CouldNotSearch, match=f"schema {SCHEMA + 1}"):
        plate(store)


def test_the_start_is_not_stopped_by_a_cluster_that_cannot_be_reached(indices: Indices) -> None:
    with direct(indices, "http://127.0.0.1:1") as store:
        store.check()
        with pytest.raises(CouldNotSearch, match="ConnectionError"):
            plate(store)


def test_an_authority_that_is_not_there_stops_the_start_and_each_question(indices: Indices, tmp_path: Path) -> None:
    cluster = replace(indices.cluster(), access=Access(ca=tmp_path / "none.pem"))
    store = ElasticStore(cluster, "training")
    with pytest.raises(ConfigurationError, match="elasticsearch_ca"):
        store.check()
    for ask in (lambda: plate(store), lambda: store.history("vehicle:ZAB1234"), store.work):
        with pytest.raises(CouldNotSearch, match="elasticsearch_ca"):
            ask()


def test_a_head_of_another_generation_is_refused(indices: Indices, store: ElasticStore) -> None:
    head = indices.serve(vehicle())
    indices.put_head(replace(head, generation=LATER))
    with pytest.raises(StoreDamaged, match="another generation"):
        plate(store)


@pytest.mark.parametrize("fields", [{"checksum": "0" * 32}, {"text": "{}"}, {"type": "change"}, {"text": ["{}"]}])
def test_a_damaged_head_is_refused(indices: Indices, store: ElasticStore, fields: dict[str, Any]) -> None:
    indices.serve(vehicle())
    indices.change_source(HEAD_ID, **fields)
    with pytest.raises(StoreDamaged):
        plate(store)


DAMAGE: list[dict[str, Any]] = [
    {"body": '{"content":null,"standing":"good"}'},
    {"body": None},
    {"body": ["a", "b"]},
    {"checksum": "0" * 16},
    {"version": "0" * 32},
    {"handle": "a"},
    {"revision": 7},
    {"revision": [0]},
    {"kind": "member"},
    {"key": "vehicle:ZAB1235"},
]


@pytest.mark.parametrize("fields", DAMAGE, ids=str)
def test_a_damaged_record_is_refused_by_every_way_to_it(
    indices: Indices, store: ElasticStore, fields: dict[str, Any]
) -> None:
    indices.serve(vehicle(vin="TRN0VIN0000000001"), vehicle("ZAB2"))
    indices.change_source("vehicle:ZAB1234", **fields)
    with store.reading() as registry:
        for look in (
            lambda: registry.get("vehicle:ZAB1234"),
            lambda: registry.get_many(["vehicle:ZAB2", "vehicle:ZAB1234"]),
            lambda: registry.find("vin:TRN0VIN0000000001"),
        ):
            with pytest.raises(StoreDamaged):
                look()
        assert registry.get("vehicle:ZAB2") is not None


def test_a_record_that_lies_under_the_key_of_another_is_refused(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle())
    indices.put("vehicle:ZAB3", document_of(row_for(vehicle())))
    with pytest.raises(StoreDamaged, match="key of another"):
        plate(store, "vehicle:ZAB3")
    with store.reading() as registry, pytest.raises(StoreDamaged, match="key of another"):
        registry.scan("vehicle")


def test_a_record_that_is_marked_deleted_by_hand_is_refused(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle(), vehicle("ZAB2"))
    indices.change_source("vehicle:ZAB1234", deleted=True)
    with pytest.raises(StoreDamaged):
        plate(store)


def test_a_document_that_lacks_a_field_is_refused(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle(), vehicle("ZAB2"))
    indices.put("vehicle:ZAB1234", {"type": "record", "key": "vehicle:ZAB1234", "deleted": False, "kind": "vehicle"})
    with pytest.raises(StoreDamaged, match="not a record"):
        plate(store)


def test_documents_that_are_no_records_are_found_by_nothing(indices: Indices, store: ElasticStore) -> None:
    head = indices.serve(vehicle())
    indices.revise(head, gone(vehicle()))
    with store.reading() as registry:
        assert [registry.get(key) for key in ("head", "change:1", "", "carriage:A", "x" * 600)] == [None] * 5
        assert registry.get_many(["head", "change:1", "vehicle:" + "A" * 600]) == {}
        assert registry.scan("vehicle") == []
        assert registry.find_plates("*", 10) == []


def test_a_text_of_an_error_names_no_record(indices: Indices, store: ElasticStore) -> None:
    indices.serve(vehicle())
    indices.change_source("vehicle:ZAB1234", checksum="0" * 16)
    with pytest.raises(StoreDamaged) as damaged:
        plate(store)
    assert "ZAB1234" not in str(damaged.value)
    assert damaged.value.__cause__ is None


class TestOrderOfHeads:
    """A head that is older than one that was read before."""

    def test_a_newer_generation_is_followed(self, indices: Indices, store: ElasticStore) -> None:
        indices.serve(vehicle())
        assert plate(store) is not None
        newer = replace(indices.make(vehicle("ZAB2"), name=LATER), activation=NOW_MS + 1)
        indices.put_head(newer, LATER)
        indices.unalias(GENERATION)
        indices.alias(LATER)
        with store.reading() as registry:
            assert registry.head == newer
            assert registry.get("vehicle:ZAB1234") is None

    def test_a_rollback_with_a_higher_activation_is_followed(self, indices: Indices, store: ElasticStore) -> None:
        head = indices.revise(indices.serve(vehicle()), vehicle("ZAB2"))
        assert plate(store, "vehicle:ZAB2") is not None
        back = replace(indices.make(vehicle(), name=LATER), activation=NOW_MS + 1)
        indices.put_head(back, LATER)
        indices.unalias(GENERATION)
        indices.alias(LATER)
        with store.reading() as registry:
            assert (head.revision, registry.head.revision) == (1, 0)

    def test_an_alias_that_went_back_is_refused_and_what_was_read_is_read_on(
        self, indices: Indices, store: ElasticStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        indices.make(vehicle("ZAB2"), name=LATER)
        head = replace(indices.serve(vehicle()), activation=NOW_MS + 1)
        indices.put_head(head)
        assert plate(store) is not None
        indices.unalias(GENERATION)
        indices.alias(LATER)
        with store.reading() as registry:
            assert registry.head == head
            assert registry.get("vehicle:ZAB1234") is not None
        assert plate(store) is not None
        assert caplog.text.count("older head") == 1

    def test_a_head_that_a_dead_node_took_along_is_read_from_the_log(
        self, indices: Indices, store: ElasticStore
    ) -> None:
        first = indices.serve(vehicle())
        second = indices.revise(first, vehicle("ZAB2"))
        assert plate(store, "vehicle:ZAB2") is not None
        indices.put_head(first)
        with store.reading() as registry:
            assert registry.head == second
            assert registry.get("vehicle:ZAB2") is not None

    def test_a_cluster_that_was_restored_to_an_older_revision_could_not_search(
        self, indices: Indices, store: ElasticStore
    ) -> None:
        first = indices.serve(vehicle())
        indices.revise(first, vehicle("ZAB2"))
        assert plate(store, "vehicle:ZAB2") is not None
        indices.put_head(first)
        indices.client.delete(index=indices.names.generation(GENERATION), id="change:1")
        with pytest.raises(StoreDamaged, match="older than what was read"):
            plate(store)

    def test_a_cluster_that_never_had_the_newest_generation_could_not_search(
        self, indices: Indices, store: ElasticStore
    ) -> None:
        indices.make(vehicle("ZAB2"), name=LATER)
        indices.put_head(replace(indices.serve(vehicle()), activation=NOW_MS + 1))
        assert plate(store) is not None
        indices.client.indices.delete(index=indices.names.generation(GENERATION))
        indices.alias(LATER)
        with pytest.raises(StoreDamaged, match="another cluster"):
            plate(store)

    def test_another_process_may_begin_with_the_older_head(self, indices: Indices, store: ElasticStore) -> None:
        first = indices.serve(vehicle())
        indices.revise(first, vehicle("ZAB2"))
        assert plate(store) is not None
        indices.put_head(first)
        with direct(indices) as restarted, restarted.reading() as registry:
            assert registry.head == first
