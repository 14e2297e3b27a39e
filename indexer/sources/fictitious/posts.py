"""The posts that principals hold: which category, since when, until when, and how it ended.

Decides how often each case comes and on which side of the law's edges its dates fall. Every accreditation that is
made here is a valid row: none ends before it begins, and none begins after its mission has ended.
"""

from collections.abc import Callable
from datetime import date, timedelta

from lookup.records import Mission

from . import stock
from .calendar import Calendar
from .dice import Deck, Dice
from .missions import is_office_in_washington
from .numbers import Numbers
from .people import Post

CATEGORIES = {
    "embassy": {
        "diplomatic_agent": 150,
        "admin_technical_staff": 130,
        "service_staff": 45,
        "private_servant": 45,
        "temporary_duty_visitor": 20,
        "diplomatic_courier": 6,
        "diplomat_in_transit": 3,
        "visiting_head_of_state_or_government": 1,
    },
    "permanent_mission_un": {
        "io_mission_diplomat": 150,
        "io_mission_support_staff": 60,
        "io_conference_delegate": 15,
    },
    "permanent_mission_oas": {"io_mission_diplomat": 30, "io_mission_support_staff": 10},
    "international_organization": {"io_staff": 300, "io_expert_on_mission": 14, "io_senior_official": 6},
    "consulate_general": {
        "career_consular_officer": 60,
        "consular_employee": 80,
        "consular_service_staff": 25,
        "temporary_duty_visitor": 5,
        "consular_courier": 2,
    },
    "consulate": {"career_consular_officer": 50, "consular_employee": 60, "consular_service_staff": 15},
    "honorary_consulate": {"honorary_consular_officer": 1},
    "special_mission": {"special_mission_member": 30, "visiting_head_of_state_or_government": 1},
    "TECRO": {"tecro_designated_employee": 1},
    "TECO": {"teco_head_or_deputy": 2, "teco_designated_employee": 20},
}
"""Principals of each category in a mission of each kind; the two Taipei offices differ. Estimates."""

FURTHER = {
    "embassy": "career_consular_officer",
    "permanent_mission_un": "io_conference_delegate",
    "permanent_mission_oas": "io_mission_diplomat",
    "international_organization": "io_staff",
    "consulate_general": "consular_employee",
}
"""What a second or an earlier post is at a mission of a kind: embassies may exercise consular functions (VCDR 3(2))."""

FAMILY_POSTS = {**FURTHER, "embassy": "admin_technical_staff"}
"""What a family member who works is at a mission of a kind."""

SHORT_STAYS = frozenset(
    {
        "io_conference_delegate",
        "diplomat_in_transit",
        "diplomatic_courier",
        "consular_courier",
        "temporary_duty_visitor",
        "visiting_head_of_state_or_government",
        "special_mission_member",
    }
)
CONFIRMED_BY_STATE = frozenset({"special_mission_member", "diplomat_in_transit"})

COURSES = {
    "settled": 250,
    "arriving": 6,
    "just_arrived": 8,
    "leaving": 8,
    "just_ended": 4,
    "ends_on_an_edge": 5,
    "left_open": 6,
    "departed": 22,
    "just_departed": 3,
    "period_set": 4,
    "persona_non_grata": 2,
    "expelled_and_departed": 1,
    "deceased": 2,
    "earlier_post": 14,
    "second_post": 6,
    "travelling": 3,
}
"""How posts run, in 344 principals. Most are simply there."""

LAST_DAYS = {
    "leaving": (1, 60),
    "just_ended": (-28, -1),
    "left_open": (-200, -32),
    "departed": (-1500, -40),
    "just_departed": (-25, -3),
    "period_set": (-25, -3),
    "persona_non_grata": (-25, -3),
    "expelled_and_departed": (-300, -10),
    "deceased": (-25, -3),
}
"""First and last day, from the day itself, on which functions end in each course that ends them."""

MANNERS = {
    "persona_non_grata": "persona_non_grata",
    "expelled_and_departed": "persona_non_grata",
    "deceased": "deceased",
}
"""How functions end where they do not simply end."""


