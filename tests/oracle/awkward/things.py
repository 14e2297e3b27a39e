"""What points at members and missions: vehicles of every status, documents of every status, premises of every kind."""

from .missions import MISSIONS
from .sheet import Sheet

REGISTRATIONS = ("active", "active", "expired", "suspended", "revoked", "surrendered", "stolen", "active")
VALID_UNTIL = (None, -1, 0, 1, 30, 400)
CARDS = ("active", "active", "lost", "stolen", "surrendered", "revoked", "active")
LICENSES = ("active", "suspended", "revoked", "surrendered", "active")
EXPIRES = (None, -1, 0, 1, 29, 30, 900)
STREETS = (
    "Nowhere Street NW",
    "Elsewhere Avenue Northeast",
    "Example Ct SW, Apartment 4",
    "Pretend Boulevard",
    "Mock Pl",
)
PREMISES_AT = {
    "emb-fr": ("chancery", "ambassador_residence", "residence", "annex"),
    "emb-closed-1": ("chancery",),
    "cg-fr": ("consular", "residence"),
    "hon-fr": ("consular", "residence"),
    "io-un": ("organization_headquarters", "annex"),
    "rep-tw": ("chancery", "residence"),
    "pmun-fr": ("chancery", "residence"),
}
IN_DAYS = ((None, None), (-100, 0), (-100, -1), (0, None), (1, None), (-100, 30))
LOOK_ALIKES = ("DEA1000", "DEA100O", "DEAI000", "OEA1000", "DEA1008", "1000EAD", "DEA1001")
SAME_VIN = (
    ("active", "surrendered"),
    ("active", "active"),
    ("revoked", "surrendered"),
    ("surrendered",),
    ("stolen", "revoked", "surrendered"),
)
ODD_PLATES = ("t-1", "ZZ 17·b", "E", "ofm 12/34", "0001EZC", "dif/0042", "S OB 123")  # ten characters at most


def add_things(sheet: Sheet, principals: dict[str, str]) -> None:
    """Add vehicles, documents and premises to the members that there are so far."""
    posts = {cells["member_id"]: cells["mission_id"] for cells in sheet.rows["accreditations"]}
    members = list(sheet.rows["members"])
    for number, cells in enumerate(members):
        post = posts.get(cells["member_id"]) or posts.get(cells.get("principal_id", ""), "emb-fr")
        if number % 3 != 1:
            _vehicle_of(sheet, number, cells["member_id"], post)
        if number % 2 == 0:
            _card_of(sheet, number, cells["member_id"])
        if number % 4 == 1:
            _license_of(sheet, number, cells["member_id"])
    _special_vehicles(sheet, principals)
    _special_documents(sheet, principals)
    _premises(sheet, principals)


def _plate(number: int) -> str:
    """Return a plate of either series; the codes are no mission's on any public list."""
    status, code = "DCSA"[number % 4], "EIOZ"[number // 4 % 4] + "BCFGH"[number // 16 % 5]
    serial = f"{number:04}"
    return f"{serial} {code}{status}" if number % 5 == 4 else f"{status} {code}-{serial}"


def _vehicle_of(sheet: Sheet, number: int, member_id: str, mission_id: str) -> None:
    sheet.add(
        "vehicles",
        plate=_plate(number),
        vin=f"trn{number:014}" if number % 7 else None,
        make="Invented",
        model=f"Model {number % 9}",
        color="blue",
        year=2015 + number % 10,
        mission_id=mission_id,
        member_id=member_id.lower() if number % 11 == 0 else member_id,
        registration_status=REGISTRATIONS[number // 3 % len(REGISTRATIONS)],
        valid_until=sheet.day(VALID_UNTIL[number % len(VALID_UNTIL)]),
        valid_from=sheet.day(90 if number % 13 == 0 else -90),
        lessor="Leasing of Nowhere" if number % 6 == 0 else None,
    )


def _card_of(sheet: Sheet, number: int, member_id: str) -> None:
    sheet.add(
        "identity_cards",
        card_number=f"TRN-C{number:06}" + ("*" if number % 10 == 0 else ""),
        member_id=member_id,
        border=("blue", "green", "red", "other", None)[number // 2 % 5],
        issuer=("state_department", "un", "other")[number // 2 % 3],
        expires_on=sheet.day(EXPIRES[number // 2 % len(EXPIRES)]),
        status=CARDS[number // 14 % len(CARDS)],
    )


def _license_of(sheet: Sheet, number: int, member_id: str) -> None:
    sheet.add(
        "driver_licenses",
        license_number=f"trn l{number:06}",
        member_id=member_id,
        expires_on=sheet.day(EXPIRES[number // 4 % len(EXPIRES)]),
        status=LICENSES[number // 28 % len(LICENSES)],
    )


def _special_vehicles(sheet: Sheet, principals: dict[str, str]) -> None:
    number = 5000
    for mission_id in MISSIONS:
        for status in ("active", "stolen", REGISTRATIONS[number % 8]):
            number += 1
            sheet.add("vehicles", plate=_plate(number), mission_id=mission_id, registration_status=status)
    diplomat = principals["diplomatic_agent"]
    for plate in (*LOOK_ALIKES, *ODD_PLATES):
        sheet.add("vehicles", plate=plate, mission_id="emb-fr", member_id=diplomat, registration_status="active")
    for group, statuses in enumerate(SAME_VIN):
        for status in statuses:
            number += 1
            owner = principals["career_consular_officer"] if group % 2 else diplomat
            registered = {"mission_id": "cg-fr", "member_id": owner, "registration_status": status}
            sheet.add("vehicles", plate=_plate(number), vin=f"TRNSAME{group:010}", **registered)


def _special_documents(sheet: Sheet, principals: dict[str, str]) -> None:
    """The same number on a card and a license: of one member, and of two."""
    one, other = principals["diplomatic_agent"], principals["io_staff"]
    for number, card, license_of in (("TRNX1", one, one), ("TRNX2", one, other), ("TRNX3*", other, other)):
        sheet.add("identity_cards", card_number=number, member_id=card, status="active")
        sheet.add("driver_licenses", license_number=number, member_id=license_of, status="surrendered")


def _premises(sheet: Sheet, principals: dict[str, str]) -> None:
    occupants = [None, *(principals[one] for one in ("diplomatic_agent", "career_consular_officer", "io_staff"))]
    number = 0
    for mission_id, kinds in PREMISES_AT.items():
        for kind in kinds:
            for occupant in occupants if kind in ("residence", "ambassador_residence") else [None]:
                since, through = IN_DAYS[number % len(IN_DAYS)]
                sheet.add(
                    "premises",
                    premises_id=sheet.next_id("p-"),
                    mission_id=mission_id,
                    kind=kind,
                    member_id=occupant,
                    address=f"{1111 * (number + 1)} {STREETS[number % len(STREETS)]}",
                    city="Washington" if number % 3 else "San Nowhere",
                    state="DC" if number % 3 else "CA",
                    recognized_on=sheet.day(since),
                    released_on=sheet.day(through),
                )
                number += 1
    for kind, mission_id in (("consular", "hon-fr"), ("chancery", "emb-br")):
        shared = {"address": "77 Shared Terrace", "city": "Washington", "state": "DC"}
        sheet.add("premises", premises_id=sheet.next_id("p-"), mission_id=mission_id, kind=kind, **shared)
