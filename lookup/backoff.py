"""How long to wait after a failure: longer each time, up to a bound, and not all at the same moment."""

import random


def wait_after(failures: int, first_s: float, longest_s: float) -> float:
    """Give the seconds to wait after so many failures in a row, 1 or more: `first_s` doubled each time, at most
    `longest_s`, and of that by chance between the half and the whole. Many who lost the same server must not come back
    to it together."""
    whole = min(longest_s, first_s * 2.0 ** min(failures - 1, 20))
    return whole * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
