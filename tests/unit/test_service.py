"""One question in, one answer out: the moment asked about, the age of the data, the environment, and the law alone."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lookup.errors import CouldNotSearch, InvalidRequest
from lookup.law.policy import Policies
from lookup.lookup_ids import reference_number
from lookup.queries import read_query
from lookup.service import LookupService, assess_document
from lookup.store.protocol import Store
from tests.unit.asking import LIMITS, NOW, MemoryStore, ask, blocks, notices, policies, policy, service, verdict
from tests.unit.memory_registry import MemoryRegistry
from tests.unit.people import PLATE, agreement, card, day, member, mission, organization, post, vehicle, waiver

BY_ID = {"member_id": "TRN1"}
BY_PLATE = {"plate": PLATE}
FULL = ("match", "full", "person", "diplomatic_agent")


def utc(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def before(**length: float) -> dict[str, Any]:
    """A question by member id about a moment so long ago."""
    return BY_ID | {"at": utc(NOW - timedelta(**length))}


# The answer's frame


def test_an_answer_has_the_documented_fields() -> None:
    answer = ask(BY_ID, member(), mission())
    assert set(answer) == {
        "lookup_id",
        "reference_number",
        "outcome",
        "query",
        "vehicle",
        "person",
        "immunity",
        "premises",
        "guidance",
        "notices",
        "candidates",
        "freshness",
        "environment",
    }
    assert list(answer["immunity"]) == [
        "level",
        "applies_to",
        "category",
        "headline",
        "permissions",
        "basis",
        "at",
    ]
    assert set(answer["guidance"]) == {"summary", "blocks", "verify", "policy", "language"}
    assert set(answer["guidance"]["verify"]) == {"phone", "hours", "say"}
    assert {tuple(block) for block in answer["guidance"]["blocks"]} == {("code", "kind", "text", "citations")}
    assert {tuple(entry) for entry in answer["immunity"]["basis"]} == {("step", "rule", "because", "citation")}


def test_every_answer_has_its_own_id_and_reference_number() -> None:
    first, second = ask(BY_ID), ask(BY_ID)
    assert first["lookup_id"] != second["lookup_id"]
    identifier = UUID(first["lookup_id"])
    assert identifier.version == 7
    assert identifier.int >> 80 == int(NOW.timestamp() * 1000)
    assert first["reference_number"] == reference_number(identifier)


def test_but_for_them_the_same_question_has_the_same_answer() -> None:
    first, second = ask(BY_ID, member(), mission()), ask(BY_ID, member(), mission())
    for answer in (first, second):
        del answer["lookup_id"], answer["reference_number"]
    assert first == second


@pytest.mark.parametrize("environment", ["live", "training"])
def test_every_answer_names_its_environment(environment: str) -> None:
    assert ask(BY_ID, environment=environment)["environment"] == environment


def test_the_guidance_names_policy_and_language() -> None:
    guidance = ask(BY_ID, member(), mission())["guidance"]
    assert (guidance["policy"], guidance["language"]) == (policy().name, "en")


def test_who_belongs_to_the_united_nations_is_verified_with_their_own_community() -> None:
    diplomat = member(post(mission_id="IO1", category="io_mission_diplomat"))
    answer = ask(BY_ID, diplomat, organization("un"))
    assert "contact_usun" in blocks(answer)
    assert answer["guidance"]["verify"]["say"] == policy().verification["usun"].say


def test_an_answer_names_the_versions_of_the_records_that_it_rests_on() -> None:
    registry = MemoryRegistry(vehicle(), member(), mission(), card())
    answer = service(vehicle(), member(), mission(), card()).answer(read_query(BY_PLATE))
    keys = ["vehicle:DEA1234", "member:TRN1", "mission:EM1"]
    expected = {key: record.version for key, record in registry.get_many(keys).items()}
    assert {name.key: name.version for name in answer.rests_on} == expected
    assert len(answer.rests_on) == len(expected)


class BrokenStore(MemoryStore):
    """Cannot look; `next` is asked after it."""

    source = "replica"
    next: MemoryStore | None = None
    broken = True

    @contextmanager
    def reading(self, time_s: float | None = None) -> Iterator[MemoryRegistry]:
        if self.broken:
            raise CouldNotSearch
        with super().reading() as registry:
            yield registry

    def ways(self) -> Sequence[Store]:
        return (self,) if self.next is None else (self, self.next)


def test_a_store_that_could_not_look_is_an_error_and_never_no_record() -> None:
    broken = LookupService(BrokenStore(), policies(), "training", LIMITS, lambda: NOW)
    with pytest.raises(CouldNotSearch):
        broken.answer(read_query(BY_PLATE))


def test_where_the_first_way_cannot_look_the_next_one_answers() -> None:
    broken = BrokenStore()
    broken.next = MemoryStore(vehicle(), member(), mission())
    answer = LookupService(broken, policies(), "training", LIMITS, lambda: NOW).answer(read_query(BY_PLATE)).document()
    assert (answer["outcome"], answer["freshness"]["source"]) == ("match", "embedded")


def test_what_another_way_said_is_not_remembered_as_the_first_ones() -> None:
    store = BrokenStore()
    store.next = MemoryStore(vehicle(), member(), mission())
    service = LookupService(store, policies(), "training", LIMITS, lambda: NOW)
    service.answer(read_query(BY_PLATE))
    store.broken = False
    assert service.answer(read_query(BY_PLATE)).outcome == "no_record"


# at


def test_without_a_moment_the_answer_is_about_now() -> None:
    assert ask(BY_ID, member(), mission())["immunity"]["at"] == "2026-11-21T17:00:00Z"


def test_the_present_moment_may_be_asked_about() -> None:
    assert ask(BY_ID | {"at": utc(NOW)}, member(), mission())["immunity"]["at"] == "2026-11-21T17:00:00Z"


def test_the_future_may_not_be_asked_about() -> None:
    with pytest.raises(InvalidRequest) as refused:
        ask(BY_ID | {"at": utc(NOW + timedelta(seconds=1))}, member(), mission())
    assert [fault.pointer for fault in refused.value.faults] == ["/at"]


def test_the_moment_asked_about_is_told_in_utc() -> None:
    answer = ask(BY_ID | {"at": "2026-11-21T11:00:00.75-05:00"}, member(), mission())
    assert answer["immunity"]["at"] == "2026-11-21T16:00:00Z"


@pytest.mark.parametrize(
    ("at", "level"),
    [
        ("2026-07-01T03:59:59Z", "full"),
        ("2026-07-01T04:00:00Z", "unverified"),
        ("2026-06-30T23:59:59-04:00", "full"),
    ],
)
def test_the_day_of_a_moment_is_its_day_in_washington(at: str, level: str) -> None:
    left = member(post(terminated_on=date(2026, 5, 31), termination="ended"))
    assert ask(BY_ID | {"at": at}, left, mission())["immunity"]["level"] == level


def test_the_past_is_answered_from_all_posts_as_they_stood_then() -> None:
    posts = (
        post(category="service_staff", effective_on=day(-900), terminated_on=day(-400), departed_on=day(-390)),
        post(accreditation_id="A2", effective_on=day(-100)),
    )
    registry = (member(*posts), mission())
    assert verdict(ask(BY_ID, *registry)) == FULL
    assert verdict(ask(before(days=500), *registry))[1:] == ("official_acts", "person", "service_staff")
    assert notices(ask(before(days=500), *registry)) == ["history_incomplete"]


def test_waivers_and_agreements_of_the_past_are_those_in_force_then() -> None:
    lifted = agreement(effective_on=day(-900), ends_on=day(-100))
    waived = member(post(category="service_staff"), waivers=(waiver(effective_on=day(-99)),))
    then, now = ask(before(days=200), waived, mission(), lifted), ask(BY_ID, waived, mission(), lifted)
    assert (then["immunity"]["level"], now["immunity"]["level"]) == ("full", "official_acts")
    assert "bilateral_uplift" in blocks(then)
    assert "waiver_scope_limited" not in blocks(then)
    assert "waiver_scope_limited" in blocks(now)


def test_the_policy_of_an_answer_is_the_one_in_force_on_the_day_and_before_the_first_the_first() -> None:
    first, second = replace(policy(), name="2026.1"), replace(policy(), name="2026.2", since=date(2026, 6, 1))
    two = LookupService(MemoryStore(member(), mission()), Policies((first, second)), "training", LIMITS, lambda: NOW)

    def name_on(at: str) -> str:
        return str(two.answer(read_query(BY_ID | {"at": at})).document()["guidance"]["policy"])

    assert name_on("2026-06-01T12:00:00-04:00") == "2026.2"
    assert name_on("2026-05-31T23:59:59-04:00") == "2026.1"
    assert name_on("1999-05-31T23:59:59-04:00") == "2026.1"


def test_before_the_first_policy_nothing_but_the_moment_is_unusual() -> None:
    answer = ask(BY_ID | {"at": "1999-01-01T12:00:00Z"}, member(post(effective_on=date(1990, 1, 1))), mission())
    assert verdict(answer) == FULL
    assert notices(answer) == ["history_incomplete"]


# The law without the registry


def test_an_assessment_is_immunity_and_guidance_on_the_day_it_names() -> None:
    document = assess_document({"category": "diplomatic_agent", "at": "2026-06-01"}, policies(), date(2026, 11, 21))
    assert list(document) == ["immunity", "guidance"]
    assert (document["immunity"]["level"], document["immunity"]["at"]) == ("full", "2026-06-01")


def test_without_a_day_an_assessment_is_about_today() -> None:
    ended = {"category": "diplomatic_agent", "terminated_on": "2026-06-01", "departed_on": "2026-06-02"}
    levels = [
        assess_document(ended, policies(), today)["immunity"]["level"] for today in (date(2026, 6, 1), date(2026, 6, 2))
    ]
    assert levels == ["full", "official_acts"]


def test_an_assessment_is_that_of_a_lookup_with_the_same_facts() -> None:
    facts = {
        "record": "found",
        "lookup": "person",
        "role": "principal",
        "card_status": "active",
        "at": "2026-11-21",
        "category": "diplomatic_agent",
        "mission_kind": "embassy",
        "national_of_sending_state": True,
        "effective_on": "2020-01-01",
        "us_status": "none",
        "age": 46,
    }
    told = assess_document(facts, policies(), date(2026, 11, 21))
    answer = ask({"document": {"number": "TRNC1"}}, card(), member(), mission())
    assert json.loads(json.dumps(told["guidance"])) == answer["guidance"]
    assert told["immunity"] | {"at": None} == answer["immunity"] | {"at": None}


def test_faults_of_facts_have_their_pointers() -> None:
    with pytest.raises(InvalidRequest) as refused:
        assess_document({"age": -1, "bogus": 1}, policies(), date(2026, 11, 21))
    assert [fault.pointer for fault in refused.value.faults] == ["/age", "/bogus"]


def test_the_clock_is_read_once() -> None:
    readings: list[datetime] = []

    def clock() -> datetime:
        readings.append(NOW)
        return datetime(2026, 11, 21, 17, tzinfo=UTC)

    LookupService(MemoryStore(), policies(), "training", LIMITS, clock).answer(read_query(BY_ID))
    assert len(readings) == 1
