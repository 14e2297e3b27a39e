"""Identity cards and driver licenses of invented people.

Decides who carries which card with which border, as State issues them, and in which state the papers are. A border
goes with more than one level of immunity: none can be told from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from lookup.records import DriverLicense, DriverLicenseStatus, IdentityCard, IdentityCardStatus

from .calendar import Calendar, Expiry
from .dice import Deck, Dice
from .numbers import Numbers
from .people import Household, Person
from .posts import SHORT_STAYS

BLUE = frozenset({"diplomatic_agent", "io_mission_diplomat", "io_senior_official"})
GREEN = frozenset({"admin_technical_staff", "service_staff", "io_mission_support_staff", "tecro_designated_employee"})
RED = frozenset(
    {
        "career_consular_officer",
        "honorary_consular_officer",
        "consular_employee",
        "consular_service_staff",
        "teco_head_or_deputy",
        "teco_designated_employee",
    }
)
WITHOUT_FAMILY_CARDS = frozenset({"io_mission_support_staff", "service_staff", "private_servant"})
CARD_AGE = 16
"""Children under 16 carry no card."""

VALID_DAYS = 1460
CARDS: dict[tuple[IdentityCardStatus, Expiry], int] = {
    ("active", "later"): 120,
    ("active", "past"): 6,
    ("active", "edge"): 6,
    ("lost", "later"): 2,
    ("stolen", "later"): 2,
    ("surrendered", "later"): 1,
    ("revoked", "later"): 1,
}
LEFT_CARDS: dict[tuple[IdentityCardStatus, Expiry], int] = {
    ("surrendered", "later"): 7,
    ("active", "later"): 2,
    ("active", "past"): 2,
    ("revoked", "later"): 1,
}
"""Status and expiry; of those who have left most cards are surrendered."""

LICENSES: dict[tuple[DriverLicenseStatus, Expiry], int] = {
    ("active", "later"): 60,
    ("active", "past"): 4,
    ("active", "edge"): 2,
    ("suspended", "later"): 2,
    ("revoked", "later"): 1,
    ("surrendered", "later"): 2,
}
LICENSE_CLASSES: dict[str | None, int] = {"D": 30, "DM": 1, "M": 1, None: 2}


@dataclass(frozen=True, slots=True)
class Design:
    """What a card looks like."""

    border: str
    issuer: str


class Papers:
    """Makes the papers of households."""

    def __init__(self, dice: Dice, calendar: Calendar, numbers: Numbers) -> None:
        self._dice, self._calendar, self._numbers = dice, calendar, numbers
        self._cards, self._left_cards = Deck(dice, CARDS), Deck(dice, LEFT_CARDS)
        self._licenses = Deck(dice, LICENSES)
        self._classes = Deck(dice, LICENSE_CLASSES)
        self._youngest_card_holder = calendar.birthday(CARD_AGE, 0)

    def cards(self, household: Household) -> Iterator[IdentityCard]:
        """Give the cards of a household; who has just arrived has none yet."""
        if household.category in SHORT_STAYS or household.posts[0].effective_on > self._calendar.day(-15):
            return
        left = household.posts[0].departed_on is not None and household.posts[0].terminated_on is not None
        border, issuer = _border(household.category), _issuer(household)
        for person in household.people():
            if not self._carries_card(person, household.category):
                continue
            status, expiry = (self._left_cards if left else self._cards).deal()
            yield self._card(person, status, expiry, Design(border, issuer))
            if status == "lost":
                yield self._card(person, "active", "later", Design(border, issuer))

    def licenses(self, household: Household) -> Iterator[DriverLicense]:
        """Give the driver licenses of a household."""
        for person in household.people():
            if self._is_old_enough(person) and self._dice.chance(0.55):
                status, expiry = self._licenses.deal()
                expires_on = self._calendar.expiry("license", expiry, VALID_DAYS - 1)
                yield DriverLicense(
                    license_number=self._numbers.license(),
                    member_id=person.member_id,
                    license_class=self._classes.deal(),
                    issued_on=expires_on - timedelta(days=VALID_DAYS),
                    expires_on=expires_on,
                    status=status,
                )

    def _card(self, person: Person, status: IdentityCardStatus, expiry: Expiry, design: Design) -> IdentityCard:
        expires_on = self._calendar.expiry("card", expiry, VALID_DAYS - 1)
        return IdentityCard(
            card_number=self._numbers.card(),
            member_id=person.member_id,
            border=None if self._dice.chance(0.02) else design.border,
            issuer=None if self._dice.chance(0.02) else design.issuer,
            issued_on=expires_on - timedelta(days=VALID_DAYS),
            expires_on=None if self._dice.chance(0.005) else expires_on,
            status=status,
        )

    def _carries_card(self, person: Person, category: str) -> bool:
        if person.principal_id is None:
            return not self._dice.chance(0.02)
        return category not in WITHOUT_FAMILY_CARDS and self._is_old_enough(person) and person.recognized is not False

    def _is_old_enough(self, person: Person) -> bool:
        return person.date_of_birth is not None and person.date_of_birth <= self._youngest_card_holder


def _border(category: str) -> str:
    for border, categories in (("blue", BLUE), ("green", GREEN), ("red", RED)):
        if category in categories:
            return border
    return "other"


def _issuer(household: Household) -> str:
    """USUN and AIT issue for State; the United Nations issue their staff's own."""
    if household.mission.kind == "international_organization":
        return "un" if household.mission.organization == "un" else "state_department"
    return "other" if household.mission.kind == "representative_office" else "state_department"
