"""Accredited people: every category at every fitting mission, every pattern of dates, several posts, waivers."""

from typing import Any

from .missions import MISSIONS
from .sheet import Sheet

MISSIONS_OF = {
    "diplomatic_agent": ("emb-fr", "emb-ke", "emb-closed-1", "emb-closed-31"),
    "admin_technical_staff": ("emb-fr", "emb-ke", "emb-closes-1"),
    "service_staff": ("emb-br", "emb-fr", "emb-cn"),
    "private_servant": ("emb-br", "emb-fr"),
    "career_consular_officer": ("cg-fr", "cg-br", "con-ke", "cg-gb", "cg-closed-1"),
    "honorary_consular_officer": ("hon-fr", "hon-ke"),
    "consular_employee": ("cg-br", "con-ke", "cg-gb", "cg-fr"),
    "consular_service_staff": ("cg-br", "cg-fr"),
    "io_staff": ("io-un", "io-oas", "io-other", "io-closed"),
    "io_senior_official": ("io-un2", "io-oas"),
    "io_expert_on_mission": ("io-un", "io-other"),
    "io_mission_diplomat": ("pmun-fr", "pmun-br", "pmoas-cl", "pmoas-br", "pmun-closed"),
    "io_mission_support_staff": ("pmun-br", "pmun-ke", "pmoas-cl"),
    "io_conference_delegate": ("pmun-ke", "pmoas-br"),
    "tecro_designated_employee": ("rep-tw",),
    "teco_head_or_deputy": ("rep-tw2",),
    "teco_designated_employee": ("rep-tw2",),
    "visiting_head_of_state_or_government": ("spec-fr", "emb-pl"),
    "special_mission_member": ("spec-fr", "spec-ke"),
    "diplomat_in_transit": ("spec-ke", "emb-fr"),
    "diplomatic_courier": ("emb-fr",),
    "consular_courier": ("cg-fr",),
    "temporary_duty_visitor": ("emb-fr", "hon-fr"),
}
NATIONALITIES = ("own", "own;US", "HK", "PL", "TW", "JE;MX", "GB", "CN;own", "MX")

# Begins, ends, kind of end, departed, reasonable period ends: days from the day asked about.
DATES: tuple[tuple[int, int | None, str | None, int | None, int | None], ...] = (
    (1, None, None, None, None),
    (0, None, None, None, None),
    (30, None, None, None, None),
    (31, None, None, None, None),
    (-300, 0, "ended", None, None),
    (-300, -1, "ended", None, None),
    (-300, 1, "persona_non_grata", None, None),
    (-300, None, "persona_non_grata", None, None),
    (-300, -2, "persona_non_grata", None, None),
    (-300, -29, None, None, None),
    (-300, -30, "deceased", None, None),
    (-300, -31, "deceased", None, None),
    (-300, -1, "mission_closed", None, None),
    (-300, -1, "mission_closed", None, 0),
    (-300, -20, "ended", -1, None),
    (-300, -20, "ended", 0, None),
    (-300, -20, "ended", 1, 40),
    (-300, -5, "ended", -100, None),
    (-300, None, None, -10, -5),
    (-300, 5, None, -10, -5),
    (-300, -90, "ended", None, -1),
    (-300, -90, "ended", None, 0),
    (-300, -90, "persona_non_grata", None, 1),
    (-300, -90, "persona_non_grata", None, -1),
)
DATED_CATEGORIES = (
    "diplomatic_agent",
    "career_consular_officer",
    "consular_service_staff",
    "io_staff",
    "temporary_duty_visitor",
    "private_servant",
)

# Each a list of (category, mission, begins, ends, departed, reasonable period ends).
Post = tuple[str, str, int, int | None, int | None, int | None]
SEVERAL: tuple[tuple[Post, ...], ...] = (
    (
        ("consular_employee", "cg-fr", -200, None, None, None),
        ("io_mission_support_staff", "pmun-fr", -100, None, None, None),
    ),
    (
        ("career_consular_officer", "cg-fr", -200, None, None, None),
        ("diplomatic_agent", "emb-fr", -100, None, None, None),
    ),
    (
        ("diplomatic_agent", "emb-fr", -900, -400, None, None),
        ("career_consular_officer", "cg-fr", -399, None, None, None),
    ),
    (
        ("diplomatic_agent", "emb-fr", -900, -20, None, None),
        ("career_consular_officer", "cg-fr", -19, None, None, None),
    ),
    (("diplomatic_agent", "emb-fr", -900, -400, -390, None), ("io_staff", "io-un", -200, None, None, None)),
    (("diplomatic_agent", "emb-fr", -900, -400, None, -370), ("io_staff", "io-other", -200, None, None, None)),
    (("diplomatic_agent", "emb-fr", -900, None, None, None), ("io_staff", "io-un", 31, None, None, None)),
    (("service_staff", "emb-fr", -900, None, None, None), ("diplomatic_agent", "emb-fr", 30, None, None, None)),
    (("service_staff", "emb-fr", -900, None, None, None), ("diplomatic_agent", "emb-fr", 32, None, None, None)),
    (("diplomatic_agent", "emb-closed-30", -900, None, None, None), ("io_staff", "io-un", -10, None, None, None)),
    (("diplomatic_agent", "emb-closed-31", -900, None, None, None), ("io_staff", "io-un", -40, None, None, None)),
    (("diplomatic_agent", "emb-closed-1", -900, None, None, None), ("io_staff", "io-un", -1, None, None, None)),
    (("honorary_consular_officer", "hon-fr", -50, None, None, None), ("io_staff", "io-un", -50, None, None, None)),
    (("diplomatic_courier", "emb-fr", -50, None, None, None), ("consular_employee", "cg-fr", -60, None, None, None)),
    (
        ("diplomatic_courier", "emb-fr", -50, None, None, None),
        ("special_mission_member", "spec-fr", -60, 0, None, None),
    ),
    (
        ("career_consular_officer", "cg-fr", -50, None, None, None),
        ("teco_head_or_deputy", "rep-tw2", -60, None, None, None),
    ),
    (
        ("career_consular_officer", "cg-fr", -900, -600, None, None),
        ("consular_employee", "cg-fr", -599, -300, None, None),
        ("honorary_consular_officer", "hon-fr", -299, None, None, None),
    ),
    (("io_staff", "io-un", -900, -600, None, None), ("io_staff", "io-un", -599, -40, None, None)),
    (("private_servant", "emb-fr", -900, None, None, None), ("service_staff", "emb-fr", -900, None, None, None)),
    (("admin_technical_staff", "emb-fr", -90, None, None, None), ("private_servant", "emb-fr", -91, None, None, None)),
    (("diplomatic_agent", "emb-closed-500", -900, None, None, None), ("io_staff", "io-un", -700, None, None, None)),
)

