"""The expected answer to a query by name and date of birth.

Only good records are found by name. Where nothing fits, another given name, or a family name one letter off, with the
same date of birth is a candidate; what a service finds beyond these is its own affair and is not expected here.
"""

from typing import Any

from .answer import answer, unreadable
from .asking import Asking
from .documents import about_member
from .normal_form import folded, is_one_letter_off
from .records import Values
from .refusals import is_day


def by_name(asking: Asking, person: Values) -> dict[str, Any]:
    """Answer a query by name and date of birth."""
    if not folded(person["family_name"]) or not is_day(person["date_of_birth"]):
        return unreadable()
    born_then = [
        (member_id, record.values)
        for member_id, record in asking.registry.good["members"].items()
        if record.values.get("date_of_birth") and record.values["date_of_birth"].isoformat() == person["date_of_birth"]
    ]
    fitting = [member_id for member_id, values in born_then if _fits(person, values)]
    if len(fitting) == 1:
        return about_member(asking, fitting[0])
    driven = asking.driven_vehicle(None)
    if fitting or any(_is_candidate(person, values) for _, values in born_then):
        return answer(asking, "possible_matches", asking.assess(driven))
    return answer(asking, "no_record", asking.assess({"record": "not_found", **driven}))


def _fits(person: Values, values: Values) -> bool:
    if folded(person["family_name"]) != folded(values["family_name"]):
        return False
    given = person.get("given_names")
    return given is None or folded(given) == folded(values.get("given_names"))


def _is_candidate(person: Values, values: Values) -> bool:
    asked, known = folded(person["family_name"]), folded(values["family_name"])
    return asked == known or is_one_letter_off(asked, known)
