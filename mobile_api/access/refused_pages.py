"""What a refused page leaves in the audit trail: an entry, as a refused call of the interface does.

Decides that a page without an event of its own is recorded as `access.refused`, that a page which leads to the sign-in
instead was refused too, and that a flood of strangers fills no disk. Why a page refuses is decided where it does.
"""

from http import HTTPStatus

from flask import g, request

from lookup.errors import ImmunityError
from mobile_api.access.caller import Caller
from mobile_api.access.console_session import Visit, visit
from mobile_api.audited import Told, begin
from mobile_api.runtime import runtime

_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})


def tell_refused_page(error: ImmunityError) -> None:
    """Tell the trail that this request was refused, by whom as far as that is known, and on which page."""
    if error.status not in _REFUSED:
        return
    now = runtime()
    told: Told | None = g.get("told")
    if told is not None and told.entries:
        return  # the page has said it better
    if told is None:
        told = begin("access.refused", now.trail.component, now.clock, request, now.source_address)
    told.caller = told.caller or g.get("caller") or _signed_in()
    rule = None if request.url_rule is None else request.url_rule.rule
    details: dict[str, str | int | None] = {"page": rule, "because": error.problem}
    if told.caller is None:
        before = now.strangers.refused()
        if before is None:
            g.pop("told")  # counted, and told with the next one
            return
        details |= {"unrecorded_before": before} if before else {}
    told.failed(error.status, details=details)


def _signed_in() -> Caller | None:
    """Give who is signed in at the console, also on a page that asks for nobody."""
    here: object = visit()  # the roadside page has another kind of session
    return here.session().caller() if isinstance(here, Visit) and here.is_signed_in else None
