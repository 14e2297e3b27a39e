"""The indices and aliases of a store in Elasticsearch, as the holder of the lease changes them.

Decides how an index is made, proved ours, made to serve and removed, so that no late call of a writer that lost its
lease can make anything serve. What lies in an index is decided elsewhere.

Calls on aliases are carried out one after the other by the master, each whole or not at all; everything here rests on
that:

- A generation serves only by a call that also takes the alias `candidate` from it, with `must_exist`. An index under
  construction has that alias from its first moment; a rollback gives it to the previous generation first.
- Who takes the lease takes that alias away from every index before anything else (`disarm`). So a writer that lost
  its lease, however late it wakes, cannot make its generation serve: its call fails as a whole. One that names its
  candidate only after it woke looks at its lease once more before that call.
- The same call takes the alias `serving` from the index that served when the work began, with `must_exist`: without
  it a late call would be acknowledged and leave the alias on two indices.
- An index that is not candidate, does not serve and is not the previous generation can never serve again, so it can be
  removed without looking twice (`forgotten`).
"""

import time
from collections.abc import Mapping
from typing import Any

from lookup.errors import ConfigurationError, CouldNotSearch, StoreDamaged
from lookup.store.elastic.bulk import refresh
from lookup.store.elastic.client import Ask
from lookup.store.elastic.documents import (
    CONTROL_MAPPING,
    HISTORY_MAPPING,
    MAPPING,
    generation_meta,
    index_body,
    index_meta,
)
from lookup.store.elastic.names import Names, writing_alias
from lookup.store.sqlite.pointer import check_environment

COPIES = {"auto_expand_replicas": "0-1"}
"""A second copy where there is a second data node, also when that comes later."""
LOADING = {"refresh_interval": "-1", "number_of_replicas": 0}
"""What makes an index fast to load: nobody reads it yet, and where its node is lost, it is built again."""
LOADED = {"refresh_interval": None} | COPIES
GREEN_S = 600
"""How long the second copy of a generation may take: 12 million records at the 40 MB/s that a node allows."""

LOOK_AGAIN_S = 2
"""How long one request waits for it."""


