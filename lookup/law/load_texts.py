"""Reading the texts of one language: conditions, blocks, rules, levels, notices, categories, what to say on
the telephone, plain sentences.

Decides what a well-formed text is and which placeholders it may hold. A telephone number stands in no text: a text
names the telephone, as in {command_center}, and only a confirmed one can be named.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from lookup.errors import PolicyError
from lookup.law.codes import BLOCK_CODES, COMMUNITIES, LEVEL_TEXTS, NOTICE_CODES, SEVERITIES
from lookup.law.entry import PLACEHOLDER, Entry
from lookup.law.policy import BlockText, CategoryText, Condition, LevelText, NoticeText, RuleText, Telephone
from lookup.law.terms import BLOCK_KINDS, CATEGORIES, CONDITION_CODES, RULE_ROWS, ConditionCode

WITH_LAST_DAY = "reasonable_period"
"""The one block that has a second text, for when the last day of protection is known."""

FILLED_LATER: Mapping[tuple[str, str], frozenset[str]] = {
    (WITH_LAST_DAY, "text_until"): frozenset({"until"}),
    ("history_incomplete", "text"): frozenset({"what"}),
}
"""By code and field: the placeholders that whoever gives the answer fills in. Such a text must hold them all."""

CATEGORY_KEYS: tuple[str, ...] = (*CATEGORIES, *RULE_ROWS)


@dataclass(frozen=True, slots=True)
class VerificationText:
    """What to say to a community's own telephone, and what where the Command Center answers for it."""

    say: str
    say_to_command_center: str


Text = TypeVar(
    "Text", bound=BlockText | CategoryText | Condition | LevelText | NoticeText | RuleText | VerificationText
)


def condition_of(entry: Entry) -> Condition:
    """Make a condition's text. Raises PolicyError."""
    code: ConditionCode = entry.known_key(CONDITION_CODES)
    return Condition(code, entry.text("text"), entry.texts("citations"))


def block_of(entry: Entry) -> BlockText:
    """Make a guidance block. Raises PolicyError."""
    code = entry.known_key(BLOCK_CODES)
    until = entry.text("text_until") if code == WITH_LAST_DAY else None
    kind = entry.word("kind", BLOCK_KINDS)
    return BlockText(code, kind, entry.text("text"), entry.texts("citations"), until)


def rule_of(entry: Entry) -> RuleText:
    """Make what the trace says of a rule. Raises PolicyError."""
    return RuleText(entry.key, entry.text("step"), entry.text("because"), entry.text("citation"))


def level_of(entry: Entry) -> LevelText:
    """Make the head of an answer. Raises PolicyError."""
    entry.known_key(LEVEL_TEXTS)
    return LevelText(entry.text("verdict"), entry.text("headline"), entry.text("summary"))


def notice_of(entry: Entry) -> NoticeText:
    """Make a notice. Raises PolicyError."""
    return NoticeText(entry.known_key(NOTICE_CODES), entry.word("severity", SEVERITIES), entry.text("text"))


def category_of(entry: Entry) -> CategoryText:
    """Make the description of a category. Raises PolicyError."""
    return CategoryText(entry.known_key(CATEGORY_KEYS), entry.text("name"), entry.text("meaning"))


def verification_text_of(entry: Entry) -> VerificationText:
    """Make what to say to a community. Raises PolicyError."""
    entry.known_key(COMMUNITIES)
    say = entry.text("say")
    return VerificationText(say, entry.optional_text("say_to_command_center") or say)


def sentence_of(known: Collection[str]) -> Callable[[Entry], str]:
    """Give a maker of plain sentences whose keys are `known`."""

    def make(entry: Entry) -> str:
        entry.known_key(known)
        return entry.text("text")

    return make


def fill(file: str, key: str, value: Text, telephones: Mapping[str, Telephone]) -> Text:
    """Put confirmed telephone numbers where the texts of `value` name them. Raises PolicyError for a placeholder that
    nobody fills in, now or later."""
    changed: dict[str, Any] = {}
    for field in fields(value):
        text = getattr(value, field.name)
        if isinstance(text, str):
            where = f"{file}: {key}.{field.name}"
            changed[field.name] = fill_text(where, text, telephones, _later(value, key, field.name))
    return replace(value, **changed)


def fill_text(
    where: str, text: str, telephones: Mapping[str, Telephone], later: frozenset[str] | None = frozenset()
) -> str:
    """Put telephone numbers into one text. `later` are the placeholders that stay, each of which must be there; None
    is any. Raises PolicyError that names `where`."""
    named = set(PLACEHOLDER.findall(text))
    for name in sorted(later or ()):
        if name not in named:
            raise PolicyError(f"{where}: must hold the placeholder {{{name}}}; write it where its value belongs")
    for name in sorted(named):
        if name in telephones:
            text = text.replace(f"{{{name}}}", _numbers(where, telephones[name]))
        elif later is not None and name not in later:
            raise PolicyError(f"{where}: the placeholder {{{name}}} is not known; correct or remove it")
    return text


def _later(value: object, key: str, name: str) -> frozenset[str] | None:
    """Which placeholders stay in a field. What the trace says of a rule may hold any: its step knows them."""
    return None if isinstance(value, RuleText) else FILLED_LATER.get((key, name), frozenset())


def _numbers(where: str, telephone: Telephone) -> str:
    if not telephone.confirmed:
        raise PolicyError(f"{where}: the telephone {telephone.code} is not confirmed, so no text may name it")
    return " or ".join(telephone.numbers)
