"""The roadside page: one field, one question, the verdict. Made on the server, works without JavaScript.

Decides how a person signs in and what a page does with a question: everything is posted, nothing stands in a URL. What
the answer is comes from the same service as `/v1/lookups`; how it looks is the templates' matter.
"""

from http import HTTPStatus

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from lookup.errors import ImmunityError, InvalidRequest
from lookup.queries import read_query
from mobile_api.access.caller import Caller
from mobile_api.access.guard import page
from mobile_api.access.keys import Key
from mobile_api.access.same_origin import check_same_origin
from mobile_api.access.sessions import COOKIE, LIFETIME, SignIn
from mobile_api.audited import told
from mobile_api.bodies import read_form
from mobile_api.problems import log_failure, problem_headers, unexpected_failure
from mobile_api.refusals import Forbidden
from mobile_api.request_ids import current_request_id
from mobile_api.runtime import Runtime, runtime
from mobile_api.verdict import verdict_of

SIGN_IN_STATUS = 401


pages = Blueprint("roadside", __name__)


@pages.before_request
def read_session() -> None:
    """Find out who asks; a form that another site posts is refused."""
    g.caller, g.sign_in = _signed_in(runtime())
    if "told" in g:
        g.told.caller = g.caller
    if request.method == "POST":
        check_same_origin(request)


@pages.after_request
def renew_session(response: Response) -> Response:
    """Renew the sign-in while the page is in use."""
    caller, here = g.get("caller"), runtime()
    now = here.clock()
    if caller is not None and (g.sign_in is None or g.sign_in.is_due(now)):
        since = now if g.sign_in is None else g.sign_in.since
        _set_cookie(response, here.sessions.issue(caller.caller_id, since, now))
    return response


@pages.get("/")
@page()
def form() -> AnyResponse | str:
    """Show the field, or the sign-in to whoever is not signed in."""
    return render_template("ask.html", **_frame()) if g.caller else redirect(url_for("roadside.sign_in_form"), 303)


@pages.post("/")
@page("query.unreadable")
def ask() -> AnyResponse | str:
    """Answer what was typed."""
    if g.caller is None:
        told().failed(HTTPStatus.UNAUTHORIZED)
        return redirect(url_for("roadside.sign_in_form"), 303)
    return _answered(g.caller)


@pages.get("/enter")
@page()
def sign_in_form() -> str:
    """Show the sign-in."""
    return render_template("sign_in.html", **_frame())


@pages.post("/enter")
@page("sign_in.failed")
def sign_in() -> AnyResponse:
    """Sign in with an API key."""
    return _entered(runtime().keys.authenticate(read_form(request).get("key", "").strip()))


@pages.get("/enter/<entry>")
@page("sign_in.failed")
def enter_by_link(entry: str) -> AnyResponse:
    """Sign in by a link that works once."""
    return _entered(runtime().keys.consume_entry(entry))


@pages.post("/leave")
@page("sign_out")
def leave() -> AnyResponse:
    """Sign out."""
    g.caller = None
    response = redirect(url_for("roadside.sign_in_form"), 303)
    response.delete_cookie(COOKIE)
    return response


def _signed_in(now: Runtime) -> tuple[Caller | None, SignIn | None]:
    """Give the key that the cookie signs in as, and since when; nobody where the key is not in force any more."""
    sign_in = now.sessions.read(request.cookies.get(COOKIE, ""), now.clock())
    if sign_in is None:
        return None, None
    key = now.keys.in_force(sign_in.key_id)
    caller = None if key is None else key.caller()
    return (caller, sign_in) if caller is not None and _may_sign_in(caller) else (None, None)


def _may_sign_in(caller: Caller) -> bool:
    return "lookup" in caller.scopes and caller.kind != "camera"


def _entered(key: Key | None) -> AnyResponse:
    caller = None if key is None else key.caller()
    if caller is None or not _may_sign_in(caller):
        told().failed(SIGN_IN_STATUS)
        refused = "This key or link does not sign in. Ask for a new one."
        return make_response(render_template("sign_in.html", refused=refused, **_frame()), SIGN_IN_STATUS)
    g.caller, g.sign_in, g.told.caller = caller, None, caller
    told().happened("sign_in", "done")
    return redirect(url_for("roadside.form"), 303)


def _answered(caller: Caller) -> AnyResponse | str:
    typed = read_form(request)
    kind, value = typed.get("kind", "plate"), typed.get("value", "").strip()
    body = {"document": {"number": value}} if kind == "document" else {"plate": value}
    now = runtime()
    now.quotas.charge(caller, 1)
    try:
        query = read_query(body)
    except InvalidRequest as error:
        details = [fault.detail for fault in error.faults]
        return make_response(render_template("ask.html", faults=details, value=value, kind=kind, **_frame()), 422)
    answer = now.service.answer(query)
    told().answered(answer, answer.to_json(), body)
    document = answer.document()
    return render_template(
        "answer.html", answer=document, verdict=verdict_of(document, now.policy()), kind=kind, **_frame()
    )


def _frame() -> dict[str, object]:
    """Give what stands on every page: the number to call, the environment, whether somebody is signed in."""
    now = runtime()
    return {"phone": now.phone(), "environment": now.settings.environment, "signed_in": g.get("caller") is not None}


def _set_cookie(response: Response, token: str) -> None:
    """Set the sign-in cookie: for this host, over TLS wherever there is TLS and always in live, closed to scripts."""
    secure = request.is_secure or runtime().settings.environment == "live"
    response.set_cookie(COOKIE, token, max_age=LIFETIME, httponly=True, samesite="Strict", secure=secure)


def _problem_page(error: ImmunityError) -> AnyResponse:
    if error.status >= 500:
        log_failure(error)
    html = render_template(
        "problem.html", title=error.title, detail=str(error), request_id=current_request_id(), **_frame()
    )
    return make_response(html, error.status, problem_headers(error))


def _http_problem_page(_error: HTTPException) -> AnyResponse:
    return _problem_page(Forbidden("Go back to the form and ask again."))


def _failure_page(error: Exception) -> AnyResponse:
    log_failure(error)
    return _problem_page(unexpected_failure())


pages.register_error_handler(ImmunityError, _problem_page)
pages.register_error_handler(HTTPException, _http_problem_page)
pages.register_error_handler(Exception, _failure_page)
