"""What one accreditation gives, while the steps of the law are applied to it, and what each step did.

The guidance blocks ask what happened on the way (did the family step decide, did an agreement lift the row), so
that is written down beside the level and the answers.
"""

from dataclasses import dataclass

from .matrix import Answers, Row


@dataclass
class Standing:
    """The level and answers of one accreditation so far, with the history that the blocks ask for."""

    category: str | None
    level: str
    answers: Answers
    expelled: bool = False  # persona non grata, and the accreditation has begun

    us_status_decided: bool = False  # 3a or 3b decided, step 4 changed something, or step 5 failed on it alone
    row_of_agreement: bool = False  # step 5 replaced the row
    replaced_after_agreement: bool = False  # step 3 or 6 put another row in its place
    family_none_by_row: bool = False
    kept_after_household: bool = False  # 3c
    in_reasonable_period: bool = False  # 6b kept the standing, or made it unverified
    former_member: bool = False  # 6b said former member
    row_former_principal: bool = False
    level_before_dates: str = ""
    felony_and_warrant_found: bool = False  # step 7

    def take(self, row: Row) -> None:
        """Stand on another row from here on."""
        self.level = row.level
        self.answers = dict(row.answers)
