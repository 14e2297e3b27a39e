"""This node's copy of the keys that all nodes share: how entries of the shared log get into `keys.sqlite`, and back.

Decides what an entry says and what it changes here. A revocation is only ever added, whatever comes in which order, so
neither an older log nor an older file takes one back; moments decide nothing. Where the log is read, and when, is
decided by `shared_keys`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lookup.errors import StoreDamaged
from lookup.store.elastic.access_log import LogEntry
from mobile_api.access.key_rows import row_of
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import Key

Said = Mapping[str, Any]

_FIELDS = ("key_id", "digest", "name", "scopes", "kind", "agency", "rate", "created_at", "expires_at", "revoked_at")

_INSERT = """
INSERT INTO keys (key_id, digest, name, scopes, kind, agency, rate, created_at, expires_at, revoked_at, logged)
VALUES (:key_id, :digest, :name, :scopes, :kind, :agency, :rate, :created_at, :expires_at, :revoked_at, :logged)
ON CONFLICT (key_id) DO UPDATE SET
    revoked_at = coalesce(revoked_at, excluded.revoked_at),
    logged = CASE WHEN logged < 0 AND suspended_at IS NOT NULL AND excluded.revoked_at IS NULL THEN logged
        ELSE max(logged, excluded.logged) END
"""
_REVOKE = "UPDATE keys SET revoked_at = coalesce(revoked_at, :revoked_at), logged = 2 WHERE key_id = :key_id"
_UNSHARED = f"""
SELECT logged, {", ".join(_FIELDS)} FROM keys
WHERE logged <= 0 AND (suspended_at IS NULL OR revoked_at IS NOT NULL) OR logged < 2 AND revoked_at IS NOT NULL
ORDER BY created_at, key_id LIMIT 1
"""  # noqa: S608 - own constants


def made_entry(key: Key, digest: bytes) -> Said:
    """Say that a key was made."""
    return _made(dict(zip(_FIELDS, row_of(key, digest), strict=False)))


class KeyCopy:
    """The copy in the file of one data directory."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def place(self) -> tuple[int, str]:
        """Give number and checksum of the last entry that was copied; 0 where there is none yet."""
        with self._keys.writing() as connection:
            number, checksum = connection.execute("SELECT number, checksum FROM place").fetchone()
        return number, checksum

    def apply(self, entries: Sequence[LogEntry]) -> None:
        """Take over entries, all or none. Raises `StoreDamaged` where one says what this version does not know."""
        with self._keys.writing() as connection:
            for entry in entries:
                try:
                    connection.execute(*_statement(entry.said))
                except (KeyError, TypeError, ValueError):
                    raise StoreDamaged("An entry of the shared keys cannot be understood: upgrade this node.") from None
            connection.execute("UPDATE place SET number = ?, checksum = ?", (entries[-1].number, entries[-1].checksum))

    def begin_anew(self) -> None:
        """Forget what was copied from a log that is not there any more. Revocations stay, and a suspended key stays
        so: this log may know less than the one before."""
        with self._keys.writing() as connection:
            connection.execute("UPDATE keys SET logged = iif(suspended_at IS NULL, 0, -1)")
            connection.execute("UPDATE place SET number = 0, checksum = ''")

    def confirm(self) -> None:
        """Let suspended keys hold again that the log, read to its end, has and has not revoked."""
        with self._keys.writing() as connection:
            connection.execute(
                "UPDATE keys SET suspended_at = NULL WHERE suspended_at IS NOT NULL AND revoked_at IS NULL"
                " AND logged > 0"
            )

    def unshared(self) -> Said | None:
        """Give an entry that the log lacks: a key that is in force here, or a revocation; None where it has all."""
        with self._keys.writing() as connection:
            row = connection.execute(_UNSHARED).fetchone()
        if row is None:
            return None
        logged, *values = row
        fields = dict(zip(_FIELDS, values, strict=True))
        if logged <= 0:
            return _made(fields)
        return {"event": "revoked", "key_id": fields["key_id"], "revoked_at": fields["revoked_at"]}


def _made(fields: Mapping[str, Any]) -> Said:
    return {"event": "made", "key": {**fields, "digest": fields["digest"].hex()}}


def _statement(said: Said) -> tuple[str, Mapping[str, Any]]:
    """Give the statement that an entry means. A key comes with its end where it has one: it is never in force between
    two entries."""
    if said["event"] == "revoked":
        return _REVOKE, {"key_id": said["key_id"], "revoked_at": int(said["revoked_at"])}
    if said["event"] != "made":
        raise ValueError(said["event"])
    key = {name: said["key"][name] for name in _FIELDS}
    logged = 1 if key["revoked_at"] is None else 2
    return _INSERT, {**key, "digest": bytes.fromhex(key["digest"]), "logged": logged}
