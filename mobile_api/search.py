"""The console's search over HTTP.

Decides the body and the shape of a hit; what is found and in which order decides `lookup.search`. Posted, because what
is searched for identifies people.
"""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from lookup.fields import WholeNumber
from lookup.records import Kind, Record
from lookup.search import search
from lookup.search_hits import Hit
from lookup.search_request import SEARCH_KINDS, SearchRequest
from lookup.store.protocol import Registry
from mobile_api import registry_objects
from mobile_api.access.guard import token
from mobile_api.audited import told
from mobile_api.interface import Blueprint
from mobile_api.runtime import runtime
from mobile_api.schemas.registry import MemberBody, MissionBody, PremisesBody, SearchAnswer, VehicleBody


class SearchBody(Schema):
    """A search: words, a partial plate (`?` one character, `*` any) or an address, and filters."""

    q = fields.String(load_default="")
    kinds = fields.List(fields.String(validate=validate.OneOf(SEARCH_KINDS)), load_default=list(SEARCH_KINDS))
    mission = fields.String(load_default=None, allow_none=True)
    category = fields.String(load_default=None, allow_none=True)
    state = fields.String(load_default=None, allow_none=True)
    status = fields.String(load_default=None, allow_none=True)
    make = fields.String(load_default=None, allow_none=True)
    color = fields.String(load_default=None, allow_none=True)
    cursor = fields.String(load_default=None, allow_none=True)
    limit = WholeNumber(load_default=SearchRequest().limit)


blueprint = Blueprint("Search", __name__, description="Search on scraps, for the operations center")


@blueprint.post("/v1/search")
@blueprint.takes_body(SearchBody)
@blueprint.gives(SearchAnswer)
@token("console", event="query.search")
def search_registry(body: dict[str, Any]) -> dict[str, Any]:
    """Search members, vehicles, missions and premises; each hit says why it matched."""
    now = runtime()
    request = SearchRequest(**body | {"kinds": tuple(body["kinds"])})
    with now.reading() as registry:
        page = search(registry, request)
        hits = [_hit(registry, hit) for hit in page.hits]
    told().showed([hit.record for hit in page.hits], query={"kind": "search", "value": request.q, "asked": body})
    environment = now.settings.environment
    return {"hits": hits, "cursor": page.cursor, "complete": page.complete, "environment": environment}


def _hit(registry: Registry, hit: Hit) -> dict[str, Any]:
    record = hit.record
    heading = {"kind": record.kind, "handle": record.handle, "score": hit.score, "because": hit.because}
    return heading | {"record": _OBJECTS[record.kind](registry, record)}


def _mission(_registry: Registry, record: Record) -> Any:
    return MissionBody().dump(registry_objects.mission_object(record))


def _member(registry: Registry, record: Record) -> Any:
    return MemberBody().dump(registry_objects.member_object(registry, record))


def _vehicle(registry: Registry, record: Record) -> Any:
    return VehicleBody().dump(registry_objects.vehicle_object(registry, record))


def _premises(registry: Registry, record: Record) -> Any:
    return PremisesBody().dump(registry_objects.premises_object(registry, record))


_OBJECTS: Mapping[Kind, Callable[[Registry, Record], Any]] = {
    "mission": _mission,
    "member": _member,
    "vehicle": _vehicle,
    "premises": _premises,
}
