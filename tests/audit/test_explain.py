"""What explaining an answer says: that it matches, what differs, or why it cannot be derived here."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from lookup import assessments
from lookup.audit.entry import Entry
from lookup.audit.explaining.derive import Present, policies_in
from lookup.audit.explaining.explain import NOT_PROVED, Explanation, explain
from lookup.clock import utc_text
from lookup.errors import CouldNotSearch, PolicyError
from lookup.law.policy import Policies
from lookup.records import Content
from lookup.release import release
from lookup.store.protocol import Store
from tests.audit.answered_questions import Desk
from tests.contract.engines import NOW, Engine, sqlite_engine
from tests.contract.samples import draft, gone
from tests.unit.people import CARD, PLATE, card, member, mission, vehicle

BY_PLATE = {"plate": "dea 1234"}
NOWHERE = "This release has no policy 2031.7 with texts in the language en."


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(tmp_path)
    engine.build(*map(draft, _contents()))
    yield engine
    engine.close()


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine.store())


def _contents() -> list[Content]:
    return [mission(), member(), vehicle(), card()]


def _policies(**changes: Any) -> Any:
    """This release's policies with some fields changed."""
    (policy,) = policies_in("en").all
    return lambda _: Policies((replace(policy, **changes),))


def _explained(desk: Desk, recorded: Entry, policies: Any = policies_in) -> Explanation:
    return explain(recorded, Present(desk.store, policies))


def test_an_answer_is_derived_again_byte_for_byte(desk: Desk) -> None:
    answered = desk.ask(BY_PLATE)
    explained = desk.explain(answered)
    assert (explained.verdict, explained.because, explained.differences) == ("matches", None, [])
    assert explained.answer is not None
    assert explained.answer.to_json() == answered.text


def test_what_a_camera_was_told_is_derived_without_the_person(desk: Desk) -> None:
    answered = desk.ask(BY_PLATE, "camera")
    explained = desk.explain(answered)
    assert explained.verdict == "matches"
    assert explained.document()["answer"]["person"] is None


def test_an_answer_about_the_past_asked_today_is_derived_of_today(desk: Desk) -> None:
    answered = desk.ask(BY_PLATE | {"at": "2026-11-20T12:00:00-05:00"})
    notices = [notice["code"] for notice in desk.explain(answered).document()["answer"]["notices"]]
    assert notices == ["history_incomplete"]
    assert desk.explain(answered).verdict == "matches"


@pytest.mark.parametrize("moment", [(4, 59, 59, 999_999), (5, 0, 0, 0)])
def test_the_day_is_that_of_the_moment_in_washington_to_the_last_millisecond(
    desk: Desk, moment: tuple[int, int, int, int]
) -> None:
    desk.now = datetime(2026, 11, 22, *moment, tzinfo=UTC)
    for body in (BY_PLATE, BY_PLATE | {"at": "2026-11-22T04:30:00Z"}):
        answered = desk.ask(body)
        explained = desk.explain(answered)
        assert explained.verdict == "matches"


def test_the_records_are_named_with_where_they_were_published_first(engine: Engine, desk: Desk) -> None:
    engine.publish(draft(vehicle(color="violet")))
    shown = desk.explain(desk.ask(BY_PLATE)).document()["records"]
    assert [(one["id"], one["revision"], one["deleted"], one["published_at"]) for one in shown] == [
        ("vehicle:DEA1234", 1, False, utc_text(NOW)),
        ("member:TRN1", 0, False, utc_text(NOW)),
        ("mission:EM1", 0, False, utc_text(NOW)),
    ]


def test_what_is_on_record_now_has_no_part_in_it(engine: Engine, desk: Desk) -> None:
    answered = desk.ask(BY_PLATE)
    engine.publish(draft(vehicle(registration_status="revoked")), draft(member(us_status="permanent_resident")))
    assert desk.ask(BY_PLATE).recorded["level"] == "unverified"
    explained = desk.explain(answered)
    assert (explained.verdict, explained.document()["answer"]["immunity"]["level"]) == ("matches", "full")


