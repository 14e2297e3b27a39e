"""API keys in force on every node: made and revoked through the log in Elasticsearch, which each node copies.

Decides in which order things happen. A key is made by its entry in the log, and comes to every node, this one too, by
copying. A revocation holds on this node at once and everywhere with its entry; where that cannot be written, whoever
revokes is told so. Nodes answer from their copy, whether Elasticsearch is there or not.
"""

import logging

from lookup.errors import ConfigurationError, CouldNotSearch, NotFound
from lookup.store.elastic.access_log import AccessLog, Page
from mobile_api.access.key_copy import KeyCopy, Said, made_entry
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import Key, KeyRequest, NotShared

_log = logging.getLogger(__name__)


class SharedKeys:
    """The keys of all nodes of a store, as this node sees them. Used by one thread.

    Every method raises `CouldNotSearch` where Elasticsearch could not be asked, `ConfigurationError` where this node
    cannot share keys with the others.
    """

    def __init__(self, log: AccessLog, keys: KeyStore) -> None:
        self._log = log
        self._keys = keys
        self._copy = KeyCopy(keys)

    def catch_up(self) -> bool:
        """Copy what this node does not have yet, up to the end of the log. Say whether there is a log."""
        while True:
            number, checksum = self._copy.place()
            page = self._log.after(number)
            if number and page.here != checksum:
                _log.error(
                    "The shared keys in Elasticsearch are others than this node copied. Revocations that it knows stay;"
                    " `immunity keys share` tells them to all."
                )
                self._copy.begin_anew()
                continue
            if page.mark is None:
                return False
            self._check_pepper(page)
            if page.entries:
                self._copy.apply(page.entries)
            if page.is_last:
                if any(key.suspended_at is not None for key in self._keys.all_keys()):
                    self._copy.confirm()
                return True

    def create(self, request: KeyRequest) -> tuple[Key, str]:
        """Make a key and give it with its token. Raises `InvalidRequest` as `KeyStore.create` does."""
        self._begin()
        while True:
            key, token = self._keys.draft(request)
            if self._append(made_entry(key, self._keys.digest(token))):
                return key, token

    def revoke(self, name_or_id: str) -> Key:
        """End a key: on this node at once, then on all. Raises `NotShared` where the others cannot be told now,
        `NotFound` where no key in force has this name or id."""
        away: CouldNotSearch | None = None
        try:
            self.catch_up()  # the key may have been made on another node a moment ago
        except CouldNotSearch as error:
            away = error
        key = self._revoke_here(name_or_id, away)
        try:
            self.share()
        except CouldNotSearch as error:
            raise NotShared(
                key,
                f"Key {key.key_id} is revoked on this node. The other nodes have not heard of it ({error}) Run "
                "`immunity keys share` as soon as Elasticsearch answers, or revoke it on each node.",
            ) from error
        return key

    def reinstate(self, name_or_id: str) -> Key:
        """Let a suspended key hold again, here and, where the log had lost it, everywhere. Raises `NotFound` where
        there is none."""
        key = self._keys.reinstate(name_or_id)
        self.share()
        return key

    def share(self) -> int:
        """Put into the log what this node knows and the log does not: its keys in force, and all revocations. Give how
        many entries that took."""
        self._begin()
        shared = 0
        while (said := self._copy.unshared()) is not None:
            shared += self._append(said)
        return shared

    def _revoke_here(self, name_or_id: str, away: CouldNotSearch | None) -> Key:
        try:
            return self._keys.revoke(name_or_id)
        except NotFound:
            if away is None:
                raise
            raise NotShared(
                None,
                f"This node knows no key in force of this id or name, and could not ask for newer ones ({away})",
            ) from away

    def _append(self, said: Said) -> bool:
        """Add an entry after the last one that this node has copied; copy what stands there then, ours or another."""
        number, _ = self._copy.place()
        is_ours = self._log.append(number + 1, said)
        self.catch_up()
        return is_ours

    def _begin(self) -> None:
        """Catch up, with a log that is begun where there is none."""
        if not self.catch_up():
            self._log.begin({"pepper": self._keys.fingerprint})
            self.catch_up()

    def _check_pepper(self, page: Page) -> None:
        if page.mark is not None and page.mark.get("pepper") != self._keys.fingerprint:
            raise ConfigurationError(
                "The keys in Elasticsearch were made with another pepper.key than this node has, so this node would "
                "know none of them: carry the secrets over from a node that takes the keys (`immunity backup DIR "
                "--secrets` there, `immunity restore DIR` here), or choose another store."
            )
