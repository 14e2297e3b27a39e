"""The session of a browser at the console, behind Flask's `session`: everything is kept on the server.

Decides when a session is found, kept, rotated, locked (CJIS AC-11) and ended. A browser that is not signed in has one
too, for the tokens of forms and for the provider's state; its cookie is `SameSite=Lax`, because a provider leads back
from another site, and at the sign-in another secret with `SameSite=Strict` takes its place.
"""

from dataclasses import replace
from typing import Any

from flask import Flask, Request, request
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict
from werkzeug.wrappers import Response

from lookup.audit.entry import Actor, Scene, entry
from mobile_api.access.accounts import name_of
from mobile_api.access.caller import Caller
from mobile_api.access.cookies import SameSite, clear_cookie, cookie_name, is_secure, set_cookie
from mobile_api.access.people import Person
from mobile_api.access.session_store import Session, new_session_id
from mobile_api.refusals import SignInNeeded
from mobile_api.runtime import Runtime, runtime

COOKIE = "immunity_console"
DEVICE_COOKIE = "immunity_device"


class Visit(CallbackDict[str, Any], SessionMixin):
    """What Flask holds of a session during one request: its data, as a dictionary, and who is signed in."""

    def __init__(self) -> None:
        super().__init__(None, _note_change)
        self.modified = False
        self.kept: Session | None = None
        self.token: str | None = None
        self.is_over = False

    def session(self) -> Session:
        """Give the session in which somebody is signed in. Raises `SignInNeeded` where there is none."""
        if not self.is_signed_in or self.kept is None:
            raise SignInNeeded("Sign in to go on.")
        return self.kept

    @property
    def person(self) -> Person | None:
        """Who is signed in, if anybody is."""
        return None if self.kept is None else self.kept.person

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody is."""
        return self.person is not None

    def hold(self, kept: Session | None, token: str | None = None) -> None:
        """Hold what is kept; with a `token` the browser is given it."""
        self.clear()
        self.update({} if kept is None else kept.data)
        self.kept, self.token, self.modified = kept, token, False


def _note_change(visit: Visit) -> None:
    visit.modified = True


class ConsoleSessions(SessionInterface):
    """Flask's way to sessions that lie in `sessions.sqlite`."""

    def open_session(self, app: Flask, request: Request) -> Visit:
        """Begin with nothing: what is kept is read by `find_visit`, where a failure has its place."""
        return Visit()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what has changed, and give the browser its new secret or take the old one away."""
        if not isinstance(session, Visit):
            raise TypeError("a session of another interface")
        now = runtime()
        secure = is_secure(request, now.settings)
        if session.modified and session.kept is not None:
            now.session_store.keep_data(session.kept, dict(session))
        elif session.modified and session:
            moment = now.clock()
            kept = Session(new_session_id(), moment, moment, data=dict(session))
            session.kept, session.token = kept, now.session_store.begin(kept)
        session.modified = False
        if session.token is not None:
            same_site: SameSite = "Strict" if session.is_signed_in else "Lax"
            set_cookie(response, COOKIE, session.token, secure=secure, same_site=same_site)
        elif session.is_over:
            clear_cookie(response, COOKIE, secure=secure)


def visit() -> Visit:
    """Give the session of this request."""
    found: Visit = flask_session._get_current_object()  # type: ignore[attr-defined]
    return found


def find_visit() -> None:
    """Find what is kept of this browser's session, before anything else; one whose account is gone or
    has changed is ended."""
    now = runtime()
    token = request.cookies.get(cookie_name(COOKIE, is_secure(request, now.settings)))
    kept = now.session_store.find(token) if token else None
    if kept is None or kept.is_locked:
        return
    if not _holds(now, kept):
        now.session_store.end(kept.session_id)
        return
    visit().hold(kept)


def _holds(now: Runtime, kept: Session) -> bool:
    """Tell whether the account behind a session is in force and still what it was at the sign-in: who was given another
    role or agency signs in again."""
    name = None if kept.person is None else name_of(kept.person.user)
    if name is None:
        return True
    account = now.accounts.in_force(name)
    return account is not None and account.person() == kept.person


def signed_in_caller(now: Runtime) -> Caller:
    """Give who is signed in, and note that the session is in use.

    Raises `SignInNeeded` where nobody is, or nobody used the session for too long.
    """
    lock_if_idle(now)
    session = visit().session()
    now.session_store.note_use(session)
    return session.caller()


def lock_if_idle(now: Runtime) -> None:
    """Lock the session that nobody used for `idle_lock`: only a new sign-in goes on. Not on an exempt device."""
    here = visit()
    if not here.is_signed_in:
        return
    session = here.session()
    if now.clock() - session.seen < now.settings.idle_lock or is_exempt(now, session):
        return
    now.session_store.lock(session)
    here.hold(None)
    caller = session.caller()
    actor = Actor(caller.user, caller.agency, caller.session, now.source_address.of(request.environ))
    now.trail.record(entry("session.locked", "done", Scene(now.clock(), now.trail.component, actor)))


def is_exempt(now: Runtime, session: Session) -> bool:
    """Tell whether a session is on a device that need not lock."""
    return session.device is not None and now.devices.holds(session.device)


def begin_session(now: Runtime, kept: Session) -> None:
    """Sign in: the browser gets another secret, and what it had before is worth nothing any more."""
    end_session(now)
    here = visit()
    here.hold(kept, now.session_store.begin(kept))


def renew_session(now: Runtime) -> Session:
    """End all sessions of whoever is signed in here, this one too, and begin another in its place: who copied a cookie
    is signed out. It lasts no longer than the one before."""
    before = visit().session()
    now.session_store.end_all(before.signed_in().user)
    after = replace(before, session_id=new_session_id(), seen=now.clock(), data={})
    begin_session(now, after)
    return after


def end_session(now: Runtime) -> None:
    """End the session of this browser on the server, whoever else has its cookie."""
    here = visit()
    if here.kept is not None:
        now.session_store.end(here.kept.session_id)
    here.hold(None)
    here.is_over = True


def device_here(now: Runtime) -> str | None:
    """Give the id of the exempt device that this browser is on."""
    token = request.cookies.get(cookie_name(DEVICE_COOKIE, is_secure(request, now.settings)))
    return now.devices.device_of(token) if token else None
