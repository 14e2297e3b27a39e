"""Step 9: the search of the vehicle asked about; and last of all, the bag.

Decides `search_vehicle` by whose vehicle it is, first match wins (VCDR 22(3), 30(2); VCCR 33, 35; UNHQA s.15; CPIUN
s.3; 22 USC 288a(c)). Blocking traffic changes no answer: a protected vehicle may be moved as far as safety needs, at
every answer.
"""

from lookup.law.facts import Facts, VehicleFacts
from lookup.law.finding import NO, YES, Joint, conditional
from lookup.law.terms import CONSULAR_POSTS, MISSION_KINDS, Action

PROTECTED_MISSIONS = frozenset(MISSION_KINDS) - CONSULAR_POSTS

_ARCHIVES = conditional("except_archives_and_bag")


def decide_vehicle_search(facts: Facts, joint: Joint) -> Joint:
    """Decide the search of the vehicle; without one the person's own row stands."""
    if facts.vehicle is None:
        return joint
    # A protected person at the wheel is not an unauthorized hand.
    if facts.is_plate_lookup or joint.level != "full":
        if facts.vehicle.status is None:
            joint = joint.noted("default_vehicle_status")
        if facts.vehicle.status == "stolen_verified":
            return joint.decided("search_vehicle", YES, "vehicle_stolen_confirmed")
        if facts.vehicle.status == "stolen":
            return joint.decided("search_vehicle", conditional("confirm_stolen_with_state"), "vehicle_stolen_on_record")
    return _by_registrant(facts.vehicle, joint)


def _by_registrant(vehicle: VehicleFacts, joint: Joint) -> Joint:
    registrant = vehicle.registrant
    own = joint.permissions["search_vehicle"]
    if registrant in PROTECTED_MISSIONS or registrant == "member_full":
        holder = "member" if registrant == "member_full" else "mission"
        return joint.decided("search_vehicle", NO, f"vehicle_of_protected_{holder}")
    if is_consular(vehicle) and own.answer != "no":
        return joint.decided("search_vehicle", _ARCHIVES, "vehicle_consular")
    if registrant in ("rental", "third_party"):
        return joint.noted("vehicle_borrowed")
    if registrant == "self" or own.answer == "no":
        return joint
    rule = "default_registrant" if registrant is None else "vehicle_registrant_unknown"
    if own.answer == "conditional":
        return joint.noted(rule)
    return joint.decided("search_vehicle", conditional("verify_first"), rule)


def is_consular(vehicle: VehicleFacts) -> bool:
    """Whether the vehicle is registered to a consular post or to a member protected like consular people."""
    return vehicle.registrant in CONSULAR_POSTS or vehicle.registrant == "member_consular"


def protect_bag(facts: Facts, joint: Joint) -> Joint:
    """Keep a bag that is present out of every search that is otherwise open."""
    searches: tuple[Action, ...] = ("search_vehicle", "search_person")
    for action in searches:
        if facts.bag and joint.permissions[action].answer == "yes":
            joint = joint.decided(action, _ARCHIVES, "bag_present")
    return joint
