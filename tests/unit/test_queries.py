"""Reading a query: what each kind becomes, and that whatever is wrong is refused with its own pointer."""

from datetime import date
from typing import Any

import pytest

from lookup.errors import InvalidRequest, PlateNotReadable
from lookup.names import AskedPerson
from lookup.queries import Circumstances, read_query

PERSON = {"family_name": "Quillfeather", "date_of_birth": "1980-05-17"}
ADDRESS = {"street": "1234 Example Avenue N.W.", "city": "Washington", "state": "District of Columbia"}
CYRILLIC_A = "\u0410"

QUERIES: dict[str, Any] = {
    "plate": "dea-1234",
    "vin": "trn 00000000000001",
    "member_id": "trn.1",
    "document": {"number": "trn c1"},
    "person": PERSON,
    "address": ADDRESS,
}


def refusal(body: object) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as refused:
        read_query(body)
    return refused.value


def pointers(body: object) -> list[str]:
    return [fault.pointer for fault in refusal(body).faults]


def plate_with(**fields: Any) -> dict[str, Any]:
    return {"plate": "DEA1234"} | fields


# What is asked


@pytest.mark.parametrize(
    ("kind", "given", "normalized"),
    [
        ("plate", "dea-1234", "DEA1234"),
        ("vin", "trn 00000000000001", "TRN00000000000001"),
        ("member_id", "trn.1", "TRN1"),
        ("document", "trn c1", "TRNC1"),
        ("address", ADDRESS, "1234exampleavenw|washington|dc"),
        (
            "person",
            PERSON,
            {"family_name": "quillfeather", "given_names": None, "date_of_birth": "1980-05-17"},
        ),
    ],
)
def test_each_kind_keeps_what_was_written_and_brings_it_into_normal_form(
    kind: str, given: Any, normalized: Any
) -> None:
    query = read_query({kind: QUERIES[kind]})
    assert (query.kind, query.given, query.normalized) == (kind, given, normalized)


def test_what_is_left_out_has_its_default() -> None:
    query = read_query({"plate": "DEA1234"})
    assert (query.purpose, query.purpose_defaulted) == ("C", True)
    assert (query.reference, query.requestor, query.at, query.issuer) == (None, None, None, None)
    assert query.circumstances == Circumstances()
    assert query.asks_department


def test_a_null_is_a_field_left_out() -> None:
    names = ("state", "purpose", "reference", "requestor", "at", "circumstances")
    assert read_query(plate_with(**dict.fromkeys(names))) == read_query({"plate": "DEA1234"})


@pytest.mark.parametrize("kind", QUERIES)
def test_a_query_is_never_null(kind: str) -> None:
    assert pointers({kind: None}) == [f"/{kind}"]
    other = "vin" if kind == "plate" else "plate"
    assert pointers({kind: QUERIES[kind], other: None}) == [f"/{other}"]


@pytest.mark.parametrize("body", [None, [], "DEA1234", 7, [{"plate": "DEA1234"}]])
def test_a_body_that_is_no_object_is_refused_whole(body: object) -> None:
    assert pointers(body) == [""]


@pytest.mark.parametrize("body", [{}, {"state": "US"}, {"circumstances": {}}])
def test_a_body_that_asks_nothing_is_refused_whole(body: object) -> None:
    assert pointers(body) == [""]


def test_a_second_query_is_refused_by_its_name() -> None:
    assert pointers({"plate": "DEA1234", "vin": "TRN1"}) == ["/vin"]
    assert pointers({"plate": "DEA1234", "vin": "TRN1", "address": ADDRESS}) == ["/vin", "/address"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (plate_with(color="red"), "/color"),
        (plate_with(**{"a/b~c": 1}), "/a~1b~0c"),
        ({"document": {"number": "TRNC1", "issuer": "un"}}, "/document/issuer"),
        ({"person": PERSON | {"sex": "F"}}, "/person/sex"),
        ({"address": ADDRESS | {"zip": "00012"}}, "/address/zip"),
        (plate_with(circumstances={"weather": "rain"}), "/circumstances/weather"),
    ],
)
def test_an_unknown_field_is_refused_where_it_stands(body: object, pointer: str) -> None:
    assert pointers(body) == [pointer]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"plate": 7}, "/plate"),
        ({"plate": True}, "/plate"),
        ({"vin": ["TRN1"]}, "/vin"),
        ({"member_id": 1}, "/member_id"),
        ({"document": "TRNC1"}, "/document"),
        ({"document": {"number": 7}}, "/document/number"),
        ({"person": []}, "/person"),
        ({"address": "1234 Example Avenue"}, "/address"),
        (plate_with(reference=7), "/reference"),
        (plate_with(state=7), "/state"),
        (plate_with(circumstances=[]), "/circumstances"),
    ],
)
def test_a_value_of_another_type_is_refused_where_it_stands(body: object, pointer: str) -> None:
    assert pointers(body) == [pointer]


def test_every_fault_of_a_body_is_named() -> None:
    body = {"plate": 7, "purpose": "X", "circumstances": {"bag": "yes", "offense": "murder"}}
    assert pointers(body) == ["/plate", "/purpose", "/circumstances/offense", "/circumstances/bag"]


# Identifiers that cannot be read


