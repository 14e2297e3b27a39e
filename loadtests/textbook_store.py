"""The textbook design's data: an Elasticsearch of its own, holding one document for each plate of a registry.

Decides what stands in a document: everything that the textbook application shows. Invented data only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from elasticsearch import Elasticsearch, helpers

from loadtests.baselines.textbook import INDEX
from lookup.records import Member, Mission, Vehicle, record_key
from lookup.settings import Settings
from lookup.store.open import store_of
from lookup.store.protocol import Registry
from tests.servers.elasticsearch import running_elasticsearch

HEAP_MB = 1024


@contextmanager
def textbook_store(settings: Settings) -> Iterator[str]:
    """Run an Elasticsearch that holds the vehicles of the store of `settings`, and give its address."""
    with running_elasticsearch(heap_mb=HEAP_MB, quick=False) as cluster:
        client = Elasticsearch(cluster.url)
        client.indices.create(index=INDEX, settings={"number_of_replicas": 0})
        helpers.bulk(client, ({"_index": INDEX, "_id": one["plate"], "_source": one} for one in _documents(settings)))
        client.indices.refresh(index=INDEX)
        client.close()
        yield cluster.url


def _documents(settings: Settings) -> Iterator[dict[str, Any]]:
    store = store_of(settings)
    try:
        with store.reading() as registry:
            after = ""
            while page := registry.scan("vehicle", after):
                yield from (_document(registry, one.content) for one in page if isinstance(one.content, Vehicle))
                after = page[-1].key
    finally:
        store.close()


def _document(registry: Registry, vehicle: Vehicle) -> dict[str, Any]:
    mission, member = _content(registry, "mission", vehicle.mission_id), _content(registry, "member", vehicle.member_id)
    return {
        "plate": vehicle.plate,
        "vin": vehicle.vin,
        "make": vehicle.make,
        "model": vehicle.model,
        "color": vehicle.color,
        "year": vehicle.year,
        "registration_status": vehicle.registration_status,
        "valid_until": vehicle.valid_until and vehicle.valid_until.isoformat(),
        "mission": _mission(mission) if isinstance(mission, Mission) else None,
        "member": _member(member) if isinstance(member, Member) else None,
    }


def _mission(mission: Mission) -> dict[str, Any]:
    return {
        "mission_id": mission.mission_id,
        "name": mission.name,
        "kind": mission.kind,
        "sending_state": mission.sending_state,
    }


def _member(member: Member) -> dict[str, Any]:
    return {
        "member_id": member.member_id,
        "family_name": member.family_name,
        "given_names": member.given_names,
        "date_of_birth": member.date_of_birth and member.date_of_birth.isoformat(),
        "category": member.accreditations[0].category if member.accreditations else None,
    }


def _content(registry: Registry, kind: Any, key: str | None) -> Any:
    record = None if key is None else registry.get(record_key(kind, key))
    return None if record is None else record.content
