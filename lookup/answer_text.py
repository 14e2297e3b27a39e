"""An answer as a person reads it on a terminal.

Decides order and layout only: what matters at the roadside first. Takes the same document that the HTTP interface
gives.
"""

import textwrap
from collections.abc import Iterator
from typing import Any

_WIDTH = 100

_ACTION_WORDS = {
    "arrest_or_detain": "Arrest or detain",
    "search_person": "Search the person",
    "search_vehicle": "Search the vehicle",
    "issue_traffic_citation": "Write a citation",
    "subpoena_as_witness": "Compel testimony",
    "enter_residence": "Enter the home",
    "prosecute": "Prosecute",
}
"""An officer's questions at the car first, then the other two."""

_OUTCOME_WORDS = {
    "match": "One record",
    "possible_matches": "Several records are possible; choose one and ask again",
    "no_record": "No record was found; this does not mean no immunity",
}


def answer_text(document: dict[str, Any]) -> str:
    """Write an answer."""
    return "\n".join(_answer_lines(document))


def assessment_text(document: dict[str, Any]) -> str:
    """Write an assessment."""
    return "\n".join([*_immunity_lines(document["immunity"]), *_guidance_lines(document["guidance"])])


def _answer_lines(document: dict[str, Any]) -> Iterator[str]:
    freshness = document["freshness"]
    if document["environment"] == "training":
        yield "TRAINING - invented data"
    yield f"{document['query']['display'] if isinstance(document['query']['display'], str) else 'Person'}"
    yield f"{_OUTCOME_WORDS[document['outcome']]}."
    if document["immunity"] is not None:
        yield from _immunity_lines(document["immunity"])
    yield from _records(document)
    for notice in document["notices"]:
        yield from _wrapped(f"[{notice['severity']}] {notice['text']}")
    for candidate in document["candidates"]:
        yield f"  near: {_candidate(candidate)} - {candidate['because']}"
    yield from _guidance_lines(document["guidance"])
    yield ""
    yield f"Data of {freshness['as_of']} ({freshness['state']}). Reference {document['reference_number']}."


def _immunity_lines(immunity: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{immunity['level'].upper().replace('_', ' ')}: {immunity['headline']}"
    for action, words in _ACTION_WORDS.items():
        permission = immunity["permissions"][action]
        condition = permission["condition"]
        answer = permission["answer"].upper() if condition is None else f"IF: {condition}"
        yield from _wrapped(f"{words:<20} {answer}", indent=21)


def _records(document: dict[str, Any]) -> Iterator[str]:
    vehicle, person, premises = document["vehicle"], document["person"], document["premises"]
    yield ""
    if vehicle is not None:
        seen = " ".join(str(vehicle[name]) for name in ("year", "color", "make", "model") if vehicle[name])
        status = vehicle["registration_status"] or "not known"
        yield f"Vehicle: {vehicle['display']}, {seen or 'no description'}, registration {status}"
        yield from _mission(vehicle["mission"])
    if person is not None:
        yield f"Person: {person['name']}, born {person['date_of_birth'] or 'not known'}, {person['role']}"
        yield from _mission(person["mission"])
    if premises is not None:
        yield f"Premises: {premises['kind']}, {premises['address']}, {premises['city']}, {premises['state']}"
        yield from _mission(premises["mission"])


def _mission(mission: dict[str, Any] | None) -> Iterator[str]:
    if mission is not None:
        yield f"  of {mission['name'] or 'a mission whose record cannot be used'}"


def _candidate(candidate: dict[str, Any]) -> str:
    if "plate" in candidate:
        return str(candidate["display"])
    if candidate.get("person"):
        return f"{candidate['person']['name']}, born {candidate['person']['date_of_birth'] or 'not known'}"
    if "premises" in candidate:
        premises = candidate["premises"]
        return f"{premises['address']}, {premises['city']}, {premises['state']}"
    return str(candidate["document"]["kind"])


def _guidance_lines(guidance: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield from _wrapped(guidance["summary"])
    for block in guidance["blocks"]:
        yield from _wrapped(f"- {block['text']}", indent=2)
    verify = guidance["verify"]
    yield from _wrapped(f"Verify: {verify['phone']} ({verify['hours']}). {verify['say']}")


def _wrapped(text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=" " * indent)
