"""The rates of callers and of agencies, and who gives way while the service is busy."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from lookup.settings import Settings
from mobile_api import api
from mobile_api.access.caller import Caller, CallerKind
from mobile_api.access.keys import KeyRequest
from mobile_api.access.priority import Load
from mobile_api.access.quotas import Quotas
from mobile_api.refusals import GiveWay, TooManyQueries
from mobile_api.worker.line import Line
from tests.api.serving import MakeKey, MovableClock, runtime_of


def caller(name: str, agency: str | None = "ZZ0010000", rate: int = 0, kind: CallerKind = "system") -> Caller:
    return Caller(name, f"key:{name}", frozenset({"lookup"}), kind, agency, rate)


def counted(directory: Path) -> dict[str, int]:
    with sqlite3.connect(directory / "quotas.sqlite") as connection:
        return dict(connection.execute("SELECT key_id, used FROM minutes"))


def test_the_callers_of_one_agency_share_its_rate(tmp_path: Path, clock: MovableClock) -> None:
    quotas = Quotas(tmp_path, clock, agency_rate=10)
    quotas.charge(caller("car 1"), 6)
    quotas.charge(caller("car 2"), 4)
    with pytest.raises(TooManyQueries, match="Your agency may ask 10 queries a minute"):
        quotas.charge(caller("car 3"), 1)
    quotas.charge(caller("other", agency="ZZ0020000"), 10)


def test_what_the_agency_may_not_ask_is_not_counted_for_the_caller(tmp_path: Path, clock: MovableClock) -> None:
    quotas = Quotas(tmp_path, clock, agency_rate=10)
    with pytest.raises(TooManyQueries):
        quotas.charge(caller("car", rate=100), 11)
    assert counted(tmp_path) == {}
    quotas.charge(caller("car", rate=100), 10)
    assert counted(tmp_path) == {"car": 10, "agency ZZ0010000": 10}


def test_a_new_minute_gives_the_agency_its_rate_again(tmp_path: Path, clock: MovableClock) -> None:
    quotas = Quotas(tmp_path, clock, agency_rate=1)
    quotas.charge(caller("car"), 1)
    with pytest.raises(TooManyQueries) as refused:
        quotas.charge(caller("car"), 1)
    clock.advance(seconds=refused.value.retry_after)
    quotas.charge(caller("car"), 1)


def test_a_caller_of_no_agency_has_no_agency_rate(tmp_path: Path, clock: MovableClock) -> None:
    Quotas(tmp_path, clock, agency_rate=1).charge(caller("system", agency=None), 100)
    assert counted(tmp_path) == {}


def test_an_agency_over_its_rate_is_told_when_to_come_back_and_whom_to_call(
    settings: Settings, clock: MovableClock, tmp_path: Path
) -> None:
    app = api.create_app(replace(settings, data_dir=tmp_path, agency_rate=1), clock=clock)
    keys = runtime_of(app).keys
    tokens = [keys.create(KeyRequest(name, frozenset({"lookup"}), agency="ZZ0010000"))[1] for name in ("a", "b")]
    asked = [
        app.test_client().post("/v1/lookups", json={"plate": "DZZ1234"}, headers={"Authorization": f"Bearer {token}"})
        for token in tokens
    ]
    runtime_of(app).close()
    assert [response.status_code for response in asked] == [200, 429]
    assert asked[1].json is not None
    assert asked[1].json["phone"]
    assert 1 <= int(asked[1].headers["Retry-After"]) <= 60


@pytest.mark.parametrize(("threads", "for_cameras"), [(1, 1), (2, 1), (4, 3), (8, 7)])
def test_cameras_leave_the_last_thread_to_people(threads: int, for_cameras: int) -> None:
    load = Load(threads)
    for _ in range(for_cameras):
        load.__enter__()
        load.check(caller("camera", kind="camera"))
    load.__enter__()
    load.check(caller("officer", kind="person"))
    load.check(caller("center"))
    with pytest.raises(GiveWay):
        load.check(caller("camera", kind="camera"))
    load.__exit__(None, None, None)
    load.check(caller("camera", kind="camera"))


def test_cameras_give_way_to_requests_that_wait_as_to_those_at_work() -> None:
    load = Load(4)
    with load:
        load.check(caller("camera", kind="camera"), waiting=2)
        load.check(caller("officer", kind="person"), waiting=60)
        with pytest.raises(GiveWay):
            load.check(caller("camera", kind="camera"), waiting=3)


def test_a_camera_is_refused_by_how_many_wait_in_its_worker(app: Flask, make_key: MakeKey) -> None:
    camera = make_key("lookup", kind="camera")
    statuses = []
    for waiting in (runtime_of(app).settings.threads - 2, runtime_of(app).settings.threads - 1):
        line = Line(None)
        line.begin(waiting)
        asked = app.test_client().post(
            "/v1/lookups", json={"plate": "DZZ1234"}, headers=camera, environ_overrides={"gunicorn.socket": line}
        )
        statuses.append(asked.status_code)
    assert statuses == [200, 429]


def test_a_camera_that_gives_way_may_send_its_next_reading_in_a_second(app: Flask, make_key: MakeKey) -> None:
    camera, system = make_key("lookup", kind="camera"), make_key("lookup")
    load = runtime_of(app).load
    for _ in range(runtime_of(app).settings.threads - 1):
        load.__enter__()
    try:
        refused = app.test_client().post("/v1/lookups", json={"plate": "DZZ1234"}, headers=camera)
        served = app.test_client().post("/v1/lookups", json={"plate": "DZZ1234"}, headers=system)
    finally:
        for _ in range(runtime_of(app).settings.threads - 1):
            load.__exit__(None, None, None)
    assert refused.json is not None
    assert (refused.status_code, refused.json["type"]) == (429, "/problems/camera-gives-way")
    assert (refused.headers["Retry-After"], refused.json["phone"]) == ("1", runtime_of(app).phone())
    assert served.status_code == 200
    assert app.test_client().post("/v1/lookups", json={"plate": "DZZ1234"}, headers=camera).status_code == 200
