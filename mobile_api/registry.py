"""The console's registry pages: missions, their members and vehicles, one member and everything on record of them.

Decides how records are addressed (a mission by its id, everything else by its handle, a place in a list by the handle
of its last record: nothing that identifies a person stands in a URL) and which records belong together. Says nothing
about immunity: that is a lookup.
"""

from collections.abc import Callable
from typing import Any

from lookup.errors import NotFound
from lookup.member_documents import documents_of
from lookup.records import Kind, Record, record_key
from lookup.store.paging import find_all
from lookup.store.protocol import Registry
from lookup.terms import member_term, mission_term
from mobile_api.access.guard import token
from mobile_api.audited import told
from mobile_api.interface import Blueprint
from mobile_api.registry_objects import (
    document_object,
    member_object,
    mission_object,
    vehicle_object,
)
from mobile_api.registry_pages import PageQuery, member_content, page_of, record_by_handle
from mobile_api.runtime import runtime
from mobile_api.schemas.registry import (
    HistoryAnswer,
    MemberAnswer,
    MembersAnswer,
    MissionAnswer,
    MissionsAnswer,
    VehicleAnswer,
    VehiclesAnswer,
)

PAGED = ("cursor", "limit")

blueprint = Blueprint("Registry", __name__, description="The registry's records, for the operations center")


@blueprint.get("/v1/missions")
@blueprint.takes(PageQuery)
@blueprint.gives(MissionsAnswer)
@token("console", event="view.missions", query=PAGED)
def missions(page: dict[str, Any]) -> dict[str, Any]:
    """Give all missions, page by page."""
    with runtime().reading() as registry:
        found, cursor = page_of(registry, "mission", page, lambda after, limit: registry.scan("mission", after, limit))
        told().showed(found)
        return _marked(missions=[mission_object(record) for record in found], cursor=cursor)


@blueprint.get("/v1/missions/<any_id:mission_id>")
@blueprint.gives(MissionAnswer)
@token("console", event="view.mission")
def mission(mission_id: str) -> dict[str, Any]:
    """Give one mission."""
    with runtime().reading() as registry:
        found = _mission(registry, mission_id)
        told().showed([found])
        return _marked(mission=mission_object(found))


@blueprint.get("/v1/missions/<any_id:mission_id>/members")
@blueprint.takes(PageQuery)
@blueprint.gives(MembersAnswer)
@token("console", event="view.members", query=PAGED)
def members_of_mission(page: dict[str, Any], mission_id: str) -> dict[str, Any]:
    """Give those who are or were accredited at a mission, page by page; family is found at their principal."""
    with runtime().reading() as registry:
        found, cursor = page_of(registry, "member", page, _belonging(registry, mission_id, "member"))
        told().showed(found)
        return _marked(members=[member_object(registry, record) for record in found], cursor=cursor)


@blueprint.get("/v1/missions/<any_id:mission_id>/vehicles")
@blueprint.takes(PageQuery)
@blueprint.gives(VehiclesAnswer)
@token("console", event="view.vehicles", query=PAGED)
def vehicles_of_mission(page: dict[str, Any], mission_id: str) -> dict[str, Any]:
    """Give the vehicles of a mission and of its members, page by page."""
    with runtime().reading() as registry:
        found, cursor = page_of(registry, "vehicle", page, _belonging(registry, mission_id, "vehicle"))
        told().showed(found)
        return _marked(vehicles=[vehicle_object(registry, record) for record in found], cursor=cursor)


@blueprint.get("/v1/members/<handle>")
@blueprint.gives(MemberAnswer)
@token("console", event="view.member")
def member(handle: str) -> dict[str, Any]:
    """Give one member as on record now."""
    with runtime().reading() as registry:
        found = record_by_handle(registry, handle, "member")
        told().showed([found])
        return _marked(member=member_object(registry, found))


@blueprint.get("/v1/members/<handle>/history")
@blueprint.gives(HistoryAnswer)
@token("console", event="view.history")
def history_of_member(handle: str) -> dict[str, Any]:
    """Give accreditations, waivers, documents and vehicles of one member over time."""
    with runtime().reading() as registry:
        record = record_by_handle(registry, handle, "member")
        content, member_id = member_content(record), record.natural_key
        documents = documents_of(registry, member_id)
        vehicles = list(find_all(registry, member_term(member_id), "vehicle"))
        told().showed([record, *documents, *vehicles])
        return _marked(
            member=member_object(registry, record),
            accreditations=content.accreditations if content else (),
            waivers=_by_day(content.waivers if content else (), lambda waiver: waiver.effective_on),
            documents=_by_day(map(document_object, documents), lambda document: document["issued_on"]),
            vehicles=_by_day(
                [vehicle_object(registry, found) for found in vehicles],
                lambda vehicle: vehicle["valid_from"],
            ),
        )


@blueprint.get("/v1/vehicles/<handle>")
@blueprint.gives(VehicleAnswer)
@token("console", event="view.vehicle")
def vehicle(handle: str) -> dict[str, Any]:
    """Give one vehicle as on record now."""
    with runtime().reading() as registry:
        found = record_by_handle(registry, handle, "vehicle")
        told().showed([found])
        return _marked(vehicle=vehicle_object(registry, found))


def _mission(registry: Registry, mission_id: str) -> Record:
    record = registry.get(record_key("mission", mission_id))
    if record is None or record.deleted:
        raise NotFound("There is no mission of this id; /v1/missions lists them.")
    return record


def _belonging(registry: Registry, mission_id: str, kind: Kind) -> Callable[[str, int], list[Record]]:
    _mission(registry, mission_id)
    return lambda after, limit: registry.find(mission_term(mission_id), kind, after, limit)


def _by_day(things: Any, day: Callable[[Any], Any]) -> list[Any]:
    """Order by a day; what has none comes first, as older than all that is dated."""
    return sorted(things, key=lambda thing: (day(thing) is not None, day(thing) or ""))


def _marked(**shown: Any) -> dict[str, Any]:
    return shown | {"environment": runtime().settings.environment}
