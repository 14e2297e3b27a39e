"""The guidance about an address: the blocks of all premises there, in the order of the policy."""

from lookup.law.facts import AccreditationFacts, Facts
from lookup.premises_answer import premises_guidance
from tests.unit.asking import policy
from tests.unit.people import DAY


def codes(outcome: str, *facts: Facts) -> list[str]:
    guidance = premises_guidance(facts, outcome, DAY, policy())
    assert guidance["summary"] == policy().sentences[f"premises_{outcome}"]
    return [block["code"] for block in guidance["blocks"]]


def test_the_blocks_of_a_person_are_left_out() -> None:
    diplomat = AccreditationFacts(category="diplomatic_agent", mission_kind="embassy")
    home = Facts(premises="residence", accreditations=(diplomat,), situation="dui")
    assert codes("match", home)[4:] == ["premises_consent_only"]


def test_each_block_stands_once_and_in_the_order_of_the_policy() -> None:
    consulate = Facts(premises="consular", mission_kind="consulate")
    shown = codes("match", consulate, Facts(premises="chancery"), consulate)
    assert shown == [code for code in policy().blocks if code in shown]
    assert len(shown) == len(set(shown)) == 6


def test_where_nothing_is_on_record_the_base_blocks_stand_beside_the_warning() -> None:
    base = ["verify_with_state", "emergency_measures", "document_and_report", "duty_to_respect_law"]
    assert codes("no_record") == [*base, "no_record_is_not_no_immunity"]
    assert codes("possible_matches") == base
