"""The console's search: names in any order and spelling, partial plates, addresses, missions, each hit with its reason.

Decides nothing about immunity and nothing an answer rests on: it finds records for an operator to open. The ranking is
computed here from the records alone, so it is the same on every engine.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lookup.records import Record
from lookup.search_filters import browse, fitting
from lookup.search_hits import Found, Hit, best_hits
from lookup.search_missions import find_missions, missions_among
from lookup.search_people import find_people, people_among
from lookup.search_premises import find_premises, premises_among
from lookup.search_request import SearchKind, SearchRequest, check_request, read_cursor, write_cursor
from lookup.search_vehicles import find_vehicles, vehicles_among
from lookup.store.protocol import Registry


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits, best first. `cursor` leads to the next page, None on the last. `complete` is false where a
    limit was reached, so that there may be more hits, also where there are none: then narrow the search."""

    hits: tuple[Hit, ...]
    cursor: str | None
    complete: bool = True


_FINDERS: Mapping[SearchKind, Callable[[Registry, str], Found]] = {
    "member": find_people,
    "vehicle": find_vehicles,
    "mission": find_missions,
    "premises": find_premises,
}

_SIEVES: tuple[Callable[[Iterable[Record], str], Iterator[Hit]], ...] = (
    people_among,
    vehicles_among,
    missions_among,
    premises_among,
)


def search(registry: Registry, request: SearchRequest) -> SearchPage:
    """Search the registry. Raises `InvalidRequest` for a request with faults, a foreign cursor included, and
    `CouldNotSearch` where the registry cannot really look."""
    check_request(request)
    offset = read_cursor(request)
    hits, complete = _by_text(registry, request) if request.q.strip() else _by_filters(registry, request)
    end = offset + request.limit
    cursor = write_cursor(request, end) if end < len(hits) else None
    return SearchPage(tuple(hits[offset:end]), cursor, complete)


def _by_text(registry: Registry, request: SearchRequest) -> tuple[list[Hit], bool]:
    """Where filters are given too, what they lead to is looked through as well: the one Maria of a mission may be
    beyond the first two thousand of the registry."""
    found = [_FINDERS[kind](registry, request.q) for kind in dict.fromkeys(request.kinds)]
    hits = [hit for of_kind in found for hit in of_kind.hits]
    complete = all(of_kind.complete for of_kind in found)
    if request.filters:
        records, all_looked_through = browse(registry, request)
        hits += (hit for sieve in _SIEVES for hit in sieve(records, request.q))
        complete = complete or all_looked_through
    best = best_hits(hits)
    kept = {record.key for record in fitting(registry, (hit.record for hit in best), request)}
    return [hit for hit in best if hit.record.key in kept], complete


def _by_filters(registry: Registry, request: SearchRequest) -> tuple[list[Hit], bool]:
    """All hits fit equally, so they stand in the order of their keys."""
    records, complete = browse(registry, request)
    because = tuple(f"{name} {value}" for name, value in request.filters.items())
    return [Hit(record, 1.0, because) for record in fitting(registry, records, request)], complete
