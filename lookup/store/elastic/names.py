"""How the indices and aliases of a store in Elasticsearch are called.

Decides every name, so that no two stores meet and the roles of deploy/ can be bound to them. One generation is one
index; beside them lie the control index (lease and state of the work), the history, the keys and the copy of the audit
trail. What lies in them is decided in `documents` and `audit_documents`.
"""

from dataclasses import dataclass

SCHEMA = 1
"""Raise it with any change of the mapping or of a document; it stands in the name of an index."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of all indices and of the alias of the store with this prefix. The role of the indexer may write to
    `PREFIX-*` and nothing else."""

    prefix: str

    @property
    def alias(self) -> str:
        """The alias that leads to the serving generation."""
        return f"{self.prefix}-serving"

    @property
    def candidate(self) -> str:
        """The alias of the generation that the holder of the lease is about to make serve. Who takes the lease takes
        it away first, and no generation serves that does not have it: see `elastic.indices`."""
        return f"{self.prefix}-candidate"

    @property
    def control(self) -> str:
        """The index of the lease and of the state of the work."""
        return f"{self.prefix}-control"

    @property
    def history(self) -> str:
        """The index of every version that was ever published."""
        return f"{self.prefix}-history"

    @property
    def access(self) -> str:
        """The index of API keys: apart from the generations, so that no rollback or rebuild touches them."""
        return f"{self.prefix}-access"

    @property
    def audit_heads(self) -> str:
        """The index of the signed heads of the audit trail."""
        return f"{self.prefix}-audit-heads"

    @property
    def audits(self) -> str:
        """The pattern of the copies of the audit trail, one index for each month."""
        return f"{self.prefix}-audit-2*"

    def audit(self, month: str) -> str:
        """Give the copy of the audit trail of a month, written YYYYMM."""
        return f"{self.prefix}-audit-{month}"

    @property
    def audit_reaches(self) -> str:
        """The pattern of the notes up to when the trail of each node is copied, one index for each month."""
        return f"{self.prefix}-audit-reach-2*"

    def audit_reach(self, month: str) -> str:
        """Give the index of these notes of a month, written YYYYMM."""
        return f"{self.prefix}-audit-reach-{month}"

    @property
    def generations(self) -> str:
        """The pattern of the generations of this schema. Ends with its delimiter before the star."""
        return f"{self.prefix}-s{SCHEMA}-*"

    def generation(self, name: str) -> str:
        """Give the index of the generation of this name; names of indices are lower case."""
        return f"{self.prefix}-s{SCHEMA}-{name.lower()}"


def writing_alias(index: str) -> str:
    """Give the alias through which an index of ours is written, with `require_alias`: a write to an index that is gone
    fails then, where it would make a new one without our mapping."""
    return f"{index}-writing"
