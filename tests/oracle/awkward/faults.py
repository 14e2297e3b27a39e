"""Rows that must be refused, one for each reason and table, and records that point at them.

No table has more than ten of them, or more than a tenth, so that a sync does not stop.
"""

from .sheet import Sheet

CYRILLIC = "TRN\u0410\u0412\u0421"  # looks like TRNABC and is not
TOO_LONG = "TRN" + "9" * 18


def add_faults(sheet: Sheet, principals: dict[str, str]) -> None:
    """Add refused rows to every table."""
    diplomat = principals["diplomatic_agent"]
    _missions(sheet)
    held = _members(sheet, diplomat)
    _accreditations(sheet)
    _waivers_and_agreements(sheet)
    _vehicles(sheet, diplomat, held)
    _documents(sheet, diplomat, held)
    _premises(sheet, held)


def _missions(sheet: Sheet) -> None:
    begun = {"established_on": sheet.day(-900)}
    sheet.add("missions", mission_id="held-1", kind="embassy", sending_state="FR", **begun)
    sheet.add("missions", mission_id="held-2", name="Invented", kind="embassy", **begun)
    sheet.add("missions", mission_id="held-3", name="Invented", kind="international_organization", **begun)
    sheet.add("missions", mission_id="held-4", name="Invented", kind="castle", sending_state="FR", **begun)
    for _ in range(2):
        sheet.add("missions", mission_id="held-5", name="Twice", kind="embassy", sending_state="FR", **begun)
    code = {"sending_state": "FR", "plate_code": "E1"}
    sheet.add("missions", mission_id="held-6", name="Invented", kind="embassy", **code, **begun)
    sheet.add_unreadable("missions", name="Without a key", kind="embassy", sending_state="FR", **begun)
    for mission_id in ("held-1", "held-4", "held-5"):
        member_id = sheet.member()
        sheet.accredit(member_id, mission_id, "diplomatic_agent")
        sheet.member(principal_id=member_id, relationship="spouse")
        for owner in (member_id, None):
            plate = f"D Z{mission_id[-1]} {'12' if owner else '34'}"
            of = {"mission_id": mission_id, "member_id": owner, "registration_status": "active"}
            sheet.add("vehicles", plate=plate, **of)
    later = sheet.member()
    sheet.accredit(later, "emb-fr", "diplomatic_agent")
    sheet.accredit(later, "held-1", "io_staff", effective_on=sheet.day(31))


def _members(sheet: Sheet, diplomat: str) -> list[str]:
    """Return members who are held, each with an accreditation that is fine."""
    held = [
        sheet.member(family_name=None),
        sheet.member(nationality=None),
        sheet.member(us_status="citizen"),
        sheet.member(nationality=None, date_of_birth="1980-02-30"),
        sheet.member(date_of_birth="1980-02-30"),
        sheet.member(date_of_birth="19800101"),
        sheet.member(nationality="FR;QQ"),
        sheet.member(recognized="yes"),
        sheet.member(relationship="spouse"),
        sheet.member(member_id="trn-dup 1"),
    ]
    sheet.member(member_id="TRNDUP1")
    held[-1] = "TRNDUP1"
    for member_id in held:
        sheet.accredit(member_id, "emb-fr", "diplomatic_agent")
        sheet.member(principal_id=member_id, relationship="spouse")
    sheet.member(principal_id="TRNNOBODY", relationship="child")
    family = sheet.member(principal_id=diplomat, relationship="spouse")
    sheet.member(principal_id=family, relationship="child")
    sheet.member(member_id="TRNSELF", principal_id="TRN-self")
    sheet.member(member_id="TRNCYCLE1", principal_id="TRNCYCLE2", relationship="spouse")
    sheet.member(member_id="TRNCYCLE2", principal_id="TRNCYCLE1", relationship="spouse")
    for key in (CYRILLIC, TOO_LONG, None):
        known = {"family_name": "Unreadable", "nationality": "FR", "us_status": "none"}
        sheet.add_unreadable("members", member_id=key, **known)
    for given in ("Zoë", "Zoé"):
        sheet.member(family_name="Twin-Sàme", given_names=given, date_of_birth="1999-09-09")
    for number in range(2):
        sheet.member(family_name="Łáme Sømebödy", given_names="Ñot One", date_of_birth=f"1999-10-0{number + 1}")
    for _ in range(2):
        sheet.member(family_name="Véry Samé", given_names="Ön", date_of_birth="1999-11-11")
    sheet.member(family_name="\u0418\u0432\u0430\u043d\u043e\u0432", given_names=None, date_of_birth="1999-12-12")
    return held


def _accreditations(sheet: Sheet) -> None:
    """Each of these holds its member, who has another one that is fine."""

    def somebody() -> str:
        member_id = sheet.member()
        sheet.accredit(member_id, "emb-fr", "diplomatic_agent")
        sheet.member(principal_id=member_id, relationship="spouse")
        return member_id

    sheet.accredit(somebody(), "emb-fr", "")
    sheet.accredit(somebody(), "emb-fr", "former_member")
    sheet.accredit(somebody(), "nowhere", "io_staff")
    sheet.accredit(somebody(), "emb-fr", "io_staff", terminated_on=sheet.day(-401))
    sheet.accredit(somebody(), "emb-fr", "io_staff", termination="fired")
    sheet.accredit(somebody(), "emb-fr", "io_staff", effective_on="2026-6-1")
    sheet.accredit("TRNNOBODY", "emb-fr", "io_staff")
    sheet.accredit("", "emb-fr", "io_staff")
    sheet.accredit(CYRILLIC, "emb-fr", "io_staff")
    for member_id in (somebody(), somebody()):
        sheet.accredit(member_id, "emb-fr", "io_staff", accreditation_id="a-twice")
    unkeyed = {"member_id": somebody(), "mission_id": "emb-fr", "category": "io_staff"}
    sheet.add_unreadable("accreditations", **unkeyed, effective_on=sheet.day(-3))


