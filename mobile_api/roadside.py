"""The roadside page: one field, one question, the verdict. Made on the server, works without JavaScript.

Decides how a person signs in and what a page does with a question: everything is posted, nothing stands in a URL. What
the answer is comes from the same service as `/v1/lookups`; how it looks is the templates' matter.
"""

from http import HTTPStatus

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from lookup.errors import InvalidRequest
from mobile_api.access.caller import Caller
from mobile_api.access.guard import check_may_query, page
from mobile_api.access.keys import Key
from mobile_api.access.officer_cookie import (
    clear_officer_cookie,
    may_sign_in,
    read_officer_cookie,
    set_officer_cookie,
)
from mobile_api.access.refused_pages import tell_refused_page
from mobile_api.access.same_origin import check_same_origin
from mobile_api.access.session_store import new_session_id
from mobile_api.addresses import console_address
from mobile_api.asking import ask as ask_registry
from mobile_api.audited import record_now, told
from mobile_api.bodies import read_form
from mobile_api.page_problems import install_page_problems, page_frame
from mobile_api.refusals import Forbidden, SignInNeeded
from mobile_api.runtime import Runtime, runtime
from mobile_api.verdict import verdict_of

SIGN_IN_STATUS = 401

pages = Blueprint("roadside", __name__)


@pages.before_request
def read_session() -> None:
    """Find out who asks; a form that another site posts is refused."""
    g.sign_in = read_officer_cookie(runtime())
    g.caller = None if g.sign_in is None else g.sign_in.caller
    if "told" in g:
        g.told.caller = g.caller
    if request.method == "POST":
        check_same_origin(request)


@pages.after_request
def renew_session(response: Response) -> Response:
    """Renew the sign-in while the page is in use."""
    sign_in, now = g.get("sign_in"), runtime()
    if sign_in is not None and g.caller is not None and sign_in.is_due(now.clock()):
        set_officer_cookie(now, response, sign_in.caller, sign_in.since, sign_in.device)
    return response


@pages.get("/")
@page()
def form() -> AnyResponse | str:
    """Show the field, or the sign-in to whoever is not signed in."""
    return render_template("ask.html", **page_frame()) if g.caller else redirect(_sign_in_address(runtime()), 303)


@pages.post("/")
@page("query.unreadable")
def ask() -> AnyResponse | str:
    """Answer what was typed."""
    if g.caller is None:
        tell_refused_page(SignInNeeded("Sign in, and ask again."))
        return _led_to_sign_in(runtime(), SIGN_IN_STATUS)
    check_may_query(g.caller)
    return _answered(g.caller)


@pages.get("/enter")
@page()
def sign_in_form() -> str:
    """Show the sign-in by key, which exists in training."""
    _check_training(runtime())
    return render_template("key_sign_in.html", **page_frame())


@pages.post("/enter")
@page("sign_in.failed")
def sign_in() -> AnyResponse:
    """Sign in with an API key."""
    _check_training(runtime())
    return _entered(runtime().keys.authenticate(read_form(request).get("key", "").strip()))


@pages.get("/enter/<entry>")
@page("sign_in.failed")
def enter_by_link(entry: str) -> AnyResponse:
    """Sign in by a link that works once."""
    _check_training(runtime())
    return _entered(runtime().keys.consume_entry(entry))


@pages.post("/leave")
@page("sign_out")
def leave() -> AnyResponse:
    """Sign out, here and at the console; who copied a cookie is signed out too."""
    now = runtime()
    if g.caller is not None:
        now.session_store.end(g.caller.session)
    g.caller = g.sign_in = None
    response = _led_to_sign_in(now, HTTPStatus.OK)
    clear_officer_cookie(now, response)
    return response


def _entered(key: Key | None) -> AnyResponse:
    caller = None if key is None else key.caller(new_session_id())
    if caller is None or not may_sign_in(caller):
        told().failed(SIGN_IN_STATUS)
        refused = "This key or link does not sign in. Ask for a new one."
        return make_response(render_template("key_sign_in.html", refused=refused, **page_frame()), SIGN_IN_STATUS)
    now = runtime()
    told().caller = caller
    told().happened("sign_in", "done")
    record_now(now.trail)
    response = redirect(url_for("roadside.form"), 303)
    set_officer_cookie(now, response, caller, now.clock())
    return response


def _check_training(now: Runtime) -> None:
    """In live people sign in as themselves, at the console (CJIS IA-2): raises `Forbidden`."""
    if now.settings.environment != "training":
        raise Forbidden("Sign in at the console.")


def _people_sign_in(now: Runtime) -> bool:
    """Tell whether people sign in at the console here: they do where there is a provider or any account."""
    settings = now.settings
    return settings.oidc_client_id is not None or now.accounts.in_use() or settings.environment != "training"


def _sign_in_address(now: Runtime) -> str:
    if _people_sign_in(now):
        return f"{console_address(now.settings)}/sign-in"
    return url_for("roadside.sign_in_form")


def _led_to_sign_in(now: Runtime, status: int) -> AnyResponse:
    """Lead whoever posted a form to the sign-in; to the console by a link, because our forms end at their own host."""
    if not _people_sign_in(now):
        return redirect(url_for("roadside.sign_in_form"), 303)
    lost = status == SIGN_IN_STATUS
    html = render_template("signed_out.html", address=_sign_in_address(now), nothing_asked=lost, **page_frame())
    return make_response(html, status)


def _answered(caller: Caller) -> AnyResponse | str:
    typed = read_form(request)
    kind, value = typed.get("kind", "plate"), typed.get("value", "").strip()
    body = {"document": {"number": value}} if kind == "document" else {"plate": value}
    now = runtime()
    now.quotas.charge(caller, 1)
    try:
        answer, _ = ask_registry(now, caller, body)
    except InvalidRequest as error:
        details = [fault.detail for fault in error.faults]
        return make_response(render_template("ask.html", faults=details, value=value, kind=kind, **page_frame()), 422)
    document = answer.document()
    return render_template(
        "answer.html", answer=document, verdict=verdict_of(document, now.policy()), kind=kind, **page_frame()
    )


install_page_problems(pages, "roadside.form")
