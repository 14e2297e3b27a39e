"""The pages of the console for whoever is signed in: who they are, and the device that they are at.

Decides what stands on them. Search and registry have no pages of their own yet, only their interface.
"""

from datetime import timedelta

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from mobile_api.access.accounts import name_of
from mobile_api.access.console_session import DEVICE_COOKIE, is_exempt, visit
from mobile_api.access.cookies import is_secure, set_cookie
from mobile_api.access.forms import posted
from mobile_api.access.guard import signed_in
from mobile_api.access.people import roles_of
from mobile_api.addresses import roadside_address
from mobile_api.audited import told
from mobile_api.page_problems import install_page_problems, page_frame
from mobile_api.runtime import runtime

BLANK_S = 300
"""Seconds after which an exempt device blanks what it shows, and goes on (CJIS AC-11, note)."""
DEVICE_LIFETIME = timedelta(days=400)
"""The longest that browsers keep a cookie."""

pages = Blueprint("console", __name__)


@pages.get("/")
@signed_in()
def home() -> str:
    """Show who is signed in."""
    now, session = runtime(), visit().session()
    person, exempt = session.signed_in(), is_exempt(now, session)
    return render_template(
        "home.html",
        person=person,
        roles=" or ".join(roles_of(person.scopes)) or " ".join(sorted(person.scopes)),
        roadside=roadside_address(now.settings) if "lookup" in person.scopes else None,
        exempt=exempt,
        local=name_of(person.user) is not None,
        leave_s=BLANK_S if exempt else int(now.settings.idle_lock.total_seconds()),
        **page_frame(),
    )


@pages.get("/device")
@signed_in()
def device() -> str:
    """Ask for the code that makes this device an exempt one."""
    return render_template("device.html", **page_frame())


@pages.post("/device")
@signed_in(event="device.enrolled")
def enrol() -> Response:
    """Make this device an exempt one."""
    now = runtime()
    token = now.devices.enrol(posted().get("code", ""))
    if token is None:
        told().failed(403)
        return make_response(render_template("device.html", refused=True, **page_frame()), 403)
    response = make_response(render_template("device.html", enrolled=True, **page_frame()))
    told().happened("device.enrolled", "done", details={"device": now.devices.device_of(token)})
    set_cookie(response, DEVICE_COOKIE, token, secure=is_secure(request, now.settings), max_age=DEVICE_LIFETIME)
    return response


install_page_problems(pages, "console.home")
