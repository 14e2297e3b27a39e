"""Reading what belongs to a query: issuer, purpose, reference, requestor, moment and circumstances."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lookup.errors import InvalidRequest, PlateNotReadable
from lookup.queries import read_query

QUERIES: dict[str, Any] = {
    "plate": "DEA1234",
    "vin": "TRN00000000000001",
    "member_id": "TRN1",
    "document": {"number": "TRNC1"},
    "person": {"family_name": "Quillfeather", "date_of_birth": "1980-05-17"},
    "address": {"street": "1234 Example Ave NW", "city": "Washington", "state": "DC"},
}


def refusal(body: object) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as refused:
        read_query(body)
    return refused.value


def pointers(body: object) -> list[str]:
    return [fault.pointer for fault in refusal(body).faults]


def plate_with(**fields: Any) -> dict[str, Any]:
    return {"plate": "DEA1234"} | fields


# state


@pytest.mark.parametrize(
    ("state", "issuer"),
    [
        (None, None),
        ("US", "US"),
        ("us", "US"),
        ("US-DOS", "US"),
        ("us-dos", "US"),
        (" us ", "US"),
        ("va", "US-VA"),
        ("VA", "US-VA"),
        ("US-VA", "US-VA"),
        ("us-va", "US-VA"),
        ("DC", "US-DC"),
        ("PR", "US-PR"),
        ("CA", "US-CA"),
        ("CA-ON", "CA-ON"),
        ("MX-NLE", "MX-NLE"),
        ("gb-eng", "GB-ENG"),
        ("FR-75", "FR-75"),
        ("NB", "US-NE"),
        ("GM", "US-GU"),
        ("NE", "US-NE"),
        ("GU", "US-GU"),
    ],
)
@pytest.mark.parametrize("kind", ["plate", "document"])
def test_an_issuer_is_the_department_a_state_or_a_subdivision(kind: str, state: str | None, issuer: str | None) -> None:
    query = read_query({kind: QUERIES[kind], "state": state})
    assert query.issuer == issuer
    assert query.asks_department is (issuer in (None, "US"))


@pytest.mark.parametrize(
    "state",
    [
        "",
        " ",
        "ZZ",
        "GB",
        "FR",
        "USA",
        "Virginia",
        "US-ZZ",
        "US-",
        "XX-ON",
        "CA-ONTA",
        "CA ON",
        "U",
        "v\u0131",
        "u\u017f",
    ],
)
def test_an_issuer_that_is_no_code_is_refused(state: str) -> None:
    assert pointers(plate_with(state=state)) == ["/state"]


@pytest.mark.parametrize("kind", ["vin", "member_id", "person", "address"])
def test_only_a_plate_or_a_document_has_an_issuer(kind: str) -> None:
    assert pointers({kind: QUERIES[kind], "state": "US"}) == ["/state"]


# What belongs to a query


@pytest.mark.parametrize("purpose", ["C", "F", "E", "D", "J", "S"])
def test_a_purpose_that_was_given_is_not_a_default(purpose: str) -> None:
    query = read_query(plate_with(purpose=purpose))
    assert (query.purpose, query.purpose_defaulted) == (purpose, False)


@pytest.mark.parametrize("purpose", ["", "c", "X", "CC"])
def test_a_purpose_that_is_no_code_is_refused(purpose: str) -> None:
    assert pointers(plate_with(purpose=purpose)) == ["/purpose"]


@pytest.mark.parametrize(("name", "longest"), [("reference", 64), ("requestor", 30)])
def test_reference_and_requestor_have_a_longest_length(name: str, longest: int) -> None:
    assert getattr(read_query(plate_with(**{name: "x" * longest})), name) == "x" * longest
    assert pointers(plate_with(**{name: "x" * (longest + 1)})) == [f"/{name}"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-01T14:03:00-04:00",
        "2026-06-01T18:03:00Z",
        "2026-06-01t18:03:00z",
        "2026-06-01T18:03:00.000+00:00",
        "2026-06-02T00:03:00+06:00",
    ],
)
def test_a_moment_is_read_with_its_offset_into_utc(text: str) -> None:
    assert read_query(plate_with(at=text)).at == datetime(2026, 6, 1, 18, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "at",
    [
        "",
        "now",
        "2026-06-01",
        "2026-06-01T18:03:00",
        "2026-06-01 18:03:00Z",
        "2026-06-01T18:03Z",
        "2026-02-30T18:03:00Z",
        "2026-06-01T25:03:00Z",
        "2026-06-01T18:03:00+0400",
        "0001-01-01T00:00:00+14:00",
        1780000000,
        True,
    ],
)
def test_a_moment_without_an_offset_or_that_does_not_exist_is_refused(at: Any) -> None:
    assert pointers(plate_with(at=at)) == ["/at"]


# circumstances


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("offense", ["infraction", "misdemeanor", "felony"]),
        ("situation", ["dui", "domestic_violence", "fire"]),
        *(
            (flag, [True, False])
            for flag in (
                "warrant",
                "arrest_contemplated",
                "state_confirmed",
                "bag",
                "vehicle_obstructing",
                "vehicle_stolen_confirmed",
            )
        ),
    ],
)
def test_a_circumstance_takes_its_values_and_null_and_nothing_else(name: str, values: list[Any]) -> None:
    for value in (*values, None):
        query = read_query(plate_with(circumstances={name: value}))
        assert getattr(query.circumstances, name) == value
    not_taken: tuple[Any, ...] = ("", "yes", "true", 1, 0, [])
    for wrong in not_taken:
        assert pointers(plate_with(circumstances={name: wrong})) == [f"/circumstances/{name}"]


@pytest.mark.parametrize("kind", ["member_id", "document", "person"])
def test_driver_of_is_a_plate_of_who_was_asked_about_in_normal_form(kind: str) -> None:
    query = read_query({kind: QUERIES[kind], "circumstances": {"driver_of": "dea-1234"}})
    assert query.circumstances.driver_of == "DEA1234"


@pytest.mark.parametrize("kind", ["plate", "vin", "address"])
def test_driver_of_with_a_plate_a_vin_or_an_address_is_refused(kind: str) -> None:
    body = {kind: QUERIES[kind], "circumstances": {"driver_of": "DEA1234"}}
    assert pointers(body) == ["/circumstances/driver_of"]


@pytest.mark.parametrize("kind", ["plate", "vin", "address"])
def test_a_null_driver_of_is_one_left_out(kind: str) -> None:
    query = read_query({kind: QUERIES[kind], "circumstances": {"driver_of": None}})
    assert query.circumstances.driver_of is None


def test_a_driver_of_that_is_no_plate_is_refused() -> None:
    error = refusal({"member_id": "TRN1", "circumstances": {"driver_of": "D=1"}})
    assert isinstance(error, PlateNotReadable)
    assert [fault.pointer for fault in error.faults] == ["/circumstances/driver_of"]
