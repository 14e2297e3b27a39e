"""The entry of one query that was answered: what was asked, what was told, on what basis.

Decides what of an answer goes into the trail: enough to derive it again (the question as it was given, the records by
version, the policy, the moment, the state of the data) and a digest of the very bytes; none of the personal data.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from lookup.answers import Answer
from lookup.audit.chain import digest_of
from lookup.audit.entry import Actor, Event, Scene, WrittenEntry, moment_text, who
from lookup.clock import utc_text
from lookup.freshness import Freshness
from lookup.json_text import written

ACTORS_REMEMBERED = 1024
"""Callers whose part of an entry one process keeps as text: the same ones ask again and again."""


class Effort(NamedTuple):
    """What an answer took: the time in milliseconds, the bytes of the question; None where nobody measured."""

    duration_ms: float | None = None
    bytes_in: int | None = None


NOT_MEASURED = Effort()


def answer_entry(
    answer: Answer,
    text: bytes,
    asked: Mapping[str, Any],
    scene: Scene,
    entered_by: str,
    effort: Effort = NOT_MEASURED,
) -> WrittenEntry:
    """Make the entry of an answer that is about to leave as `text`. `asked` is the question as its caller wrote it;
    `entered_by` `person`, `system` or `camera`.

    Put together by hand, in the order of `FIELDS`: nothing is made more often, and most of it is the same each time.
    """
    query, said = answer.query, answer.substance
    event: Event = f"query.{query.kind}"  # type: ignore[assignment]  # there is an event for each kind of query
    name, at = str(answer.lookup_id), utc_text(answer.at)
    line = (
        f'"id":"{name}","occurred_at":"{moment_text(scene.at)}","event":"{event}",'
        f"{_who(scene.component, scene.actor)},"
        f'"purpose":"{query.purpose}","purpose_defaulted":{_json(query.purpose_defaulted)},"reason":null,'
        f'"case_number":{_json(query.reference)},'
        f'"query":{{"kind":"{query.kind}","value":{_json(query.normalized)},"issuer":"{query.issuer or "US"}",'
        f'"entered_by":"{entered_by}","at":"{at}","language":"{said.language}","asked":{written(asked)}}},'
        f'"outcome":"{said.outcome}",{said.account()},'
        f'"data":{{{_data(answer.freshness)},"environment":"{answer.environment}"}},'
        f'"policy":"{said.policy}","answer_digest":"{digest_of(text)}","lookup_id":"{name}",'
        f'"secondary_recipient":null,"details":null,'
        f'"duration_ms":{_json(effort.duration_ms)},"bytes_in":{_json(effort.bytes_in)},"bytes_out":{len(text)}'
    )
    return WrittenEntry(event, said.outcome, line.encode())  # type: ignore[arg-type]  # an outcome for each of an answer


@lru_cache(maxsize=ACTORS_REMEMBERED)
def _who(component: str, actor: Actor) -> str:
    """Say in which process, and who asks from where."""
    return written(who(component, actor))[1:-1]


def _data(freshness: Freshness) -> str:
    """Say on which data an answer rests."""
    return (
        f'"source":"{freshness.source}","generation":"{freshness.generation}","revision":{freshness.revision},'
        f'"as_of":"{utc_text(freshness.as_of)}","age_seconds":{freshness.age_seconds},"state":"{freshness.state}",'
        f'"clock_suspect":{_json(freshness.clock_suspect)}'
    )


def _json(value: Any) -> str:
    """Write a value, the plain ones without asking the encoder."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    return "false" if value is False else written(value)
