"""Signing in at the console by the OpenID provider: the way there, and the way back.

Decides what the browser's session remembers meanwhile, and what is told of a sign-in that failed: to the trail why, to
the person what to do. Who comes back is decided in `access.code_flow`, what a sign-in begins in `sign_in`.
"""

from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for
from flask import session as kept
from werkzeug.wrappers import Response

from lookup.errors import NotFound
from mobile_api.access.console_session import visit
from mobile_api.access.guard import WHATEVER, page
from mobile_api.audited import told
from mobile_api.page_problems import install_page_problems
from mobile_api.refusals import Unauthorized
from mobile_api.runtime import Runtime, runtime
from mobile_api.sign_in import check_notice, finish_sign_in

if TYPE_CHECKING:
    from mobile_api.access.code_flow import CodeFlow

PENDING = "provider"
"""Under which the session remembers a sign-in that began."""
_ADVICE = {
    "one_factor": "Sign in at the provider with a second factor: one is not enough here.",
    "no_ori": "The provider names no agency of yours, or none by its ORI: ask your administrator.",
    "no_scope": "You have no role here: ask your administrator for one.",
    "scopes_apart": "Your roles may not stand together: who reads the audit trail or administers never queries.",
}
_BEGIN_ANEW = "Nobody was signed in. Go back to the sign-in page and begin anew."

pages = Blueprint("provider_sign_in", __name__)


@pages.get("/sign-in/provider")
@page()
def begin() -> Response:
    """Send the browser to the provider; who is signed in already is led on."""
    flow = _flow(runtime())
    if visit().is_signed_in:
        return redirect(url_for("sign_in.form"), HTTPStatus.SEE_OTHER)
    check_notice()
    address, pending = flow.begin()
    kept[PENDING] = asdict(pending)
    return redirect(address, HTTPStatus.SEE_OTHER)


@pages.get("/sign-in/callback")
@page("sign_in.failed", query=WHATEVER)
def complete() -> Response:
    """Sign in whoever comes back from the provider. What was begun is used up, however it ends."""
    from mobile_api.access.admission import SignInRefused  # noqa: PLC0415 - takes 0.2 s
    from mobile_api.access.code_flow import Pending  # noqa: PLC0415 - takes 0.3 s

    flow, begun = _flow(runtime()), kept.pop(PENDING, None)
    try:
        if begun is None:
            raise SignInRefused("not_begun")
        if any(len(values) > 1 for _, values in request.args.lists()):  # RFC 6749, 3.1
            raise SignInRefused("repeated")
        person = flow.person(Pending(**begun), request.args)
    except SignInRefused as refusal:
        told().failed(HTTPStatus.UNAUTHORIZED, details={"account": refusal.user, "because": refusal.reason})
        raise Unauthorized(_ADVICE.get(refusal.reason, _BEGIN_ANEW)) from refusal
    return finish_sign_in(person)


def _flow(now: Runtime) -> "CodeFlow":
    """Give the way to the provider. Raises `NotFound` where people do not sign in there."""
    if now.provider is None or now.settings.oidc_client_id is None:
        raise NotFound("There is no sign-in by a provider here: use an account of this console.")
    from mobile_api.access.code_flow import CodeFlow  # noqa: PLC0415 - takes 0.3 s

    return CodeFlow(now.settings, now.settings.oidc_client_id, now.provider, now.clock)


install_page_problems(pages, "sign_in.form")
