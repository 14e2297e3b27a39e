"""Periods in whole days that run after a last day of office or household.

Decides the last day of such a period, that day included. How long it is, is data; what ends with it, a step says.
"""

from datetime import date, timedelta


def last_day_of_period(after: date, days: int) -> date:
    """Give the day `days` after `after`; the last day of the calendar where there is no such day."""
    return after + timedelta(days=min(days, (date.max - after).days))
