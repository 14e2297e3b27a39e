"""The trail is searched by every field of an entry (CJIS AU-7)."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from lookup.audit.entry import FIELDS, Actor
from lookup.audit.reading.filters import FILTERS, Wanted, entry_of
from lookup.audit.reading.stream import Reading
from lookup.errors import InvalidRequest
from lookup.lookup_ids import reference_number
from tests.audit.kept_trails import KeptTrail

LOOKUP_ID = "0192f3c4-0000-7000-8000-0123456789ab"
ENTRY: dict[str, Any] = {
    "actor": Actor(
        user="key:patrol",
        agency_ori="ZZ0010000",
        session="5f0c",
        source_address="192.0.2.44",
        destination_address="192.0.2.10:8080",
        device="MDT0417",
        requestor="OFC DOE 4417",
    ),
    "outcome": "match",
    "purpose": "C",
    "purpose_defaulted": True,
    "reason": "T",
    "case_number": "26-000417",
    "query": {"kind": "plate", "value": "DZA1234", "issuer": "US", "entered_by": "person"},
    "level": "full",
    "records": [{"id": "vehicle:DZA1234", "version": "9f2c", "handle": "h1"}, {"id": "member:TRN7", "version": "0a1b"}],
    "disclosed": ["level", "vehicle"],
    "data": {"source": "embedded", "generation": "g1", "revision": 48211},
    "policy": "2026.1",
    "answer_digest": "sha256:22",
    "lookup_id": LOOKUP_ID,
    "secondary_recipient": {"agency": "ZZ0020000", "name": "SGT ROE"},
    "duration_ms": 1.5,
    "bytes_in": 212,
    "bytes_out": 1480,
}
FITTING = {
    "user": "key:patrol",
    "agency": "ZZ0010000",
    "requestor": "OFC DOE 4417",
    "plate": "dza-1234",
    "value": "DZA1234",
    "kind": "plate",
    "issuer": "US",
    "entered_by": "person",
    "event": "query.plate",
    "outcome": "match",
    "level": "full",
    "lookup_id": LOOKUP_ID.upper(),
    "reference_number": reference_number(UUID(LOOKUP_ID)).lower().replace("-", " "),
    "record": "member:TRN7",
    "version": "9f2c",
    "handle": "h1",
    "disclosed": "vehicle",
    "recipient": "SGT ROE",
    "purpose": "C",
    "purpose_defaulted": "true",
    "reason": "T",
    "case_number": "26-000417",
    "source_address": "192.0.2.44",
    "destination_address": "192.0.2.10:8080",
    "device": "MDT0417",
    "session": "5f0c",
    "component": "lookup-api/0.1.0@node-1",
    "source": "embedded",
    "generation": "g1",
    "revision": "48211",
    "policy": "2026.1",
    "answer_digest": "sha256:22",
    "duration_ms": "1.5",
    "bytes_in": "212",
    "bytes_out": "1480",
}


@pytest.fixture
def kept(tmp_path: Path) -> KeptTrail:
    """A trail with one entry that has every field, and one that has none."""
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail, "query.plate", **ENTRY)
    kept.tell(trail, "sign_out", "done", actor=Actor(user=None))
    trail.close()
    return kept


def events(kept: KeptTrail, **given: str) -> list[str]:
    wanted = Wanted(given)
    return [entry_of(line)["event"] for line in Reading(kept.places) if wanted.fits(line)]


def test_every_field_of_an_entry_can_be_asked_for() -> None:
    by_part = {"query": "value", "records": "record", "data": "revision", "secondary_recipient": "recipient"}
    by_other = {"agency_ori": "agency", "occurred_at": None, "details": None}
    names = {(by_part | by_other).get(field, field) for field in FIELDS} - {None}
    assert names <= set(FILTERS)
    assert set(FITTING) == set(FILTERS) - {"id"}


@pytest.mark.parametrize("name", FITTING)
def test_each_filter_finds_the_entry_that_fits_and_no_other(kept: KeptTrail, name: str) -> None:
    found = events(kept, **{name: FITTING[name]})
    assert found == (
        ["segment.opened", "query.plate", "sign_out", "segment.closed"] if name == "component" else ["query.plate"]
    )


@pytest.mark.parametrize("name", sorted(set(FITTING) - {"plate", "lookup_id", "reference_number"}))
def test_a_filter_compares_the_whole_value(kept: KeptTrail, name: str) -> None:
    assert events(kept, **{name: FITTING[name][:-1]}) == []
    assert events(kept, **{name: f"{FITTING[name]}0"}) == []


def test_an_entry_is_found_by_its_own_id(kept: KeptTrail) -> None:
    line = list(Reading(kept.places))[2]
    assert events(kept, id=line.entry_id) == ["sign_out"]


def test_filters_are_put_together_by_and(kept: KeptTrail) -> None:
    assert events(kept, plate="DZA1234", outcome="match", agency="ZZ0010000") == ["query.plate"]
    assert events(kept, plate="DZA1234", outcome="no_record") == []


def test_a_value_does_not_fit_because_it_stands_in_another_field(kept: KeptTrail) -> None:
    assert events(kept, user="ZZ0010000") == []
    assert events(kept, value="vehicle") == []


def test_no_filter_lets_everything_through(kept: KeptTrail) -> None:
    assert len(events(kept)) == 4


def test_an_event_can_be_asked_for_with_all_that_begin_so(kept: KeptTrail) -> None:
    assert events(kept, event="query.*") == ["query.plate"]
    assert events(kept, event="segment.*") == ["segment.opened", "segment.closed"]
    assert events(kept, event="query.p*") == []


def test_a_person_is_found_by_any_part_of_name_and_date_of_birth(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    value = {"family_name": "müller", "given_names": None, "date_of_birth": "1980-05-17"}
    kept.tell(trail, "query.person", query={"kind": "person", "value": value})
    trail.close()
    assert events(kept, value="müller") == ["query.person"]
    assert events(kept, value="1980-05-17") == ["query.person"]
    assert events(kept, plate="1980-05-17") == []


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"plate": ""}, "/plate"),
        ({"lookup_id": "7"}, "/lookup_id"),
        ({"reference_number": "7K4M-2QX"}, "/reference_number"),
    ],
)
def test_a_value_that_nothing_can_have_is_refused(given: dict[str, str], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Wanted(given)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_an_altered_line_that_is_no_json_fits_no_filter(kept: KeptTrail) -> None:
    path = kept.segments[0]
    path.write_bytes(path.read_bytes().replace(b'"reason":"T"', b'"reason":T,,'))
    assert events(kept, plate="DZA1234") == []
