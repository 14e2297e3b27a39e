"""Facts by chance, always such that an assessment accepts them, for comparing two statements of the law.

What is ambiguous is left out: an accreditation without a category, an agreement without a treatment.
"""

from datetime import date, timedelta
from random import Random
from typing import Any

from .matrix import MATRIX
from .vehicle_search import CONSULAR_POSTS, MEMBERS, PROTECTED_MISSIONS

Facts = dict[str, Any]
AT = date(2026, 6, 1)
NEAR = (-400, -91, -32, -31, -30, -29, -2, -1, 0, 1, 2, 29, 30, 31)
BOOLEANS = (True, False, None)
MISSION_KINDS = (*CONSULAR_POSTS, *PROTECTED_MISSIONS)
US_STATUS = ("none", "none", "none", "permanent_resident", "national", None)


def random_facts(chance: Random) -> Facts:
    """Return one set of facts; the same state of `chance` gives the same."""
    facts: Facts = {"at": AT.isoformat()}
    if chance.random() < 0.25:
        facts["accreditations"] = [_accreditation(chance) for _ in range(chance.choice((1, 2, 2, 2, 3)))]
        facts |= {name: value for name, value in _shared(chance).items() if chance.random() < 0.5}
    elif chance.random() < 0.95:
        facts |= _accreditation(chance)
    facts |= _person(chance) | _moment(chance)
    facts["record"] = chance.choice(("found",) * 12 + ("not_found", "unavailable", "stale", "conflict", None))
    facts["lookup"] = chance.choice(("person", "person", "plate", None))
    facts["card_status"] = chance.choice(
        ("active",) * 8 + ("expired", "lost", "stolen", "surrendered", "revoked", None)
    )
    if chance.random() < 0.5:
        facts["vehicle"] = _vehicle(chance)
    return {name: value for name, value in facts.items() if value is not None or chance.random() < 0.5}


def _day(chance: Random, share: float) -> str | None:
    return (AT + timedelta(days=chance.choice(NEAR))).isoformat() if chance.random() < share else None


def _accreditation(chance: Random) -> Facts:
    return {"category": chance.choice(tuple(MATRIX)), **_dates(chance), **_shared(chance)}


def _dates(chance: Random) -> Facts:
    begins, ends = _day(chance, 0.4), _day(chance, 0.4)
    if begins is not None and ends is not None and ends < begins:
        begins, ends = ends, begins
    return {
        "effective_on": begins,
        "terminated_on": ends,
        "termination": chance.choice(("ended", "persona_non_grata", "deceased", "mission_closed", None, None)),
        "departed_on": _day(chance, 0.2),
        "reasonable_period_ends_on": _day(chance, 0.2),
    }


def _shared(chance: Random) -> Facts:
    agreement = {"treated_as": chance.choice(tuple(MATRIX)), "covers_family": chance.choice(BOOLEANS)}
    if chance.random() < 0.5:
        agreement["treated_as"] = chance.choice(
            ("diplomatic_agent", "admin_technical_staff", "career_consular_officer")
        )
    return {
        "mission_kind": chance.choice((*MISSION_KINDS, None, None, None)),
        "organization": chance.choice(("un", "oas", "other", None, None)),
        "national_of_sending_state": chance.choice(BOOLEANS),
        "agreement": agreement if chance.random() < 0.4 else None,
        "state_confirmed": chance.choice(BOOLEANS),
    }


def _person(chance: Random) -> Facts:
    waivers = [_waiver(chance) for _ in range(chance.choice((0, 0, 0, 0, 1, 1, 2, 3)))]
    common: Facts = {"us_status": chance.choice(US_STATUS), "waivers": waivers or chance.choice(([], None))}
    if chance.random() < 0.5:
        return {"role": chance.choice(("principal", None)), **common}
    return {
        "role": "family",
        "relationship": chance.choice(("spouse", "child", "child", "parent", "other", None)),
        "age": chance.choice((0, 15, 16, 17, 18, 20, 21, 22, 23, 40, None)),
        "full_time_student": chance.choice(BOOLEANS),
        "household_exception": chance.choice(BOOLEANS),
        "household_until": _day(chance, 0.3),
        "recognized": chance.choice((True, True, True, None, None, False)),
        "principal_us_status": chance.choice(US_STATUS),
        **common,
    }


def _waiver(chance: Random) -> Facts:
    return {
        "scope": chance.choice(("criminal", "criminal", "testimony", "civil", "execution")),
        "case_reference": chance.choice(("2026-TRN-1", None)),
        "confirmed_by_state": chance.random() < 0.7,
    }


def _moment(chance: Random) -> Facts:
    kinds = ("chancery", "ambassador_residence", "residence", "consular", "annex", "organization_headquarters")
    return {
        "offense": chance.choice(("infraction", "misdemeanor", "felony", "felony", None, None)),
        "warrant": chance.choice(BOOLEANS),
        "arrest_contemplated": chance.choice(BOOLEANS),
        "situation": chance.choice(("dui", "domestic_violence", "fire", None, None, None)),
        "bag": chance.choice((True, False, None, None)),
        "mandatory_notification_country": chance.choice(BOOLEANS),
        "premises": chance.choice((*kinds, *(None,) * 6)),
    }


def _vehicle(chance: Random) -> Facts:
    registrant = chance.choice((*MISSION_KINDS, *MEMBERS, *MEMBERS, "rental", "third_party", "unknown", None))
    return {
        "registrant": registrant,
        "status": chance.choice(("ordinary",) * 4 + ("stolen", "stolen_verified", None)),
        "obstructing": chance.choice(BOOLEANS),
    }
