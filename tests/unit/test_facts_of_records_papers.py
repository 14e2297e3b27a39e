"""From records to facts: the card that was asked by, and premises with who lives there.

Each test names a row of the table in docs/facts.md.
"""

from datetime import date
from typing import Any

import pytest

from lookup.facts_of_records import card_status_on
from lookup.law.facts import Facts
from lookup.law.terms import PremisesKind
from lookup.queries import Circumstances
from lookup.records import DriverLicenseStatus, IdentityCardStatus
from tests.unit.asking import assessed, facts_of, finder
from tests.unit.memory_registry import held
from tests.unit.people import DAY, card, day, driver_license, family, member, mission, organization, post, premises

# card_status


@pytest.mark.parametrize(
    ("expires", "fact"), [(None, "active"), (day(1), "active"), (day(0), "active"), (day(-1), "expired")]
)
def test_an_active_card_is_expired_from_the_day_after_its_last(expires: date | None, fact: str) -> None:
    assert card_status_on(card(expires_on=expires), DAY) == fact


@pytest.mark.parametrize("status", ["lost", "stolen", "surrendered", "revoked"])
def test_a_card_that_is_not_active_keeps_its_status_also_when_it_has_expired(status: IdentityCardStatus) -> None:
    assert card_status_on(card(status=status, expires_on=day(-1)), DAY) == status
    assert card_status_on(card(status=status), DAY) == status


def test_border_issuer_and_day_of_issue_decide_nothing() -> None:
    odd = card(border="red", issuer="other", issued_on=day(90))
    assert card_status_on(odd, DAY) == "active"


@pytest.mark.parametrize(
    ("status", "fact"), [("active", None), ("suspended", None), ("revoked", None), ("surrendered", "surrendered")]
)
def test_of_a_driver_license_only_that_it_was_given_back_counts(status: DriverLicenseStatus, fact: str | None) -> None:
    assert card_status_on(driver_license(status=status, expires_on=day(-1)), DAY) == fact


def test_the_status_of_the_card_asked_by_is_a_fact_of_the_person() -> None:
    facts = facts_of("TRN1", member(), mission(), card_status="lost")
    assert facts.card_status == "lost"
    assert assessed(facts).level == "unverified"


def test_a_members_other_documents_decide_nothing() -> None:
    papers = (card(status="lost"), driver_license(status="surrendered"))
    facts = facts_of("TRN1", member(), mission(), *papers)
    assert facts.card_status is None
    assert assessed(facts).level == "full"


# premises


def premises_facts(*things: Any, on: date = DAY, **said: Any) -> Facts:
    """The facts of the premises, which come first."""
    return finder(*things, on=on, said=Circumstances(**said)).of_premises(things[0])


@pytest.mark.parametrize("kind", ["chancery", "ambassador_residence", "consular", "annex", "organization_headquarters"])
def test_of_premises_that_are_no_home_the_kind_and_the_missions_kind_are_all_the_facts(kind: PremisesKind) -> None:
    facts = premises_facts(premises(kind=kind, member_id="TRN1"), mission(), member())
    assert facts == Facts(premises=kind, mission_kind="embassy")


def test_premises_of_an_honorary_consulate_say_so() -> None:
    honorary = mission(kind="honorary_consulate")
    assert premises_facts(premises(kind="consular"), honorary).mission_kind == "honorary_consulate"


def test_premises_whose_mission_cannot_be_used_have_no_mission_kind() -> None:
    assert premises_facts(premises(mission_id="gone")) == Facts(premises="chancery")
    assert premises_facts(premises(), held("mission", "EM1")) == Facts(premises="chancery")


def test_of_a_residence_the_occupants_facts_count_as_by_member_id() -> None:
    home = premises(kind="residence", member_id="TRN2")
    facts = premises_facts(home, family(), member(), mission())
    by_member_id = facts_of("TRN2", family(), member(), mission())
    assert (facts.premises, facts.mission_kind) == ("residence", "embassy")
    assert facts.role == "family"
    assert facts.accreditations == by_member_id.accreditations
    assert facts.record == by_member_id.record


def test_a_residence_has_its_own_missions_kind_not_the_occupants() -> None:
    home = premises(kind="residence", member_id="TRN1", mission_id="IO1")
    facts = premises_facts(home, member(), mission(), organization("un"))
    assert facts.mission_kind == "international_organization"
    assert facts.accreditations[0].mission_kind == "embassy"


def test_a_residence_without_an_occupant_has_nobodys_facts() -> None:
    assert premises_facts(premises(kind="residence"), mission()) == Facts(premises="residence", mission_kind="embassy")


@pytest.mark.parametrize("occupants", [(), (held("member", "TRN1"),), (member(post(mission_id="gone")),)])
def test_an_occupant_who_cannot_be_used_is_a_conflict(occupants: Any) -> None:
    home = premises(kind="residence", member_id="TRN1")
    facts = premises_facts(home, mission(), *occupants)
    assert facts == Facts(record="conflict", premises="residence", mission_kind="embassy")


def test_the_callers_confirmation_counts_for_an_occupant() -> None:
    home = premises(kind="residence", member_id="TRN1")
    envoy = member(post(category="special_mission_member"))
    assert assessed(premises_facts(home, envoy, mission(), state_confirmed=True)).level == "full"
    assert assessed(premises_facts(home, envoy, mission())).level == "unverified"


def test_the_occupant_is_assessed_on_the_day_asked_about() -> None:
    home = premises(kind="residence", member_id="TRN1")
    left = member(post(terminated_on=day(-90), termination="ended", departed_on=day(-80)))
    assert assessed(premises_facts(home, left, mission(), on=day(-100)), day(-100)).level == "full"
    assert assessed(premises_facts(home, left, mission())).level == "official_acts"


def test_expired_data_makes_an_occupant_unverified_and_opens_no_home() -> None:
    home = premises(kind="residence", member_id="TRN1")
    found = finder(home, member(), mission(), data_usable=False)
    assert assessed(found.of_occupant(home)).level == "unverified"
    assert "premises_consent_only" in assessed(found.of_premises(home)).blocks


def test_expired_data_opens_no_home_of_a_working_spouse_either() -> None:
    home = premises(kind="residence", member_id="TRN2")
    spouse = family(accreditations=(post(accreditation_id="A2", category="service_staff"),))
    found = finder(home, spouse, member(), mission(), data_usable=False)
    assert assessed(found.of_occupant(home)).level == "unverified"
    assert "premises_consent_only" in assessed(found.of_premises(home)).blocks
