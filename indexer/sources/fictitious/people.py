"""The rows of people as they are made: members, their accreditations, their waivers, and the household that they form.

Decides nothing; other modules fill these and change them until they are written. Field names are the extract's
columns.
"""

from dataclasses import dataclass, field
from datetime import date

from lookup.records import Mission


@dataclass(slots=True)
class Person:
    """A row of `members`; `nationality` holds countries with `;` between them."""

    member_id: str
    family_name: str
    given_names: str | None
    date_of_birth: date | None
    sex: str | None
    nationality: str
    us_status: str = "none"
    principal_id: str | None = None
    relationship: str | None = None
    household_until: date | None = None
    full_time_student: bool | None = None
    student_until: date | None = None
    household_exception: bool | None = None
    recognized: bool | None = None


@dataclass(slots=True)
class Post:
    """A row of `accreditations`."""

    accreditation_id: str
    member_id: str
    mission_id: str
    category: str
    title: str | None
    effective_on: date
    terminated_on: date | None = None
    termination: str | None = None
    departed_on: date | None = None
    reasonable_period_ends_on: date | None = None
    state_confirmed: bool | None = None


@dataclass(slots=True)
class WaiverRow:
    """A row of `waivers`."""

    waiver_id: str
    member_id: str
    scope: str
    case_reference: str | None
    effective_on: date
    ends_on: date | None


@dataclass(slots=True)
class Household:
    """A principal and the family who stand on their posts. The first post is the present one; `own_posts` are those of
    family members who work."""

    mission: Mission
    language: str
    principal: Person
    posts: list[Post]
    family: list[Person] = field(default_factory=list)
    own_posts: list[Post] = field(default_factory=list)
    waivers: list[WaiverRow] = field(default_factory=list)

    @property
    def category(self) -> str:
        """Give the category of the present post."""
        return self.posts[0].category

    def people(self) -> list[Person]:
        """Give everybody, the principal first."""
        return [self.principal, *self.family]
