"""Every answer can be derived again, byte for byte, whatever has become of the registry since."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lookup.audit.answered import PARTS
from lookup.freshness import FreshnessLimits
from lookup.store.protocol import Draft
from tests.audit.answered_questions import Answered, Desk, failures
from tests.audit.invented_questions import questions
from tests.audit.invented_registry import changed, invented_drafts
from tests.contract.engines import NOW, ElasticEngine, Engine, elastic_engine, sqlite_engine
from tests.replica.engine import ReplicaEngine

MEMBERS = 300


@pytest.fixture(scope="session")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> list[Draft]:
    return invented_drafts(tmp_path_factory.mktemp("invented"), MEMBERS)


def _publish(engine: Engine, drafts: list[Draft]) -> None:
    for start in range(0, len(drafts), 500):
        engine.publish(*drafts[start : start + 500])


def _asked(engine: Engine, desk: Desk, each: int) -> list[Answered]:
    with engine.reading() as registry:
        bodies = list(questions(registry, each))
    return desk.ask_all(bodies) + desk.ask_all(bodies[::5], "camera")


def _asked_again(desk: Desk, asked: list[Answered], each: int) -> list[Answered]:
    """Ask the same questions of the registry as it is now, where some of what they ask for is gone."""
    return desk.ask_all(one.recorded["query"]["asked"] for one in asked[::each])


def test_every_answer_is_derived_again_whatever_has_become_of_the_registry(tmp_path: Path, drafts: list[Draft]) -> None:
    engine = sqlite_engine(tmp_path)
    engine.build(*drafts)
    desk = Desk(engine.store())
    asked = _asked(engine, desk, each=4)
    outcomes = Counter((one.recorded["event"], one.recorded["outcome"]) for one in asked)
    assert min(outcomes[f"query.{kind}", "match"] for kind in ("plate", "vin", "member_id", "document")) > 5
    assert min(outcomes[f"query.{kind}", "match"] for kind in ("person", "address")) > 5
    assert min(outcomes[f"query.{kind}", "no_record"] for kind in ("plate", "member_id", "document", "person")) > 5
    assert min(outcomes[f"query.{kind}", "possible_matches"] for kind in ("plate", "document", "person")) > 5
    assert failures(desk, asked) == []
    _publish(engine, changed(drafts))
    asked += _asked_again(desk, asked, each=3)
    assert failures(desk, asked) == []
    engine.build(*drafts[::2])
    asked += _asked_again(desk, asked, each=7)
    assert failures(desk, asked) == []
    with engine.writing() as writer:
        writer.rollback()
    assert failures(desk, asked + _asked_again(desk, asked, each=7)) == []
    assert {part for one in asked for part in one.recorded["disclosed"]} == set(PARTS)
    engine.close()


@pytest.mark.parametrize("kind", ["elasticsearch", "replica"])
def test_the_history_in_elasticsearch_serves_as_well(
    kind: str, elastic_store: str, tmp_path: Path, drafts: list[Draft]
) -> None:
    engine: ElasticEngine = elastic_engine(elastic_store)
    if kind == "replica":
        engine = ReplicaEngine(elastic_store, tmp_path)
    engine.build(*drafts)
    desk = Desk(engine.store())
    asked = _asked(engine, desk, each=150)
    assert {one.recorded["data"]["source"] for one in asked} == {kind}
    _publish(engine, changed(drafts))
    asked += _asked_again(desk, asked, each=5)
    engine.build(*drafts[::2])
    with engine.writing() as writer:
        writer.rollback()
    assert failures(desk, asked) == []
    engine.close()


@pytest.mark.parametrize(
    ("how", "state", "suspect"),
    [
        ({"limits": FreshnessLimits(timedelta(hours=1), timedelta(hours=9))}, "stale", False),
        ({"limits": FreshnessLimits(timedelta(minutes=1), timedelta(hours=1))}, "expired", False),
        ({"now": NOW - timedelta(minutes=6)}, "fresh", True),
        ({"now": NOW + timedelta(days=400)}, "fresh", False),
    ],
)
def test_how_old_the_data_were_is_part_of_what_is_derived(
    tmp_path: Path, drafts: list[Draft], how: dict[str, Any], state: str, suspect: bool
) -> None:
    engine = sqlite_engine(tmp_path)
    engine.build(*drafts)
    desk = Desk(engine.store(), **how)
    asked = _asked(engine, desk, each=60)
    told = {(one.recorded["data"]["state"], one.recorded["data"]["clock_suspect"]) for one in asked}
    assert told == {(state, suspect)}
    assert failures(desk, asked) == []
    engine.close()
