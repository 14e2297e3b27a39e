"""Consular notification: what must be done for a foreign national who is arrested or detained.

Decides from the nationality alone, for any level of immunity: on arrest the consulate is notified whatever the person
wishes, or only if they wish it. Whether there is an arrest is for the facts to say.
"""

from dataclasses import dataclass
from typing import Literal

from lookup.law.policy import Notification, Policy

Duty = Literal["mandatory", "on_request", "none"]


@dataclass(frozen=True, slots=True)
class NotificationDuty:
    """What to do. `state` is the State responsible (`GB` for `BM`); duty `none` is for places of US nationals; `notes`
    are those of the country and of its State, and may be empty."""

    country: str
    state: str
    duty: Duty
    text: str
    notes: tuple[str, ...]
    citations: tuple[str, ...]


def notification_duty(country: str, policy: Policy, *, permanent_resident: bool = False) -> NotificationDuty:
    """Give the duty for a national of `country` (ISO 3166-1 alpha-2, capitals).

    `permanent_resident` is of the United States: some mandatory States leave those out. A code that is on no list gives
    `on_request`; whether the code exists is for the caller to check. Rule: VCCR, article 36(1)(b), and the bilateral
    agreements behind data/notification.toml.
    """
    listed = policy.notification
    state = _state(country, listed)
    duty = _duty(state, listed, permanent_resident)
    text = {"mandatory": listed.mandatory_text, "on_request": listed.on_request_text, "none": listed.own_text}[duty]
    notes = tuple(listed.notes[code] for code in dict.fromkeys((country, state)) if code in listed.notes)
    return NotificationDuty(country, state, duty, f"{text} {listed.always_text}", notes, listed.citations)


def must_notify(country: str, policy: Policy, *, permanent_resident: bool = False) -> bool:
    """Say whether the consulate of a national of `country` is told whatever the person wishes; see
    `notification_duty`."""
    listed = policy.notification
    return _duty(_state(country, listed), listed, permanent_resident) == "mandatory"


def _state(country: str, listed: Notification) -> str:
    """Give the State responsible for the people of a place."""
    return "US" if country in listed.own else listed.dependencies.get(country, country)


def _duty(state: str, listed: Notification, permanent_resident: bool) -> Duty:
    if state in listed.own:
        return "none"
    if state not in listed.mandatory or (permanent_resident and state in listed.not_for_permanent_residents):
        return "on_request"
    return "mandatory"
