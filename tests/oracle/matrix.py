"""The matrix of the law, typed in once more: category and role to a level and seven answers.

It holds the ordinary case only; what changes it is in the modules of the steps. An answer is a pair of a word
(`yes`, `no`, `conditional`) and the set of its condition codes.
"""

from typing import NamedTuple

Answer = tuple[str, frozenset[str]]
Answers = dict[str, Answer]

ACTIONS = (
    "arrest_or_detain",
    "enter_residence",
    "issue_traffic_citation",
    "subpoena_as_witness",
    "prosecute",
    "search_vehicle",
    "search_person",
)

# The order in which the codes of one answer are listed.
CODES = (
    "felony_and_warrant",
    "not_official_acts",
    "no_compulsion",
    "except_archives_and_bag",
    "incident_to_lawful_arrest_or_warrant",
    "not_in_protected_residence",
    "verify_first",
    "identify_driver_first",
    "consult_state_first",
    "confirm_stolen_with_state",
    "waiver_for_case_only",
    "waiver_must_cover_arrest",
)

# The highest level protects most. What is not known stands above everything but full immunity.
LEVELS = ("full", "unverified", "partial", "official_acts", "none")


class Row(NamedTuple):
    """One line of the matrix."""

    level: str
    answers: Answers


YES: Answer = ("yes", frozenset())
NO: Answer = ("no", frozenset())


def conditional(*codes: str) -> Answer:
    """Return the answer that is allowed only where all of `codes` hold."""
    return ("conditional", frozenset(codes))


def is_higher_or_same(level: str, other: str) -> bool:
    """Say whether `level` protects at least as much as `other`."""
    return LEVELS.index(level) <= LEVELS.index(other)


def _row(level: str, written: str) -> Row:
    """Read a line such as `no no yes no no no no`; a word that is neither yes nor no is codes joined by +."""
    words = {"yes": YES, "no": NO}
    answers = [words[word] if word in words else conditional(*word.split("+")) for word in written.split()]
    return Row(level, dict(zip(ACTIONS, answers, strict=True)))


FULL = _row("full", "no no yes no no no no")
NOTHING = _row("none", "yes yes yes yes yes yes yes")
UNVERIFIED = _row("unverified", "verify_first verify_first yes verify_first verify_first verify_first verify_first")
FORMER_PRINCIPAL = _row("official_acts", "yes yes yes not_official_acts not_official_acts yes yes")
US_PERSON_IN_OFFICE = _row(
    "official_acts",
    "not_official_acts yes yes not_official_acts not_official_acts except_archives_and_bag not_official_acts",
)
NOTHING_BUT_ARCHIVES = _row("none", "yes yes yes yes yes except_archives_and_bag yes")

_VISITING_LEADER = _row("full", "no no consult_state_first no no no no")
_COURIER = _row("partial", "no yes yes consult_state_first consult_state_first except_archives_and_bag no")
_ORGANIZATION_STAFF = _row("official_acts", "yes yes yes not_official_acts not_official_acts yes yes")
_CONSULAR_STAFF = _row("official_acts", "yes yes yes not_official_acts not_official_acts except_archives_and_bag yes")

MATRIX: dict[str, tuple[Row, Row]] = {
    # category: (principal, family)
    "diplomatic_agent": (FULL, FULL),
    "admin_technical_staff": (FULL, FULL),
    "service_staff": (_row("official_acts", "yes yes yes yes not_official_acts yes yes"), NOTHING),
    "private_servant": (_row("none", "yes not_in_protected_residence yes yes yes yes yes"), NOTHING),
    "career_consular_officer": (
        _row(
            "partial",
            "felony_and_warrant yes yes not_official_acts+no_compulsion not_official_acts"
            " except_archives_and_bag incident_to_lawful_arrest_or_warrant",
        ),
        NOTHING,
    ),
    "honorary_consular_officer": (_CONSULAR_STAFF, NOTHING),
    "consular_employee": (_CONSULAR_STAFF, NOTHING),
    "consular_service_staff": (
        _row("official_acts", "yes yes yes not_official_acts yes except_archives_and_bag yes"),
        NOTHING,
    ),
    "io_staff": (_ORGANIZATION_STAFF, NOTHING),
    "io_senior_official": (FULL, FULL),
    "io_expert_on_mission": (
        _row("partial", "no yes yes not_official_acts not_official_acts except_archives_and_bag no"),
        NOTHING,
    ),
    "io_mission_diplomat": (FULL, FULL),
    "io_mission_support_staff": (_ORGANIZATION_STAFF, NOTHING),
    "io_conference_delegate": (FULL, UNVERIFIED),
    "tecro_designated_employee": (FULL, FULL),
    "teco_head_or_deputy": (
        _row(
            "partial",
            "felony_and_warrant yes yes not_official_acts not_official_acts"
            " except_archives_and_bag incident_to_lawful_arrest_or_warrant",
        ),
        NOTHING,
    ),
    "teco_designated_employee": (_CONSULAR_STAFF, NOTHING),
    "visiting_head_of_state_or_government": (_VISITING_LEADER, _VISITING_LEADER),
    "special_mission_member": (FULL, UNVERIFIED),
    "diplomat_in_transit": (FULL, FULL),
    "diplomatic_courier": (_COURIER, NOTHING),
    "consular_courier": (_COURIER, NOTHING),
    "temporary_duty_visitor": (UNVERIFIED, UNVERIFIED),
}


def row_of(category: str, role: str) -> Row:
    """Return the ordinary row of a category for `principal` or `family`."""
    principal, family = MATRIX[category]
    return family if role == "family" else principal
