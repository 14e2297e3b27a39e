"""What of the trail somebody wants to see, by every field of an entry (CJIS AU-7).

Decides the names of the filters and what fits each. Filters are put together by "and"; a line that fits is given as it
is.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lookup.audit.entry import Entry, moment_text
from lookup.audit.reading.stream import Line
from lookup.errors import FieldFault, InvalidRequest
from lookup.identifiers import UnreadableIdentifier, normalize_plate
from lookup.lookup_ids import id_ending

ANY_OF = ".*"
"""Ends an event's name that stands for all that begin so: `query.*`."""

Values = Callable[[Entry], Iterable[Any]]
"""Gives what of an entry is compared; one that fits suffices."""
Compare = Callable[[str, str], bool]
"""Takes what an entry holds, and what was asked for."""


def _field(name: str) -> Values:
    return lambda entry: (entry.get(name),)


def _inside(name: str, part: str) -> Values:
    """A part of a field that is an object, or of any object in a field that is a list."""

    def values(entry: Entry) -> Iterator[Any]:
        held = entry.get(name)
        for one in held if isinstance(held, list) else (held,):
            if isinstance(one, Mapping):
                yield one.get(part)

    return values


def _value(entry: Entry) -> Iterator[Any]:
    """What was asked for: a text, or the parts of a person's name and date of birth."""
    query = entry.get("query")
    value = query.get("value") if isinstance(query, Mapping) else None
    yield from value.values() if isinstance(value, Mapping) else (value,)


def _plate(entry: Entry) -> Iterator[Any]:
    query = entry.get("query")
    if isinstance(query, Mapping) and query.get("kind") == "plate":
        yield query.get("value")


def _recipient(entry: Entry) -> Iterable[Any]:
    held = entry.get("secondary_recipient")
    return held.values() if isinstance(held, Mapping) else (held,)


def _disclosed(entry: Entry) -> Iterable[Any]:
    return entry.get("disclosed") or ()


