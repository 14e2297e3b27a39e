"""An explanation as a person reads it on a terminal: what was asked, the verdict, the answer, and what it rested on.

Decides order and layout only. Takes the same document that `--json` prints.
"""

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from lookup.answer_text import answer_text

_WIDTH = 100


def explanation_text(document: dict[str, Any]) -> str:
    """Write an explanation."""
    return "\n".join(_lines(document))


def _lines(document: dict[str, Any]) -> Iterator[str]:
    yield from _asked(document)
    yield ""
    yield from _wrapped(f"VERDICT: {document['verdict']}. {_verdict_words(document)}")
    for one in document["differences"]:
        yield from _wrapped(f"  {one['field']}: answered {_value(one['answered'])}, derived {_value(one['derived'])}")
    if document["answer"] is not None:
        yield from _headed("The answer, derived again", answer_text(document["answer"]).splitlines())
        yield from _headed("The steps of the law", _steps(document["answer"]))
    yield from _headed("The record versions that it rests on", _records(document["records"]))
    yield from _headed("What was asked for and not found", _absent(document["absent"]))
    yield from _headed("What is not proved", _wrapped(document["not_proved"]))


def _asked(document: dict[str, Any]) -> Iterator[str]:
    asked, data = document["asked"], document["data"]
    yield f"Lookup {document['lookup_id']}"
    agency = asked["agency_ori"] or "not known"
    default = " (by default)" if asked["purpose_defaulted"] else ""
    yield f"Asked {asked['occurred_at']} by {asked['user']}, agency {agency}, purpose {asked['purpose']}{default}"
    for name, words in (("requestor", "on behalf of"), ("case_number", "case")):
        if asked[name]:
            yield f"  {words} {asked[name]}"
    yield f"Question: {_value((asked['query'] or {}).get('asked'))}"
    yield f"Answered by {asked['component']} under the policy {document['policy']}"
    if data:
        place = f"generation {data['generation']}, revision {data['revision']}"
        yield f"  from {data['source']}, {place}, data of {data['as_of']} ({data['state']})"


def _verdict_words(document: dict[str, Any]) -> str:
    if document["verdict"] == "matches":
        return "What is derived is byte for byte what was answered."
    return str(document["because"])


def _steps(answer: dict[str, Any]) -> Iterator[str]:
    if answer["immunity"] is None:
        yield "The answer is about premises, and about nobody's immunity."
        return
    for number, step in enumerate(answer["immunity"]["basis"], 1):
        yield from _wrapped(f"{number}. {step['step']}: {step['because']} [{step['citation']}]", indent=3)


def _records(records: list[dict[str, Any]]) -> Iterator[str]:
    for record in records:
        yield f"{record['id']}  {record['version']}"
        if record["published_at"] is None:
            yield "  not in the history of this store"
        else:
            what = "deleted" if record["deleted"] else "published"
            yield f"  {what} {record['published_at']}, generation {record['generation']}, revision {record['revision']}"


def _absent(absent: list[dict[str, Any]]) -> Iterator[str]:
    for one in absent:
        yield from _wrapped(f"{one['id']}: {one['because']}", indent=2)


def _headed(title: str, lines: Any) -> list[str]:
    below = list(lines)
    return ["", f"-- {title}", *below] if below else []


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _wrapped(text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=" " * indent)
