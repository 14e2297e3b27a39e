"""Telephones, offices, verification and consular notification: who is called, who is told, which number is shown."""

from pathlib import Path

import pytest

from lookup.errors import InvalidRequest
from lookup.law.load import load_policies
from lookup.law.notification import notification_duty
from lookup.law.offices import always_open, offices_for
from lookup.places import COUNTRIES, US_STATES

from .law_data import change_under, copy_of_the_data

POLICY = load_policies().named("2026.1")
CENTER = "571-345-3146 or 866-217-2089"

LISTED = (
    "AL DZ AG AM AZ BS BB BY BZ BN BG CN CR CY CZ DM FJ GM GE GH GD GY HU JM KZ KI KW KG MY MT MU MD MN NG PH PL RO RU "
    "KN LC VC SC SL SG SK TJ TZ TO TT TN TM TV UA GB UZ ZM ZW"
)
MANDATORY = LISTED.split()
OF_CHINA = {"HK", "MO"}
OF_THE_UNITED_KINGDOM = {"JE", "GG", "IM", "AI", "BM", "VG", "KY", "GI", "MS", "TC", "FK", "SH", "PN"}
OF_THE_UNITED_STATES = {"US", "AS", "GU", "MP", "PR", "UM", "VI"}

OFFICES = {
    "washington": "DC MD VA DE",
    "new_york": "NY NJ CT MA ME NH RI VT PA",
    "miami": "AL FL GA KY MS NC SC TN WV PR VI",
    "chicago": "IL IN IA KS MI MN MO ND NE OH SD WI",
    "houston": "AR LA NM OK TX",
    "los_angeles": "AZ HI",
    "san_francisco": "AK CO ID MT OR UT WA WY AS GU MH MP",
}
SERVED_BY = {state: office for office, states in OFFICES.items() for state in states.split()}


@pytest.mark.parametrize("state", sorted(SERVED_BY))
def test_a_state_is_served_by_its_office(state: str) -> None:
    served = offices_for(state, POLICY)
    assert [office.code for office in served.offices] == [SERVED_BY[state]]
    assert served.note == ""


@pytest.mark.parametrize("state", ["CA", "NV"])
def test_a_state_that_is_split_is_given_both_offices(state: str) -> None:
    served = offices_for(state, POLICY)
    assert [office.code for office in served.offices] == ["los_angeles", "san_francisco"]
    assert (
        served.note == "This State is split between offices. Ask either; each will say which of them serves the place."
    )


def test_a_place_that_no_office_lists_is_served_by_washington() -> None:
    elsewhere = set(US_STATES) - set(SERVED_BY) - {"CA", "NV"}
    assert elsewhere == {"FM", "PW"}
    for state in elsewhere:
        served = offices_for(state, POLICY)
        assert [office.code for office in served.offices] == ["washington"]
        assert served.note == "No regional office lists this place, so Washington serves it."


def test_a_state_may_be_written_in_small_letters() -> None:
    assert offices_for("tx", POLICY) == offices_for("TX", POLICY)