class Indices:
    """The indices of one store. Raises `CouldNotSearch` where the cluster does not do what it is asked."""

    def __init__(self, ask: Ask, names: Names, environment: str) -> None:
        self.environment = environment
        self._ask = ask
        self._names = names

    def ensure(self) -> None:
        """Make control index and history where they are not there yet. Raises `ConfigurationError` where what is there
        is of another environment or not ours."""
        wanted = {self._names.control: CONTROL_MAPPING, self._names.history: HISTORY_MAPPING}
        found = self._mappings(",".join(wanted))
        for index, mapping in wanted.items():
            if index not in found:
                # Two writers may both find it missing; the second one is told that it exists, which is as good.
                body = index_body(mapping, index_meta(self.environment), COPIES)
                self._create(index, body, {}, already=("resource_already_exists_exception",))
        for index, mapping in (found if found.keys() >= wanted.keys() else self._mappings(",".join(wanted))).items():
            self._check(index, mapping, index_meta(self.environment))

    def make_generation(self, name: str) -> str:
        """Make the index of a new generation, the candidate. Fails where there is one of this name."""
        index = self._names.generation(name)
        body = index_body(MAPPING, generation_meta(self.environment, name), LOADING)
        self._create(index, body, {self._names.candidate: {}}, already=())
        return index

    def check_generation(self, index: str, name: str) -> None:
        """See once more that the index is the one that was made: it may have been removed and made by accident."""
        found = self._mappings(index)
        self._check(index, found.get(index, {}), generation_meta(self.environment, name))

    def finish_loading(self, index: str) -> None:
        """Make what was loaded searchable and, where there is a second node, kept twice."""
        self._ask("settling a build", lambda client: client.indices.put_settings(index=index, settings=LOADED))
        refresh(self._ask, index)
        self._await_copies(index)

    def serving(self) -> str | None:
        """Give the index that has the alias, None where none has. Raises `StoreDamaged` where several have."""
        found = self._with_alias(self._names.alias)
        if len(found) > 1:
            raise StoreDamaged("The alias of the store leads to several indices: leave it on one of them.")
        return next(iter(found), None)

    def disarm(self) -> None:
        """Take the alias `candidate` away wherever it is. From now on no call that was prepared before can make a
        generation serve; one that came before is seen by who looks now."""
        for index in self._with_alias(self._names.candidate):
            self.withdraw(index)

    def nominate(self, index: str) -> None:
        """Make an index the candidate."""
        self._move("naming the next generation", {"add": {"index": index, "alias": self._names.candidate}})

    def withdraw(self, index: str) -> bool:
        """Take the candidacy away; say whether it had it. If so it never served since and, without it, never will."""
        answer = self._ask(
            "withdrawing a generation",
            lambda client: client.options(ignore_status=404).indices.update_aliases(
                actions=[_remove(index, self._names.candidate)]
            ),
        )
        return "error" not in answer

    def serve(self, index: str, instead: str | None) -> None:
        """Let the candidate serve in the place of `instead`, in one step.

        The first generation replaces none, so nothing can be asked of `serving`; but there is one candidate at a time,
        and of two writers the one that came later has taken the candidacy from the other.
        """
        actions = [_remove(index, self._names.candidate)]
        if instead is not None:
            actions.append(_remove(instead, self._names.alias))
        actions.append({"add": {"index": index, "alias": self._names.alias}})
        self._move("moving the alias", *actions)

    def forgotten(self) -> set[str]:
        """Give the generations that neither serve nor are candidates. Ask first, and then which is the previous one: a
        generation that begins after this was asked is not among them."""
        aliases = self._ask(
            "listing generations", lambda client: client.indices.get_alias(index=self._names.generations)
        )
        used = {self._names.alias, self._names.candidate}
        return {index for index, found in aliases.items() if not used & found["aliases"].keys()}

    def drop(self, index: str) -> None:
        """Remove an index; one that is gone already is as good."""
        self._ask("removing a generation", lambda client: client.options(ignore_status=404).indices.delete(index=index))

    def _create(
        self, index: str, body: Mapping[str, Any], aliases: Mapping[str, Any], already: tuple[str, ...]
    ) -> None:
        own = {writing_alias(index): {}, **aliases}
        answer = self._ask(
            "making an index",
            lambda client: client.options(ignore_status=400 if already else ()).indices.create(
                index=index, mappings=body["mappings"], settings=body["settings"], aliases=own
            ),
        )
        if "error" in answer and answer["error"]["type"] not in already:
            raise CouldNotSearch("Elasticsearch did not make an index.")

    def _await_copies(self, index: str) -> None:
        """Wait until the second copy is there. Looks now and then whether the index is: the holder of the lease removes
        the build of a writer that lost it, and nobody would ever say so to who waits for a copy."""
        ends_at = time.monotonic() + GREEN_S
        while not self._is_green(index):
            if index not in self._mappings(index):
                raise CouldNotSearch("The build was removed: another indexer holds the lease.")
            if time.monotonic() > ends_at:
                raise CouldNotSearch("The second copy of the build did not get ready; nothing was published.")

    def _is_green(self, index: str) -> bool:
        """Wait a little for the copies of an index."""
        health = self._ask(
            "waiting for the copy of a build",
            lambda client: client.options(ignore_status=408).cluster.health(
                index=index, wait_for_status="green", timeout=f"{LOOK_AGAIN_S}s"
            ),
        )
        return not health["timed_out"]

    def _mappings(self, indices: str) -> dict[str, Any]:
        answer = self._ask(
            "reading mappings", lambda client: client.indices.get_mapping(index=indices, ignore_unavailable=True)
        )
        return dict(answer)

    def _check(self, index: str, mapping: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
        meta = mapping.get("mappings", {}).get("_meta", {})
        if meta.get("product") == expected["product"]:
            check_environment(meta["environment"], self.environment)
        if meta != expected:
            raise ConfigurationError(f"The index {index} was not made by this program: remove it, or choose a prefix.")

    def _with_alias(self, alias: str) -> set[str]:
        answer = self._ask(
            "reading an alias", lambda client: client.options(ignore_status=404).indices.get_alias(name=alias)
        )
        return set() if "error" in answer else set(answer)

    def _move(self, doing: str, *actions: Mapping[str, Any]) -> None:
        self._ask(doing, lambda client: client.indices.update_aliases(actions=list(actions)))


def _remove(index: str, alias: str) -> dict[str, Any]:
    return {"remove": {"index": index, "alias": alias, "must_exist": True}}
