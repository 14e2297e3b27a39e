"""Reading telephones, offices, the consular notification list, and whom to call to verify.

Decides that a number nobody has confirmed reaches no officer: an office then has no number, and the Command Center
stands in for a community.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from lookup.errors import PolicyError
from lookup.law.codes import COMMAND_CENTER, COMMUNITIES
from lookup.law.entry import Entry
from lookup.law.load_texts import VerificationText
from lookup.law.policy import Notification, Office, Telephone, Verification
from lookup.places import COUNTRIES, US_STATES

NOTIFICATION_LIST = "list"
HOURS: tuple[str, ...] = ("always", "business_hours")
OFFICE_TEXTS: tuple[str, ...] = ("area_unchecked", "telephone_withheld", "several_offices", "elsewhere")
CONSULAR_TEXTS: tuple[str, ...] = ("mandatory", "on_request", "own", "always")


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """An office as its file has it: with the code of its telephone."""

    code: str
    name: str
    telephone: str
    states: tuple[str, ...]
    partial: tuple[str, ...]
    elsewhere: bool
    area_confirmed: bool
    since: date
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class NotificationList:
    """The consular notification list without its texts."""

    mandatory: frozenset[str]
    not_for_permanent_residents: frozenset[str]
    dependencies: Mapping[str, str]
    own: frozenset[str]
    citations: tuple[str, ...]
    since: date
    source: str
    checked_on: date


def telephone_of(entry: Entry) -> Telephone:
    """Make a telephone; its `hours` are a code until `with_hours`. Raises PolicyError."""
    hours = entry.word("hours", HOURS)
    return Telephone(
        code=entry.key,
        name=entry.text("name"),
        numbers=entry.texts("numbers"),
        hours=hours,
        always=hours == "always",
        confirmed=entry.flag("confirmed"),
        since=entry.since,
        source=entry.source,
        checked_on=entry.checked_on,
    )


def office_of(entry: Entry) -> OfficeEntry:
    """Make an office. Raises PolicyError."""
    states, partial = entry.words("states", US_STATES), entry.words("partial", US_STATES)
    if both := set(states) & set(partial):
        entry.refuse("partial", f"names {sorted(both)[0]}, which states names too; keep one")
    return OfficeEntry(
        code=entry.key,
        name=entry.text("name"),
        telephone=entry.text("telephone"),
        states=states,
        partial=partial,
        elsewhere=entry.flag("elsewhere", default=False),
        area_confirmed=entry.flag("area_confirmed"),
        since=entry.since,
        source=entry.source,
        checked_on=entry.checked_on,
    )


def notification_of(entry: Entry) -> NotificationList:
    """Make the notification list. Raises PolicyError."""
    entry.known_key((NOTIFICATION_LIST,))
    mandatory = entry.words("mandatory", COUNTRIES)
    dependencies = entry.mapping("dependencies", COUNTRIES)
    for place, state in dependencies.items():
        if state not in mandatory:
            entry.refuse(f"dependencies.{place}", "must belong to a State on the list; correct or remove it")
    return NotificationList(
        mandatory=frozenset(mandatory),
        not_for_permanent_residents=frozenset(entry.words("not_for_permanent_residents", mandatory)),
        dependencies=dependencies,
        own=frozenset(entry.words("own", COUNTRIES)),
        citations=entry.texts("citations"),
        since=entry.since,
        source=entry.source,
        checked_on=entry.checked_on,
    )


def community_of(entry: Entry) -> tuple[str, ...]:
    """Give the telephones of a community, by code, the first to be called first. Raises PolicyError."""
    entry.known_key(COMMUNITIES)
    return entry.texts("telephones")


def offices_from(
    file: str, entries: Mapping[str, OfficeEntry], telephones: Mapping[str, Telephone], texts: Mapping[str, str]
) -> tuple[Office, ...]:
    """Make the offices, each with its number where that is confirmed. Raises PolicyError."""
    if sum(entry.elsewhere for entry in entries.values()) != 1:
        raise PolicyError(f"{file}: elsewhere: must be true for one office, which serves every place not listed")
    return tuple(_office(file, entry, telephones, texts) for entry in entries.values())


def verification_from(
    community: str, codes: tuple[str, ...], text: VerificationText, telephones: Mapping[str, Telephone]
) -> Verification:
    """Choose the first telephone of `codes` that is confirmed and open day and night; where there is none the Command
    Center stands in. Raises PolicyError."""
    own = [_telephone(f"verification.toml: {community}.telephones", code, telephones) for code in codes]
    usable = [telephone for telephone in own if telephone.confirmed and telephone.always]
    telephone, say = (usable[0], text.say) if usable else (telephones[COMMAND_CENTER], text.say_to_command_center)
    return Verification(" or ".join(telephone.numbers), telephone.hours, say)


def telephones_from(file: str, entries: Mapping[str, Telephone], hours: Mapping[str, str]) -> dict[str, Telephone]:
    """Put the words for the hours in, and see that the Command Center can be called. Raises PolicyError."""
    center = entries.get(COMMAND_CENTER)
    if center is None or not (center.confirmed and center.always):
        raise PolicyError(f'{file}: {COMMAND_CENTER}: must be there, confirmed, and have hours = "always"')
    return {code: replace(telephone, hours=hours[telephone.hours]) for code, telephone in entries.items()}


def notification_from(entry: NotificationList, texts: Mapping[str, str], notes: Mapping[str, str]) -> Notification:
    """Join the notification list with its texts."""
    return Notification(
        mandatory=entry.mandatory,
        not_for_permanent_residents=entry.not_for_permanent_residents,
        dependencies=entry.dependencies,
        own=entry.own,
        notes=notes,
        mandatory_text=texts["mandatory"],
        on_request_text=texts["on_request"],
        own_text=texts["own"],
        always_text=texts["always"],
        citations=entry.citations,
        since=entry.since,
        source=entry.source,
        checked_on=entry.checked_on,
    )


def _office(file: str, entry: OfficeEntry, telephones: Mapping[str, Telephone], texts: Mapping[str, str]) -> Office:
    telephone = _telephone(f"{file}: {entry.code}.telephone", entry.telephone, telephones)
    notes = [
        *([] if telephone.confirmed else [texts["telephone_withheld"]]),
        *([] if entry.area_confirmed else [texts["area_unchecked"]]),
    ]
    return Office(
        code=entry.code,
        name=entry.name,
        telephone=" or ".join(telephone.numbers) if telephone.confirmed else None,
        states=entry.states,
        partial=entry.partial,
        elsewhere=entry.elsewhere,
        confirmed=telephone.confirmed,
        note=" ".join(notes),
        since=entry.since,
        source=entry.source,
        checked_on=entry.checked_on,
    )


def _telephone(where: str, code: str, telephones: Mapping[str, Telephone]) -> Telephone:
    if code not in telephones:
        raise PolicyError(f"{where}: the telephone {code} is not in telephones.toml; correct it or add it there")
    return telephones[code]
