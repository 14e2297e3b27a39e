"""What a load test asks: plates and cards that a store holds, and plates that it does not.

Decides which: living registrations of members, active cards, and plates in a series that is never issued here. Run as a
program it writes them to a JSON file for locust.
"""

import json
import sys
from itertools import islice
from pathlib import Path
from typing import TypeGuard

from lookup.records import Content, IdentityCard, Vehicle, record_key
from lookup.settings import Settings, resolve_settings
from lookup.store.open import store_of

MISSES = [f"DZZ{number}" for number in range(9700, 9800)]
"""Well-formed plates of a mission code that the invented registry does not give out in this range."""


def queries_of(settings: Settings, limit: int = 1000) -> dict[str, list[str]]:
    """Give the lists `plates`, `documents` and `misses` for a store, at most `limit` each."""
    store = store_of(settings)
    try:
        with store.reading() as registry:
            vehicles = (record.content for record in registry.scan("vehicle", limit=4 * limit))
            cards = (record.content for record in registry.scan("identity_card", limit=4 * limit))
            misses = registry.get_many([record_key("vehicle", plate) for plate in MISSES])
            return {
                "plates": list(islice((v.plate for v in vehicles if _is_living(v)), limit)),
                "documents": list(islice((c.card_number for c in cards if isinstance(c, IdentityCard)), limit)),
                "misses": [plate for plate in MISSES if record_key("vehicle", plate) not in misses],
            }
    finally:
        store.close()


def _is_living(content: Content | None) -> TypeGuard[Vehicle]:
    return isinstance(content, Vehicle) and content.member_id is not None and content.registration_status == "active"


def main() -> None:
    """Write the queries of the store in force to the file that is named."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m loadtests.queries FILE")
    Path(sys.argv[1]).write_text(json.dumps(queries_of(resolve_settings({}))), encoding="utf-8")


if __name__ == "__main__":
    main()