def test_what_is_no_longer_on_record_at_all_is_derived_too(engine: Engine, desk: Desk) -> None:
    answered = desk.ask(BY_PLATE)
    for _ in range(3):
        engine.build(draft(mission(name="Another mission")))
    assert desk.explain(answered).verdict == "matches"


# It differs


def test_another_number_of_the_law_makes_another_answer(desk: Desk) -> None:
    recorded = desk.ask(BY_PLATE).recorded
    (policy,) = policies_in("en").all
    row = replace(policy.rows["diplomatic_agent", "principal"], level="official_acts")
    rows = {**policy.rows, ("diplomatic_agent", "principal"): row}
    explained = _explained(desk, recorded, _policies(rows=rows))
    assert explained.verdict == "differs"
    differing = {one.field: (one.answered, one.derived) for one in explained.differences}
    assert differing["level"] == ("full", "official_acts")
    assert differing["answer_digest"][0] == recorded["answer_digest"] != differing["answer_digest"][1]
    assert explained.because == (
        f"What differs: level, bytes_out, answer_digest. The answer came from this release, {release()}."
    )


@pytest.fixture
def forgetful() -> Iterator[None]:
    """No assessment that was made by one law is taken for that of another."""
    for memory in (assessments._assessment, assessments._written_assessment):
        memory.cache_clear()
    yield
    for memory in (assessments._assessment, assessments._written_assessment):
        memory.cache_clear()


def test_another_rule_of_the_law_makes_another_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, forgetful: None
) -> None:
    answered = desk.ask(BY_PLATE)
    assert desk.explain(answered).verdict == "matches"
    assessments._assessment.cache_clear()
    assessments._written_assessment.cache_clear()
    monkeypatch.setattr("lookup.law.assess.decide_vehicle_search", lambda facts, joint: joint)
    explained = desk.explain(answered)
    assert explained.verdict == "differs"
    assert "answer_digest" in {one.field for one in explained.differences}


def test_another_text_is_told_from_another_verdict(desk: Desk) -> None:
    recorded = desk.ask(BY_PLATE).recorded
    (policy,) = policies_in("en").all
    level = policy.levels["registrant_full"]
    levels = {**policy.levels, "registrant_full": replace(level, headline=level.headline.upper())}
    explained = _explained(desk, recorded, _policies(levels=levels))
    assert [one.field for one in explained.differences] == ["answer_digest"]
    assert explained.because is not None
    assert explained.because.startswith("Outcome, level and parts are the same, and the texts or details are others.")


def test_the_release_that_answered_is_named_where_it_is_another(desk: Desk) -> None:
    recorded = {**desk.ask(BY_PLATE).recorded, "component": "lookup/9.8.7@node-1", "answer_digest": "sha256:0"}
    explained = _explained(desk, recorded)
    assert explained.verdict == "differs"
    assert explained.because is not None
    assert "The answer came from release 9.8.7, whose policy 2026.1 may read otherwise" in explained.because


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outcome", "no_record"),
        ("level", "none"),
        ("disclosed", ["level"]),
        ("bytes_out", 1),
        ("answer_digest", "sha256:" + "0" * 64),
    ],
)
def test_a_record_that_says_something_else_of_the_answer_differs(desk: Desk, field: str, value: Any) -> None:
    recorded = desk.ask(BY_PLATE).recorded
    explained = _explained(desk, {**recorded, field: value})
    assert explained.verdict == "differs"
    assert [(one.field, one.answered) for one in explained.differences] == [(field, value)]


@pytest.mark.parametrize("field", ["value", "kind", "issuer", "at"])
def test_a_record_that_says_another_question_differs(desk: Desk, field: str) -> None:
    recorded = desk.ask(BY_PLATE).recorded
    query = {**recorded["query"], field: "another"}
    assert [one.field for one in _explained(desk, {**recorded, "query": query}).differences] == ["query"]