@pytest.mark.parametrize("state", ["", "ZZ", "AE", "US", "Texas"])
def test_a_code_that_is_no_state_is_refused_with_its_pointer(state: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        offices_for(state, POLICY)
    assert [fault.pointer for fault in caught.value.faults] == ["/state"]


def test_only_the_numbers_of_washington_and_miami_are_shown() -> None:
    assert {office.code: office.telephone for office in POLICY.offices} == {
        "washington": "202-895-3500",
        "new_york": None,
        "miami": "305-442-4943",
        "chicago": None,
        "houston": None,
        "los_angeles": None,
        "san_francisco": None,
    }
    assert {office.code for office in POLICY.offices if office.confirmed} == {"washington", "miami"}


def test_an_office_without_a_number_sends_the_caller_to_the_command_center() -> None:
    withheld = [office.note for office in POLICY.offices if office.telephone is None]
    assert all(f"Call the Command Center, {CENTER}." in note for note in withheld)


def test_an_area_that_nobody_has_confirmed_is_said_to_be_so() -> None:
    unchecked = {office.code for office in POLICY.offices if "likely but not confirmed" in office.note}
    assert unchecked == set(OFFICES) - {"miami"}


@pytest.mark.parametrize("state", sorted(US_STATES))
def test_the_command_center_is_given_first_whatever_the_place(state: str) -> None:
    shown = offices_for(state, POLICY).always_open
    assert [phone.code for phone in shown] == ["command_center", "state_operations_center"]
    assert shown[0].numbers == ("571-345-3146", "866-217-2089")
    assert shown[0].hours == "24 hours"


def test_an_office_shows_its_number_once_an_operator_has_confirmed_it(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change_under(data, "telephones.toml", "ofm_houston", "confirmed = false", "confirmed = true")
    houston = offices_for("TX", load_policies(data).all[0]).offices[0]
    assert houston.telephone == "713-272-2865"
    assert houston.note == "The area that this office serves is likely but not confirmed."


CONFIRMED = {
    "command_center": ("571-345-3146", "866-217-2089"),
    "state_operations_center": ("202-647-1512",),
    "consular_notification_desk_2010": ("202-647-4415",),
    "ofm_main": ("202-895-3500",),
    "ofm_miami": ("305-442-4943",),
    "chief_of_protocol": ("202-647-1985",),
    "protective_liaison": ("202-895-3600",),
}


def test_these_numbers_are_confirmed_and_no_other() -> None:
    assert {code: phone.numbers for code, phone in POLICY.telephones.items() if phone.confirmed} == CONFIRMED


def test_a_number_stands_under_one_telephone_only() -> None:
    numbers = [number for phone in POLICY.telephones.values() for number in phone.numbers]
    assert len(numbers) == len(set(numbers)) == 18


@pytest.mark.parametrize("community", ["state", "usun", "ait"])
def test_the_command_center_verifies_while_no_other_number_is_confirmed(community: str) -> None:
    given = POLICY.verification[community]
    assert (given.phone, given.hours) == (CENTER, "24 hours")


def test_the_command_center_is_told_which_community_it_verifies_for() -> None:
    assert "Ask for verification with the US Mission to the United Nations (USUN)." in POLICY.verification["usun"].say
    assert "together with the American Institute in Taiwan (AIT)." in POLICY.verification["ait"].say


def test_usun_verifies_its_own_people_once_its_number_is_confirmed(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change_under(data, "telephones.toml", "usun_operations", "confirmed = false", "confirmed = true")
    policy = load_policies(data).all[0]
    given = policy.verification["usun"]
    assert (given.phone, given.hours) == ("212-415-4444", "24 hours")
    assert "Command Center" not in given.say
    assert "Ask for verification" not in given.say
    assert next(phone.code for phone in always_open(policy)) == "command_center"


def test_a_community_whose_number_closes_at_night_is_verified_by_the_command_center(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change_under(data, "telephones.toml", "ait_washington", "confirmed = false", "confirmed = true")
    assert load_policies(data).all[0].verification["ait"] == POLICY.verification["ait"]


def test_the_command_center_comes_first_wherever_it_stands_in_the_file(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    text = (data / "telephones.toml").read_text(encoding="utf-8")
    before, marker, rest = text.partition("[[command_center]]")
    entry, following, after = rest.partition("[[state_operations_center]]")
    (data / "telephones.toml").write_text(f"{before}{following}{after}\n{marker}{entry}", encoding="utf-8")
    assert always_open(load_policies(data).all[0])[0].code == "command_center"


def test_the_list_of_mandatory_notification_has_these_57_states() -> None:
    assert POLICY.notification.mandatory == set(MANDATORY)
    assert len(MANDATORY) == len(set(MANDATORY)) == 57


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_the_duty_follows_from_the_list_and_the_dependencies_alone(country: str) -> None:
    duty = notification_duty(country, POLICY)
    if country in OF_THE_UNITED_STATES:
        expected = ("US", "none")
    elif country in OF_CHINA:
        expected = ("CN", "mandatory")
    elif country in OF_THE_UNITED_KINGDOM:
        expected = ("GB", "mandatory")
    else:
        expected = (country, "mandatory" if country in MANDATORY else "on_request")
    assert (duty.state, duty.duty) == expected
    assert duty.country == country
    assert duty.citations == ("VCCR 36(1)(b)",)


def test_a_permanent_resident_from_poland_decides_and_no_other_does() -> None:
    changed = {
        country
        for country in COUNTRIES
        if notification_duty(country, POLICY).duty != notification_duty(country, POLICY, permanent_resident=True).duty
    }
    assert changed == {"PL"}
    assert notification_duty("PL", POLICY, permanent_resident=True).duty == "on_request"


def test_the_texts_say_what_to_do() -> None:
    mandatory, on_request = notification_duty("GB", POLICY), notification_duty("FR", POLICY)
    assert mandatory.text.startswith("You must notify the nearest consulate of the person's country without delay")
    assert on_request.text.startswith("Tell the person without delay that they may have their consulate notified.")
    assert notification_duty("US", POLICY).text.startswith("This is a place of US nationals.")
    for duty in (mandatory, on_request):
        assert "A brief stop, or a citation and release on scene, is no detention for this." in duty.text
        assert "202-647-1512, 24 hours" in duty.text


def test_a_dependency_has_the_note_of_its_state() -> None:
    assert notification_duty("HK", POLICY).notes == notification_duty("CN", POLICY).notes
    assert notification_duty("KY", POLICY).notes == (POLICY.notification.notes["GB"],)
    assert notification_duty("FR", POLICY).notes == ()


def test_taiwan_is_not_mandatory_and_its_note_says_whom_to_tell_on_request() -> None:
    duty = notification_duty("TW", POLICY)
    assert duty.duty == "on_request"
    assert duty.notes == ("Not a mandatory case. On request notify TECRO in Washington or the nearest TECO.",)


def test_every_note_is_about_a_state_on_the_list_or_about_taiwan() -> None:
    assert set(POLICY.notification.notes) - set(MANDATORY) == {"TW"}
