"""The page of the console at which somebody with a local account chooses another password.

Decides what is asked for, what a wrong old password is told, and that every other sign-in of the account ends. What a
password must be is decided in `passwords`, what is kept and when an account locks in `account_store`.
"""

from functools import partial

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from lookup.errors import InvalidRequest
from mobile_api.access.account_store import Attempt
from mobile_api.access.accounts import name_of
from mobile_api.access.console_session import renew_session, visit
from mobile_api.access.forms import posted
from mobile_api.access.guard import signed_in
from mobile_api.access.officer_cookie import may_sign_in, set_officer_cookie
from mobile_api.access.passwords import LEAST, MOST
from mobile_api.audited import record_now, told
from mobile_api.page_problems import install_page_problems, page_frame
from mobile_api.refusals import Forbidden
from mobile_api.runtime import runtime

WRONG = "The old password is not right: nothing was changed. After five failures an account stays locked until an \
administrator frees it."
NOT_THE_SAME = "The two new passwords are not the same: nothing was changed."

pages = Blueprint("password", __name__)


@pages.get("/password")
@signed_in()
def form() -> str:
    """Ask for the old password and a new one."""
    _own_account()
    return _form()


@pages.post("/password")
@signed_in(event="password.changed")
def change() -> Response:
    """Choose another password for one's own account; every other sign-in of it ends."""
    now, fields, name = runtime(), posted(), _own_account()
    if fields.get("password") != fields.get("again"):
        return _refused(NOT_THE_SAME, 422)
    try:
        attempt = now.accounts.change_password(
            name, fields.get("old", ""), fields.get("password", ""), partial(_record_change, name)
        )
    except InvalidRequest as error:
        return _refused(" ".join(fault.detail for fault in error.faults), error.status)
    if attempt.account is None:
        return _wrong(attempt)
    session = renew_session(now)
    response = make_response(_form(changed=True))
    if may_sign_in(session.caller()):
        set_officer_cookie(now, response, session.caller(), session.since, session.device)
    return response


def _own_account() -> str:
    """Give the name of the account of who is signed in. Raises `Forbidden` for a person of the provider."""
    name = name_of(visit().session().signed_in().user)
    if name is None:
        raise Forbidden("You signed in with your agency's account: its password is changed there.")
    return name


def _record_change(name: str) -> None:
    """Put the change into the trail and end all sign-ins before it is kept: should that fail, the old password holds,
    and never a new one beside sign-ins that were made with the old."""
    told().happened("password.changed", "done", details={"account": name})
    now = runtime()
    record_now(now.trail)
    now.session_store.end_all(visit().session().signed_in().user)


def _wrong(attempt: Attempt) -> Response:
    """Refuse a wrong old password; one too many locks the account and ends its sessions."""
    now, details = runtime(), {"account": attempt.name, "because": attempt.reason}
    told().happened("password.changed", "refused", details=details)
    if attempt.locks:
        told().happened("sign_in.locked", "refused", details=details)
        now.session_store.end_all(visit().session().signed_in().user)
    return make_response(_form(refused=WRONG), 403)


def _refused(why: str, status: int) -> Response:
    told().failed(status)
    return make_response(_form(refused=why), status)


def _form(refused: str | None = None, *, changed: bool = False) -> str:
    limits = {"least": LEAST, "most": MOST}
    return render_template("password.html", refused=refused, changed=changed, **limits, **page_frame())


install_page_problems(pages, "console.home")
