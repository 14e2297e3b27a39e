"""One question being answered: from the records that are meant to the substance of the answer.

Decides what each kind of query shows: the vehicle, the person, the premises, or nobody. Lives for the length of one
question.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from lookup.answers import Substance
from lookup.assessments import shared_assessment, written_assessment
from lookup.candidates import candidate_objects
from lookup.facts_of_records import NOBODYS_REGISTRATIONS, FactFinder, card_status_on
from lookup.freshness import Freshness
from lookup.history_gaps import history_gaps
from lookup.identify import identify
from lookup.json_text import written
from lookup.law.assessment import Assessment
from lookup.law.facts import Facts
from lookup.law.terms import LookupKind
from lookup.member_documents import documents_of
from lookup.notices import data_notices, document_notices, notice_objects, query_notices, vehicle_notices
from lookup.premises_answer import premises_guidance
from lookup.queries import Query
from lookup.records import (
    Accreditation,
    DriverLicense,
    IdentityCard,
    Member,
    Mission,
    Premises,
    Record,
    Vehicle,
    record_key,
)
from lookup.shapes import mission_object, person_object, premises_object, vehicle_object


class Answering:
    """Answers one query from one view of the registry. `today` is the day of the question, in Washington."""

    def __init__(self, query: Query, finder: FactFinder, freshness: Freshness, today: date) -> None:
        self.query = query
        self.finder = finder
        self.registry = finder.registry
        self.policy = finder.policy
        self.day = finder.day
        self.freshness = freshness
        self.today = today
        self._beside: dict[str, Record] = {}  # what is shown beside what the verdict rests on, by key
        self.found = identify(query, finder.registry, finder.day)

    def substance(self, environment: str) -> Substance:
        """Give what the answer says."""
        said = self._about_premises() if self.query.kind == "address" else self._about_somebody()
        return replace(
            said,
            notices=_json(self._notices(environment)),
            candidates=_json(candidate_objects(self.found, self._get)),
            rests_on=tuple(record.name for record in self._met()),
            policy=self.policy.name,
            language=self.policy.language,
        )

    # A person or a vehicle

    def _about_somebody(self) -> Substance:
        facts = self._facts()
        result = written_assessment(facts, self.day, self.policy, self.found.outcome)
        identified = self.found.outcome == "match" and facts.record != "conflict"
        return Substance(
            self.found.outcome,
            result.assessment.level,
            result.immunity,
            result.guidance,
            vehicle=_json(self._vehicle_object()),
            person=_json(self._person_object(facts, result.assessment) if identified else None),
        )

    def _facts(self) -> Facts:
        found, finder = self.found, self.finder
        if found.outcome != "match":
            lookup: LookupKind = "plate" if self.query.kind in ("plate", "vin") else "person"
            return finder.nobody(lookup, "not_found" if found.outcome == "no_record" else None)
        if found.vehicle is not None:
            vehicle = found.vehicle.content
            return finder.of_vehicle(vehicle) if isinstance(vehicle, Vehicle) else finder.of_unusable_vehicle()
        if found.document is not None:
            document = found.document.content
            if isinstance(document, IdentityCard | DriverLicense):
                return finder.of_member(document.member_id, card_status_on(document, self.day))
        if found.member is not None and isinstance(found.member.content, Member):
            return finder.of_member(found.member.content.member_id)
        return finder.of_unusable_person()

    def _shown_vehicle(self) -> Record | None:
        """The vehicle asked about, or the one that the caller says the person drives."""
        if self.found.outcome != "match":
            return None
        driven = self.query.circumstances.driver_of
        if self.found.vehicle is None and driven is not None:
            record = self._get(record_key("vehicle", driven))
            return None if record is None or record.deleted else record
        return self.found.vehicle

    def _vehicle_object(self) -> dict[str, Any] | None:
        record = self._shown_vehicle()
        if record is None:
            return None
        vehicle = record.content
        mission = self._mission_object(vehicle.mission_id) if isinstance(vehicle, Vehicle) else None
        return vehicle_object(record, mission)

    def _member_id(self) -> str | None:
        """The member who is identified by the vehicle, the document or themself."""
        found = next(one for one in (self.found.vehicle, self.found.document, self.found.member) if one is not None)
        content = found.content
        if isinstance(content, Vehicle) and content.registration_status in NOBODYS_REGISTRATIONS:
            return None
        return content.member_id if isinstance(content, Vehicle | IdentityCard | DriverLicense | Member) else None

    def _person_object(self, facts: Facts, assessment: Assessment) -> dict[str, Any] | None:
        member_id = self._member_id()
        if member_id is None:
            return None
        member: Member = self.finder.find("member", member_id)
        post = self._post(member, facts, assessment)
        mission = None if post is None else self._mission_object(post.mission_id)
        title = post.title if post is not None and facts.role == "principal" else None
        documents = self._documents(member_id)
        record = self.finder.rests_on[record_key("member", member_id)]
        return person_object(record, member, facts.person_role, title, mission, documents)

    def _documents(self, member_id: str) -> list[Record]:
        """Give the documents of the person asked about. Who asks about a vehicle has nobody's document to compare,
        and is told no more of its registrant than the answer needs."""
        documents = [] if self.found.vehicle is not None else documents_of(self.registry, member_id)
        self._beside.update((document.key, document) for document in documents)
        return documents

    def _post(self, member: Member, facts: Facts, assessment: Assessment) -> Accreditation | None:
        """Give the post that the answer is about: of the answer's category, one in force before one that is not, then
        the latest."""
        holder = member
        if facts.role == "family" and member.principal_id is not None:
            holder = self.finder.find("member", member.principal_id)
        posts = [post for post in holder.accreditations if post.category == assessment.category]
        return max(posts, key=self._is_held, default=None) if posts else None

    def _is_held(self, post: Accreditation) -> tuple[bool, Any]:
        mission: Mission | None = self.finder.find("mission", post.mission_id)
        ends = (post.terminated_on, None if mission is None else mission.terminated_on)
        ended = any(end is not None and end < self.day for end in ends)
        return post.effective_on <= self.day and not ended, post.effective_on

    # Premises

    def _about_premises(self) -> Substance:
        facts = [self.finder.of_premises(premises) for premises in self._premises()]
        guidance = _json(premises_guidance(facts, self.found.outcome, self.day, self.policy))
        if self.found.outcome != "possible_matches":
            return Substance(self.found.outcome, None, None, guidance, premises=_json(self._premises_object()))
        nobody = written_assessment(self.finder.nobody("person"), self.day, self.policy, self.found.outcome)
        return Substance(self.found.outcome, nobody.assessment.level, nobody.immunity, guidance)

    def _premises(self) -> list[Premises]:
        return [record.content for record in self.found.premises if isinstance(record.content, Premises)]

    def _premises_object(self) -> dict[str, Any] | None:
        if not self.found.premises:
            return None
        record, premises = self.found.premises[0], self._premises()[0]
        level = None
        if premises.member_id is not None:
            level = shared_assessment(self.finder.of_occupant(premises), self.day, self.policy).level
        return premises_object(record, premises, self._mission_object(premises.mission_id), level)

    def _mission_object(self, mission_id: str) -> dict[str, Any]:
        return mission_object(mission_id, self.finder.find("mission", mission_id))

    # What it rests on

    def _get(self, key: str) -> Record | None:
        """Give a record that is shown beside."""
        record = self.registry.get(key)
        if record is not None:
            self._beside[key] = record
        return record

    def _behind_the_verdict(self) -> dict[str, Record]:
        asked = (self.found.vehicle, self.found.document, self.found.member, *self.found.premises)
        records = {record.key: record for record in asked if record is not None}
        return records | self.finder.rests_on

    def _met(self) -> Iterable[Record]:
        """Give every record that had a part in the answer, each once: without one of them it could not be derived
        again."""
        found = self.found
        if not (self._beside or found.gone or found.plates or found.near):
            return self._behind_the_verdict().values()
        near = [plate.record for plate in found.plates] + [one.record for one in found.near]
        shown = {record.key: record for record in (*found.gone, *near)}
        return (self._behind_the_verdict() | shown | self._beside).values()

    # What is unusual

    def _notices(self, environment: str) -> list[dict[str, str]]:
        gaps = [self.policy.sentences[gap] for gap in history_gaps(self.found, self.day, self.today)]
        codes = [
            *self._notice_codes(environment),
            *data_notices(self.freshness, self.policy, self.today, self._behind_the_verdict().values()),
        ]
        if gaps:
            codes.append("history_incomplete")
        return notice_objects(codes, self.policy, what="; ".join(gaps))

    def _notice_codes(self, environment: str) -> Iterator[str]:
        vehicle = self._shown_vehicle()
        if vehicle is not None and isinstance(vehicle.content, Vehicle):
            yield from vehicle_notices(vehicle.content, self.day)
        if self.found.document is not None:
            yield from document_notices(self.found.document.content, self.day)
        yield from query_notices(self.query, self.found, environment)


def _json(document: object) -> bytes:
    return written(document).encode()
