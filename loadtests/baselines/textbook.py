"""The textbook design: Flask, the Elasticsearch client, one document for each plate, a marshmallow schema. No law, no
credentials, no audit trail. What the lookup is measured against beside hello-world.

Generous to itself: everything about a plate lies in one document, so that one GET answers.
"""

import os
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError
from flask import Flask, abort, request
from marshmallow import Schema, fields

URL = "IMMUNITY_TEST_TEXTBOOK"
"""The variable that names the Elasticsearch."""
INDEX = "textbook-vehicles"


class MissionSchema(Schema):
    mission_id = fields.String()
    name = fields.String()
    kind = fields.String()
    sending_state = fields.String(allow_none=True)


class MemberSchema(Schema):
    member_id = fields.String()
    family_name = fields.String()
    given_names = fields.String(allow_none=True)
    date_of_birth = fields.Date(allow_none=True)
    category = fields.String(allow_none=True)


class VehicleSchema(Schema):
    plate = fields.String()
    vin = fields.String(allow_none=True)
    make = fields.String(allow_none=True)
    model = fields.String(allow_none=True)
    color = fields.String(allow_none=True)
    year = fields.Integer(allow_none=True)
    registration_status = fields.String()
    valid_until = fields.Date(allow_none=True)
    mission = fields.Nested(MissionSchema, allow_none=True)
    member = fields.Nested(MemberSchema, allow_none=True)


def create_app() -> Flask:
    """Make the application."""
    app = Flask("textbook")
    client, schema = Elasticsearch(os.environ[URL]), VehicleSchema()

    @app.get("/")
    def alive() -> str:
        return "alive"

    @app.post("/v1/lookups")
    def look_up() -> dict[str, Any]:
        try:
            found = client.get(index=INDEX, id=request.get_json()["plate"])
        except NotFoundError:
            abort(404)
        dumped: dict[str, Any] = schema.dump(schema.load(found["_source"]))
        return dumped

    return app
