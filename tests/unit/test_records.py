"""Records: their keys, their canonical bodies, and the versions by which a change is seen."""

import hashlib
import json
from dataclasses import fields, replace
from datetime import date
from typing import Any, get_args

import pytest

from lookup.records import (
    CONTENT_CLASSES,
    KINDS,
    Content,
    Kind,
    Record,
    body_version,
    decode_body,
    encode_body,
    record_key,
)
from tests.unit.people import agreement, card, driver_license, member, mission, post, premises, vehicle, waiver

FULL: dict[Kind, Any] = {
    "mission": mission(plate_code="EA", city="Washington", terminated_on=date(2026, 1, 2), organization="un"),
    "agreement": agreement(covers_family=True, ends_on=date(2027, 1, 2)),
    "member": member(
        post(title="Attach\u00e9", terminated_on=date(2026, 1, 2), termination="ended", departed_on=date(2026, 1, 3)),
        post(accreditation_id="A2", reasonable_period_ends_on=date(2026, 2, 2), state_confirmed=False),
        nationality=("FR", "ES"),
        household_until=date(2026, 3, 3),
        student_until=date(2026, 4, 4),
        recognized=False,
        waivers=(waiver(case_reference="2026-TRN-1", ends_on=date(2027, 1, 1)),),
    ),
    "vehicle": vehicle(year=2023, valid_from=date(2025, 1, 1), valid_until=date(2027, 1, 1)),
    "identity_card": card(issued_on=date(2025, 1, 1), expires_on=date(2027, 1, 1), border="blue"),
    "driver_license": driver_license(license_class="C", issued_on=date(2025, 1, 1), expires_on=date(2027, 1, 1)),
    "premises": premises(latitude=38.9, longitude=-77.05, recognized_on=date(2020, 1, 1), released_on=date(2027, 1, 1)),
}
SPARE: dict[Kind, Any] = {
    "mission": mission(),
    "agreement": agreement(),
    "member": member(accreditations=(), given_names=None, date_of_birth=None),
    "vehicle": vehicle(member_id=None, make=None),
    "identity_card": card(),
    "driver_license": driver_license(),
    "premises": premises(),
}


def test_the_kinds_come_before_what_points_at_them() -> None:
    assert set(KINDS) == set(get_args(Kind)) == set(CONTENT_CLASSES)
    assert KINDS.index("mission") < KINDS.index("member") < KINDS.index("vehicle")
    assert KINDS.index("agreement") < KINDS.index("member") < KINDS.index("identity_card")


def test_a_key_is_kind_and_natural_key() -> None:
    assert record_key("vehicle", "DEA1234") == "vehicle:DEA1234"


@pytest.mark.parametrize("key", ["DEA1234", "TRN-M-1", "of:its own", ""])
@pytest.mark.parametrize("kind", KINDS)
def test_a_record_without_content_knows_its_natural_key(kind: Kind, key: str) -> None:
    assert Record(record_key(kind, key), kind, "", 0, "handle", "held").natural_key == key


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("contents", [FULL, SPARE])
def test_a_body_is_read_back_as_it_was_written(contents: dict[Kind, Content], kind: Kind) -> None:
    body = encode_body("good", contents[kind])
    assert decode_body(kind, body) == ("good", contents[kind])
    assert encode_body(*decode_body(kind, body)) == body


@pytest.mark.parametrize("kind", KINDS)
def test_a_held_body_has_no_content(kind: Kind) -> None:
    assert decode_body(kind, encode_body("held", None)) == ("held", None)


def test_a_body_is_sorted_without_blanks_and_without_missing_values() -> None:
    body = encode_body("newer_row_refused", card(expires_on=date(2027, 1, 1)))
    assert body == (
        '{"content":{"card_number":"TRNC1","expires_on":"2027-01-01","member_id":"TRN1","status":"active"},'
        '"standing":"newer_row_refused"}'
    )


def test_a_false_and_a_zero_are_no_missing_values() -> None:
    content = json.loads(encode_body("good", member(recognized=False, full_time_student=False)))["content"]
    assert (content["recognized"], content["full_time_student"]) == (False, False)
    assert json.loads(encode_body("good", premises(latitude=0.0)))["content"]["latitude"] == 0.0


def test_a_version_is_the_first_half_of_the_hash_of_the_body() -> None:
    body = encode_body("good", FULL["member"])
    assert body_version(body) == hashlib.sha256(body.encode()).hexdigest()[:32]


@pytest.mark.parametrize("kind", KINDS)
def test_any_change_and_the_standing_change_the_version(kind: Kind) -> None:
    content = SPARE[kind]
    changed = replace(content, **{fields(content)[0].name: "TRN0"})
    bodies = {encode_body("good", content), encode_body("newer_row_refused", content), encode_body("good", changed)}
    assert len({body_version(body) for body in bodies}) == 3


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"standing":"good","content":{"plate":1,"bogus":2}}'])
def test_what_is_no_body_is_refused(body: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        decode_body("vehicle", body)
