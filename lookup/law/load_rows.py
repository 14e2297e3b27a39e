"""Reading the matrix and the numbers: the part of the law's data that holds no words for an officer.

Decides what a well-formed row is: all seven actions answered, condition codes known and in their order, each once.
"""

from dataclasses import fields

from lookup.law.entry import Entry
from lookup.law.policy import Numbers, Permission, Row
from lookup.law.terms import (
    ACTIONS,
    CATEGORIES,
    CONDITION_CODES,
    LEVELS,
    ROLES,
    RULE_ROWS,
    Action,
    ConditionCode,
    Level,
    Role,
)

NUMBER_NAMES: tuple[str, ...] = tuple(field.name for field in fields(Numbers))

US_PERSON_IN_OFFICE = "us_person_in_office"

ROW_KEYS: dict[str, tuple[str, Role]] = {
    f"{category}.{role}": (category, role)
    for category in (*CATEGORIES, *RULE_ROWS)
    for role in ROLES
    if (category, role) != (US_PERSON_IN_OFFICE, "family")
}
"""How the file writes each row. A US person in office is always a principal; every other row stands for both roles."""


def row_of(entry: Entry) -> Row:
    """Make a row of the matrix. Raises PolicyError."""
    category, role = ROW_KEYS[entry.known_key(ROW_KEYS)]
    level: Level = entry.word("level", LEVELS)
    citations = entry.texts("citations")
    articles = entry.lists("articles", ACTIONS)
    permissions = {action: _permission(entry, action, articles.get(action, citations)) for action in ACTIONS}
    return Row(category, role, level, permissions, citations, entry.text("limits"))


def number_of(entry: Entry) -> int:
    """Make one number. Raises PolicyError."""
    entry.known_key(NUMBER_NAMES)
    return entry.whole("value")


def _permission(entry: Entry, action: Action, citations: tuple[str, ...]) -> Permission:
    answer, _, joined = entry.text(action).partition(":")
    if answer in {"yes", "no"} and not joined:
        return Permission("yes" if answer == "yes" else "no", (), citations)
    if answer != "conditional":
        entry.refuse(action, "must be yes, no, or conditional: followed by condition codes")
    return Permission("conditional", _codes(entry, action, joined), citations)


def _codes(entry: Entry, action: Action, joined: str) -> tuple[ConditionCode, ...]:
    given = joined.split("+")
    for code in given:
        if code not in CONDITION_CODES:
            entry.refuse(action, f"does not know the condition {code!r}; it is one of {', '.join(CONDITION_CODES)}")
    codes = tuple(code for code in CONDITION_CODES if code in given)
    if list(codes) != given:
        entry.refuse(action, f"must list each condition once, in this order: {'+'.join(codes)}")
    return codes
