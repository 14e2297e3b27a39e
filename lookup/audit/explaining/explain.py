"""An old answer explained: whether what is derived again is what was said, and on what it rested.

Decides the verdict. `matches`: byte for byte what was answered, and all that the record of the query says of it is so.
`differs`: an answer is derived, and it is another. `cannot be derived`: this release or this store lacks something.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from lookup.answers import Answer
from lookup.audit.answered import answer_entry
from lookup.audit.entry import Entry, Scene
from lookup.audit.explaining.absence import SENTENCES, Absence, absences
from lookup.audit.explaining.derive import CannotDerive, Present, derived_answer, releases
from lookup.clock import utc_text
from lookup.lookup_ids import moment_of, reference_number
from lookup.store.protocol import PublishedVersion, Store

Verdict = Literal["matches", "differs", "cannot be derived"]

COMPARED = ("outcome", "level", "disclosed", "records", "policy", "bytes_out", "answer_digest")
"""Fields of the record of a query that follow from its answer; the digest alone decides over the bytes."""

NOT_PROVED = (
    "That no other record bore on the answer - another near plate, another person of that name, another agreement or "
    "document - cannot be proved: the history is kept by key and shows the versions that the answer names."
)
"""What derives from the records that were met says nothing of those that were not."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of the record of a query whose value is another now."""

    field: str
    answered: Any
    derived: Any


@dataclass(frozen=True, slots=True)
class RestedOn:
    """A record version that the answer names, and where it was published first; None where the history has nothing of
    it."""

    key: str
    version: str
    published: PublishedVersion | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of deriving an answer again. `because` says why it does not match, `answer` is None where it could
    not be derived."""

    recorded: Entry
    verdict: Verdict
    because: str | None
    answer: Answer | None
    differences: Sequence[Difference]
    records: Sequence[RestedOn]
    absences: Sequence[Absence]

    def document(self) -> dict[str, Any]:
        """Give the explanation as one object."""
        recorded = self.recorded
        return {
            "verdict": self.verdict,
            "because": self.because,
            "lookup_id": recorded["lookup_id"],
            "reference_number": reference_number(UUID(recorded["id"])),
            "asked": {name: recorded[name] for name in _ASKED} | {"query": recorded["query"]},
            "data": recorded["data"],
            "policy": recorded["policy"],
            "answer": None if self.answer is None else self.answer.document(),
            "differences": [{"field": d.field, "answered": d.answered, "derived": d.derived} for d in self.differences],
            "records": [_record_object(record) for record in self.records],
            "absent": [{"id": one.key, "told": one.told, "because": SENTENCES[one.told]} for one in self.absences],
            "not_proved": NOT_PROVED,
        }


_ASKED = ("occurred_at", "component", "user", "agency_ori", "requestor", "purpose", "purpose_defaulted", "case_number")


def explain(recorded: Entry, present: Present) -> Explanation:
    """Derive the answer of a recorded query again and compare. Raises `CouldNotSearch` where the history cannot be
    read just now."""
    try:
        answer = derived_answer(recorded, present)
        missing = absences(recorded, answer.query, present.store)
    except CannotDerive as error:
        records = list(_rested_on(recorded, present.store))
        return Explanation(recorded, "cannot be derived", str(error), None, (), records, ())
    differences = list(_differences(recorded, answer))
    records = list(_rested_on(recorded, present.store))
    because = _because(recorded, differences, missing)
    verdict: Verdict = "matches" if because is None else "differs"
    return Explanation(recorded, verdict, because, answer, differences, records, missing)


def _differences(recorded: Entry, answer: Answer) -> Iterator[Difference]:
    """Compare with the record that the derived answer would have."""
    asked = recorded["query"]
    scene = Scene(moment_of(answer.lookup_id), recorded["component"])
    derived = answer_entry(answer, answer.to_json(), asked["asked"], scene, asked["entered_by"])
    for field in COMPARED:
        if derived[field] != recorded[field]:
            yield Difference(field, recorded[field], derived[field])
    if derived["query"] != asked:
        yield Difference("query", asked, derived["query"])


def _because(recorded: Entry, differences: Sequence[Difference], missing: Sequence[Absence]) -> str | None:
    """Say why an answer does not match; None where it does."""
    if any(one.told == "contradicted" for one in missing):
        return "The history holds what the answer says was not on record."
    if not differences:
        return None
    fields = {difference.field for difference in differences}
    if fields <= {"bytes_out", "answer_digest"}:
        said = "Outcome, level and parts are the same, and the texts or details are others."
    else:
        said = f"What differs: {', '.join(difference.field for difference in differences)}."
    answered, this = releases(recorded)
    if answered == this:
        return f"{said} The answer came from this release, {this}."
    return (
        f"{said} The answer came from release {answered}, whose policy {recorded['policy']} may read otherwise than "
        f"that of this one, {this}: explain it there."
    )


def _rested_on(recorded: Entry, store: Store) -> Iterator[RestedOn]:
    for named in recorded["records"] or ():
        key, version = named.get("id", ""), named.get("version", "")
        published = {one.version: one for one in store.history(key)}
        yield RestedOn(key, version, published.get(version))


def _record_object(record: RestedOn) -> dict[str, Any]:
    published = record.published
    return {
        "id": record.key,
        "version": record.version,
        "deleted": published and published.deleted,
        "published_at": published and utc_text(published.published_at),
        "generation": published and published.generation,
        "revision": published and published.revision,
    }
