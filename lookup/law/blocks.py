"""The guidance blocks: which of them a finished result carries, each exactly when its condition holds.

Decides by codes only; texts, kinds, citations and order are data. Answers and the level are those of the finished
result. What is asked of a category or of steps 3 to 6 is asked of the accreditations that govern, unless a condition
says "any accreditation". Where step 0 stopped, steps 1 to 7 have not acted, and there are no findings to ask.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lookup.law.facts import AccreditationFacts, Facts
from lookup.law.finding import Finding, Joint, Mark
from lookup.law.steps.identification import UNRELIABLE_CARDS
from lookup.law.steps.vehicle import is_consular
from lookup.law.terms import Action, ConditionCode


@dataclass(frozen=True, slots=True)
class Result:
    """The finished result and what it came from.

    `archives_before_vehicle`: the search of the vehicle spared archives before step 9.
    """

    facts: Facts
    joint: Joint
    archives_before_vehicle: bool

    def answers(self, action: Action, answer: str) -> bool:
        """Whether an action has this answer."""
        return self.joint.permissions[action].answer == answer

    def any_answer_has(self, code: ConditionCode) -> bool:
        """Whether any action hangs on this condition."""
        return any(code in permission.codes for permission in self.joint.permissions.values())

    def governing(self, *categories: str) -> bool:
        """Whether a governing accreditation is of one of these categories."""
        return any(finding.accreditation.category in categories for finding in self.joint.governing)

    def marked(self, mark: Mark) -> bool:
        """Whether a step left this mark on a governing accreditation."""
        return any(mark in finding.marks for finding in self.joint.governing)

    def found_felony_and_warrant(self) -> bool:
        """Whether step 7 met the condition in any accreditation, whatever it then decided."""
        return any("felony_and_warrant_found" in finding.marks for finding in self.joint.findings)

    def any_accreditation(self, fits: Callable[[AccreditationFacts], bool]) -> bool:
        """Whether any accreditation fits, governing or not, identified or not."""
        return any(fits(accreditation) for accreditation in self.facts.accreditations)

    def vehicle_of(self, *registrants: str) -> bool:
        """Whether the vehicle asked about is registered to one of these."""
        return self.facts.vehicle is not None and self.facts.vehicle.registrant in registrants

    def is_family(self, level: str) -> bool:
        """Whether this is family at this level."""
        return self.facts.person_role == "family" and self.joint.level == level

    def is_principal(self, level: str, category: str) -> bool:
        """Whether this is a principal at this level, of this category."""
        return self.facts.person_role == "principal" and self.joint.level == level and self.governing(category)


def block_codes(result: Result) -> frozenset[str]:
    """Give the codes of all blocks that the result carries."""
    return frozenset(code for code, holds in CONDITIONS.items() if holds(result))


def _always(_result: Result) -> bool:
    return True


def _inviolable(result: Result) -> bool:
    return result.answers("arrest_or_detain", "no") or result.joint.level == "full"


def _reasonable_period(result: Result) -> bool:
    return any(
        finding.marks & {"kept_after_end", "open_after_end"}
        or ("household_grace" in finding.marks and "former_member" not in finding.marks)
        for finding in result.joint.governing
    )


def _persona_non_grata(result: Result) -> bool:
    barring: frozenset[Mark] = frozenset({"not_yet_in_office", "none_before_dates", "former_member"})
    return any(
        finding.accreditation.termination == "persona_non_grata" and not finding.marks & barring
        for finding in result.joint.governing
    )


def _lifted(result: Result) -> bool:
    return any(_stays_lifted(finding) for finding in result.joint.governing)


def _stays_lifted(finding: Finding) -> bool:
    """Whether the row that step 5 put in place is the one that answers: its authority is the last one."""
    return finding.authority == "agreement_lifts"


def _courtesy(result: Result) -> bool:
    return result.is_family("none") and any("none_by_row" in finding.marks for finding in result.joint.governing)


def _courier(result: Result) -> bool:
    return result.facts.person_role == "principal" and any(
        finding.accreditation.category in ("diplomatic_courier", "consular_courier") and finding.level == "partial"
        for finding in result.joint.findings
    )


def _usun(result: Result) -> bool:
    return result.vehicle_of("permanent_mission_un") or result.any_accreditation(
        lambda accreditation: accreditation.at_the_united_nations
    )


def _ait(result: Result) -> bool:
    return result.vehicle_of("representative_office") or result.any_accreditation(
        lambda accreditation: (accreditation.category or "").startswith(("tecro_", "teco_"))
    )


def _post_is_honorary(facts: Facts) -> bool:
    """By the kind of mission; where none is known, a post is honorary where every category given is."""
    if facts.mission_kind is not None:
        return facts.mission_kind == "honorary_consulate"
    posts = facts.accreditations
    kinds = {post.mission_kind for post in posts if post.mission_kind is not None}
    if kinds:
        return kinds == {"honorary_consulate"}
    categories = {post.category for post in posts if post.category is not None}
    return categories == {"honorary_consular_officer"}


def _consular_premises(result: Result) -> bool:
    return result.facts.premises == "consular" and not _post_is_honorary(result.facts)


def _premises_closed(result: Result) -> bool:
    if result.facts.premises == "residence":
        return result.answers("enter_residence", "no")
    mission_premises = ("chancery", "ambassador_residence", "annex", "organization_headquarters")
    return result.facts.premises in mission_premises or _consular_premises(result)


def _arrest_in_view(result: Result) -> bool:
    """Whether an arrest is meant and not barred; a condition does not bar it."""
    return bool(result.facts.arrest_contemplated) and not result.answers("arrest_or_detain", "no")


def _consular_notification(result: Result) -> bool:
    return _arrest_in_view(result) and result.facts.us_status != "national"


def _head_of_post(result: Result) -> bool:
    if not _arrest_in_view(result) or result.facts.person_role == "family" or not result.joint.findings:
        return False
    told_of = {"career_consular_officer", "honorary_consular_officer"}
    if not result.facts.is_us_person:
        told_of |= {"consular_employee", "consular_service_staff"}
    return result.any_accreditation(lambda accreditation: accreditation.category in told_of)


def _archives(result: Result) -> bool:
    vehicle = result.facts.vehicle
    return result.archives_before_vehicle or (vehicle is not None and is_consular(vehicle))


def _decided_by_mission_vehicle(result: Result) -> bool:
    return result.joint.deciders.get("search_vehicle") == "vehicle_of_protected_mission"


CONDITIONS: Mapping[str, Callable[[Result], bool]] = {
    "verify_with_state": _always,
    "emergency_measures": _always,
    "document_and_report": _always,
    "duty_to_respect_law": _always,
    "citation_allowed": lambda result: result.answers("issue_traffic_citation", "yes"),
    "signature_not_compelled": lambda result: result.answers("issue_traffic_citation", "yes"),
    "no_arrest": _inviolable,
    "no_handcuffs": _inviolable,
    "may_arrest_ordinary": lambda result: (
        result.answers("arrest_or_detain", "yes") and not result.found_felony_and_warrant()
    ),
    "felony_and_warrant": lambda result: result.found_felony_and_warrant() and result.joint.level != "full",
    "official_acts_decided_by_court": lambda result: result.any_answer_has("not_official_acts"),
    "consult_state_before_charging": lambda result: result.any_answer_has("not_official_acts"),
    "testimony_not_compelled": lambda result: result.any_answer_has("no_compulsion"),
    "residence_inviolable": lambda result: result.answers("enter_residence", "no"),
    "no_search_vehicle": lambda result: result.answers("search_vehicle", "no"),
    "vehicle_move_only": lambda result: result.answers("search_vehicle", "no"),
    "mission_vehicle_inviolable": _decided_by_mission_vehicle,
    "stolen_vehicle_exception": lambda result: (
        result.facts.vehicle is not None and result.facts.vehicle.status in ("stolen", "stolen_verified")
    ),
    "consular_archives_inviolable": _archives,
    "bag_inviolable": lambda result: bool(result.facts.bag) or _courier(result),
    "family_same_as_sponsor": lambda result: result.is_family("full"),
    "family_not_covered": lambda result: result.is_family("none"),
    "courtesy": _courtesy,
    "us_person_reduction": lambda result: result.marked("us_person_reduced"),
    "bilateral_uplift": _lifted,
    "card_back_controls": _lifted,
    "reasonable_period": _reasonable_period,
    "residual_official_acts": lambda result: (
        result.facts.person_role == "principal"
        and result.joint.level == "official_acts"
        and result.marked("former_member")
    ),
    "persona_non_grata_not_immediate_loss": _persona_non_grata,
    "waiver_express_by_sending_state": lambda result: bool(result.facts.waivers),
    "waiver_scope_limited": lambda result: bool(result.facts.waivers),
    "no_record_is_not_no_immunity": lambda result: result.facts.record in ("not_found", "unavailable"),
    "stale_data": lambda result: result.facts.record == "stale",
    "record_conflict": lambda result: result.facts.record == "conflict",
    "card_not_reliable": lambda result: result.facts.card_status in UNRELIABLE_CARDS,
    "card_expired_not_status_expired": lambda result: result.facts.card_status == "expired",
    "detain_until_identity_confirmed": lambda result: result.joint.level == "unverified",
    "plate_is_not_proof": lambda result: result.facts.is_plate_lookup,
    "several_accreditations": lambda result: len(result.joint.findings) > 1,
    "dui_tests_offer_only": lambda result: result.facts.situation == "dui",
    "dui_do_not_let_drive": lambda result: result.facts.situation == "dui",
    "domestic_violence_protect": lambda result: result.facts.situation == "domestic_violence",
    "honorary_limited": lambda result: result.is_principal("official_acts", "honorary_consular_officer"),
    "private_servant_none": lambda result: result.is_principal("none", "private_servant"),
    "courier_inviolable": _courier,
    "temporary_duty_verify": lambda result: result.governing("temporary_duty_visitor"),
    "transit_protection": lambda result: result.governing("diplomat_in_transit"),
    "state_decides_status": lambda result: result.governing(
        "special_mission_member",
        "io_conference_delegate",
        "diplomat_in_transit",
        "visiting_head_of_state_or_government",
    ),
    "contact_usun": _usun,
    "contact_ait": _ait,
    "premises_consent_only": _premises_closed,
    "consular_premises_fire_presumed_consent": _consular_premises,
    "consular_notification": _consular_notification,
    "notify_head_of_post": _head_of_post,
    "mandatory_consular_notification": lambda result: (
        _consular_notification(result) and bool(result.facts.mandatory_notification_country)
    ),
}
"""Each block of the guidance and when it is there."""

PREMISES_BLOCKS = frozenset(
    {
        "verify_with_state",
        "emergency_measures",
        "document_and_report",
        "duty_to_respect_law",
        "premises_consent_only",
        "consular_premises_fire_presumed_consent",
        "no_record_is_not_no_immunity",
    }
)
"""What an answer about an address may carry: it is about premises, and about nobody."""
