"""Step 9: may the vehicle be searched, by who it is registered to and whether it is stolen.

The nine rules in their order; the first that fits decides. The bag, which comes after step 10, is in `assessment`.
"""

from typing import Any

from .matrix import NO, YES, Answer, conditional

CONSULAR_POSTS = ("consulate_general", "consulate", "honorary_consulate")
PROTECTED_MISSIONS = (
    "embassy",
    "permanent_mission_un",
    "permanent_mission_oas",
    "international_organization",
    "special_mission",
    "representative_office",
)
MEMBERS = ("member_full", "member_consular", "self")


def registrant_of(vehicle: dict[str, Any]) -> str:
    """Return whom the vehicle is registered to; unknown where that is not said."""
    return str(vehicle.get("registrant") or "unknown")


def is_consular(vehicle: dict[str, Any] | None) -> bool:
    """Say whether the vehicle is registered to a consular post or a consular member."""
    return vehicle is not None and registrant_of(vehicle) in (*CONSULAR_POSTS, "member_consular")


def search_of(vehicle: dict[str, Any], lookup: str, level: str, own: Answer) -> tuple[Answer, int]:
    """Return the answer to a search of the vehicle, and the number of the rule that decided."""
    registrant, status = registrant_of(vehicle), vehicle.get("status")
    protected_at_the_wheel = lookup == "person" and level == "full"
    # rule: (does it fit, the answer)
    rules = {
        1: (status == "stolen_verified" and not protected_at_the_wheel, YES),
        2: (status == "stolen" and not protected_at_the_wheel, conditional("confirm_stolen_with_state")),
        3: (registrant in PROTECTED_MISSIONS, NO),
        4: (registrant == "member_full", NO),
        5: (is_consular(vehicle), own if own == NO else conditional("except_archives_and_bag")),
        6: (registrant in ("rental", "third_party"), own),
        7: (registrant == "unknown", conditional("verify_first") if own == YES else own),
        8: (True, own),  # self
    }
    return next((answer, number) for number, (fits, answer) in rules.items() if fits)
