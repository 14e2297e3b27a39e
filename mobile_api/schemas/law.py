"""What the law says, as JSON: permissions, the immunity and guidance of an answer, the matrix and its texts."""

from marshmallow import Schema, fields, validate

from lookup.law.terms import ACTIONS, BLOCK_KINDS, LEVELS, ROLES


class PermissionBody(Schema):
    """One of the seven permissions."""

    answer = fields.String(required=True, validate=validate.OneOf(("yes", "no", "conditional")))
    condition = fields.String(required=True, allow_none=True, metadata={"description": "What an officer can act on"})
    codes = fields.List(fields.String(), required=True)
    citations = fields.List(fields.String(), required=True)


PermissionsBody = Schema.from_dict(
    {action: fields.Nested(PermissionBody, required=True) for action in ACTIONS}, name="PermissionsBody"
)


class StepBody(Schema):
    """One step of how the result came about."""

    step = fields.String(required=True)
    rule = fields.String(required=True)
    because = fields.String(required=True)
    citation = fields.String(required=True)


class ImmunityBody(Schema):
    """What the law says about the person or the vehicle that was asked for."""

    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    applies_to = fields.String(required=True, validate=validate.OneOf(("person", "registrant", "nobody_yet")))
    category = fields.String(required=True, allow_none=True)
    headline = fields.String(required=True)
    permissions = fields.Nested(PermissionsBody, required=True)
    basis = fields.List(fields.Nested(StepBody), required=True)
    at = fields.String(required=True)


class BlockBody(Schema):
    """One piece of guidance."""

    code = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(BLOCK_KINDS))
    text = fields.String(required=True)
    citations = fields.List(fields.String(), required=True)


class VerificationBody(Schema):
    """Whom to call, when, and what to say."""

    phone = fields.String(required=True)
    hours = fields.String(required=True)
    say = fields.String(required=True)


class GuidanceBody(Schema):
    """What to do now."""

    summary = fields.String(required=True)
    blocks = fields.List(fields.Nested(BlockBody), required=True)
    verify = fields.Nested(VerificationBody, required=True)
    policy = fields.String(required=True)
    language = fields.String(required=True)


class AssessmentAnswer(Schema):
    """The law applied to given facts."""

    immunity = fields.Nested(ImmunityBody, required=True)
    guidance = fields.Nested(GuidanceBody, required=True)
    environment = fields.String(required=True)


class RowPermissionBody(Schema):
    """A permission as the matrix has it: its condition's sentences are under `conditions`."""

    answer = fields.String(required=True)
    codes = fields.List(fields.String(), required=True)


class RowBody(Schema):
    """One row of the matrix: the ordinary case of a category (or outcome)."""

    category = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    permissions = fields.Dict(keys=fields.String(), values=fields.Nested(RowPermissionBody), required=True)
    citations = fields.List(fields.String(), required=True)
    limits = fields.String(required=True)


class ConditionBody(Schema):
    """A condition code and its sentence."""

    code = fields.String(required=True)
    text = fields.String(required=True)
    citations = fields.List(fields.String(), required=True)


class CategoryBody(Schema):
    """A category in plain words."""

    category = fields.String(required=True)
    name = fields.String(required=True)
    meaning = fields.String(required=True)


class LevelTextBody(Schema):
    """The words of a level."""

    verdict = fields.String(required=True)
    headline = fields.String(required=True)
    summary = fields.String(required=True)


class PolicyAnswer(Schema):
    """The whole matrix and the texts in force."""

    policy = fields.String(required=True, attribute="name")
    since = fields.Date(required=True)
    language = fields.String(required=True)
    matrix = fields.List(fields.Nested(RowBody), required=True)
    conditions = fields.List(fields.Nested(ConditionBody), required=True)
    blocks = fields.List(fields.Nested(BlockBody), required=True)
    categories = fields.List(fields.Nested(CategoryBody), required=True)
    levels = fields.Dict(keys=fields.String(), values=fields.Nested(LevelTextBody), required=True)
    verification = fields.Dict(keys=fields.String(), values=fields.Nested(VerificationBody), required=True)
    environment = fields.String(required=True)


class CategoryAnswer(Schema):
    """The rows of one category, and the sentences of the conditions that stand in them."""

    policy = fields.String(required=True)
    since = fields.Date(required=True)
    language = fields.String(required=True)
    category = fields.Nested(CategoryBody, required=True)
    matrix = fields.List(fields.Nested(RowBody), required=True)
    conditions = fields.List(fields.Nested(ConditionBody), required=True)
    environment = fields.String(required=True)
