"""One question to the registry: its day, its circumstances, and what the answer has rested on so far.

Also the vehicle of a question as the law's facts have it: whom it is registered to, and whether it is stolen.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from . import normal_form
from .assessment import assess
from .matrix import conditional
from .person_facts import UnusableError, person_facts
from .records import Record, Registry, Values

WASHINGTON = ZoneInfo("America/New_York")
STANDS_FOR_NOBODY = ("surrendered", "revoked")
OF_THE_MOMENT = ("offense", "warrant", "situation", "arrest_contemplated", "bag")


def day_of(at: str) -> date:
    """Return the calendar day in Washington of an RFC 3339 timestamp."""
    return datetime.fromisoformat(at).astimezone(WASHINGTON).date()


@dataclass
class Asking:
    """A query with its day and circumstances; `touched` are the records that the answer rests on."""

    registry: Registry
    day: date
    circumstances: Values
    touched: list[Record] = field(default_factory=list)
    notices: set[str] = field(default_factory=set)

    @property
    def confirmed(self) -> Values:
        """The caller's word that State has confirmed a special mission or a transit."""
        return {"state_confirmed": True} if self.circumstances.get("state_confirmed") else {}

    def facts_of(self, member_id: str, **extra: Any) -> Values:
        """Return the person's facts; UnusableError where a record that they need cannot be used."""
        return person_facts(self.registry, member_id, self.day, {**self.confirmed, **extra}, self.touched)

    def assess(self, facts: Values) -> dict[str, Any]:
        """Return the assessment of `facts` in the circumstances of the question."""
        moment = {name: self.circumstances.get(name) for name in OF_THE_MOMENT}
        return assess({**facts, **moment, "at": self.day.isoformat()})

    def vehicle_fact(self, vehicle: Record | None, asked_about: str | None) -> Values:
        """Return the law's `vehicle`; `asked_about` is the member of the question, if there is one."""
        registered = vehicle is not None and vehicle.values["registration_status"] == "stolen"
        status = "stolen" if registered else "ordinary"
        if self.circumstances.get("vehicle_stolen_confirmed"):
            status = "stolen_verified"
        return {"registrant": self._registrant(vehicle, asked_about), "status": status}

    def _registrant(self, vehicle: Record | None, asked_about: str | None) -> str:
        if vehicle is None or vehicle.values["registration_status"] in STANDS_FOR_NOBODY:
            return "unknown"
        member_id = vehicle.values.get("member_id")
        if member_id is None:
            mission = self.registry.find("missions", vehicle.values["mission_id"])
            if mission is None:
                return "unknown"
            self.touched.append(mission)
            return str(mission.values["kind"])
        return self._member_as_registrant(member_id, member_id == asked_about)

    def _member_as_registrant(self, member_id: str, is_asked_about: bool) -> str:
        """By the level and search answer that a query for the member gives, without vehicle and circumstances."""
        confirmed = self.confirmed if is_asked_about else {}
        try:
            facts = person_facts(self.registry, member_id, self.day, confirmed, self.touched)
        except UnusableError:
            return "unknown"
        outcome = assess(facts)
        search = outcome["permissions"]["search_vehicle"]
        if outcome["level"] == "full":
            return "member_full"
        if (search["answer"], frozenset(search["codes"])) == conditional("except_archives_and_bag"):
            return "member_consular"
        if is_asked_about:
            return "self"
        return "unknown" if outcome["level"] == "unverified" else "third_party"

    def driven_vehicle(self, asked_about: str | None) -> Values:
        """Return the facts of the vehicle that `driver_of` names; empty where it names none."""
        if self.circumstances.get("driver_of") is None:
            return {}
        vehicle = self.registry.find("vehicles", normal_form.plate(self.circumstances["driver_of"]))
        if vehicle is not None:
            self.touched.append(vehicle)
        return {"vehicle": self.vehicle_fact(vehicle, asked_about)}
