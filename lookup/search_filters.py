"""What the filters of a search mean, and what a search without a text looks through.

Decides whether a record fits. Family members stand where their principal stands: they hold no accreditation of their
own.
"""

from collections.abc import Iterable, Iterator, Mapping

from lookup.addresses import state_code
from lookup.names import fold_name
from lookup.records import Accreditation, Member, Mission, Premises, Record, Vehicle, record_key
from lookup.search_request import SearchRequest
from lookup.store.paging import find_all
from lookup.store.protocol import Registry
from lookup.terms import (
    category_term,
    color_term,
    make_term,
    member_term,
    mission_term,
    state_term,
    status_term,
)

BROWSE_LIMIT = 5000
"""Records that a search by filters alone looks through: fifty full pages, and about 0.2 s to read."""


def fitting(registry: Registry, records: Iterable[Record], request: SearchRequest) -> Iterator[Record]:
    """Give those of the records that have a kind asked for and fit all filters."""
    kept = [record for record in records if record.kind in request.kinds]
    if not request.filters:
        yield from kept
        return
    linked = _linked(registry, kept)
    yield from (record for record in kept if _fits(record, request, linked))


def browse(registry: Registry, request: SearchRequest) -> tuple[list[Record], bool]:
    """Give the records to which the narrowest of the filters leads, ordered by key, and whether these are all."""
    found: dict[str, Record] = {}
    for record in _led_to(registry, request):
        found[record.key] = record
        if len(found) > BROWSE_LIMIT:
            break
    return [found[key] for key in sorted(found)][:BROWSE_LIMIT], len(found) <= BROWSE_LIMIT


def _led_to(registry: Registry, request: SearchRequest) -> Iterator[Record]:
    if request.mission:
        yield from _of_mission(registry, request.mission)
    elif request.make:
        yield from find_all(registry, make_term(request.make), "vehicle")
    elif request.color:
        yield from find_all(registry, color_term(request.color), "vehicle")
    elif request.category:
        yield from _with_family(registry, find_all(registry, category_term(request.category), "member"))
    elif request.status:
        yield from find_all(registry, status_term(request.status), "vehicle")
    elif request.state:
        for record in find_all(registry, state_term(request.state)):
            yield record
            if isinstance(record.content, Mission):
                yield from _of_mission(registry, record.content.mission_id)


def _of_mission(registry: Registry, mission_id: str) -> Iterator[Record]:
    mission = registry.get(record_key("mission", mission_id))
    if mission and not mission.deleted:
        yield mission
    yield from _with_family(registry, find_all(registry, mission_term(mission_id)))


def _with_family(registry: Registry, records: Iterable[Record]) -> Iterator[Record]:
    for record in records:
        yield record
        if isinstance(record.content, Member) and record.content.principal_id is None:
            yield from find_all(registry, member_term(record.content.member_id), "member")


def _linked(registry: Registry, records: Iterable[Record]) -> Mapping[str, Record]:
    """Read the principals of the records, and then the missions of all."""
    records = list(records)
    members = [record.content for record in records if isinstance(record.content, Member)]
    principals = registry.get_many(sorted({record_key("member", m.principal_id) for m in members if m.principal_id}))
    missions = {record_key("mission", id_) for record in records for id_ in _mission_ids(record, principals)}
    return {**principals, **registry.get_many(sorted(missions))}


def _mission_ids(record: Record, linked: Mapping[str, Record]) -> tuple[str, ...]:
    """The missions that a record belongs to."""
    match record.content:
        case Member() as member:
            return tuple(accreditation.mission_id for accreditation in _accreditations(member, linked))
        case Vehicle() | Premises() | Mission() as of_one:
            return (of_one.mission_id,)
    return ()


def _accreditations(member: Member, linked: Mapping[str, Record]) -> tuple[Accreditation, ...]:
    principal = linked.get(record_key("member", member.principal_id or ""))
    of_principal = principal.content.accreditations if principal and isinstance(principal.content, Member) else ()
    return member.accreditations + of_principal


def _fits(record: Record, request: SearchRequest, linked: Mapping[str, Record]) -> bool:
    content = record.content
    if request.mission and request.mission not in _mission_ids(record, linked):
        return False
    if request.state and state_code(request.state) not in set(_states(record, linked)):
        return False
    if request.category and not (
        isinstance(content, Member) and request.category in {a.category for a in _accreditations(content, linked)}
    ):
        return False
    return _vehicle_fits(content if isinstance(content, Vehicle) else None, request)


def _states(record: Record, linked: Mapping[str, Record]) -> Iterator[str | None]:
    """Premises lie where they lie; everything else is where its missions are."""
    if isinstance(record.content, Premises):
        yield state_code(record.content.state)
        return
    for mission_id in _mission_ids(record, linked):
        mission = linked.get(record_key("mission", mission_id))
        if mission and isinstance(mission.content, Mission):
            yield state_code(mission.content.state or "")


def _vehicle_fits(vehicle: Vehicle | None, request: SearchRequest) -> bool:
    asked = {name: request.filters[name] for name in ("status", "make", "color") if name in request.filters}
    if vehicle is None:
        return not asked
    own = {"status": vehicle.registration_status, "make": vehicle.make, "color": vehicle.color}
    return all(fold_name(own[name] or "") == fold_name(value) for name, value in asked.items())