def _waivers_and_agreements(sheet: Sheet) -> None:
    begun = {"effective_on": sheet.day(-9)}
    for scope, waiver_id in (("all", "w-held-1"), (None, "w-held-2"), ("criminal", "w-twice"), ("civil", "w-twice")):
        member_id = sheet.member()
        sheet.accredit(member_id, "emb-fr", "diplomatic_agent")
        sheet.add("waivers", waiver_id=waiver_id, member_id=member_id, scope=scope, **begun)
    sheet.add("waivers", waiver_id="w-nobody", member_id="TRNNOBODY", scope="civil", **begun)
    lifted = {"sending_state": "CN", "category": "service_staff", "citation": "Invented"}
    sheet.add("agreements", agreement_id="g-held-1", treated_as="unverified", **lifted, **begun)
    sheet.add("agreements", agreement_id="g-held-2", **lifted, **begun)
    for _ in range(2):
        sheet.add("agreements", agreement_id="g-twice", treated_as="diplomatic_agent", **lifted, **begun)


def _vehicles(sheet: Sheet, diplomat: str, held: list[str]) -> None:
    of: dict[str, str | None] = {"mission_id": "emb-fr", "member_id": diplomat, "registration_status": "active"}
    sheet.add("vehicles", plate="zz-0003", **(of | {"registration_status": "parked"}))
    for plate in ("ZZ0003", "zz-0001", "ZZ0001", "zz 0002", "ZZ•0002", "Z Z 0 0 0 2"):
        sheet.add("vehicles", plate=plate, **of)
    faults: tuple[dict[str, str | None], ...] = (
        {"mission_id": "nowhere"},
        {"member_id": "TRNNOBODY"},
        {"registration_status": "parked"},
        {"registration_status": None},
        {"valid_until": "2026-13-01"},
        {"member_id": CYRILLIC},
        {"vin": "TRN=1"},
    )
    for number, fault in enumerate(faults):
        sheet.add("vehicles", plate=f"ZZ-10{number}", **(of | fault))
    for unreadable in ("D\u0415B1234", "DEB12345678", None, "DEB=1"):
        sheet.add_unreadable("vehicles", plate=unreadable, **of)
    for number, member_id in enumerate(held):
        sheet.add("vehicles", plate=f"ZZ-20{number}", **(of | {"member_id": member_id}))
    gone = {"member_id": held[0], "registration_status": "surrendered"}
    sheet.add("vehicles", plate="ZZ-300", **(of | gone))
    sheet.add("vehicles", plate="ZZ-301", **(of | {"member_id": held[1], "registration_status": "stolen"}))


def _documents(sheet: Sheet, diplomat: str, held: list[str]) -> None:
    faults: tuple[dict[str, str | None], ...] = (
        {"member_id": "TRNNOBODY"},
        {"status": "expired"},
        {"status": None},
        {"expires_on": "soon"},
    )
    for number, fault in enumerate(faults):
        of: dict[str, str | None] = {"member_id": diplomat, "status": "active", **fault}
        sheet.add("identity_cards", card_number=f"TRNHELDC{number}", **of)
        sheet.add("driver_licenses", license_number=f"TRNHELDL{number}", **of)
    for twice in ("trn-c twice", "TRNCTWICE"):
        sheet.add("identity_cards", card_number=twice, member_id=diplomat, status="active")
    for key in (TOO_LONG, CYRILLIC):
        sheet.add_unreadable("identity_cards", card_number=key, member_id=diplomat, status="active")
    sheet.add_unreadable("driver_licenses", license_number=None, member_id=diplomat, status="active")
    for number, member_id in enumerate(held):
        status = ("active", "stolen", "revoked")[number % 3]
        sheet.add("identity_cards", card_number=f"TRNOFHELD{number}", member_id=member_id, status=status)
        status = ("active", "surrendered", "suspended")[number % 3]
        sheet.add("driver_licenses", license_number=f"TRNLOFHELD{number}", member_id=member_id, status=status)


def _premises(sheet: Sheet, held: list[str]) -> None:
    there = {"mission_id": "emb-fr", "kind": "chancery", "city": "Washington", "state": "DC"}
    faults: tuple[dict[str, str | None], ...] = (
        {"mission_id": "nowhere"},
        {"state": "ZZ"},
        {"city": None},
        {"member_id": "TRNNOBODY"},
        {"kind": "tent"},
    )
    for number, fault in enumerate(faults):
        where = {"premises_id": f"p-held-{number}", "address": f"{90 + number} Quarantine Lane"}
        sheet.add("premises", **{**there, **where, **fault})
    lived_in = {"kind": "residence", "member_id": held[0], "premises_id": "p-of-held"}
    sheet.add("premises", **(there | lived_in), address="8 Doubtful Drive")
    of_held = {"kind": "consular", "mission_id": "held-1", "premises_id": "p-at-held"}
    sheet.add("premises", **(there | of_held), address="9 Uncertain Way")