# Scope, case, first and last day, and whether a second waiver of the same scope without a case stands beside it.
WAIVERS: tuple[tuple[str, str | None, int, int | None, bool], ...] = (
    ("criminal", None, -10, None, False),
    ("criminal", "2026-TRN-1", -10, None, False),
    ("criminal", "2026-TRN-2", -10, None, True),
    ("criminal", None, -10, 0, False),
    ("criminal", None, -10, -1, False),
    ("criminal", None, 1, None, False),
    ("criminal", None, 0, 1, False),
    ("testimony", None, -10, None, False),
    ("testimony", "2026-TRN-3", 0, 0, False),
    ("civil", None, -10, None, False),
    ("execution", "2026-TRN-4", -10, 30, False),
)
WAIVED_CATEGORIES = ("diplomatic_agent", "career_consular_officer", "io_staff", "temporary_duty_visitor")


def nationality_at(mission_id: str, number: int) -> str:
    """Return one or more nationalities, of the sending State or of others, by turns."""
    own = MISSIONS[mission_id][1] or "SE"
    return NATIONALITIES[number % len(NATIONALITIES)].replace("own", own)


def add_principals(sheet: Sheet) -> dict[str, str]:
    """Add everybody with a post of their own; return a principal of each category at its first mission."""
    first = _every_category(sheet)
    _every_pattern_of_dates(sheet)
    _several_posts(sheet)
    _waivers(sheet)
    for number in range(4):
        sheet.member(us_status=("none", "national", "permanent_resident", "none")[number])  # accredited nowhere
    return first


def _every_category(sheet: Sheet) -> dict[str, str]:
    first: dict[str, str] = {}
    number = 0
    for category, missions in MISSIONS_OF.items():
        for mission_id in missions:
            for us_status in ("none", "permanent_resident", "national"):
                number += 1
                nationality = nationality_at(mission_id, 0 if us_status == "none" else number)
                member_id = sheet.member(nationality=nationality, us_status=us_status)
                confirmed = (True, False, None)[number % 3]
                sheet.accredit(member_id, mission_id, category, state_confirmed=confirmed)
                first.setdefault(category, member_id)
            foreign = sheet.member(nationality="MX", date_of_birth=None)
            sheet.accredit(foreign, mission_id, category, state_confirmed=number % 2 == 0)
    return first


def _every_pattern_of_dates(sheet: Sheet) -> None:
    for category in DATED_CATEGORIES:
        mission_id = MISSIONS_OF[category][0]
        for begins, ends, termination, departed, period_ends in DATES:
            dates: dict[str, Any] = {
                "effective_on": sheet.day(begins),
                "terminated_on": sheet.day(ends),
                "termination": termination,
                "departed_on": sheet.day(departed),
                "reasonable_period_ends_on": sheet.day(period_ends),
            }
            sheet.accredit(sheet.member(), mission_id, category, **dates)
    for mission_id in ("emb-closed-0", "emb-closes-1", "emb-closes-30", "emb-closed-30"):
        for own_end in (None, -31, -30, -1, 0, 1, 30):
            end = sheet.day(own_end)
            sheet.accredit(sheet.member(), mission_id, "diplomatic_agent", terminated_on=end, termination="ended")
    sheet.accredit(sheet.member(), "emb-closed-500", "diplomatic_agent", effective_on=sheet.day(-500))
    sheet.accredit(sheet.member(), "emb-closed-500", "diplomatic_agent", effective_on=sheet.day(-499))


def _several_posts(sheet: Sheet) -> None:
    for posts in SEVERAL:
        for us_status in ("none", "permanent_resident"):
            member_id = sheet.member(us_status=us_status)
            for category, mission_id, begins, ends, departed, period_ends in posts:
                sheet.accredit(
                    member_id,
                    mission_id,
                    category,
                    effective_on=sheet.day(begins),
                    terminated_on=sheet.day(ends),
                    departed_on=sheet.day(departed),
                    reasonable_period_ends_on=sheet.day(period_ends),
                )


def _waivers(sheet: Sheet) -> None:
    for category in WAIVED_CATEGORIES:
        for scope, case, since, through, and_without in WAIVERS:
            member_id = sheet.member()
            sheet.accredit(member_id, MISSIONS_OF[category][0], category)
            days = {"effective_on": sheet.day(since), "ends_on": sheet.day(through)}
            for reference in (case, None) if and_without else (case,):
                waiver = {"member_id": member_id, "scope": scope, "case_reference": reference}
                sheet.add("waivers", waiver_id=sheet.next_id("w-"), **waiver, **days)