FILTERS: Mapping[str, tuple[Values, str]] = {
    "user": (_field("user"), "who asked: a key, an account, a person of the provider, a system's user"),
    "agency": (_field("agency_ori"), "the ORI of their agency"),
    "requestor": (_field("requestor"), "on whose behalf"),
    "plate": (_plate, "the plate that was asked for, as anybody writes it"),
    "value": (_value, "what was asked for, in its normal form; of a person any part"),
    "kind": (_inside("query", "kind"), "the kind of query"),
    "issuer": (_inside("query", "issuer"), "the issuer that was asked for"),
    "entered_by": (_inside("query", "entered_by"), "person, system or camera"),
    "event": (_field("event"), "what happened; query.* stands for all that begin so"),
    "outcome": (_field("outcome"), "how it ended"),
    "level": (_field("level"), "the level that was told"),
    "lookup_id": (_field("lookup_id"), "one lookup"),
    "reference_number": (_field("lookup_id"), "one lookup, by what people read out"),
    "id": (_field("id"), "one entry"),
    "record": (_inside("records", "id"), "a record that the answer rests on, such as vehicle:DZA1234"),
    "version": (_inside("records", "version"), "a version of such a record"),
    "handle": (_inside("records", "handle"), "the handle of such a record"),
    "disclosed": (_disclosed, "a part that was disclosed"),
    "recipient": (_recipient, "anybody it was passed on to"),
    "purpose": (_field("purpose"), "the purpose code"),
    "purpose_defaulted": (_field("purpose_defaulted"), "true where nobody gave one"),
    "reason": (_field("reason"), "the reason"),
    "case_number": (_field("case_number"), "the case or CAD number"),
    "source_address": (_field("source_address"), "where from"),
    "destination_address": (_field("destination_address"), "which address was asked"),
    "device": (_field("device"), "from which device"),
    "session": (_field("session"), "in which sign-in"),
    "component": (_field("component"), "by which process, SERVICE/RELEASE@NODE"),
    "source": (_inside("data", "source"), "replica, elasticsearch or embedded"),
    "generation": (_inside("data", "generation"), "which generation was asked"),
    "revision": (_inside("data", "revision"), "at which revision"),
    "policy": (_field("policy"), "which policy was applied"),
    "answer_digest": (_field("answer_digest"), "the digest of the answer"),
    "duration_ms": (_field("duration_ms"), "how long it took"),
    "bytes_in": (_field("bytes_in"), "bytes of the question"),
    "bytes_out": (_field("bytes_out"), "bytes of the answer"),
}
"""What may be asked for, beside the time: what of an entry is compared, and what that is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to see: what fits all `given` filters, each a name of `FILTERS` and a value as anybody writes
    it; `compared` has the values in the form that is compared. A time is a matter of the reading."""

    given: Mapping[str, str] = field(default_factory=dict)
    compared: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _tests: tuple[tuple[Values, Compare, str], ...] = field(init=False, repr=False, compare=False)
    _needles: tuple[bytes, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Bring the filters into the form that is compared. Raises `InvalidRequest`, naming each that cannot be."""
        compared = _compared(self.given)
        object.__setattr__(self, "compared", compared)
        tests = [(FILTERS[name][0], _COMPARES.get(name, str.__eq__), text) for name, text in compared.items()]
        object.__setattr__(self, "_tests", tuple(tests))
        object.__setattr__(self, "_needles", tuple(_needle(name, text) for name, text in compared.items()))

    def fits(self, line: Line) -> bool:
        """Tell whether a line is wanted. One that is no JSON fits no filter."""
        text = line.text
        if not all(needle in text for needle in self._needles):
            return False  # most lines are told apart without reading them
        return not self._tests or self._fits_entry(entry_of(line))

    def _fits_entry(self, entry: Entry) -> bool:
        return all(
            any(compare(_text_of(held), text) for held in values(entry) if held is not None)
            for values, compare, text in self._tests
        )


def filters_document(since: datetime | None, until: datetime | None, given: Mapping[str, str]) -> dict[str, str]:
    """Give what somebody asked of the trail, as the trail records it."""
    times = {"since": since, "until": until}
    return {name: moment_text(moment) for name, moment in times.items() if moment is not None} | dict(given)


def entry_of(line: Line) -> Entry:
    """Give what a line holds, the fields of the chain among it; nothing where it is no JSON object."""
    try:
        held = json.loads(line.text)
    except (ValueError, RecursionError):
        return {}
    return held if isinstance(held, dict) else {}


def _is_or_begins(held: str, text: str) -> bool:
    return held == text or (text.endswith(ANY_OF) and held.startswith(text[:-1]))


_COMPARES: Mapping[str, Compare] = {
    "event": _is_or_begins,
    "lookup_id": str.endswith,
    "reference_number": str.endswith,  # it is the end of an id
}
"""How a filter is compared; the others by being equal."""


def _compared(given: Mapping[str, str]) -> dict[str, str]:
    compared, faults = {}, []
    for name, text in given.items():
        try:
            compared[name] = _READERS.get(name, str)(text)
        except UnreadableIdentifier as error:
            faults.append(FieldFault(f"/{name}", error.detail))
        except ValueError:
            faults.append(FieldFault(f"/{name}", "Give a lookup_id, or a reference number such as 7K4M-2QXP."))
    if faults:
        raise InvalidRequest(faults)
    return compared


_READERS: Mapping[str, Callable[[str], str]] = {
    "plate": normalize_plate,
    "lookup_id": id_ending,
    "reference_number": id_ending,
}


def _needle(name: str, text: str) -> bytes:
    """Give bytes that stand in every line that fits."""
    compared = text.removesuffix("*") if name == "event" and text.endswith(ANY_OF) else text
    return json.dumps(compared, ensure_ascii=False).encode()[1:-1]


def _text_of(held: Any) -> str:
    """Write what an entry holds as it is asked for: a number or true as JSON does."""
    return held if isinstance(held, str) else json.dumps(held)
