"""Step 8: what a waiver in force opens, once State has confirmed it.

A waiver never changes a level, and nothing at all while the level is unverified.
"""

from typing import Any

from .matrix import YES, Answers, conditional


def apply_waivers(level: str, answers: Answers, waivers: list[dict[str, Any]]) -> None:
    """Change `answers` in place."""
    if level == "unverified":
        return
    confirmed = [waiver for waiver in waivers if waiver.get("confirmed_by_state") is True]
    criminal = [waiver for waiver in confirmed if waiver.get("scope") == "criminal"]
    testimony = [waiver for waiver in confirmed if waiver.get("scope") == "testimony"]
    if criminal:
        case = _names_a_case_only(criminal)
        if answers["prosecute"] != YES:
            answers["prosecute"] = conditional("waiver_for_case_only") if case else YES
        if answers["arrest_or_detain"] != YES:
            codes = ["waiver_must_cover_arrest", "waiver_for_case_only"] if case else ["waiver_must_cover_arrest"]
            answers["arrest_or_detain"] = conditional(*codes)
    if testimony and answers["subpoena_as_witness"] != YES:
        answers["subpoena_as_witness"] = conditional("waiver_for_case_only") if _names_a_case_only(testimony) else YES


def _names_a_case_only(waivers: list[dict[str, Any]]) -> bool:
    """Of several of one scope, one without a case prevails."""
    return all(waiver.get("case_reference") is not None for waiver in waivers)
