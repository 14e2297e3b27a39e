"""A few hundred invented records with everything that makes an order doubtful: equal words, marks, scripts, lengths,
characters beyond the first plane, tombstones and held records. The same ones in every run."""

import random
from datetime import date, timedelta

from lookup.records import (
    Accreditation,
    Agreement,
    DriverLicense,
    IdentityCard,
    Member,
    Mission,
    Premises,
    Vehicle,
    record_key,
)
from lookup.store.protocol import Draft
from tests.contract.samples import DAY, draft, gone, held

FAMILY = ["Okonjo", "Okonkwo", "Ångström", "Angstrom", "van der Meer", "Lindqvist", "Ōta", "Мария", "\U00020000", "李"]
GIVEN = ["Amara", "Amara Zoë", "Zoë", "Björk", "Jean-Luc", "Мария", None]
STREETS = ["Invented Way", "Invented Avenue NW", "Example Street", "Example Place", "Zubrowka Drive"]
MAKES = ["Zephyr", "Zéphyr", "Invented", None]


def crowd() -> list[Draft]:
    """Records of every kind, each once, in no order."""
    chance = random.Random(20261121)  # noqa: S311 - no secret
    drafts = [*_missions(chance), *_members(chance), *_vehicles(chance), *_documents(chance), *_premises(chance)]
    drafts += [held("member", "TRN8888"), held("vehicle", "ZZZ999"), held("mission", "TRN899")]
    drafts += [held("mission", f"TRN{odd}") for odd in ("\uff5e", "\U0001f600", "é", "~", "\\")]  # not as UTF-16 orders
    drafts += [held("vehicle", odd) for odd in ("\\", "\\Z1", "*Z2", "Z\\3")]  # what a pattern must not confuse
    chance.shuffle(drafts)
    return drafts


def departed(drafts: list[Draft]) -> list[Draft]:
    """Tombstones of every ninth record."""
    return [gone(one) for one in sorted(drafts, key=lambda one: one.key)[::9]]


def _missions(chance: random.Random) -> list[Draft]:
    missions = [
        Mission(
            f"TRN9{number:02}",
            chance.choice(["Embassy of Zubrowka", "Embassy of Arcadia", "Mission of Ångström"]),
            "embassy",
            DAY,
            sending_state=chance.choice(["ZZ", "ZA"]),
            plate_code=chance.choice(["ZA", "ZB", "EA"]),
            city=chance.choice(["Washington", "New York"]),
            state=chance.choice(["DC", "NY"]),
            address=f"{number} {chance.choice(STREETS)}",
        )
        for number in range(12)
    ]
    lifts = [
        Agreement(f"TRN-G{number}", "ZZ", "service_staff", "diplomatic_agent", DAY, "invented", bool(number % 2))
        for number in range(5)
    ]
    return [*map(draft, missions), *map(draft, lifts)]


def _members(chance: random.Random) -> list[Draft]:
    members = []
    for number in range(140):
        post = Accreditation(f"TRN-A{number}", f"TRN9{number % 12:02}", "diplomatic_agent", DAY)
        of_family = number % 5 == 4
        members.append(
            Member(
                f"TRN{number:04}",
                chance.choice(FAMILY),
                ("ZZ",),
                "none",
                given_names=chance.choice(GIVEN),
                date_of_birth=date(1980, 1, 1) + timedelta(days=chance.randrange(3)),
                principal_id=f"TRN{number - 1:04}" if of_family else None,
                relationship="spouse" if of_family else None,
                accreditations=() if of_family else (post,),
            )
        )
    return [draft(one) for one in members]


def _vehicles(chance: random.Random) -> list[Draft]:
    plates = {"".join(chance.choices("ZOE10B8", k=chance.randint(1, 8))) for _ in range(160)}
    vehicles = [
        Vehicle(
            plate,
            f"TRN9{chance.randrange(12):02}",
            chance.choice(["active", "expired", "stolen"]),
            vin=f"TRN0VIN{chance.randrange(90):05}",
            member_id=f"TRN{chance.randrange(140):04}",
            make=chance.choice(MAKES),
            color=chance.choice(["blue", "Blue", None]),
        )
        for plate in sorted(plates - {"ZZZ999"})
    ]
    return [draft(one) for one in vehicles]


def _documents(chance: random.Random) -> list[Draft]:
    cards = [IdentityCard(f"TRN7{number:03}", f"TRN{chance.randrange(140):04}", "active") for number in range(40)]
    licenses = [DriverLicense(f"TRN*{number:03}", f"TRN{chance.randrange(140):04}", "active") for number in range(20)]
    return [*map(draft, cards), *map(draft, licenses)]


def _premises(chance: random.Random) -> list[Draft]:
    return [
        draft(
            Premises(
                f"TRN-P{number}",
                f"TRN9{chance.randrange(12):02}",
                "chancery",
                f"{chance.randrange(5)} {chance.choice(STREETS)}",
                chance.choice(["Washington", "Arlington"]),
                chance.choice(["DC", "VA"]),
            )
        )
        for number in range(40)
    ]


def keys_of(drafts: list[Draft]) -> list[str]:
    return [one.key for one in drafts] + [
        record_key("vehicle", "ABSENT"),
        record_key("premises", "TRN-P0X"),
        "head",
        "",
    ]
