"""What the registry pages make of records that an invented registry does not have: odd ids, held ones."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from lookup.records import Mission, Premises, Vehicle
from lookup.settings import resolve_settings
from mobile_api import console
from mobile_api.access.keys import KeyRequest
from tests.api.serving import MovableClock, runtime_of
from tests.contract.engines import Engine
from tests.contract.samples import DAY, draft, held

ODD_IDS = ["M/6 x?", "/M", "M/", "M//6", "100%", "..", "é", "member s"]

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = resolve_settings({"data_dir": str(tmp_path_factory.mktemp("rare"))}, environ={})
    engine = Engine(settings.store)
    missions = [draft(Mission(odd, f"Embassy {odd}", "embassy", DAY)) for odd in ODD_IDS]
    engine.build(
        *missions,
        draft(Vehicle("ZZZ1234", "M/6 x?", "active")),
        draft(Premises("TRN-P1", "M/6 x?", "chancery", "1 Invented St NW", "Washington", "DC")),
        held("mission", "TRN901"),
    )
    engine.close()
    app = console.create_app(settings, clock=MovableClock())
    yield app
    runtime_of(app).close()


@pytest.fixture(scope="module")
def ask(service: Flask) -> Ask:
    _, token = runtime_of(service).keys.create(KeyRequest("console", frozenset({"console"})))

    def send(path: str, body: Any = None) -> dict[str, Any]:
        method = "GET" if body is None else "POST"
        headers = {"Authorization": f"Bearer {token}"}
        response = service.test_client().open(path, method=method, json=body, headers=headers)
        assert response.status_code == 200
        document: dict[str, Any] = response.json or {}
        return document

    return send


@pytest.mark.parametrize("mission_id", ODD_IDS)
def test_a_mission_is_opened_whatever_its_id_holds(ask: Ask, mission_id: str) -> None:
    base = f"/v1/missions/{quote(mission_id, safe='')}"
    assert ask(base)["mission"]["name"] == f"Embassy {mission_id}"
    assert ask(f"{base}/members")["members"] == []
    plates = ["ZZZ1234"] if mission_id == "M/6 x?" else []
    assert [vehicle["plate"] for vehicle in ask(f"{base}/vehicles")["vehicles"]] == plates


def test_a_held_mission_says_that_it_is_held(ask: Ask) -> None:
    mission = ask("/v1/missions/TRN901")["mission"]
    assert (mission["standing"], mission["name"]) == ("held", None)
    assert ask("/v1/missions/100%25")["mission"]["standing"] == "good"


def test_premises_that_are_found_say_how_they_stand(ask: Ask) -> None:
    (hit,) = ask("/v1/search", {"q": "1 Invented St", "kinds": ["premises"]})["hits"]
    assert hit["record"] == {
        "handle": hit["handle"],
        "standing": "good",
        "premises_id": "TRN-P1",
        "kind": "chancery",
        "address": "1 Invented St NW",
        "city": "Washington",
        "state": "DC",
        "mission": {
            "mission_id": "M/6 x?",
            "name": "Embassy M/6 x?",
            "kind": "embassy",
            "sending_state": None,
            "organization": None,
        },
        "occupant_level": None,
    }
