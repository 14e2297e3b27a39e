"""The law's data in force: the matrix, numbers, conditions, guidance texts, telephone numbers, offices, notification
list.

Decides how the TOML files under `policy/` and `guidance/` are read and checked, and which policy holds on a day.
Decides nothing about a person: that is `assess`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lookup.law.terms import Action, BlockKind, ConditionCode, Level, PermissionAnswer, Role


@dataclass(frozen=True, slots=True)
class Permission:
    """What the law says about one action: the answer and, where it is conditional, its codes in table order, each
    once."""

    answer: PermissionAnswer
    codes: tuple[ConditionCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix: the ordinary case of a category (or outcome) for a principal or for family."""

    category: str
    role: Role
    level: Level
    permissions: Mapping[Action, Permission]
    citations: tuple[str, ...]
    limits: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that the rules read, in whole years and days; sources beside each value in policy/numbers.toml."""

    adult_child_age: int  # 21: a child below it needs no further ground
    oldest_student_age: int  # 23: from here only a recorded exception counts
    senior_official_child_age: int  # 18: children of senior officials are covered below it
    reasonable_period_days: int  # 30: days after the end of functions, both ends included
    household_grace_days: int  # 30: days after leaving the household


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition code's sentence for an officer, and where it comes from."""

    code: ConditionCode
    text: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockText:
    """A guidance block. `text_until`, where there is one, is used when a last day is known, and holds `{until}`."""

    code: str
    kind: BlockKind
    text: str
    citations: tuple[str, ...]
    text_until: str | None = None


@dataclass(frozen=True, slots=True)
class RuleText:
    """What the trace says of a rule: why, in one sentence (may hold named placeholders), and the citation."""

    rule: str
    step: str
    because: str
    citation: str


@dataclass(frozen=True, slots=True)
class LevelText:
    """The headline and the summary of a level; `official_acts` also for a former member, each its own key."""

    headline: str
    summary: str


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice beside an answer."""

    code: str
    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Whom to call, when, and what to say, for one community (`state`, `usun`, `ait`)."""

    phone: str
    hours: str
    say: str


@dataclass(frozen=True, slots=True)
class Telephone:
    """A telephone number. Only a `confirmed` one is ever shown to an officer."""

    code: str
    name: str
    numbers: tuple[str, ...]
    hours: str
    confirmed: bool
    since: date
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Office:
    """A regional office and the States and territories that it serves; `partial` are served only in part."""

    code: str
    name: str
    telephone: str | None
    states: tuple[str, ...]
    partial: tuple[str, ...]
    confirmed: bool
    note: str
    since: date
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Notification:
    """The consular notification list: `mandatory` States, `dependencies` mapped to the State they belong to, notes by
    country."""

    mandatory: frozenset[str]
    dependencies: Mapping[str, str]
    notes: Mapping[str, str]
    on_request_text: str
    mandatory_text: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryText:
    """What a category is, in plain words, for the guidance pages."""

    category: str
    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything in force from `since` on, under one name such as `2026.1`; texts in one language."""

    name: str
    since: date
    language: str
    rows: Mapping[tuple[str, Role], Row]
    numbers: Numbers
    conditions: Mapping[ConditionCode, Condition]
    blocks: Mapping[str, BlockText]
    rules: Mapping[str, RuleText]
    levels: Mapping[str, LevelText]
    notices: Mapping[str, NoticeText]
    categories: Mapping[str, CategoryText]
    verification: Mapping[str, Verification]
    telephones: Mapping[str, Telephone]
    offices: tuple[Office, ...]
    notification: Notification
