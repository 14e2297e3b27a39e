"""The cookie by which the roadside page knows who asks: set by the console at the sign-in, checked here without it.

Decides whether the sign-in of a cookie is still in force on this node: the token holds, nobody ended it, and the key,
account (unchanged) or exempt device behind it is still good. A person of a provider is known by the token alone.
"""

from dataclasses import replace
from datetime import datetime

from flask import request
from werkzeug.wrappers import Response

from mobile_api.access.accounts import name_of
from mobile_api.access.caller import Caller
from mobile_api.access.cookies import clear_cookie, cookie_name, is_secure, set_cookie
from mobile_api.access.sessions import COOKIE, LIFETIME, TOTAL_LIFETIME, SignIn
from mobile_api.runtime import Runtime


def read_officer_cookie(now: Runtime) -> SignIn | None:
    """Give the sign-in of this request's cookie, if it is in force."""
    token = request.cookies.get(cookie_name(COOKIE, is_secure(request, now.settings)), "")
    sign_in = now.sessions.read(token, now.clock())
    if sign_in is None or (sign_in.device is not None and not now.devices.holds(sign_in.device)):
        return None
    if sign_in.caller.session is None or now.session_store.is_ended(sign_in.caller.session):
        return None
    caller = _in_force(now, sign_in.caller)
    return None if caller is None else replace(sign_in, caller=caller)


def set_officer_cookie(
    now: Runtime, response: Response, caller: Caller, since: datetime, device: str | None = None
) -> None:
    """Sign a caller in, or renew their sign-in."""
    token = now.sessions.issue(caller, since, now.clock(), device)
    secure = is_secure(request, now.settings)
    set_cookie(response, COOKIE, token, secure=secure, max_age=TOTAL_LIFETIME if device else LIFETIME)


def clear_officer_cookie(now: Runtime, response: Response) -> None:
    """Take the cookie out of the browser; whoever copied it still has it until the session is ended."""
    clear_cookie(response, COOKIE, secure=is_secure(request, now.settings))


def may_sign_in(caller: Caller) -> bool:
    """Tell whether the roadside page is for this caller."""
    return "lookup" in caller.scopes and caller.kind != "camera"


def _in_force(now: Runtime, caller: Caller) -> Caller | None:
    """Give the caller as they stand now; None where they do not any more."""
    if caller.user.startswith("key:"):
        key = now.keys.in_force(caller.caller_id)
        return None if key is None else key.caller(caller.session)
    name = name_of(caller.user)
    if name is None:
        return caller
    account = now.accounts.in_force(name)
    return caller if account is not None and account.person().caller(caller.session) == caller else None
