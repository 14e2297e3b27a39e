"""The console's interface: search, registry pages, status; nothing that identifies a person in a URL."""

from typing import Any

import pytest

from lookup.records import Record, Vehicle
from mobile_api.schemas.operations import StatusBody
from mobile_api.schemas.registry import HistoryAnswer, MemberAnswer, MissionsAnswer, SearchAnswer, VehicleAnswer
from tests.api.serving import Asks


@pytest.fixture
def get(ask_console: Asks) -> Any:
    return lambda path, status=200: ask_console(path, status=status)


@pytest.fixture
def search(ask_console: Asks) -> Any:
    return lambda body, status=200: ask_console("/v1/search", body, status=status)


def test_all_missions_are_met_once_page_by_page(get: Any) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        page = get(f"/v1/missions?limit=7{cursor and '&cursor=' + cursor}")
        assert MissionsAnswer().validate(page) == {}
        assert 1 <= len(page["missions"]) <= 7
        seen += [mission["mission_id"] for mission in page["missions"]]
        cursor = page["cursor"]
    assert len(seen) == len(set(seen)) == get("/v1/status")["counts"]["mission"]


def test_a_mission_shows_its_members_and_vehicles(get: Any, vehicles: list[Record]) -> None:
    vehicle = vehicles[0].content
    assert isinstance(vehicle, Vehicle)
    base = f"/v1/missions/{vehicle.mission_id}"
    assert get(base)["mission"]["mission_id"] == vehicle.mission_id
    plates = {one["plate"]: one for one in get(f"{base}/vehicles?limit=100")["vehicles"]}
    assert vehicle.plate in plates
    accredited = {member["handle"]: member for member in get(f"{base}/members?limit=100")["members"]}
    assert all(member["role"] in ("principal", "family") for member in accredited.values())


def test_a_vehicle_leads_to_its_registrant_and_back(get: Any, vehicles: list[Record]) -> None:
    record = vehicles[0]
    answer = get(f"/v1/vehicles/{record.handle}")
    assert VehicleAnswer().validate(answer) == {}
    member = get(f"/v1/members/{answer['vehicle']['registrant']}")
    assert MemberAnswer().validate(member) == {}
    history = get(f"/v1/members/{answer['vehicle']['registrant']}/history")
    assert HistoryAnswer().validate(history) == {}
    assert history["member"] == member["member"]
    assert record.handle in [vehicle["handle"] for vehicle in history["vehicles"]]
    assert history["environment"] == "training"


def test_a_history_is_in_the_order_of_time(get: Any, vehicles: list[Record]) -> None:
    for record in vehicles[:20]:
        handle = get(f"/v1/vehicles/{record.handle}")["vehicle"]["registrant"]
        history = get(f"/v1/members/{handle}/history")
        for name, day in (("accreditations", "effective_on"), ("documents", "issued_on"), ("vehicles", "valid_from")):
            days = [thing[day] or "" for thing in history[name]]
            assert days == sorted(days)


@pytest.mark.parametrize("path", ["/v1/missions/x", "/v1/missions/x/members", "/v1/members/x", "/v1/vehicles/x"])
def test_what_is_not_on_record_is_404(get: Any, path: str) -> None:
    assert get(path, 404)["type"] == "/problems/not-found"


def test_a_handle_of_another_kind_is_404(get: Any, vehicles: list[Record]) -> None:
    get(f"/v1/members/{vehicles[0].handle}", 404)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=",
        "limit=%D9%A3",
        "limit=%2B5",
        "limit=05",
        "limit=1_0",
        "limit=%205",
        "limit=5%0A",
        "cursor=nobody",
    ],
)
def test_a_wrong_page_is_422_and_names_the_parameter(get: Any, query: str) -> None:
    problem = get(f"/v1/missions?{query}", 422)
    assert [fault["pointer"] for fault in problem["errors"]] == ["/" + query.partition("=")[0]]


def test_a_cursor_of_another_list_is_422(get: Any, vehicles: list[Record]) -> None:
    vehicle = vehicles[0].content
    assert isinstance(vehicle, Vehicle)
    base = f"/v1/missions/{vehicle.mission_id}"
    of_mission, of_member = get(base)["mission"]["handle"], get(f"{base}/members")["members"][0]["handle"]
    for path, cursor in (
        ("/v1/missions", of_member),
        ("/v1/missions", vehicles[0].handle),
        (f"{base}/members", of_mission),
        (f"{base}/members", vehicles[0].handle),
        (f"{base}/vehicles", of_mission),
        (f"{base}/vehicles", of_member),
    ):
        assert [fault["pointer"] for fault in get(f"{path}?cursor={cursor}", 422)["errors"]] == ["/cursor"]


def test_a_search_finds_a_vehicle_by_a_part_of_its_plate(search: Any, vehicles: list[Record]) -> None:
    plate = vehicles[0].key.removeprefix("vehicle:")
    found = search({"q": plate[:-1] + "?", "kinds": ["vehicle"]})
    assert SearchAnswer().validate(found) == {}
    assert vehicles[0].handle in [hit["handle"] for hit in found["hits"]]
    assert all(hit["because"] and "level" not in hit["record"] for hit in found["hits"])


def test_a_search_is_read_page_by_page(search: Any) -> None:
    everything = search({"status": "active", "kinds": ["vehicle"], "limit": 100})["hits"]
    first = search({"status": "active", "kinds": ["vehicle"], "limit": 10})
    rest = search({"status": "active", "kinds": ["vehicle"], "limit": 90, "cursor": first["cursor"]})
    assert first["hits"] + rest["hits"] == everything


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/q"),
        ({"q": 7}, "/q"),
        ({"q": "a", "kinds": ["person"]}, "/kinds/0"),
        ({"q": "a", "limit": "7"}, "/limit"),
        ({"q": "a", "limit": 0}, "/limit"),
        ({"q": "a", "cursor": "x"}, "/cursor"),
        ({"q": "a", "plate": "x"}, "/plate"),
        ([], ""),
    ],
)
def test_a_wrong_search_is_422_and_names_the_field(search: Any, body: Any, pointer: str) -> None:
    assert [fault["pointer"] for fault in search(body, 422)["errors"]] == [pointer]


def test_the_status_says_where_the_store_stands(get: Any, clock: Any) -> None:
    status = get("/v1/status")
    assert StatusBody().validate(status) == {}
    assert (status["source"], status["state"], status["age_seconds"]) == ("embedded", "fresh", 300.0)
    assert status["counts"]["member"] == 200
    assert status["audit"] == {"state": "recording", "gap_since": None, "signed_at": None}
    clock.advance(hours=27)
    assert get("/v1/status")["state"] == "stale"