@pytest.mark.parametrize(
    "text", ["", " - ", "DEA12345678", f"DE{CYRILLIC_A}1234", "DEA=1234", "\u0661\u0662", "D" * 65]
)
def test_a_plate_without_a_normal_form_is_a_problem_of_its_own(text: str) -> None:
    error = refusal({"plate": text})
    assert isinstance(error, PlateNotReadable)
    assert (error.status, error.problem) == (422, "plate-not-readable")
    assert [fault.pointer for fault in error.faults] == ["/plate"]


@pytest.mark.parametrize("text", ["", "TRN" + "1" * 18, f"TRN{CYRILLIC_A}", "TRN=1"])
@pytest.mark.parametrize(
    ("kind", "pointer"), [("vin", "/vin"), ("member_id", "/member_id"), ("document", "/document/number")]
)
def test_a_number_without_a_normal_form_is_an_invalid_request(kind: str, pointer: str, text: str) -> None:
    error = refusal({kind: {"number": text} if kind == "document" else text})
    assert type(error) is InvalidRequest
    assert (error.status, error.problem) == (422, "invalid-request")
    assert [fault.pointer for fault in error.faults] == [pointer]


def test_a_card_number_may_hold_stars_and_a_member_id_may_not() -> None:
    assert read_query({"document": {"number": "trn*c*1"}}).normalized == "TRN*C*1"
    assert pointers({"member_id": "TRN*1"}) == ["/member_id"]


def test_the_longest_identifiers_are_read() -> None:
    assert read_query({"plate": "D" * 10}).normalized == "D" * 10
    assert read_query({"vin": "T" * 20}).normalized == "T" * 20


def test_a_refusal_never_repeats_what_was_written() -> None:
    secret = "DEA=98765"
    bodies: list[dict[str, Any]] = [
        {"plate": secret},
        {"member_id": secret},
        {"document": {"number": secret}},
        {"plate": "DEA1234", "state": secret},
        {"member_id": "TRN1", "circumstances": {"driver_of": secret}},
        {"person": {"family_name": "Quillfeather", "date_of_birth": secret}},
        {"plate": "DEA1234", "at": secret},
        {"plate": "DEA1234", "purpose": secret},
        {"plate": "DEA1234", "reference": secret * 8},
    ]
    for body in bodies:
        error = refusal(body)
        told = [str(error), *(fault.detail for fault in error.faults)]
        assert not [text for text in told if secret in text or "Quillfeather" in text]


# Documents and people


@pytest.mark.parametrize("kind", ["identity_card", "driver_license", None])
def test_a_document_may_say_its_kind(kind: str | None) -> None:
    assert read_query({"document": {"number": "TRNC1", "kind": kind}}).document_kind == kind


def test_a_document_of_another_kind_or_without_a_number_is_refused() -> None:
    assert pointers({"document": {"number": "TRNC1", "kind": "passport"}}) == ["/document/kind"]
    assert pointers({"document": {"kind": "identity_card"}}) == ["/document/number"]


def test_a_person_is_asked_for_by_family_name_and_date_of_birth() -> None:
    query = read_query({"person": PERSON | {"given_names": "Ada Bo"}})
    assert query.person == AskedPerson("Quillfeather", date(1980, 5, 17), "Ada Bo")
    assert query.normalized["given_names"] == "adabo"


@pytest.mark.parametrize("given_names", [{}, {"given_names": None}])
def test_given_names_left_out_are_not_compared(given_names: dict[str, Any]) -> None:
    person = read_query({"person": PERSON | given_names}).person
    assert person is not None
    assert person.given_names is None


@pytest.mark.parametrize(
    ("person", "pointer"),
    [
        ({"family_name": "Quillfeather"}, "/person/date_of_birth"),
        ({"date_of_birth": "1980-05-17"}, "/person/family_name"),
        (PERSON | {"family_name": ""}, "/person/family_name"),
        (PERSON | {"family_name": " -'. "}, "/person/family_name"),
        (PERSON | {"family_name": "Q" * 201}, "/person/family_name"),
        (PERSON | {"given_names": "A" * 201}, "/person/given_names"),
        (PERSON | {"date_of_birth": "1981-02-29"}, "/person/date_of_birth"),
        (PERSON | {"date_of_birth": "19800517"}, "/person/date_of_birth"),
        (PERSON | {"date_of_birth": "17.5.1980"}, "/person/date_of_birth"),
        (PERSON | {"date_of_birth": "1980-5-17"}, "/person/date_of_birth"),
        (PERSON | {"date_of_birth": None}, "/person/date_of_birth"),
    ],
)
def test_a_person_who_cannot_be_looked_for_is_refused(person: dict[str, Any], pointer: str) -> None:
    assert pointers({"person": person}) == [pointer]


@pytest.mark.parametrize("name", ["street", "city", "state"])
@pytest.mark.parametrize("text", ["", " .-# ", "x" * 201, None])
def test_an_address_needs_letters_or_digits_in_every_part(name: str, text: Any) -> None:
    assert pointers({"address": ADDRESS | {name: text}}) == [f"/address/{name}"]


@pytest.mark.parametrize("name", ["street", "city", "state"])
def test_an_address_without_a_part_is_refused(name: str) -> None:
    assert pointers({"address": {key: text for key, text in ADDRESS.items() if key != name}}) == [f"/address/{name}"]
