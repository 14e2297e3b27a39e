"""The pages of the console at which people sign in and out, and what every way of signing in ends with.

Decides what stands before a sign-in (the notice, CJIS AC-8), what it begins (a session here, and the officers' cookie
for the roadside page), and where it leads. Who somebody is, local accounts or the provider decide.
"""

from http import HTTPStatus

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask import session as kept
from werkzeug.wrappers import Response as AnyResponse

from lookup.audit.entry import Event
from mobile_api.access.account_store import Attempt
from mobile_api.access.console_session import (
    begin_session,
    device_here,
    end_session,
    lock_if_idle,
    visit,
)
from mobile_api.access.forms import posted
from mobile_api.access.guard import page
from mobile_api.access.officer_cookie import clear_officer_cookie, may_sign_in, set_officer_cookie
from mobile_api.access.people import ASKERS, Person, stands_together
from mobile_api.access.session_store import Session, new_session_id
from mobile_api.addresses import console_address, roadside_address
from mobile_api.audited import begin, record_now, told
from mobile_api.page_problems import install_page_problems, page_frame
from mobile_api.refusals import Forbidden
from mobile_api.runtime import Runtime, runtime

ACKNOWLEDGED = "notice_acknowledged"
FAILED = "That did not sign you in. Check name, password and code, and wait for the next code. After five failures an \
account stays locked until an administrator frees it."
"""One sentence for every failure: it never tells what was wrong, nor whether there is such an account (CJIS IA-6)."""

pages = Blueprint("sign_in", __name__)


@pages.get("/sign-in")
@page()
def form() -> AnyResponse | str:
    """Show the notice, then the sign-in; who is signed in already is led on."""
    now = runtime()
    lock_if_idle(now)
    if visit().is_signed_in:
        session = visit().session()
        now.session_store.note_use(session)
        return _led_on(now, session)
    return _form() if is_notice_acknowledged() else render_template("notice.html", **page_frame())


@pages.post("/notice")
@page()
def acknowledge() -> AnyResponse:
    """Take note that the notice was read."""
    kept[ACKNOWLEDGED] = True
    return redirect(url_for("sign_in.form"), 303)


@pages.post("/sign-in")
@page("sign_in.failed")
def sign_in() -> AnyResponse:
    """Sign in with a local account."""
    check_notice()
    now, fields = runtime(), posted()
    attempt = now.accounts.sign_in(fields.get("name", "").strip(), fields.get("password", ""), fields.get("code", ""))
    if attempt.account is not None:
        return finish_sign_in(attempt.account.person())
    _tell_failure(now, attempt)
    return make_response(_form(FAILED), HTTPStatus.UNAUTHORIZED)


@pages.post("/sign-out")
@page("sign_out")
def sign_out() -> AnyResponse:
    """End the session on the server, and with it the roadside page's."""
    now = runtime()
    if visit().is_signed_in:
        told().caller = visit().session().caller()
    end_session(now)
    response = make_response(render_template("signed_out.html", address=url_for("sign_in.form"), **page_frame()))
    clear_officer_cookie(now, response)
    return response


@pages.get("/locked")
@page()
def locked() -> str:
    """Stand in for a page that nobody used, and hide what was there (CJIS AC-11(1)). Coming here is no use of it."""
    now = runtime()
    lock_if_idle(now)
    idle_s = int(now.settings.idle_lock.total_seconds())
    return render_template("locked.html", open_still=visit().is_signed_in, idle_s=idle_s, **page_frame())


def is_notice_acknowledged() -> bool:
    """Tell whether the notice before the sign-in was acknowledged in this session (CJIS AC-8)."""
    return ACKNOWLEDGED in kept


def check_notice() -> None:
    """Refuse a sign-in before the notice was acknowledged: raises `Forbidden`."""
    if not is_notice_acknowledged():
        raise Forbidden("Open the sign-in page, read the notice and acknowledge it first.")


def finish_sign_in(person: Person) -> Response:
    """Begin a session for somebody who has just proved who they are, and lead them on.

    The sign-in is in the audit trail before the session begins. Raises `Forbidden` where they may do nothing here,
    or both ask and watch; `AuditUnavailable`.
    """
    check_notice()
    now = runtime()
    if "told" not in g:
        begin("sign_in", now.trail.component, now.clock, request, now.source_address)
    moment = now.clock()
    session = Session(new_session_id(), moment, moment, person, device=device_here(now))
    g.caller = told().caller = session.caller()
    if not person.scopes or not stands_together(person.scopes):
        raise Forbidden("You have no role here: ask your administrator for one.")
    told().happened("sign_in", "done", details=_attributes(person))
    record_now(now.trail)
    begin_session(now, session)
    return _led_on(now, session)


def _led_on(now: Runtime, session: Session) -> Response:
    """Lead an officer to the roadside page, everybody else to the console.

    By a page and not by a redirect: a browser sends `SameSite=Strict` cookies after it, and a form's redirect to
    another port would break the page's own policy.
    """
    g.caller = caller = session.caller()
    to = roadside_address(now.settings) if caller.scopes & ASKERS == {"lookup"} else console_address(now.settings)
    response = make_response(render_template("signed_in.html", address=f"{to}/", **page_frame()))
    if may_sign_in(caller):
        set_officer_cookie(now, response, caller, session.since, session.device)
    return response


def _form(refused: str | None = None) -> str:
    now = runtime()
    provider = now.settings.oidc_issuer is not None and now.settings.oidc_client_id is not None
    local = not provider or now.accounts.in_use()
    return render_template("sign_in.html", refused=refused, provider=provider, local=local, **page_frame())


def _tell_failure(now: Runtime, attempt: Attempt) -> None:
    """Tell the trail whose sign-in failed; a name that is nobody's is not kept, it may be a password."""
    events: tuple[Event, ...] = ("sign_in.failed", "sign_in.locked") if attempt.locks else ("sign_in.failed",)
    for event in events:
        told().happened(event, "refused", details={"account": attempt.name, "because": attempt.reason})
    if attempt.locks and attempt.name is not None:
        now.session_store.end_all(f"account:{attempt.name}")


def _attributes(person: Person) -> dict[str, object]:
    return {"assurance_level": person.assurance_level, "scopes": sorted(person.scopes)}


install_page_problems(pages, "sign_in.form")
