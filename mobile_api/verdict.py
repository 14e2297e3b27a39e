"""How an answer is laid out for one glance: the verdict, the officer's questions in their order, guidance by kind.

Decides signs, labels and order on the page; decides nothing about the law, whose words are the policy's. Color never
speaks alone (WCAG 2.2, 1.4.1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lookup.freshness import CLOCK_TOLERANCE
from lookup.law.policy import Policy
from lookup.law.terms import Action, BlockKind, Level

LEVEL_SIGNS: Mapping[Level, str] = {"full": "■", "partial": "▲", "official_acts": "◆", "none": "●", "unverified": "?"}
"""A shape for each level, which differs also without color."""

QUESTIONS: Mapping[Action, str] = {
    "arrest_or_detain": "Arrest or detain?",
    "search_person": "Search the person?",
    "search_vehicle": "Search the car?",
    "issue_traffic_citation": "Write a ticket?",
    "subpoena_as_witness": "Must testify?",
    "enter_residence": "Enter the home?",
    "prosecute": "Prosecute?",
}
"""An officer's questions at the car first (arrest, search of person and car, ticket, testimony), then the other two."""

ANSWER_WORDS = {"yes": ("YES", "✓"), "no": ("NO", "✕"), "conditional": ("ONLY IF", "!")}

_PHONE = re.compile(r"\d{3}-\d{3}-\d{4}")

GUIDANCE_TITLES: Mapping[BlockKind, str] = {"do_not": "Do not", "do": "Do", "call": "Call", "know": "Know"}


@dataclass(frozen=True, slots=True)
class Line:
    """One question and its answer."""

    question: str
    answer: str
    word: str
    sign: str
    condition: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a page shows of an answer. `style` is the level, `age` is a sentence, `phones` are for verifying."""

    style: str
    word: str
    sign: str
    headline: str
    lines: tuple[Line, ...]
    guidance: tuple[tuple[str, tuple[Mapping[str, Any], ...]], ...]
    age: str
    phones: tuple[str, ...]


def verdict_of(answer: Mapping[str, Any], policy: Policy) -> Verdict:
    """Lay out the document of an answer whose `immunity` is there, as it is for everything but premises. The verdict's
    words are the policy's."""
    immunity = answer["immunity"]
    level, outcome = immunity["level"], answer["outcome"]
    return Verdict(
        style=level,
        word=policy.levels[level if outcome == "match" else outcome].verdict,
        sign=LEVEL_SIGNS[level],
        headline=immunity["headline"],
        lines=tuple(_line(action, immunity["permissions"][action]) for action in QUESTIONS),
        guidance=_by_kind(answer["guidance"]["blocks"]),
        age=_age(answer["freshness"]),
        phones=tuple(_PHONE.findall(answer["guidance"]["verify"]["phone"])),
    )


def age_in_words(seconds: float) -> str:
    """Say an age in its largest whole unit: `40 s`, `5 min`, `3 h`, `2 days`."""
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= (2 if unit == "days" else 1) * size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(int(seconds), 0)} s"


def _age(freshness: Mapping[str, Any]) -> str:
    """Say how old the data is; data from the future means that this machine's clock is wrong, whatever `state` says."""
    seconds = freshness["age_seconds"]
    if seconds < -CLOCK_TOLERANCE.total_seconds():
        return "The clock of this machine cannot be right: it is behind the data"
    return f"Data {age_in_words(seconds)} old ({freshness['state']})"


def _line(action: Action, permission: Mapping[str, Any]) -> Line:
    word, sign = ANSWER_WORDS[permission["answer"]]
    return Line(QUESTIONS[action], permission["answer"], word, sign, permission["condition"])


def _by_kind(blocks: list[Mapping[str, Any]]) -> tuple[tuple[str, tuple[Mapping[str, Any], ...]], ...]:
    grouped = ((title, tuple(b for b in blocks if b["kind"] == kind)) for kind, title in GUIDANCE_TITLES.items())
    return tuple((title, found) for title, found in grouped if found)
