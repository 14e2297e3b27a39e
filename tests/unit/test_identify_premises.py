"""Which premises an address means, on which days, and what is near it."""

from datetime import date
from typing import Any

import pytest

from lookup.identify import Identification, identify
from lookup.queries import read_query
from tests.unit.memory_registry import MemoryRegistry, held, tombstone
from tests.unit.people import DAY, day, premises


def identified(body: dict[str, Any], *things: Any) -> Identification:
    return identify(read_query(body), MemoryRegistry(*things), DAY)


def near_keys(found: Identification) -> list[str]:
    return [near.record.key for near in found.near]


def address(street: str = "1234 Example Ave NW", city: str = "Washington", state: str = "DC") -> dict[str, Any]:
    return {"address": {"street": street, "city": city, "state": state}}


@pytest.mark.parametrize(
    "body",
    [
        address(),
        address("1234 EXAMPLE AVENUE, N.W."),
        address("1234 Example Avenue Northwest", "washington", "District of Columbia"),
    ],
)
def test_an_address_in_another_writing_is_the_same(body: dict[str, Any]) -> None:
    found = identified(body, premises())
    assert found.outcome == "match"
    assert [record.key for record in found.premises] == ["premises:P1"]


@pytest.mark.parametrize(
    ("recognized", "released", "here"),
    [
        (None, None, True),
        (day(0), None, True),
        (day(1), None, False),
        (None, day(0), True),
        (None, day(-1), False),
        (day(0), day(0), True),
    ],
)
def test_premises_are_on_record_from_their_first_to_their_last_day(
    recognized: date | None, released: date | None, here: bool
) -> None:
    found = identified(address(), premises(recognized_on=recognized, released_on=released))
    assert found.outcome == ("match" if here else "no_record")
    assert bool(found.gone) is not here


def test_premises_outside_their_days_are_no_candidates() -> None:
    found = identified(address("1235 Example Ave NW"), premises(released_on=day(-1)))
    assert found == Identification("no_record")


def test_held_or_deleted_premises_are_not_on_record() -> None:
    assert identified(address(), held("premises", "P1")) == Identification("no_record")
    assert identified(address(), tombstone("premises", "P1")) == Identification("no_record")


def test_all_premises_at_one_address_are_found_in_the_order_of_their_ids() -> None:
    found = identified(address(), premises(premises_id="P2"), premises(), premises(premises_id="P3", city="Boston"))
    assert [record.key for record in found.premises] == ["premises:P1", "premises:P2"]


def test_premises_are_found_behind_a_thousand_that_were_released() -> None:
    released = [premises(premises_id=f"P{number}", released_on=day(-1)) for number in range(1000, 2000)]
    found = identified(address(), *released, premises(premises_id="P2000"))
    assert [record.key for record in found.premises] == ["premises:P2000"]


@pytest.mark.parametrize(
    "street", ["1235 Example Ave NW", "1234 Example Ave SE", "1234 Exampel Ave NW", "1234 Example"]
)
def test_a_near_address_is_a_candidate(street: str) -> None:
    found = identified(address(street), premises())
    assert (found.outcome, found.premises, near_keys(found)) == ("possible_matches", (), ["premises:P1"])


@pytest.mark.parametrize("body", [address(state="VA"), address(city="Boston"), address("99 Elsewhere Rd")])
def test_another_place_is_no_candidate(body: dict[str, Any]) -> None:
    assert identified(body, premises()) == Identification("no_record")
