"""The closed lists of texts that a language must hold: guidance blocks, level texts, notices, communities.

Decides which codes exist and in what order blocks are listed; not when a code applies (that is `blocks` and
`notices`) nor what it says (that is data). A code that is not here does not load, and one that is here must be in the
data.
"""

from typing import Literal

BASE_BLOCKS: tuple[str, ...] = (
    "verify_with_state",
    "emergency_measures",
    "document_and_report",
    "duty_to_respect_law",
    "citation_allowed",
    "signature_not_compelled",
)
"""On every result, the last two only where a citation may be issued."""

FURTHER_BLOCKS: tuple[str, ...] = (
    "no_arrest",
    "no_handcuffs",
    "may_arrest_ordinary",
    "felony_and_warrant",
    "official_acts_decided_by_court",
    "consult_state_before_charging",
    "testimony_not_compelled",
    "residence_inviolable",
    "no_search_vehicle",
    "vehicle_move_only",
    "mission_vehicle_inviolable",
    "stolen_vehicle_exception",
    "consular_archives_inviolable",
    "bag_inviolable",
    "family_same_as_sponsor",
    "family_not_covered",
    "courtesy",
    "us_person_reduction",
    "bilateral_uplift",
    "card_back_controls",
    "reasonable_period",
    "residual_official_acts",
    "persona_non_grata_not_immediate_loss",
    "waiver_express_by_sending_state",
    "waiver_scope_limited",
    "no_record_is_not_no_immunity",
    "stale_data",
    "record_conflict",
    "card_not_reliable",
    "card_expired_not_status_expired",
    "detain_until_identity_confirmed",
    "plate_is_not_proof",
    "several_accreditations",
    "dui_tests_offer_only",
    "dui_do_not_let_drive",
    "domestic_violence_protect",
    "honorary_limited",
    "private_servant_none",
    "courier_inviolable",
    "temporary_duty_verify",
    "transit_protection",
    "state_decides_status",
    "contact_usun",
    "contact_ait",
    "premises_consent_only",
    "consular_premises_fire_presumed_consent",
    "consular_notification",
    "notify_head_of_post",
    "mandatory_consular_notification",
)
"""Each exactly where its own condition holds."""

BLOCK_CODES: tuple[str, ...] = BASE_BLOCKS + FURTHER_BLOCKS

LEVEL_TEXTS: tuple[str, ...] = (
    "full",
    "partial",
    "official_acts",
    "official_acts_former",
    "official_acts_us_person",
    "official_acts_consular_service_staff",
    "none",
    "unverified",
    "registrant_full",
    "registrant_partial",
    "registrant_official_acts",
    "registrant_none",
    "possible_matches",
    "no_record",
)
"""One per level; beside them the narrower kinds of `official_acts`, the plate of a member (`registrant_…`, nothing is
known of the driver) and the two outcomes that identify nobody."""

NOTICE_CODES: tuple[str, ...] = (
    "plate_not_valid",
    "registration_expired",
    "registration_suspended",
    "license_not_valid",
    "issuer_differs",
    "trailing_consular_plate",
    "newer_row_refused",
    "history_incomplete",
    "data_stale",
    "clock_suspect",
    "policy_check_overdue",
    "training_identifier",
)

Severity = Literal["info", "caution", "stop"]
SEVERITIES: tuple[Severity, ...] = ("info", "caution", "stop")

COMMUNITIES: tuple[str, ...] = ("state", "usun", "ait")
"""Whose people somebody is: whom to call. `state` is everybody who is neither of the United Nations nor of Taiwan."""

COMMAND_CENTER = "command_center"
"""The telephone that must be there, confirmed, and open day and night: every answer rests on it."""

ANSWER_SENTENCES: tuple[str, ...] = (
    "premises_match",
    "premises_possible_matches",
    "premises_no_record",
    "record_deleted",
    "registered_later",
    "issued_later",
    "undated_as_now",
)
"""Sentences of an answer that belong to no level: the summary of an answer about an address, by outcome, and what the
registry's memory of a past day is known to lack."""
