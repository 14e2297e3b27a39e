"""The law's data in force: the matrix, numbers, conditions, guidance texts, telephone numbers, offices, notification
list.

Decides the shape of a policy, and which policy holds on a day. How the TOML files under `data/` are read and checked
is `load`; what a policy means for a person is `assess`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from lookup.errors import PolicyError
from lookup.law.codes import Severity
from lookup.law.terms import Action, BlockKind, ConditionCode, Level, PermissionAnswer, Role


@dataclass(frozen=True, slots=True)
class Permission:
    """What the law says about one action: the answer and, where it is conditional, its codes in table order, each
    once. The citations say where the answer comes from; two permissions that differ only there are equal."""

    answer: PermissionAnswer
    codes: tuple[ConditionCode, ...] = ()
    citations: tuple[str, ...] = field(default=(), compare=False)


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
    """The numbers that the rules read, in whole years and days; sources beside each value in data/numbers.toml."""

    adult_child_age: int  # 21: a child below it needs no further ground
    oldest_student_age: int  # 23: from here only a recorded exception counts
    senior_official_child_age: int  # 18: children of senior officials are covered below it
    reasonable_period_days: int  # 30: days after the end of functions, both ends included
    household_grace_days: int  # 30: days after the last one in the household
    future_accreditation_days: int  # 30: a post that begins later than this is left out where there is another
    policy_check_days: int  # 366: days after which an answer warns that nobody has checked the law's data


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
    """What stands at the top of an answer: the verdict (one or two words in capitals), the headline, the summary. Its
    keys are `codes.LEVEL_TEXTS`: each level, the narrower kinds of `official_acts`, the plate of a member
    (`registrant_…`), and `possible_matches` and `no_record`."""

    verdict: str
    headline: str
    summary: str


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice beside an answer."""

    code: str
    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Whom to call, when, and what to say, for one community (`state`, `usun`, `ait`)."""

    phone: str
    hours: str
    say: str


@dataclass(frozen=True, slots=True)
class Telephone:
    """A telephone number. Only a `confirmed` one is ever shown to an officer; `always` is day and night."""

    code: str
    name: str
    numbers: tuple[str, ...]
    hours: str
    always: bool
    confirmed: bool
    since: date
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Office:
    """A regional office and the States and territories that it serves, USPS codes; `partial` are served only in part.
    `elsewhere` is the office of every place that no office lists. `telephone` is None while it is not confirmed."""

    code: str
    name: str
    telephone: str | None
    states: tuple[str, ...]
    partial: tuple[str, ...]
    elsewhere: bool
    confirmed: bool
    note: str
    since: date
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Notification:
    """The consular notification list, ISO 3166-1 alpha-2. `mandatory` States but for the permanent residents of those
    in `not_for_permanent_residents`; `dependencies` mapped to the State they belong to; `own` places whose people are
    US nationals; notes by country. Each text says what to do with a foreign national who is arrested."""

    mandatory: frozenset[str]
    not_for_permanent_residents: frozenset[str]
    dependencies: Mapping[str, str]
    own: frozenset[str]
    notes: Mapping[str, str]
    mandatory_text: str
    on_request_text: str
    own_text: str
    always_text: str
    citations: tuple[str, ...]
    since: date
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class CategoryText:
    """What a category is, in plain words, for the guidance pages."""

    category: str
    name: str
    meaning: str


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Everything in force from `since` on, under one name such as `2026.1`; texts in one language.

    Compared and hashed by identity: a policy is loaded once and can be part of a cache key. `checked_on_oldest` is the
    day on which the value that was checked longest ago was compared with its source.
    """

    name: str
    since: date
    language: str
    checked_on_oldest: date
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
    office_texts: Mapping[str, str]
    sentences: Mapping[str, str]
    notification: Notification

    def check_overdue(self, day: date) -> bool:
        """Whether on `day` some value has not been compared with its source for longer than the law's data allows."""
        return (day - self.checked_on_oldest).days > self.numbers.policy_check_days


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies, the first one first. There is always at least one."""

    all: tuple[Policy, ...]

    def on(self, day: date) -> Policy:
        """Give the policy in force on `day`, a day in Washington: the last that has begun, before the first the first.

        Never fails: the last policy holds until another begins.
        """
        begun = [policy for policy in self.all if policy.since <= day]
        return begun[-1] if begun else self.all[0]

    def named(self, name: str) -> Policy:
        """Give the policy of that name. Raises PolicyError where there is none."""
        for policy in self.all:
            if policy.name == name:
                return policy
        raise PolicyError(f"There is no such policy; the policies are {', '.join(policy.name for policy in self.all)}")