def test_a_record_version_too_many_differs(desk: Desk) -> None:
    recorded = desk.ask(BY_PLATE).recorded
    other = desk.ask({"document": {"number": CARD}}).recorded["records"][0]
    explained = _explained(desk, {**recorded, "records": [*recorded["records"], other]})
    assert [one.field for one in explained.differences] == ["records"]


def test_a_record_version_too_few_differs(desk: Desk) -> None:
    recorded = desk.ask(BY_PLATE).recorded
    explained = _explained(desk, {**recorded, "records": recorded["records"][:1]})
    assert explained.verdict == "differs"


# It cannot be derived


def test_a_policy_that_this_release_lacks_names_the_release_that_has_it(desk: Desk) -> None:
    recorded = {**desk.ask(BY_PLATE).recorded, "policy": "2031.7", "component": "lookup/9.8.7@node-1"}
    explained = _explained(desk, recorded)
    assert (explained.verdict, explained.answer) == ("cannot be derived", None)
    assert explained.because == (
        f"{NOWHERE} The answer came from release 9.8.7, which has what is needed; this one is {release()}: explain it "
        "there."
    )
    assert [one["id"] for one in explained.document()["records"]] == ["vehicle:DEA1234", "member:TRN1", "mission:EM1"]
    assert explained.document()["answer"] is None


def test_a_language_that_this_release_lacks_is_said(desk: Desk) -> None:
    recorded = desk.ask(BY_PLATE).recorded
    recorded = {**recorded, "query": {**recorded["query"], "language": "xx"}}
    explained = _explained(desk, recorded)
    assert explained.because == (
        "This release has no policy 2026.1 with texts in the language xx. The answer came from this release, "
        f"{release()}."
    )


def test_a_version_that_the_history_lacks_is_named(desk: Desk) -> None:
    recorded = desk.ask(BY_PLATE).recorded
    records = [{**recorded["records"][0], "version": "0" * 32}, *recorded["records"][1:]]
    explained = _explained(desk, {**recorded, "records": records})
    assert explained.verdict == "cannot be derived"
    assert explained.because == (
        f"The history of this store holds no version {'0' * 32} of vehicle:DEA1234: is it the right store?"
    )
    assert explained.document()["records"][0]["published_at"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"lookup_id": None},
        {"query": None},
        {"data": {}},
        {"records": None},
        {"records": [{"id": "vehicle:DEA1234"}]},
        {"query": {"asked": {"plate": "DEA1234", "hue": "violet"}}},
        {"records": [{"id": "boat:1", "version": "1" * 32, "handle": ""}]},
    ],
)
def test_a_record_that_this_release_cannot_read_is_said_so_without_quoting_it(
    desk: Desk, change: dict[str, Any]
) -> None:
    recorded = {**desk.ask(BY_PLATE).recorded, **change}
    explained = _explained(desk, recorded)
    assert explained.verdict == "cannot be derived"
    assert explained.because is not None
    assert "DEA1234" not in explained.because


def test_a_history_that_cannot_be_read_now_is_an_error_and_no_verdict(desk: Desk) -> None:
    recorded = desk.ask(BY_PLATE).recorded

    class Away:
        def __getattr__(self, name: str) -> Any:
            def refuse(*_: Any) -> Any:
                raise CouldNotSearch("The store is away.")

            return refuse

    with pytest.raises(CouldNotSearch):
        explain(recorded, Present(cast("Store", Away())))


# What was not found


def test_that_a_record_never_existed_is_proved_by_the_history(engine: Engine, desk: Desk) -> None:
    answered = desk.ask({"plate": "DEA9999"})
    (absent,) = desk.explain(answered).document()["absent"]
    assert (absent["id"], absent["told"]) == ("vehicle:DEA9999", "proved")
    engine.publish(draft(vehicle(plate="DEA9999")))
    (absent,) = desk.explain(answered).document()["absent"]
    assert (absent["told"], desk.explain(answered).verdict) == ("proved", "matches")


