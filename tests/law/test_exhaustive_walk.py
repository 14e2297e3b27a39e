"""Every combination of the facts that each step reads, every pair of values across the steps, and whole sets by chance.

Each case is compared with the independent statement in `tests/oracle` and held to what every result must keep. This is
the long one of this folder: about a minute.
"""

from collections.abc import Iterator
from itertools import combinations as every_two

import pytest

from lookup.law.terms import CATEGORIES, MISSION_KINDS, REGISTRANTS

from . import walking
from .assessing import Json
from .walking import BOTH, US_STATUS, by_chance, combinations, day, walk

pytestmark = pytest.mark.usefixtures("unmeasured")

FAMILY_OF = (
    "diplomatic_agent",
    "admin_technical_staff",
    "io_senior_official",
    "io_mission_diplomat",
    "tecro_designated_employee",
    "visiting_head_of_state_or_government",
    "diplomat_in_transit",
    "io_conference_delegate",
    "consular_employee",
)
"""Every category whose family has anything to lose, one whose family is open, and one whose family has nothing."""


def test_step_0_every_record_card_lookup_and_registrant() -> None:
    posts: tuple[list[Json] | None, ...] = (
        [{}],
        [{"category": "diplomatic_agent"}],
        [{}, {"category": "io_staff"}],
        None,
    )
    cases = combinations(
        record=walking.RECORDS,
        card_status=walking.CARDS,
        lookup=(None, "person", "plate"),
        accreditations=posts,
        vehicle=(None, *({"registrant": registrant} for registrant in (None, *REGISTRANTS))),
    )
    assert walk(cases) == 6 * 7 * 3 * 4 * 17


def test_step_1_every_category_and_role() -> None:
    cases = combinations(
        category=(None, *CATEGORIES), role=(None, "principal", "family"), state_confirmed=BOTH, us_status=US_STATUS
    )
    assert walk(cases) == 24 * 3 * 3 * 4


def test_step_2_every_two_accreditations_at_every_stage() -> None:
    stages: tuple[Json, ...] = (
        {},
        {"effective_on": day(1)},
        {"terminated_on": day(-1)},
        {"terminated_on": day(-40), "departed_on": day(-39)},
    )
    posts = [{"category": category, **stage} for category in CATEGORIES for stage in stages]
    cases = (
        {"accreditations": [one, other], **person}
        for one in posts
        for other in posts
        for person in ({}, {"role": "family", "relationship": "spouse", "state_confirmed": True})
    )
    assert walk(cases) == (23 * 4) ** 2 * 2


def test_step_3a_and_3b_every_us_status_of_both() -> None:
    cases = combinations(
        role=("family",), category=CATEGORIES, principal_us_status=US_STATUS, us_status=US_STATUS, state_confirmed=BOTH
    )
    assert walk(cases) == 23 * 4 * 4 * 3


def test_step_3c_every_recognition_and_day_in_the_household() -> None:
    cases = combinations(
        role=("family",),
        category=CATEGORIES,
        recognized=BOTH,
        household_until=walking.HOUSEHOLD,
        relationship=walking.RELATIONSHIPS,
        terminated_on=(None, day(-1)),
    )
    assert walk(cases) == 23 * 3 * 6 * 5 * 2


def test_step_3d_every_relationship_age_and_ground() -> None:
    cases = combinations(
        role=("family",),
        category=FAMILY_OF,
        relationship=walking.RELATIONSHIPS,
        age=walking.AGES,
        full_time_student=BOTH,
        household_exception=BOTH,
        state_confirmed=(True,),
    )
    assert walk(cases) == 9 * 5 * 9 * 3 * 3


def test_step_3_the_order_of_a_to_d() -> None:
    cases = combinations(
        role=("family",),
        category=FAMILY_OF,
        principal_us_status=(None, "national"),
        us_status=(None, "permanent_resident", "national"),
        recognized=(None, False),
        household_until=(None, day(-1), day(-31)),
        relationship=("spouse", "child"),
        age=(None, 17, 22, 23),
        full_time_student=(None, False),
        household_exception=BOTH,
        state_confirmed=(True,),
    )
    assert walk(cases) == 9 * 2 * 3 * 2 * 3 * 2 * 4 * 2 * 3


def test_steps_4_and_5_every_us_status_and_agreement_of_principals() -> None:
    cases = combinations(
        category=CATEGORIES, us_status=US_STATUS, agreement=walking.AGREEMENTS[::3], national_of_sending_state=BOTH
    )
    assert walk(cases) == 23 * 4 * 24 * 3


def test_step_5_every_agreement_of_families() -> None:
    cases = combinations(
        role=("family",),
        category=CATEGORIES,
        us_status=(None, "permanent_resident", "national"),
        principal_us_status=(None, "national"),
        agreement=walking.AGREEMENTS,
        national_of_sending_state=(None, True),
    )
    assert walk(cases) == 23 * 3 * 2 * 70 * 2


def test_step_6_every_stage_of_office() -> None:
    cases = combinations(
        category=CATEGORIES,
        role=("principal", "family"),
        effective_on=walking.EFFECTIVE,
        terminated_on=walking.TERMINATED,
        departed_on=walking.DEPARTED,
        reasonable_period_ends_on=walking.PERIOD_ENDS,
        termination=walking.TERMINATIONS,
    )
    assert walk(_begun_before_they_end(cases)) == 23 * 2 * (4 * 6 - 7) * 4 * 4 * 5


def _begun_before_they_end(cases: Iterator[Json]) -> Iterator[Json]:
    """Leave out what no request may say: an end before the beginning."""
    return (case for case in cases if case.get("terminated_on", day(9)) >= case.get("effective_on", day(-99)))


