"""Which guidance blocks a finished result carries: each exactly when its condition holds, and never otherwise.

With several accreditations a condition on a category or on steps 3 to 6 is asked of those that govern, those at the
joint level; a few are asked of any. Where step 0 stopped, nobody governs, and such conditions do not hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .matrix import NO, YES, Answer, Answers
from .standing import Standing
from .vehicle_search import is_consular, registrant_of


@dataclass
class Result:
    """Everything that the blocks ask about: the facts, what came of them, and what happened on the way."""

    facts: dict[str, Any]
    accreditations: list[dict[str, Any]]
    applies_to: str
    stopped: bool
    level: str
    answers: Answers = field(default_factory=dict)
    standings: list[Standing] = field(default_factory=list)
    governing: list[Standing] = field(default_factory=list)
    search_before_vehicle: Answer = NO
    vehicle_rule: int | None = None

    @property
    def is_family(self) -> bool:
        """Say whether the role is family."""
        return self.facts.get("role") == "family"

    @property
    def governing_categories(self) -> set[str | None]:
        """The categories of the accreditations that govern; none where step 0 stopped."""
        return {one.category for one in self.governing}

    def has_code(self, code: str) -> bool:
        """Say whether any finished answer carries the condition `code`."""
        return any(code in codes for _, codes in self.answers.values())


def blocks_of(result: Result) -> set[str]:
    """Return the codes of all blocks of a finished result."""
    parts = (_base, _arrest, _answers, _vehicle, _family, _steps, _dates, _record, _situation, _categories, _contacts)
    found = {block for part in parts for block in part(result)}
    return found | set(_premises(result)) | set(_notification(result))


def _base(result: Result) -> Iterator[str]:
    yield from ("verify_with_state", "emergency_measures", "document_and_report", "duty_to_respect_law")
    if result.answers["issue_traffic_citation"] == YES:
        yield from ("citation_allowed", "signature_not_compelled")


def _arrest(result: Result) -> Iterator[str]:
    arrest = result.answers["arrest_or_detain"]
    found = any(one.felony_and_warrant_found for one in result.standings)
    if arrest == NO or result.level == "full":
        yield from ("no_arrest", "no_handcuffs")
    if arrest == YES and not found:
        yield "may_arrest_ordinary"
    if found and result.level != "full":
        yield "felony_and_warrant"


def _answers(result: Result) -> Iterator[str]:
    if result.has_code("not_official_acts"):
        yield from ("official_acts_decided_by_court", "consult_state_before_charging")
    if result.has_code("no_compulsion"):
        yield "testimony_not_compelled"
    if result.answers["enter_residence"] == NO:
        yield "residence_inviolable"
    if result.answers["search_vehicle"] == NO:
        yield from ("no_search_vehicle", "vehicle_move_only")


def _vehicle(result: Result) -> Iterator[str]:
    vehicle = result.facts.get("vehicle")
    if result.vehicle_rule == 3:
        yield "mission_vehicle_inviolable"
    if vehicle is not None and vehicle.get("status") in ("stolen", "stolen_verified"):
        yield "stolen_vehicle_exception"
    if "except_archives_and_bag" in result.search_before_vehicle[1] or is_consular(vehicle):
        yield "consular_archives_inviolable"
    if result.facts.get("bag") or _is_courier_on_duty(result):
        yield "bag_inviolable"


def _is_courier_on_duty(result: Result) -> bool:
    couriers = ("diplomatic_courier", "consular_courier")
    return not result.is_family and any(one.category in couriers and one.level == "partial" for one in result.standings)


def _family(result: Result) -> Iterator[str]:
    if not result.is_family:
        return
    if result.level == "full":
        yield "family_same_as_sponsor"
    if result.level == "none":
        yield "family_not_covered"
        if any(one.family_none_by_row for one in result.governing):
            yield "courtesy"


def _steps(result: Result) -> Iterator[str]:
    if any(one.us_status_decided for one in result.governing):
        yield "us_person_reduction"
    if any(one.row_of_agreement and not one.replaced_after_agreement for one in result.governing):
        yield from ("bilateral_uplift", "card_back_controls")
    if result.facts.get("waivers"):
        yield from ("waiver_express_by_sending_state", "waiver_scope_limited")
    if len(result.standings) >= 2:
        yield "several_accreditations"


def _dates(result: Result) -> Iterator[str]:
    for one in result.governing:
        if one.in_reasonable_period or (one.kept_after_household and not one.former_member):
            yield "reasonable_period"
        if one.row_former_principal:
            yield "residual_official_acts"
        if one.expelled and one.level_before_dates != "none" and not one.former_member:
            yield "persona_non_grata_not_immediate_loss"


def _record(result: Result) -> Iterator[str]:
    record, card = result.facts.get("record"), result.facts.get("card_status")
    if record in ("not_found", "unavailable"):
        yield "no_record_is_not_no_immunity"
    if record == "stale":
        yield "stale_data"
    if record == "conflict":
        yield "record_conflict"
    if card in ("lost", "stolen", "surrendered", "revoked"):
        yield "card_not_reliable"
    if card == "expired":
        yield "card_expired_not_status_expired"
    if result.level == "unverified":
        yield "detain_until_identity_confirmed"


def _situation(result: Result) -> Iterator[str]:
    if result.facts.get("lookup") == "plate":
        yield "plate_is_not_proof"
    if result.facts.get("situation") == "dui":
        yield from ("dui_tests_offer_only", "dui_do_not_let_drive")
    if result.facts.get("situation") == "domestic_violence":
        yield "domestic_violence_protect"


def _categories(result: Result) -> Iterator[str]:
    categories = result.governing_categories
    if not result.is_family and "honorary_consular_officer" in categories and result.level == "official_acts":
        yield "honorary_limited"
    if not result.is_family and "private_servant" in categories and result.level == "none":
        yield "private_servant_none"
    if _is_courier_on_duty(result):
        yield "courier_inviolable"
    if "temporary_duty_visitor" in categories:
        yield "temporary_duty_verify"
    if "diplomat_in_transit" in categories:
        yield "transit_protection"
    decided_by_state = {"special_mission_member", "io_conference_delegate", "diplomat_in_transit"}
    if categories & {*decided_by_state, "visiting_head_of_state_or_government"}:
        yield "state_decides_status"


def _contacts(result: Result) -> Iterator[str]:
    vehicle = result.facts.get("vehicle")
    registrant = None if vehicle is None else registrant_of(vehicle)
    if registrant == "permanent_mission_un" or any(_is_of_the_un(one) for one in result.accreditations):
        yield "contact_usun"
    of_ait = any((one.get("category") or "").startswith(("tecro_", "teco_")) for one in result.accreditations)
    if registrant == "representative_office" or of_ait:
        yield "contact_ait"


def _is_of_the_un(accreditation: dict[str, Any]) -> bool:
    """An organization that is not named is the UN, unless the mission is one to the OAS."""
    if not (accreditation.get("category") or "").startswith("io_"):
        return False
    if accreditation.get("organization") is None:
        return accreditation.get("mission_kind") != "permanent_mission_oas"
    return bool(accreditation["organization"] == "un")


def _premises(result: Result) -> Iterator[str]:
    premises = result.facts.get("premises")
    consular = premises == "consular" and not _is_honorary_post(result)
    closed = premises in ("chancery", "ambassador_residence", "annex", "organization_headquarters")
    home = premises == "residence" and result.answers["enter_residence"] == NO
    if closed or home or consular:
        yield "premises_consent_only"
    if consular:
        yield "consular_premises_fire_presumed_consent"


def _is_honorary_post(result: Result) -> bool:
    """Told by the kind of the mission; without one, by the categories, if every one is honorary."""
    outer = result.facts.get("mission_kind")
    kinds = {outer} if outer is not None else {one.get("mission_kind") for one in result.accreditations} - {None}
    if kinds:
        return kinds == {"honorary_consulate"}
    categories = {one.get("category") for one in result.accreditations} - {None}
    return categories == {"honorary_consular_officer"}


def _notification(result: Result) -> Iterator[str]:
    facts = result.facts
    if not facts.get("arrest_contemplated") or result.answers["arrest_or_detain"] == NO:
        return
    if facts.get("us_status") != "national":
        yield "consular_notification"
        if facts.get("mandatory_notification_country"):
            yield "mandatory_consular_notification"
    posts = {"career_consular_officer", "honorary_consular_officer"}
    if facts.get("us_status") in (None, "none"):
        posts |= {"consular_employee", "consular_service_staff"}
    in_any = any(one.category in posts for one in result.standings)
    if in_any and not result.is_family and not result.stopped:
        yield "notify_head_of_post"
