"""An old answer made again: from the record of its query, the record versions that it names, the policy that it names
and the moment.

Decides what of the record of a query is needed for that, and what makes it impossible. The answer itself comes from the
same code as any other. Whether it is what was said is for `explain`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from lookup.answering import Answering
from lookup.answers import Answer
from lookup.audit.entry import Entry
from lookup.audit.explaining.past_registry import PastRegistry
from lookup.clock import day_in_washington
from lookup.errors import InvalidRequest, PolicyError, StoreDamaged
from lookup.facts_of_records import FactFinder
from lookup.freshness import Freshness
from lookup.law.load import load_policies
from lookup.law.policy import Policies, Policy
from lookup.lookup_ids import moment_of
from lookup.queries import Query, read_query
from lookup.records import Record, decode_body
from lookup.release import release
from lookup.store.protocol import TOMBSTONE_VERSION, Head, Store
from lookup.store.rows import kind_of

CAMERA = "camera"


class CannotDerive(Exception):
    """An answer that this release and this store cannot make again; the message says why, and what would help."""


@cache
def policies_in(language: str) -> Policies:
    """Give this release's policies with the texts of one language. Raises `PolicyError` where it has none."""
    return load_policies(language=language)


@dataclass(frozen=True, slots=True)
class Present:
    """What there is to derive from: the store with its history, and this release's policies by language. `policies`
    raises `PolicyError` for a language that has no texts."""

    store: Store
    policies: Callable[[str], Policies] = policies_in


def derived_answer(recorded: Entry, present: Present) -> Answer:
    """Make the answer of a recorded query again.

    Raises `CannotDerive` where that is impossible, `CouldNotSearch` where the history cannot be read just now.
    """
    try:
        return _derived(recorded, present)
    except StoreDamaged as error:
        raise CannotDerive(str(error)) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # Without the cause: its text may quote what was asked.
        raise CannotDerive(f"The record of the query is not as this release writes one. {_hint(recorded)}") from error


def releases(recorded: Entry) -> tuple[str, str]:
    """Give the release that answered, by the name of its process in the trail, and this one."""
    return str(recorded["component"]).partition("/")[2].rpartition("@")[0], release()


def _derived(recorded: Entry, present: Present) -> Answer:
    lookup_id, query = UUID(recorded["lookup_id"]), _query(recorded)
    now = moment_of(lookup_id)
    at = query.at or now
    data, day = recorded["data"], day_in_washington(at)
    freshness = _freshness(data)
    policy = _policy(recorded, present)
    registry = PastRegistry(_head(data), [_record(named, present.store, recorded) for named in recorded["records"]])
    finder = FactFinder(registry, day, policy, query.circumstances, freshness.is_usable)
    answering = Answering(query, finder, freshness, day_in_washington(now))
    answer = Answer(lookup_id, query, at, freshness, data["environment"], answering.substance(data["environment"]))
    return answer.without_person() if recorded["query"]["entered_by"] == CAMERA else answer


def _query(recorded: Entry) -> Query:
    try:
        return read_query(recorded["query"]["asked"])
    except InvalidRequest as error:
        raise CannotDerive(f"This release does not read the question as it was put. {_hint(recorded)}") from error


def _policy(recorded: Entry, present: Present) -> Policy:
    name, language = recorded["policy"], recorded["query"]["language"]
    try:
        return present.policies(language).named(name)
    except PolicyError as error:
        raise CannotDerive(
            f"This release has no policy {name} with texts in the language {language}. {_hint(recorded)}"
        ) from error


def _record(named: Mapping[str, Any], store: Store, recorded: Entry) -> Record:
    """Give a record in the version in which it was met."""
    key, version, handle = named["id"], named["version"], named["handle"]
    kind = kind_of(key)
    if kind is None:
        raise CannotDerive(f"This release knows no such records as {key}. {_hint(recorded)}")
    if version == TOMBSTONE_VERSION:
        return Record(key, kind, version, 0, handle, deleted=True)
    body = store.body(key, version)
    if body is None:
        raise CannotDerive(f"The history of this store holds no version {version} of {key}: is it the right store?")
    standing, content = decode_body(kind, body)
    return Record(key, kind, version, 0, handle, standing, content)


def _head(data: Mapping[str, Any]) -> Head:
    """Give the head as far as an answer depends on it."""
    as_of = datetime.fromisoformat(data["as_of"])
    return Head(data["environment"], data["generation"], 0, data["revision"], as_of, fictitious=False)


def _freshness(data: Mapping[str, Any]) -> Freshness:
    return Freshness(
        as_of=datetime.fromisoformat(data["as_of"]),
        age=timedelta(seconds=data["age_seconds"]),
        state=data["state"],
        clock_suspect=data["clock_suspect"],
        source=data["source"],
        generation=data["generation"],
        revision=data["revision"],
    )


def _hint(recorded: Entry) -> str:
    """Say which release can be asked instead."""
    answered, this = releases(recorded)
    if answered == this:
        return f"The answer came from this release, {this}."
    return f"The answer came from release {answered}, which has what is needed; this one is {this}: explain it there."
