"""The closed vocabularies of the law: levels, actions, answers, categories, and the values that facts may take.

Decides nothing; every other module of the law takes its words from here. A word that is not here does not exist.
"""

from typing import Literal, get_args

Level = Literal["full", "unverified", "partial", "official_acts", "none"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""Highest first: the order in which one of several accreditations outweighs another."""

Action = Literal[
    "arrest_or_detain",
    "enter_residence",
    "issue_traffic_citation",
    "subpoena_as_witness",
    "prosecute",
    "search_vehicle",
    "search_person",
]
ACTIONS: tuple[Action, ...] = get_args(Action)

PermissionAnswer = Literal["yes", "no", "conditional"]

ConditionCode = Literal[
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
]
CONDITION_CODES: tuple[ConditionCode, ...] = get_args(ConditionCode)
"""In the order in which several codes of one answer are listed."""

Category = Literal[
    "diplomatic_agent",
    "admin_technical_staff",
    "service_staff",
    "private_servant",
    "career_consular_officer",
    "honorary_consular_officer",
    "consular_employee",
    "consular_service_staff",
    "io_staff",
    "io_senior_official",
    "io_expert_on_mission",
    "io_mission_diplomat",
    "io_mission_support_staff",
    "io_conference_delegate",
    "tecro_designated_employee",
    "teco_head_or_deputy",
    "teco_designated_employee",
    "visiting_head_of_state_or_government",
    "special_mission_member",
    "diplomat_in_transit",
    "diplomatic_courier",
    "consular_courier",
    "temporary_duty_visitor",
]
CATEGORIES: tuple[Category, ...] = get_args(Category)
"""What a registry may carry."""

RuleRow = Literal["former_member", "us_person_in_office", "unverified"]
RULE_ROWS: tuple[RuleRow, ...] = get_args(RuleRow)
"""Rows of the matrix that only the rules reach; a registry never carries them."""

Role = Literal["principal", "family"]
ROLES: tuple[Role, ...] = get_args(Role)

MissionKind = Literal[
    "embassy",
    "consulate_general",
    "consulate",
    "honorary_consulate",
    "permanent_mission_un",
    "permanent_mission_oas",
    "international_organization",
    "special_mission",
    "representative_office",
]
MISSION_KINDS: tuple[MissionKind, ...] = get_args(MissionKind)
CONSULAR_POSTS: frozenset[str] = frozenset({"consulate_general", "consulate", "honorary_consulate"})
"""Every other kind of mission is a protected mission, whose vehicles are inviolable (VCDR 22(3))."""

Registrant = Literal[MissionKind, "member_full", "member_consular", "self", "rental", "third_party", "unknown"]
REGISTRANTS: tuple[Registrant, ...] = get_args(Registrant)
MEMBER_REGISTRANTS: frozenset[str] = frozenset({"member_full", "member_consular", "self"})

BlockKind = Literal["do", "do_not", "know", "call"]
BLOCK_KINDS: tuple[BlockKind, ...] = get_args(BlockKind)

RecordState = Literal["found", "not_found", "unavailable", "stale", "conflict"]
LookupKind = Literal["person", "plate"]
Relationship = Literal["spouse", "child", "parent", "other"]
UsStatus = Literal["none", "permanent_resident", "national"]
Organization = Literal["un", "oas", "other"]
Termination = Literal["ended", "persona_non_grata", "deceased", "mission_closed"]
WaiverScope = Literal["criminal", "civil", "testimony", "execution"]
CardStatus = Literal["active", "expired", "lost", "stolen", "surrendered", "revoked"]
VehicleStatus = Literal["ordinary", "stolen", "stolen_verified"]
PremisesKind = Literal[
    "chancery", "ambassador_residence", "residence", "consular", "annex", "organization_headquarters"
]
Offense = Literal["infraction", "misdemeanor", "felony"]
Situation = Literal["dui", "domestic_violence", "fire"]
