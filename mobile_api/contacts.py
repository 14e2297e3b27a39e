"""Whom to tell and whom to call: consular notification by country, offices by State.

Decides how these are asked for; what they say is the law's data.
"""

from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields

from lookup.errors import NotFound
from lookup.law.notification import notification_duty
from lookup.law.offices import offices_for
from lookup.places import COUNTRIES
from mobile_api.access.guard import token
from mobile_api.interface import Blueprint
from mobile_api.runtime import runtime
from mobile_api.schemas.contacts import NotificationAnswer, OfficesAnswer


class OfficesQuery(Schema):
    """For which place."""

    state = fields.String(required=True, metadata={"description": "USPS code of a State or territory"})


blueprint = Blueprint("Contacts", __name__, description="Whom to tell and whom to call")


@blueprint.get("/v1/consular-notification/<country>")
@blueprint.gives(NotificationAnswer)
@token(None)
def notification(country: str) -> dict[str, Any]:
    """Give what to do on arresting a national of this country (ISO 3166-1 alpha-2)."""
    code = country.upper() if country.isascii() else ""  # the capital of a dotless i is I
    if code not in COUNTRIES:
        raise NotFound("Write a country as its ISO 3166-1 code of two letters, such as MX.")
    now = runtime()
    duty = notification_duty(code, now.policy())
    return asdict(duty) | {"policy": now.policy().name, "environment": now.settings.environment}


@blueprint.get("/v1/offices")
@blueprint.takes(OfficesQuery)
@blueprint.gives(OfficesAnswer)
@token(None, query=("state",))
def offices(place: dict[str, str]) -> dict[str, Any]:
    """Give the offices that serve a State, and the numbers that are answered day and night."""
    now = runtime()
    serving = offices_for(place["state"], now.policy())
    return asdict(serving) | {"policy": now.policy().name, "environment": now.settings.environment}
