"""A plain count of how many invented people have some immunity on the day of the registry.

Decides who is counted in the generator's report and nothing else: it looks at category, US status, age, household and
dates in a few lines, and knows no agreements. What the law says of a person is the law's to say.
"""

from datetime import date, timedelta

from .people import Household, Person, Post

NOBODY = frozenset({"private_servant", "temporary_duty_visitor"})
NOT_FOR_US_PERSONS = frozenset(
    {
        "admin_technical_staff",
        "service_staff",
        "consular_employee",
        "consular_service_staff",
        "io_senior_official",
        "io_conference_delegate",
        "tecro_designated_employee",
        "teco_head_or_deputy",
        "teco_designated_employee",
        "special_mission_member",
        "visiting_head_of_state_or_government",
        "diplomat_in_transit",
    }
)
FAMILIES = frozenset(
    {
        "diplomatic_agent",
        "admin_technical_staff",
        "io_senior_official",
        "io_mission_diplomat",
        "tecro_designated_employee",
        "visiting_head_of_state_or_government",
        "diplomat_in_transit",
    }
)
"""Categories whose families are immune (VCDR 37)."""

REASONABLE_PERIOD = timedelta(days=30)
"""State's reading of the reasonable period of VCDR 39(2)."""


def count_with_immunity(household: Household, on: date) -> int:
    """Give how many of a household have full or partial immunity, or for official acts, on `on`."""
    own: dict[str, list[Post]] = {household.principal.member_id: household.posts}
    for post in household.own_posts:
        own.setdefault(post.member_id, []).append(post)
    return sum(
        any(_as_principal(person, post, on) for post in own.get(person.member_id, ()))
        or any(_as_family(person, household.principal, post, on) for post in household.posts)
        for person in household.people()
    )


def _as_principal(person: Person, post: Post, on: date) -> bool:
    if post.category in NOBODY or (person.us_status != "none" and post.category in NOT_FOR_US_PERSONS):
        return False
    if post.category in ("special_mission_member", "diplomat_in_transit") and not post.state_confirmed:
        return False
    return _stands(post, on) or (_is_former(post, on) and post.category != "consular_service_staff")


def _as_family(person: Person, principal: Person, post: Post, on: date) -> bool:
    if person.principal_id is None or post.category not in FAMILIES or principal.us_status != "none":
        return False
    resident_counts = post.category not in ("diplomatic_agent", "io_mission_diplomat")
    if person.us_status == "national" or (person.us_status == "permanent_resident" and resident_counts):
        return False
    left = person.household_until is not None and on > person.household_until + REASONABLE_PERIOD
    if left or person.recognized is False:
        return False
    return _stands(post, on) and (person.relationship != "child" or _is_young(person, on))


def _is_young(child: Person, on: date) -> bool:
    if child.household_exception or child.date_of_birth is None:
        return bool(child.household_exception)
    born = child.date_of_birth
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    studies = bool(child.full_time_student) and (child.student_until is None or child.student_until >= on)
    return age < 21 or (age < 23 and studies)


def _stands(post: Post, on: date) -> bool:
    end, manner = post.end()
    if on < post.effective_on or _is_former(post, on):
        return False
    if end is None or on <= end or post.reasonable_period_ends_on is not None:
        return True
    return manner != "mission_closed" and on <= end + REASONABLE_PERIOD


def _is_former(post: Post, on: date) -> bool:
    end, _ = post.end()
    if end is None or on <= end:
        return False
    period = post.reasonable_period_ends_on
    return (post.departed_on is not None and post.departed_on <= on) or (period is not None and period < on)
