"""Ids of answers and the reference numbers that people read out."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest

from lookup.lookup_ids import id_ending, moment_of, new_lookup_id, reference_number

MOMENT = datetime(2026, 11, 21, 14, 3, 22, 123456, tzinfo=UTC)


def test_an_id_is_a_uuid_of_version_seven_with_its_moment_in_front() -> None:
    identifier = new_lookup_id(MOMENT)
    assert (identifier.version, identifier.variant) == (7, RFC_4122)
    assert identifier.int >> 80 == 1_795_269_802_123


def test_ids_lie_in_the_order_of_their_milliseconds() -> None:
    moments = [MOMENT + timedelta(milliseconds=passed) for passed in range(50)]
    ids = [new_lookup_id(moment) for moment in moments]
    assert ids == sorted(ids)


def test_ids_of_one_moment_differ_in_their_reference_numbers() -> None:
    numbers = {reference_number(new_lookup_id(MOMENT)) for _ in range(1000)}
    assert len(numbers) == 1000


@pytest.mark.parametrize(
    ("last_bits", "number"),
    [
        (0, "0000-0000"),
        (1, "0000-0001"),
        (31, "0000-000Z"),
        (32, "0000-0010"),
        ((1 << 40) - 1, "ZZZZ-ZZZZ"),
        (1 << 40, "0000-0000"),
        (0x0123456789, "04HM-ASW9"),
    ],
)
def test_a_reference_number_is_the_last_forty_bits_in_base_32(last_bits: int, number: str) -> None:
    assert reference_number(UUID(int=0x0192F3C4 << 96 | last_bits)) == number


def test_no_reference_number_has_a_letter_that_is_misread() -> None:
    text = "".join(reference_number(UUID(int=value)) for value in range(32))
    assert not set("ILOU") & set(text)
    assert len(set(text) - {"-"}) == 32


def test_an_id_tells_the_moment_that_it_was_made_for_to_the_millisecond() -> None:
    assert moment_of(new_lookup_id(MOMENT)) == MOMENT.replace(microsecond=123_000)


def test_a_reference_number_is_the_ending_of_its_id() -> None:
    for _ in range(100):
        identifier = new_lookup_id(MOMENT)
        assert str(identifier).endswith(id_ending(reference_number(identifier)))
        assert id_ending(str(identifier).upper()) == str(identifier)


@pytest.mark.parametrize("written", ["01AB-7K4M", "01ab7k4m", "O1AB 7K4M", "0LAB-7K4M", "oiab-7k4m"])
def test_a_reference_number_is_read_as_people_write_it(written: str) -> None:
    assert id_ending(written) == id_ending("01AB-7K4M")


@pytest.mark.parametrize(
    "text", ["", "7K4M", "7K4M-2QX", "7K4M-2QXU", "7K4M-2QX\u00e9", "0192f3c4-0000-7000-8000-00000000000"]
)
def test_what_is_neither_an_id_nor_a_reference_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        id_ending(text)
