"""What may be searched for: the request, its faults, and the cursor that leads to its next page.

Decides what a request must hold to be looked at. Looks nothing up.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from lookup.addresses import state_code
from lookup.errors import FieldFault, InvalidRequest
from lookup.law.terms import CATEGORIES
from lookup.names import fold_name
from lookup.records import RegistrationStatus

SearchKind = Literal["member", "vehicle", "mission", "premises"]
SEARCH_KINDS: tuple[SearchKind, ...] = get_args(SearchKind)
REGISTRATION_STATUSES: tuple[RegistrationStatus, ...] = get_args(RegistrationStatus)

TEXT_LIMIT = 200
"""Characters of a search text: twice the longest address."""

PAGE_LIMIT = 100
"""Hits on one page: more than a person looks through."""

FILTERS = ("mission", "category", "state", "status", "make", "color")


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search. `q` may be empty where a filter is given; `kinds` are those looked for.

    `mission` is a mission id; `category` an accreditation's; `state` a USPS code or a state's name, of a mission or of
    premises, and of their members and vehicles; `status` a vehicle's registration status; `make` and `color` a
    vehicle's. A record that has nothing to compare with a filter does not fit it.
    """

    q: str = ""
    kinds: tuple[SearchKind, ...] = SEARCH_KINDS
    mission: str | None = None
    category: str | None = None
    state: str | None = None
    status: str | None = None
    make: str | None = None
    color: str | None = None
    cursor: str | None = None
    limit: int = 20

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are given, by name."""
        return {name: value for name in FILTERS if (value := getattr(self, name)) is not None}


def check_request(request: SearchRequest) -> None:
    """Raise `InvalidRequest` with every fault of a request but those of its cursor."""
    if faults := list(_faults(request)):
        raise InvalidRequest(faults)


def _faults(request: SearchRequest) -> Iterator[FieldFault]:
    if len(request.q) > TEXT_LIMIT:
        yield FieldFault("/q", f"Search for at most {TEXT_LIMIT} characters.")
    elif not request.q.strip() and not request.filters:
        yield FieldFault("/q", "Give something to search for, or a filter.")
    elif request.q.strip() and not fold_name(request.q):
        yield FieldFault("/q", "Give at least one letter or digit to search for.")
    if not request.kinds or not set(request.kinds) <= set(SEARCH_KINDS):
        yield FieldFault("/kinds", f"Give one or more of: {', '.join(SEARCH_KINDS)}.")
    if not 1 <= request.limit <= PAGE_LIMIT:
        yield FieldFault("/limit", f"Ask for 1 to {PAGE_LIMIT} hits.")
    if request.category is not None and request.category not in CATEGORIES:
        yield FieldFault("/category", "Give a category of accreditation.")
    if request.state is not None and state_code(request.state) is None:
        yield FieldFault("/state", "Give the code or the name of a state.")
    if request.status is not None and request.status not in REGISTRATION_STATUSES:
        yield FieldFault("/status", f"Give one of: {', '.join(REGISTRATION_STATUSES)}.")
    for name in ("mission", "make", "color"):
        value = getattr(request, name)
        if value is not None and not fold_name(value):
            yield FieldFault(f"/{name}", "Give letters or digits.")


def write_cursor(request: SearchRequest, offset: int) -> str:
    """Give the cursor of the page of this search that begins at `offset`."""
    return base64.urlsafe_b64encode(f"{offset}.{_fingerprint(request)}".encode()).decode().rstrip("=")


def read_cursor(request: SearchRequest) -> int:
    """Give the offset that the cursor of a request stands for, 0 without one.

    Raises `InvalidRequest` where it is not a cursor of this search. The size of a page may change on the way.
    """
    if request.cursor is None:
        return 0
    try:
        padded = request.cursor + "=" * (-len(request.cursor) % 4)
        offset = base64.urlsafe_b64decode(padded).decode().partition(".")[0]
        if offset.isdecimal() and write_cursor(request, int(offset)) == request.cursor:
            return int(offset)
    except (binascii.Error, ValueError):
        pass
    raise InvalidRequest([FieldFault("/cursor", "Give the cursor of the page before, with the same search.")])


def _fingerprint(request: SearchRequest) -> str:
    """Tell this search from others by 64 bits of a hash of all but the page asked for."""
    search = {name: value for name, value in asdict(request).items() if name not in ("cursor", "limit")}
    return hashlib.sha256(json.dumps(search, sort_keys=True).encode()).hexdigest()[:16]