def test_step_6_of_people_whom_an_agreement_lifts() -> None:
    cases = combinations(
        category=("consular_service_staff", "consular_employee", "private_servant"),
        role=("principal", "family"),
        agreement=({"treated_as": "diplomatic_agent", "covers_family": True}, {"treated_as": "io_staff"}),
        national_of_sending_state=(True,),
        effective_on=(None, day(1)),
        terminated_on=walking.TERMINATED,
        departed_on=walking.DEPARTED,
        reasonable_period_ends_on=walking.PERIOD_ENDS,
        termination=walking.TERMINATIONS,
    )
    assert walk(_begun_before_they_end(cases)) == 3 * 2 * 2 * (2 * 6 - 4) * 4 * 4 * 5


def test_step_7_every_offense_and_warrant() -> None:
    cases = combinations(
        category=CATEGORIES,
        role=("principal", "family"),
        offense=(None, "infraction", "misdemeanor", "felony"),
        warrant=BOTH,
        us_status=US_STATUS,
        agreement=(None, {"treated_as": "career_consular_officer", "covers_family": True}),
        arrest_contemplated=(None, True),
    )
    assert walk(cases) == 23 * 2 * 4 * 3 * 4 * 2 * 2


def test_step_8_every_two_waivers() -> None:
    cases = (
        {"category": category, "waivers": list(waivers)}
        for category in CATEGORIES
        for waivers in ((), *((one,) for one in walking.WAIVERS), *every_two(walking.WAIVERS, 2))
    )
    assert walk(cases) == 23 * (1 + 24 + 24 * 23 // 2)


def test_steps_9_and_10_every_vehicle_of_everybody() -> None:
    cases = combinations(
        category=CATEGORIES,
        role=("principal", "family"),
        lookup=("person", "plate"),
        vehicle=walking.VEHICLES,
        bag=(None, True),
        state_confirmed=(True,),
    )
    assert walk(cases) == 23 * 2 * 2 * 65 * 2


def test_premises_of_every_kind_of_mission() -> None:
    cases = combinations(
        category=CATEGORIES,
        mission_kind=(None, *MISSION_KINDS),
        premises=walking.PREMISES,
        situation=(None, "fire"),
    )
    assert walk(cases) == 23 * 10 * 7 * 2


def test_everybody_who_is_to_be_told_of_an_arrest() -> None:
    cases = combinations(
        category=CATEGORIES,
        role=("principal", "family"),
        record=(None, "conflict"),
        us_status=US_STATUS,
        arrest_contemplated=BOTH,
        mandatory_notification_country=BOTH,
        situation=(None, "dui", "domestic_violence", "fire"),
    )
    assert walk(cases) == 23 * 2 * 2 * 4 * 3 * 3 * 4


def test_everybody_who_is_to_be_called() -> None:
    cases = combinations(
        category=(None, *CATEGORIES),
        mission_kind=(None, *MISSION_KINDS),
        organization=(None, "un", "oas", "other"),
        vehicle=(None, {"registrant": "permanent_mission_un"}, {"registrant": "representative_office"}),
        record=(None, "not_found", "stale"),
    )
    assert walk(cases) == 24 * 10 * 4 * 3 * 3


BASES: tuple[Json, ...] = (
    {"category": "diplomatic_agent"},
    {"category": "career_consular_officer", "waivers": [walking.WAIVERS[1]], "arrest_contemplated": True},
    {"category": "consular_employee", "agreement": walking.AGREEMENTS[2]},
    {"category": "admin_technical_staff", "role": "family", "relationship": "child", "age": 22},
)
VALUES: dict[str, tuple[object, ...]] = {
    "record": walking.RECORDS[1:],
    "lookup": ("person", "plate"),
    "category": CATEGORIES,
    "mission_kind": MISSION_KINDS,
    "organization": ("un", "oas", "other"),
    "role": ("principal", "family"),
    "relationship": walking.RELATIONSHIPS[1:],
    "age": walking.AGES[1:],
    "full_time_student": (True, False),
    "household_exception": (True, False),
    "household_until": walking.HOUSEHOLD[1:],
    "recognized": (True, False),
    "us_status": US_STATUS[1:],
    "principal_us_status": US_STATUS[1:],
    "national_of_sending_state": (True, False),
    "mandatory_notification_country": (True, False),
    "agreement": walking.AGREEMENTS[1:7] + walking.AGREEMENTS[13:16],
    "effective_on": walking.EFFECTIVE[1:],
    "terminated_on": walking.TERMINATED[1:],
    "termination": walking.TERMINATIONS[1:],
    "departed_on": walking.DEPARTED[1:],
    "reasonable_period_ends_on": walking.PERIOD_ENDS[1:],
    "waivers": tuple([waiver] for waiver in walking.WAIVERS),
    "card_status": walking.CARDS[1:],
    "state_confirmed": (True, False),
    "vehicle": walking.VEHICLES[2::2],
    "premises": walking.PREMISES[1:],
    "bag": (True, False),
    "offense": ("infraction", "misdemeanor", "felony"),
    "warrant": (True, False),
    "arrest_contemplated": (True, False),
    "situation": ("dui", "domestic_violence", "fire"),
}


def test_every_pair_of_values_across_the_steps() -> None:
    assert walk(_pairs()) > 50_000


def _pairs() -> Iterator[Json]:
    for base in BASES:
        for one, other in every_two(VALUES, 2):
            for first in VALUES[one]:
                for second in VALUES[other]:
                    case = base | {one: first, other: second}
                    if case.get("role") != "family":
                        case.pop("relationship", None)
                    yield from _begun_before_they_end(iter([case]))


def test_whole_sets_by_chance() -> None:
    assert walk(by_chance(40_000, seed=20260601)) == 40_000
