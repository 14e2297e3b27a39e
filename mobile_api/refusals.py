"""The errors that only HTTP knows: no valid credential, no right, too much, not JSON.

Decides their status and their stable problem type; what their body looks like is `problems`. Messages say what to do
and never repeat what was sent.
"""

from lookup.errors import ImmunityError


class MalformedBody(ImmunityError):
    """The body is not JSON as this interface reads it."""

    status = 400
    problem = "malformed-json"
    title = "The body is not well-formed JSON"


class Unauthorized(ImmunityError):
    """No credential, or one that is not valid (any more). Never says which of the two."""

    status = 401
    problem = "unauthorized"
    title = "A valid credential is needed"


class SignInNeeded(ImmunityError):
    """A page of the console, and nobody is signed in, or the session has locked."""

    status = 401
    problem = "sign-in-needed"
    title = "You are not signed in"


class Forbidden(ImmunityError):
    """A valid credential that does not give this right."""

    status = 403
    problem = "forbidden"
    title = "This credential does not give the right to do this"


class BodyTooLarge(ImmunityError):
    """The body is longer than this route takes."""

    status = 413
    problem = "body-too-large"
    title = "The body is too large"


class NotJson(ImmunityError):
    """The body is labelled as something else than JSON."""

    status = 415
    problem = "unsupported-media-type"
    title = "Only application/json is read here"


class TooManyQueries(ImmunityError):
    """The rate of this key is used up. `retry_after` is in seconds."""

    status = 429
    problem = "too-many-queries"
    title = "The query rate of this key is used up"

    def __init__(self, detail: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(detail)


class GiveWay(TooManyQueries):
    """A camera asks while the service is busy."""

    problem = "camera-gives-way"
    title = "The service is busy, and cameras give way first"


class AccessUnavailable(ImmunityError):
    """The keys or the query counts cannot be read, so nobody can be let in."""

    status = 503
    problem = "access-unavailable"
    title = "Credentials cannot be checked"