def test_that_a_deletion_was_met_is_said(engine: Engine, desk: Desk) -> None:
    engine.publish(gone(draft(vehicle())))
    (absent,) = desk.explain(desk.ask(BY_PLATE)).document()["absent"]
    assert (absent["id"], absent["told"]) == ("vehicle:DEA1234", "deleted")


def test_what_the_history_cannot_tell_is_said(engine: Engine, desk: Desk) -> None:
    engine.build(draft(mission()))
    answered = desk.ask(BY_PLATE)
    (absent,) = desk.explain(answered).document()["absent"]
    assert (absent["told"], desk.explain(answered).verdict) == ("not_told", "matches")


@pytest.mark.parametrize("minutes", [-3, -6])
def test_what_another_generation_held_is_not_told_by_the_clock_alone(engine: Engine, desk: Desk, minutes: int) -> None:
    """The node's clock is behind that of the indexer, a little or so much that it is suspect."""
    engine.build(draft(mission()))
    desk.now = NOW + timedelta(minutes=minutes)
    assert [one.told for one in desk.explain(desk.ask(BY_PLATE)).absences] == ["not_told"]


def test_a_deletion_may_have_been_repeated_without_a_trace(engine: Engine, desk: Desk) -> None:
    engine.publish(gone(draft(vehicle())))
    engine.publish(draft(vehicle(color="violet")))
    denied = desk.ask({"plate": "DEA9999"}).recorded
    explained = _explained(desk, {**denied, "records": [], "query": {**denied["query"], "asked": {"plate": PLATE}}})
    assert [one.told for one in explained.absences] == ["not_told"]


def test_a_no_record_about_what_was_on_record_differs(engine: Engine, desk: Desk) -> None:
    """As a store would answer that lost a row without noticing."""
    denied = desk.ask({"plate": "DEA9999"}).recorded
    asked = {**denied["query"], "value": PLATE, "asked": {"plate": PLATE}}
    explained = _explained(desk, {**denied, "query": asked})
    assert explained.verdict == "differs"
    assert explained.because == "The history holds what the answer says was not on record."
    assert [one.told for one in explained.absences] == ["contradicted"]


def test_both_kinds_of_document_are_looked_for_in_the_history(desk: Desk) -> None:
    explained = desk.explain(desk.ask({"document": {"number": "TRNC77"}}))
    assert [one.key for one in explained.absences] == ["identity_card:TRNC77", "driver_license:TRNC77"]
    explained = desk.explain(desk.ask({"document": {"number": "TRNC77", "kind": "driver_license"}}))
    assert [one.key for one in explained.absences] == ["driver_license:TRNC77"]


@pytest.mark.parametrize("body", [BY_PLATE, {"vin": "1M8GDM9AXKP042788"}, {"plate": "DEA9999", "state": "VA"}])
def test_of_what_was_found_or_has_no_key_nothing_is_said_to_be_absent(desk: Desk, body: dict[str, Any]) -> None:
    assert desk.explain(desk.ask(body)).absences == []


def test_what_is_not_proved_is_always_said(desk: Desk) -> None:
    assert desk.explain(desk.ask(BY_PLATE)).document()["not_proved"] == NOT_PROVED


def test_a_policy_is_found_by_its_name_and_not_by_the_day(desk: Desk) -> None:
    recorded = desk.ask(BY_PLATE).recorded
    (policy,) = policies_in("en").all
    later = replace(policy, name="2031.7", since=policy.since.replace(year=2020), rows={})

    def both(_: str) -> Policies:
        return Policies((policy, later))

    assert _explained(desk, recorded, both).verdict == "matches"


def test_a_language_without_texts_is_no_crash() -> None:
    with pytest.raises(PolicyError):
        policies_in("xx")
