"""What no honest work at the roadside looks like is noticed: plates one after the other, and mostly misses."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask

from lookup.audit.places import segments_directory
from lookup.audit.segment import segments_in
from mobile_api.access.alarms import QUERIES, RUN, SPREAD
from mobile_api.access.caller import CallerKind
from tests.api.serving import MakeKey, MovableClock, runtime_of


class Asking:
    """One caller, and the alarms that were raised since."""

    def __init__(self, app: Flask, headers: dict[str, str]) -> None:
        self._app, self._headers = app, headers
        self._before = Counter(runtime_of(app).alarms.raised)

    def ask(self, *plates: str) -> dict[str, int]:
        """Ask one plate after the other, and give the alarms that were raised since the beginning."""
        for plate in plates:
            answer = self._app.test_client().post("/v1/lookups", json={"plate": plate}, headers=self._headers)
            assert answer.status_code == 200  # an alarm keeps no answer back
        return {str(alarm): count for alarm, count in (runtime_of(self._app).alarms.raised - self._before).items()}


def serials(*numbers: int) -> list[str]:
    return [f"DZZ{number:04}" for number in numbers]


def test_plates_one_after_the_other_raise_an_alarm(app: Flask, make_key: MakeKey) -> None:
    asking = Asking(app, make_key("lookup"))
    assert asking.ask(*serials(*range(100, 100 + RUN - 1))) == {}
    assert asking.ask(*serials(100 + RUN - 1)) == {"alarm.sequence": 1}


def test_it_does_not_matter_which_way_they_go_nor_whether_one_is_left_out_or_asked_twice(
    app: Flask, make_key: MakeKey
) -> None:
    asking = Asking(app, make_key("lookup"))
    assert asking.ask(*serials(220, 219, 219, 216, 214, 213)) == {"alarm.sequence": 1}


@pytest.mark.parametrize(
    "plates", [serials(10, 20, 30, 40, 50, 60), ["DZZ0101", "CZZ0102", "DZZ0103", "CZZ0104", "DZZ0105"]]
)
def test_plates_that_are_not_one_after_the_other_raise_none(app: Flask, make_key: MakeKey, plates: list[str]) -> None:
    assert Asking(app, make_key("lookup")).ask(*plates) == {}


def test_two_callers_do_not_make_one_sequence(app: Flask, make_key: MakeKey) -> None:
    first, second = Asking(app, make_key("lookup")), Asking(app, make_key("lookup"))
    for number in range(300, 300 + 2 * RUN - 2, 2):
        first.ask(*serials(number * 1))
        assert second.ask(*serials(9000 - 10 * number)) == {}


def test_mostly_misses_raise_an_alarm_once_enough_were_asked(app: Flask, make_key: MakeKey, plate: str) -> None:
    asking = Asking(app, make_key("lookup"))
    misses, hits = QUERIES * 6 // 10, QUERIES * 4 // 10
    assert asking.ask(*[plate] * hits, *serials(*range(1000, 1000 + 10 * (misses - 1), 10))) == {}
    assert asking.ask(*serials(9990)) == {"alarm.misses": 1}


def test_misses_of_long_ago_do_not_count(app: Flask, make_key: MakeKey, clock: MovableClock) -> None:
    asking = Asking(app, make_key("lookup"))
    asking.ask(*serials(*range(2000, 2000 + 10 * (QUERIES - 1), 10)))
    clock.advance(seconds=(SPREAD + timedelta(seconds=1)).total_seconds())
    assert asking.ask(*serials(5000)) == {}


@pytest.mark.parametrize(("kind", "alarms"), [("camera", {}), ("system", {"alarm.misses": 1})])
def test_a_camera_misses_most_of_what_drives_by(
    app: Flask, make_key: MakeKey, kind: CallerKind, alarms: dict[str, int]
) -> None:
    asking = Asking(app, make_key("lookup", kind=kind))
    assert asking.ask(*serials(*range(3000, 3000 + 10 * QUERIES, 10))) == alarms


def test_an_alarm_stands_in_the_audit_trail_with_its_caller_and_no_plate(app: Flask, make_key: MakeKey) -> None:
    Asking(app, make_key("lookup", agency="ZZ0090000")).ask(*serials(*range(400, 400 + RUN)))
    lines = [
        json.loads(line)
        for path in segments_in(segments_directory(runtime_of(app).settings))
        for line in path.read_bytes().rstrip(b"\0").splitlines()
    ]
    (alarm,) = [line for line in lines if line["event"] == "alarm.sequence" and line["agency_ori"] == "ZZ0090000"]
    assert (alarm["query"], alarm["records"]) == (None, None)
    assert alarm["user"].startswith("key:")
    assert alarm["lookup_id"] in {line["lookup_id"] for line in lines if line["event"] == "query.plate"}
