"""Missions of every kind, open, closed and about to close, and the agreements of their States."""

from .sheet import Sheet

# mission_id: (kind, sending_state, organization, end in days from the day asked about)
MISSIONS: dict[str, tuple[str, str | None, str | None, int | None]] = {
    "emb-fr": ("embassy", "FR", None, None),
    "emb-br": ("embassy", "BR", None, None),
    "emb-pl": ("embassy", "PL", None, None),
    "emb-cn": ("embassy", "CN", None, None),
    "emb-ke": ("embassy", "KE", None, None),
    "emb-closed-1": ("embassy", "IN", None, -1),
    "emb-closed-0": ("embassy", "JP", None, 0),
    "emb-closes-1": ("embassy", "EG", None, 1),
    "emb-closed-30": ("embassy", "CL", None, -30),
    "emb-closed-31": ("embassy", "PE", None, -31),
    "emb-closes-30": ("embassy", "TR", None, 30),
    "emb-closed-500": ("embassy", "FI", None, -500),
    "cg-fr": ("consulate_general", "FR", None, None),
    "cg-br": ("consulate_general", "BR", None, None),
    "cg-gb": ("consulate_general", "GB", None, None),
    "cg-closed-1": ("consulate_general", "PL", None, -1),
    "con-br": ("consulate", "BR", None, None),
    "con-ke": ("consulate", "KE", None, None),
    "hon-fr": ("honorary_consulate", "FR", None, None),
    "hon-ke": ("honorary_consulate", "KE", None, None),
    "pmun-fr": ("permanent_mission_un", "FR", None, None),
    "pmun-br": ("permanent_mission_un", "BR", "UN", None),
    "pmun-ke": ("permanent_mission_un", "KE", "un", None),
    "pmun-closed": ("permanent_mission_un", "CN", "Un", -10),
    "pmoas-br": ("permanent_mission_oas", "BR", "OAS", None),
    "pmoas-cl": ("permanent_mission_oas", "CL", None, None),
    "io-un": ("international_organization", None, "UN", None),
    "io-un2": ("international_organization", None, "un", None),
    "io-oas": ("international_organization", None, "Oas", None),
    "io-other": ("international_organization", None, "Widgets Union of the Isles", None),
    "io-closed": ("international_organization", None, "un", -2),
    "spec-fr": ("special_mission", "FR", None, None),
    "spec-ke": ("special_mission", "KE", None, None),
    "rep-tw": ("representative_office", "TW", None, None),
    "rep-tw2": ("representative_office", "TW", None, None),
}

# (sending_state, category, treated_as, covers_family, first day, last day)
AGREEMENTS: tuple[tuple[str, str, str, bool | None, int, int | None], ...] = (
    ("BR", "consular_employee", "diplomatic_agent", False, -900, None),
    ("BR", "career_consular_officer", "diplomatic_agent", True, -900, None),
    ("BR", "service_staff", "admin_technical_staff", None, -900, None),
    ("BR", "consular_service_staff", "career_consular_officer", True, -900, 0),
    ("BR", "consular_service_staff", "consular_employee", True, -900, None),
    ("BR", "private_servant", "service_staff", True, -900, None),
    ("BR", "io_mission_support_staff", "admin_technical_staff", True, 1, None),
    ("KE", "consular_employee", "career_consular_officer", False, -900, None),
    ("KE", "consular_employee", "diplomatic_agent", None, -900, -1),
    ("KE", "consular_employee", "admin_technical_staff", True, -900, 1),
    ("KE", "consular_employee", "diplomatic_agent", True, -900, 30),
    ("KE", "diplomatic_agent", "service_staff", True, -900, None),
    ("KE", "career_consular_officer", "io_senior_official", True, -900, None),
    ("KE", "admin_technical_staff", "diplomatic_agent", True, -900, None),
    ("FR", "career_consular_officer", "consular_employee", True, -900, None),
    ("FR", "honorary_consular_officer", "temporary_duty_visitor", True, -900, None),
    ("FR", "service_staff", "diplomatic_agent", True, -900, None),
    ("FR", "private_servant", "private_servant", True, -900, None),
    ("FR", "temporary_duty_visitor", "diplomatic_agent", True, -900, None),
    ("GB", "career_consular_officer", "special_mission_member", True, -900, None),
    ("GB", "consular_employee", "diplomatic_courier", True, -900, None),
)


def add_missions(sheet: Sheet) -> None:
    """Add the missions, the agreements, and one mission whose name has a line break."""
    for number, (mission_id, (kind, state, organization, end)) in enumerate(MISSIONS.items()):
        sheet.add(
            "missions",
            mission_id=mission_id,
            name=f"Invented mission\n{mission_id}" if number == 1 else f"Invented mission {mission_id}",
            kind=kind,
            sending_state=state,
            organization=organization,
            plate_code=None if number % 7 == 6 else "EIOZ"[number % 4] + "ABCDEFGHIJ"[number % 10],
            city="Washington",
            state="DC",
            established_on=sheet.day(-3000),
            terminated_on=sheet.day(end),
        )
    for state, category, treated_as, covers_family, since, through in AGREEMENTS:
        sheet.add(
            "agreements",
            agreement_id=sheet.next_id("g-"),
            sending_state=state,
            category=category,
            treated_as=treated_as,
            covers_family=covers_family,
            effective_on=sheet.day(since),
            ends_on=sheet.day(through),
            citation="Invented exchange of notes",
        )
