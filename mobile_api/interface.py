"""The description of an HTTP service: OpenAPI 3.1 at `/openapi.json`, readable at `/docs`, made from the schemas that
do the work.

Decides how bodies and URL parameters are read by schemas (strictly, faults as JSON pointers), which error shape and
which credential each route is described with. Neither page needs a token or a third-party host.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, cast

from flask import Blueprint as PlainBlueprint
from flask import Flask, Request, Response, render_template
from flask_smorest import Api  # type: ignore[import-untyped]
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from lookup.errors import InvalidRequest
from lookup.fields import faults_of
from mobile_api.access.guard import Access, public, stated_accesses
from mobile_api.bodies import read_json_body
from mobile_api.problems import MEDIA_TYPE, ProblemBody
from mobile_api.runtime import runtime

View = TypeVar("View", bound=Callable[..., Any])

VERSION = "1"
CREDENTIAL = "bearer"

_PART = re.compile(r"<(?:\w+:)?(\w+)>")


class StrictParser(FlaskParser):
    """Reads bodies as strict JSON, refuses unknown names everywhere, and reports faults as an `InvalidRequest`."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE}  # noqa: RUF012 - the base class declares it so

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Read the body by our own rules."""
        return read_json_body(req)

    def handle_error(self, error: ValidationError, *_args: Any, **_more: Any) -> NoReturn:
        """Report what the schema found; webargs puts the location (`json`, `query`) around it."""
        found = error.normalized_messages()  # type: ignore[no-untyped-call]
        faults = [fault for messages in found.values() for fault in faults_of(messages)]
        raise InvalidRequest(faults) from error


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest has no types; the decorators get theirs here
    """A group of routes that are read and described by schemas."""

    ARGUMENTS_PARSER = StrictParser()

    def get(self, rule: str) -> Callable[[View], View]:
        """Route GET requests to a view."""
        return _typed(super().get(rule))

    def post(self, rule: str) -> Callable[[View], View]:
        """Route POST requests to a view."""
        return _typed(super().post(rule))

    def takes(self, schema: type[Schema]) -> Callable[[View], View]:
        """Hand the URL parameters to the view, read by `schema`, as its first argument."""
        return _typed(self.arguments(schema, location="query"))

    def takes_body(self, schema: type[Schema]) -> Callable[[View], View]:
        """Hand the body to the view, read by `schema`, as its first argument."""
        return _typed(self.arguments(schema))

    def gives(self, schema: type[Schema]) -> Callable[[View], View]:
        """Write what the view returns by `schema`; a response that it made itself is sent as it is."""
        return _typed(self.response(200, schema))

    def gives_text(self, view: View) -> View:
        """Describe a view that answers with plain text."""
        text = self.alt_response(200, schema={"type": "string"}, content_type="text/plain", success=True)
        return cast("View", text(view))

    def describes(self, body: type[Schema], answer: type[Schema]) -> Callable[[View], View]:
        """Describe a view that reads its body and writes its answer itself."""
        content = {"required": True, "content": {"application/json": {"schema": body}}}

        def describe(view: View) -> View:
            described = self.alt_response(200, schema=answer, success=True)(view)
            return cast("View", self.doc(requestBody=content)(described))

        return describe


class Interface(Api):  # type: ignore[misc]  # as above
    """The description of one service."""

    ERROR_SCHEMA = ProblemBody

    def _register_error_handlers(self) -> None:
        """Leave the failures to `problems`."""


def _typed(decorator: Any) -> Callable[[View], View]:
    return cast("Callable[[View], View]", decorator)


def new_interface(app: Flask, title: str) -> Interface:
    """Begin the description of a service. Its routes are added with `register_blueprint`."""
    app.config |= {"API_TITLE": title, "API_VERSION": VERSION, "OPENAPI_VERSION": "3.1.0"}
    interface = Interface(app)
    scheme = {"type": "http", "scheme": "bearer", "description": "An API key, made by `immunity keys create`."}
    interface.spec.components.security_scheme(CREDENTIAL, scheme)
    return interface


def publish_description(app: Flask, interface: Interface) -> None:
    """Add `/openapi.json` and `/docs`; call it when all described routes are there."""
    description = _complete(interface.spec.to_dict(), app)
    text = json.dumps(description, ensure_ascii=False)
    pages = PlainBlueprint("documents", __name__)

    @pages.get("/openapi.json")
    @public
    def openapi() -> Response:
        return Response(text, content_type="application/json")

    @pages.get("/docs")
    @public
    def docs() -> str:
        now = runtime()
        return render_template("docs.html", description=description, environment=now.settings.environment)

    app.register_blueprint(pages)


def _complete(description: dict[str, Any], app: Flask) -> dict[str, Any]:
    """Put in what the schemas cannot know: the media type of problems, and the credential of each route."""
    for response in description["components"].get("responses", {}).values():
        content = response.get("content", {})
        if "application/json" in content:
            content[MEDIA_TYPE] = content.pop("application/json")
    accesses = stated_accesses(app)
    for rule in app.url_map.iter_rules():
        path = description["paths"].get(described_path(rule.rule), {})
        for method in rule.methods or ():
            if method.lower() in path:
                path[method.lower()] |= _credential(accesses[rule.endpoint])
    return description


def described_path(rule: str) -> str:
    """Write the rule of a route as OpenAPI does: `{name}` for each part that differs."""
    return _PART.sub(r"{\1}", rule)


def _credential(access: Access) -> dict[str, Any]:
    if access.entrance != "token":
        return {"security": []}
    return {"security": [{CREDENTIAL: []}], "x-scope": access.scope or "any"}