class Posts:
    """Makes the posts of a principal."""

    def __init__(self, dice: Dice, calendar: Calendar, numbers: Numbers) -> None:
        self._dice, self._calendar, self._numbers = dice, calendar, numbers
        self._categories = {place: Deck(dice, cards) for place, cards in CATEGORIES.items()}
        self._courses = Deck(dice, COURSES)
        self._stays = Deck(dice, {"under_way": 8, "ends_on_an_edge": 2, "begins_on_an_edge": 1, "over": 2})
        self._confirmed: Deck[bool | None] = Deck(dice, {True: 8, None: 2, False: 1})
        self._titles: dict[str, list[str]] = stock.read("posts")["titles"]
        self._open_missions: dict[str, Mission] = {}

    def open_mission(self, mission: Mission) -> None:
        """Remember a mission that has no end, for people with a post elsewhere; the last of each kind is enough."""
        if mission.terminated_on is None and mission.kind in FURTHER:
            self._open_missions[mission.kind] = mission

    def category(self, mission: Mission, number: int) -> str:
        """Give the category of the next principal of this mission, which is `number` of its kind."""
        if mission.kind == "representative_office":
            return self._categories["TECRO" if is_office_in_washington(mission.kind, number) else "TECO"].deal()
        return self._categories[mission.kind].deal()

    def make(self, member_id: str, mission: Mission, category: str) -> list[Post]:
        """Give the posts of a principal, the present one first."""
        post = self._post(member_id, mission, category)
        if mission.terminated_on is not None:
            self._before_its_end(post, mission.terminated_on)
        elif category in SHORT_STAYS:
            self._stay(post)
        else:
            return [post, *self._run(post)]
        return [post]

    def own_of_family(self, member_id: str) -> Post | None:
        """Give the post of a family member who works, if there is a mission to work at."""
        if not self._open_missions:
            return None
        return self._elsewhere(member_id, FAMILY_POSTS)

    def _post(self, member_id: str, mission: Mission, category: str) -> Post:
        return Post(
            accreditation_id=self._numbers.key("A"),
            member_id=member_id,
            mission_id=mission.mission_id,
            category=category,
            title=None if self._dice.chance(0.05) else self._dice.pick(self._titles[category]),
            effective_on=self._calendar.between(-1600, -60),
            state_confirmed=self._confirmed.deal() if category in CONFIRMED_BY_STATE else None,
        )

    def _elsewhere(self, member_id: str, categories: dict[str, str]) -> Post:
        mission = self._dice.pick(list(self._open_missions.values()))
        return self._post(member_id, mission, categories[mission.kind])

    def _before_its_end(self, post: Post, end: date) -> None:
        """In a mission that closes everybody came before; some were ended with it by name, some have left."""
        post.effective_on = min(self._calendar.on, end) - timedelta(days=self._dice.between(60, 1200))
        if self._dice.chance(0.3):
            post.terminated_on, post.termination = end, "mission_closed"
        if end < self._calendar.day(-31) and self._dice.chance(0.7):
            post.departed_on = end + timedelta(days=self._dice.between(1, 30))

    def _stay(self, post: Post) -> None:
        course = self._stays.deal()
        post.effective_on = self._calendar.between(-45, -26)
        post.termination = "ended"
        if course == "begins_on_an_edge":
            post.effective_on = self._calendar.edge("stay begins")
            post.terminated_on = post.effective_on + timedelta(days=self._dice.between(2, 30))
        elif course == "ends_on_an_edge":
            post.terminated_on = self._calendar.edge("stay ends")
            post.effective_on = min(post.effective_on, post.terminated_on)
        elif course == "over":
            post.terminated_on = post.departed_on = self._calendar.between(-25, -2)
        else:
            post.terminated_on = self._calendar.between(2, 45)

    def _run(self, post: Post) -> list[Post]:
        """Give a post its course; give the further posts that come with it."""
        course = self._courses.deal()
        if course in ("earlier_post", "second_post"):
            return self._other_posts(post, course)
        changes: dict[str, Callable[[Post], None]] = {
            "arriving": self._arriving,
            "just_arrived": self._just_arrived,
            "travelling": self._travelling,
        }
        if course in changes:
            changes[course](post)
        elif course != "settled":
            self._end(post, course)
        return []

    def _other_posts(self, post: Post, course: str) -> list[Post]:
        if not self._open_missions:
            return []
        other = self._elsewhere(post.member_id, FURTHER)
        if course == "earlier_post":
            other.effective_on = self._calendar.between(-3600, -2600)
            other.terminated_on, other.termination = self._calendar.between(-2500, -1700), "ended"
            if self._dice.chance(0.6):
                other.departed_on = other.terminated_on + timedelta(days=self._dice.between(1, 25))
        return [other]

    def _arriving(self, post: Post) -> None:
        post.effective_on = (
            self._calendar.edge("post begins") if self._dice.chance(0.6) else self._calendar.between(1, 60)
        )

    def _just_arrived(self, post: Post) -> None:
        post.effective_on = self._calendar.between(-20, 0)

    def _travelling(self, post: Post) -> None:
        """A trip abroad ends nothing (no `terminated_on`)."""
        post.departed_on = self._calendar.between(-20, -1)

    def _end(self, post: Post, course: str) -> None:
        post.termination = MANNERS.get(course, "ended")
        last = (
            self._calendar.edge("post ends")
            if course == "ends_on_an_edge"
            else self._calendar.between(*LAST_DAYS[course])
        )
        post.terminated_on = last
        if last <= post.effective_on:
            post.effective_on = last - timedelta(days=self._dice.between(200, 1400))
        if course == "departed":
            post.departed_on = last + timedelta(days=self._dice.between(1, 30))
        elif course in ("just_departed", "expelled_and_departed"):
            post.departed_on = last + timedelta(days=self._dice.between(1, 6))
        elif course == "period_set":
            post.reasonable_period_ends_on = max(last, self._calendar.edge("period ends"))
