"""Near misses of a plate: which there are, why, in what order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.identifiers import normalize_plate
from lookup.lookalikes import NearMiss, candidates, look_alikes, near_plates
from lookup.records import Vehicle
from tests.unit.memory_registry import MemoryRegistry, held, tombstone

plates = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=10)


def near(asked: str) -> dict[str, NearMiss]:
    return {miss.plate: miss for miss in near_plates(asked)}


def car(plate: str) -> Vehicle:
    return Vehicle(plate, "M1", "active")


@pytest.mark.parametrize(
    ("character", "alike"),
    [
        ("0", "OQD8"),
        ("1", "ILT7"),
        ("2", "Z"),
        ("4", "A"),
        ("5", "S69"),
        ("6", "G85"),
        ("7", "TY1"),
        ("8", "B360AHJK"),
        ("D", "0OQBCEGPTVZ3"),
        ("F", "ESX"),
        ("M", "HN"),
        ("U", "VYQ"),
        ("Q", "0DOU"),
        ("R", "P"),
        ("W", "V"),
    ],
)
def test_characters_are_mixed_up_by_eye_and_by_ear(character: str, alike: str) -> None:
    assert look_alikes(character) == (set(alike))


@pytest.mark.parametrize("character", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
def test_mixing_up_goes_both_ways(character: str) -> None:
    assert all(character in look_alikes(other) for other in look_alikes(character))
    assert character not in look_alikes(character)


@settings(deadline=None, max_examples=50)  # up to 2,000 plates each, on a machine that others use too
@given(plates)
def test_near_misses_are_other_plates_in_their_best_order_and_few_enough_to_ask_for(asked: str) -> None:
    found = near_plates(asked)
    names = [miss.plate for miss in found]
    assert asked not in names
    assert len(names) == len(set(names)) <= 2000
    assert names == [miss.plate for miss in sorted(found, key=lambda miss: (-miss.score, miss.plate))]
    for miss in found:
        assert normalize_plate(miss.plate) == miss.plate
        assert 0 < miss.score < 1
        assert miss.because


@settings(deadline=None, max_examples=50)  # up to 2,000 plates each, on a machine that others use too
@given(plates)
def test_the_marked_characters_are_those_that_differ(asked: str) -> None:
    for miss in near_plates(asked):
        rest = "".join(c for at, c in enumerate(miss.plate) if at not in miss.differs_at)
        if len(miss.plate) == len(asked):
            assert miss.differs_at == tuple(at for at, c in enumerate(miss.plate) if c != asked[at])
        elif len(miss.plate) > len(asked):
            assert rest == asked
        else:
            assert miss.differs_at == ()


def test_a_look_alike_says_what_was_read_as_what() -> None:
    assert near("DZB1234")["D2B1234"] == NearMiss("D2B1234", (1,), "2 read as Z", 0.7928)
    assert near("DOB1234")["D0B1234"].because == "0 read as O"
    assert near("DZB1234")["DZD1234"] == NearMiss("DZD1234", (2,), "sounds alike: B and D", 0.8175)


def test_two_look_alikes_in_one_plate_are_found() -> None:
    assert near("0ZB12B4")["DZB1284"] == NearMiss("DZB1284", (0, 5), "D read as 0, 8 read as B", 0.8617)


def test_three_look_alikes_are_too_many() -> None:
    assert "DZB1234" not in near("0ZBI2E4")


def test_a_letter_where_the_plate_has_letters_comes_before_a_digit_there() -> None:
    found = near("DOB1234")
    assert found["DQB1234"].score > found["D0B1234"].score
    assert near("1234ZOD")["1234ZQD"].score > near("1234ZOD")["1234Z0D"].score
    assert near("DZBI234")["DZB1234"].score > near("DZBI234")["DZBJ234"].score


@pytest.mark.parametrize(
    ("asked", "meant", "differs_at", "because"),
    [
        ("DZB1243", "DZB1234", (5, 6), "digits exchanged"),
        ("DKZ1234", "DZK1234", (1, 2), "neighbors exchanged"),
        ("DZB1134", "DZB1234", (4,), "2 instead of 1"),
        ("DZB134", "DZB1234", (4,), "one character more"),
        ("DZB11234", "DZB1234", (), "one character less"),
    ],
)
def test_one_edit_is_found(asked: str, meant: str, differs_at: tuple[int, ...], because: str) -> None:
    miss = near(asked)[meant]
    assert (miss.differs_at, miss.because) == (differs_at, because)


def test_two_edits_are_not_found() -> None:
    assert "DZB1234" not in near("DZB2143")
    assert "DZB1234" not in near("DZB12")


def test_a_reader_who_starts_at_the_digits_is_understood() -> None:
    assert near("1234ZBD")["DZB1234"] == NearMiss("DZB1234", tuple(range(7)), "other series", 0.29)
    assert near("DZB1234")["1234ZBD"].because == "other series"
    assert near("1234DZB")["DZB1234"].because == "other series"
    assert near("1234DZB")["1234ZBD"] == NearMiss("1234ZBD", (4, 5, 6), "status letter at the other end", 0.232)


@pytest.mark.parametrize("asked", ["DZ1234", "DZB12345", "DZB12A4", "ZZB1234"])
def test_what_is_no_status_letter_code_and_serial_has_no_other_series(asked: str) -> None:
    assert not [miss for miss in near_plates(asked) if miss.because == "other series"]


def test_candidates_are_the_near_misses_on_record_best_first() -> None:
    on_record = ("DQB1234", "D0B1234", "DOB1243", "DOB123", "1234OBD", "DZZ9999")
    found = candidates("DOB1234", MemoryRegistry(*map(car, on_record)))
    assert [candidate.near_miss.plate for candidate in found] == ["DQB1234", "D0B1234", "DOB1243", "DOB123", "1234OBD"]
    assert found[0].record.key == "vehicle:DQB1234"


def test_the_plate_asked_for_is_no_candidate() -> None:
    assert candidates("DZB1234", MemoryRegistry(car("DZB1234"))) == []


def test_held_and_deleted_plates_are_no_candidates() -> None:
    registry = MemoryRegistry(held("vehicle", "DZB1284"), tombstone("vehicle", "DZB7234"), car("DZB1243"))
    assert [candidate.near_miss.plate for candidate in candidates("DZB1234", registry)] == ["DZB1243"]


def test_at_most_ten_candidates_are_given() -> None:
    registry = MemoryRegistry(*(car(miss.plate) for miss in near_plates("DZB1234")))
    found = candidates("DZB1234", registry)
    assert [c.near_miss for c in found] == near_plates("DZB1234")[:10]
