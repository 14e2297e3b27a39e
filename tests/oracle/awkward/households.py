"""Family: every relationship, ages around 16, 18, 21 and 23, students, exceptions, departures from the household."""

from datetime import date
from typing import Any

from .principals import MISSIONS_OF, nationality_at
from .sheet import Sheet

STUDENTS: tuple[tuple[bool | None, int | None], ...] = (
    (True, None),
    (True, -1),
    (True, 0),
    (True, 1),
    (True, 30),
    (False, None),
    (None, None),
)
BOTH_WAYS = (
    # principal's category, own category, own mission
    ("diplomatic_agent", "consular_employee", "cg-fr"),
    ("career_consular_officer", "diplomatic_agent", "emb-fr"),
    ("consular_employee", "io_staff", "io-un"),
    ("service_staff", "temporary_duty_visitor", "emb-fr"),
    ("diplomatic_agent", "diplomatic_agent", "emb-fr"),
    ("io_staff", "private_servant", "emb-fr"),
    ("special_mission_member", "special_mission_member", "spec-fr"),
)


def add_households(sheet: Sheet, principals: dict[str, str]) -> None:
    """Add the family of principals, one of each category."""
    for number, (category, principal_id) in enumerate(principals.items()):
        for relationship in ("spouse", "child", "parent", "other", None):
            own = {"principal_id": principal_id, "relationship": relationship}
            nationality = nationality_at(MISSIONS_OF[category][0], number)
            sheet.member(**own, nationality=nationality, date_of_birth=sheet.born(12))
    for category in ("diplomatic_agent", "io_senior_official"):
        _ages(sheet, principals[category])
    _students_and_exceptions(sheet, principals["diplomatic_agent"])
    _left_the_household(sheet, principals)
    _us_people(sheet)
    _of_lifted_principals(sheet)
    _of_ended_principals(sheet)
    _with_posts_of_their_own(sheet, principals)


def _child(sheet: Sheet, principal_id: str, **values: Any) -> str:
    return sheet.member(principal_id=principal_id, relationship="child", **values)


def _ages(sheet: Sheet, principal_id: str) -> None:
    for age in (16, 18, 21, 23):
        for offset in (-1, 0, 1, 30, 31):
            _child(sheet, principal_id, date_of_birth=sheet.born(age, offset))
    _child(sheet, principal_id, date_of_birth=None)
    _child(sheet, principal_id, date_of_birth=None, full_time_student=True)
    _child(sheet, principal_id, date_of_birth=sheet.day(1))
    _child(sheet, principal_id, date_of_birth=date(2004, 2, 29))
    _child(sheet, principal_id, date_of_birth=date(2008, 2, 29), household_exception=True)


def _students_and_exceptions(sheet: Sheet, principal_id: str) -> None:
    for age, offset in ((21, 1), (21, 0), (22, 0), (23, 1), (23, 0), (30, 0)):
        for student, until in STUDENTS:
            born = sheet.born(age, offset)
            known = {"full_time_student": student, "student_until": sheet.day(until)}
            exception = None if age < 30 else (True, False, None)[STUDENTS.index((student, until)) % 3]
            _child(sheet, principal_id, date_of_birth=born, household_exception=exception, **known)
    for exception in (True, False, None):
        for age in (19, 21, 23):
            _child(sheet, principal_id, date_of_birth=sheet.born(age), household_exception=exception)
        _child(sheet, principal_id, date_of_birth=None, household_exception=exception)


def _left_the_household(sheet: Sheet, principals: dict[str, str]) -> None:
    for category in ("diplomatic_agent", "admin_technical_staff", "career_consular_officer", "io_senior_official"):
        for until in (-31, -30, -29, -1, 0, 1):
            spouse = {"principal_id": principals[category], "relationship": "spouse"}
            sheet.member(**spouse, household_until=sheet.day(until))
    for recognized in (True, False, None):
        for category in ("diplomatic_agent", "career_consular_officer"):
            sheet.member(principal_id=principals[category], relationship="spouse", recognized=recognized)
    _child(sheet, principals["diplomatic_agent"], date_of_birth=sheet.born(22), household_until=sheet.day(-5))


def _us_people(sheet: Sheet) -> None:
    """US status of the person, of the principal, and of both, for each category whose family has something."""
    for category in ("diplomatic_agent", "admin_technical_staff", "io_mission_diplomat", "tecro_designated_employee"):
        mission_id = MISSIONS_OF[category][0]
        for of_principal in ("none", "permanent_resident", "national"):
            principal_id = sheet.member(us_status=of_principal)
            sheet.accredit(principal_id, mission_id, category)
            for own in ("none", "permanent_resident", "national"):
                sheet.member(principal_id=principal_id, relationship="spouse", us_status=own, nationality="FR;US")


def _of_lifted_principals(sheet: Sheet) -> None:
    lifted = (
        ("consular_employee", "con-ke"),
        ("career_consular_officer", "con-ke"),
        ("career_consular_officer", "cg-br"),
        ("consular_employee", "cg-br"),
        ("private_servant", "emb-fr"),
        ("service_staff", "emb-fr"),
        ("career_consular_officer", "cg-gb"),
        ("honorary_consular_officer", "hon-fr"),
    )
    for number, (category, mission_id) in enumerate(lifted):
        principal_id = sheet.member(us_status="none" if number % 4 else "permanent_resident")
        sheet.accredit(principal_id, mission_id, category)
        for own in ("none", "national"):
            sheet.member(principal_id=principal_id, relationship="spouse", us_status=own, nationality="KE;FR")
        _child(sheet, principal_id, date_of_birth=sheet.born(22), full_time_student=False)


def _of_ended_principals(sheet: Sheet) -> None:
    for ends, termination, departed in (
        (-1, "deceased", None),
        (-30, "deceased", None),
        (-31, "deceased", None),
        (-5, "ended", -1),
        (-5, "persona_non_grata", None),
        (-5, "mission_closed", None),
    ):
        for category in ("diplomatic_agent", "career_consular_officer", "io_conference_delegate"):
            principal_id = sheet.member()
            dates = {"terminated_on": sheet.day(ends), "departed_on": sheet.day(departed), "termination": termination}
            sheet.accredit(principal_id, MISSIONS_OF[category][0], category, **dates)
            sheet.member(principal_id=principal_id, relationship="spouse", household_until=sheet.day(-3))


def _with_posts_of_their_own(sheet: Sheet, principals: dict[str, str]) -> None:
    for category, own_category, mission_id in BOTH_WAYS:
        for us_status in ("none", "national"):
            spouse = {"principal_id": principals[category], "relationship": "spouse", "us_status": us_status}
            sheet.accredit(sheet.member(**spouse), mission_id, own_category)
    unaccredited = sheet.member()
    sheet.accredit(sheet.member(principal_id=unaccredited, relationship="spouse"), "cg-fr", "consular_employee")
    sheet.member(principal_id=unaccredited, relationship="spouse")
