"""The health answers and the status of a store."""

from marshmallow import Schema, fields


class LifeBody(Schema):
    """The process lives."""

    status = fields.Constant("alive", required=True)


class ReadinessBody(Schema):
    """Lookups can be answered now."""

    status = fields.Constant("ready", required=True)


class ReindexBody(Schema):
    """What the indexer is doing, and how its last passes ended."""

    phase = fields.String(required=True, metadata={"description": "idle, reading, building or publishing"})
    started_at = fields.String(required=True, allow_none=True)
    done = fields.Integer(required=True, metadata={"description": "Records or rows of this phase"})
    total = fields.Integer(required=True, allow_none=True)
    last_success_at = fields.String(required=True, allow_none=True)
    last_failure_at = fields.String(required=True, allow_none=True)
    failure = fields.String(required=True, allow_none=True, metadata={"description": "The title of that failure"})


class ReplicaBody(Schema):
    """How this node's copy of the store is doing."""

    phase = fields.String(
        required=True,
        metadata={"description": "starting, copying, catching_up, checking, following, or waiting after a failure"},
    )
    contacted_at = fields.String(required=True, allow_none=True)
    caught_up_at = fields.String(
        required=True, allow_none=True, metadata={"description": "When it last held everything that was published"}
    )
    lag_s = fields.Float(required=True, allow_none=True, metadata={"description": "Seconds since then"})
    generation = fields.String(required=True, allow_none=True)
    activation = fields.Integer(required=True, allow_none=True)
    revision = fields.Integer(required=True, allow_none=True)
    checked_at = fields.String(
        required=True, allow_none=True, metadata={"description": "When the whole file was last checked"}
    )
    failure = fields.String(required=True, allow_none=True, metadata={"description": "The title of the last failure"})
    process = fields.Integer(required=True, allow_none=True)


class TrailBody(Schema):
    """How the audit trail of this node is written."""

    state = fields.String(required=True, metadata={"description": "recording, spooling or refusing"})
    gap_since = fields.String(
        required=True, allow_none=True, metadata={"description": "Since when its own directory takes nothing"}
    )
    signed_at = fields.String(required=True, allow_none=True, metadata={"description": "When a head was last signed"})


class StatusBody(Schema):
    """Where the store stands: which data, how far, how old, and what was refused."""

    environment = fields.String(required=True)
    source = fields.String(required=True, metadata={"description": "embedded, replica or elasticsearch"})
    generation = fields.String(required=True)
    activation = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    as_of = fields.String(required=True, metadata={"description": "Up to when the source is known to have been seen"})
    age_seconds = fields.Float(required=True)
    state = fields.String(required=True, metadata={"description": "fresh, stale or expired"})
    fictitious = fields.Boolean(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    quarantine = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    policy = fields.String(required=True)
    reindex = fields.Nested(
        ReindexBody, required=True, allow_none=True, metadata={"description": "null where the store cannot be reached"}
    )
    audit = fields.Nested(TrailBody, required=True)
    replica = fields.Nested(
        ReplicaBody, required=True, allow_none=True, metadata={"description": "null where this node reads no replica"}
    )
