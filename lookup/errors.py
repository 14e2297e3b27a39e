"""The tree of errors: what can go wrong in a way that a caller should be told.

Each class fixes the HTTP status and the stable problem type; messages say what to do and never hold a plate, a name,
a number or a date of birth. Errors of ours that are not here are bugs and end as a plain 500.
"""

from dataclasses import dataclass
from typing import ClassVar


class ImmunityError(Exception):
    """Base of all errors that this project raises on purpose."""

    status: ClassVar[int] = 500
    problem: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "The service failed"


class ConfigurationError(ImmunityError):
    """A setting, a policy file or a data directory is wrong; the process must not start."""

    problem = "configuration"
    title = "The service is not set up correctly"


class PolicyError(ConfigurationError):
    """A file of the law's data is wrong. The message names the file and the key."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One fault in a request body: `pointer` is a JSON pointer (RFC 6901), `detail` says what to do."""

    pointer: str
    detail: str


class InvalidRequest(ImmunityError):
    """The request was read but cannot be understood; each fault names its field."""

    status = 422
    problem = "invalid-request"
    title = "The request cannot be understood"

    def __init__(self, faults: list[FieldFault], detail: str | None = None) -> None:
        self.faults = faults
        super().__init__(detail or "Correct the fields named in `errors` and ask again.")


class PlateNotReadable(InvalidRequest):
    """The plate of a query has no normal form."""

    problem = "plate-not-readable"
    title = "The plate cannot be read"


class NotFound(ImmunityError):
    """A resource that was addressed does not exist. Never used for "no record" of a query."""

    status = 404
    problem = "not-found"
    title = "There is nothing at this address"


class CouldNotSearch(ImmunityError):
    """No store could really look. Never to be confused with "no record"."""

    status = 503
    problem = "could-not-search"
    title = "The registry could not be searched"


class StoreDamaged(CouldNotSearch):
    """A store file or a row in it is not what was written."""

    problem = "store-damaged"


class AuditUnavailable(ImmunityError):
    """The audit trail cannot be written, so nothing may be answered."""

    status = 503
    problem = "audit-unavailable"
    title = "The question could not be recorded"


class TrailNotSearched(ImmunityError):
    """Nothing was found in the audit trail, and not all of it could be looked at. Never to be confused with "nothing
    there"."""

    status = 503
    problem = "trail-not-searched"
    title = "The audit trail could not be searched everywhere"


class SourceError(ImmunityError):
    """The extract is broken as a whole. The message names the file and, where there is one, the line."""

    problem = "source-broken"
    title = "The extract cannot be read"


class WouldLose(ImmunityError):
    """A sync would remove or refuse more than the permitted share. Nothing was published."""

    problem = "would-lose"
    title = "The sync would lose records"


class LeaseHeld(ImmunityError):
    """Another indexer holds the lease; the message names it."""

    status = 409
    problem = "lease-held"
    title = "Another indexer is at work"


class IndexerHeld(ImmunityError):
    """A rollback holds the indexer until it is resumed."""

    status = 409
    problem = "indexer-held"
    title = "The indexer is held after a rollback"
