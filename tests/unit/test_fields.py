"""Schema fields that take a value in the one documented form, and pointers that name where a fault stands."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from marshmallow import ValidationError, fields

from lookup.errors import FieldFault
from lookup.fields import Day, Flag, Moment, WholeNumber, faults_of


def is_refused(field: fields.Field[Any], value: Any) -> bool:
    try:
        field.deserialize(value)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("value", [True, False])
def test_a_flag_is_true_or_false(value: bool) -> None:
    assert Flag().deserialize(value) is value


@pytest.mark.parametrize("value", ["true", "yes", "on", 1, 0, "", [], {}])
def test_a_flag_is_nothing_that_resembles_one(value: Any) -> None:
    assert is_refused(Flag(), value)


@pytest.mark.parametrize("value", [0, 7, -3, 10**30])
def test_a_whole_number_is_a_number_without_a_fraction(value: int) -> None:
    assert WholeNumber().deserialize(value) == value


@pytest.mark.parametrize("value", ["7", 7.0, 7.5, True, [], float("nan")])
def test_a_whole_number_is_nothing_that_resembles_one(value: Any) -> None:
    assert is_refused(WholeNumber(), value)


@pytest.mark.parametrize("value", ["2024-02-29", "0001-01-01", "9999-12-31"])
def test_a_day_is_written_in_one_way(value: str) -> None:
    assert Day().deserialize(value) == date.fromisoformat(value)


@pytest.mark.parametrize(
    "value",
    ["2023-02-29", "20240229", "2024-2-29", "2024-W09-4", "2024-02-29T00:00:00Z", " 2024-02-29", "2024-02-29\n", "", 0],
)
def test_a_day_is_nothing_that_resembles_one(value: Any) -> None:
    assert is_refused(Day(), value)


def test_a_day_in_other_digits_is_refused() -> None:
    assert is_refused(Day(), "\u0662\u0660\u0662\u0664-02-29")


def test_a_moment_is_given_back_in_utc() -> None:
    moment = Moment().deserialize("2026-11-01T01:30:00.5-04:00")
    assert moment == datetime(2026, 11, 1, 5, 30, 0, 500000, tzinfo=UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("value", ["2026-11-01T01:30:00", "2026-11-01", "9999-12-31T23:59:59-14:00", "\n", 5])
def test_a_moment_that_has_no_place_in_utc_is_refused(value: Any) -> None:
    assert is_refused(Moment(), value)


def test_the_faults_of_nested_fields_and_lists_have_their_pointers() -> None:
    messages = {"a": {"b": ["One."], 0: {"c": ["Two."]}}, "d": ["Three.", "Four."]}
    assert faults_of(messages) == [
        FieldFault("/a/b", "One."),
        FieldFault("/a/0/c", "Two."),
        FieldFault("/d", "Three."),
        FieldFault("/d", "Four."),
    ]


def test_a_fault_of_the_whole_object_points_at_the_object() -> None:
    assert faults_of({"_schema": ["All."]}) == [FieldFault("", "All.")]
    assert faults_of({"a": {"_schema": ["Part."]}}) == [FieldFault("/a", "Part.")]


def test_a_name_with_a_slash_or_a_tilde_is_escaped() -> None:
    assert faults_of({"~/": ["What."]}) == [FieldFault("/~0~1", "What.")]
