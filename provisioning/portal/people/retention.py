"""How long what is known of people is kept. Pure; decision 42 says why."""

from datetime import date, timedelta

DRAFT = timedelta(days=30)
"""After its last change."""
WITHDRAWN = timedelta(days=30)
DOCUMENTS = timedelta(days=92)
"""After the decision: its six weeks for an objection, and as long again for the answer to one."""
REJECTED = timedelta(days=365)
"""After the decision: objection and appeal are over."""
IMPORT = timedelta(days=7)
"""A list that was handed in and not run."""
UNNEEDED = timedelta(days=30)
"""A household that nothing needs any more."""
MONEY_YEARS = 7
"""After the programme's end: as long as a municipality answers for what it paid."""


def money(ends: date) -> date:
    """Until when whoever got a budget of a programme is known, by the day on which that ends."""
    day = min(ends.day, 28) if ends.month == 2 else ends.day
    return ends.replace(year=min(ends.year + MONEY_YEARS, date.max.year), day=day)
