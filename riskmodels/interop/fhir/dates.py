"""Dates of FHIR, which may be a year, a month, a day or an instant."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@dataclass(frozen=True)
class Moment:
    """When something was, as told.

    Args:
        day: the first day it can have been.
        instant: what to order by, UTC.
        digits: characters of the date told: 4 a year, 7 a month, 10 a day.
    """

    day: date
    instant: datetime
    digits: int

    @property
    def text(self) -> str:
        """The date as exactly as it was told: ``2012``, ``2012-05``, ``2012-05-17``."""
        return self.day.isoformat()[: self.digits]

    @property
    def last_day(self) -> date:
        """The last day it can have been."""
        month = self.day.month if self.digits > 4 else 12
        return self.day if self.digits > 7 else date(self.day.year, month, monthrange(self.day.year, month)[1])


def read_moment(text: Any) -> Moment | None:
    """A FHIR date, dateTime or instant; None where there is none or none that exists."""
    if not isinstance(text, str):
        return None
    try:
        if "T" in text:
            at = datetime.fromisoformat(text)
            return Moment(at.date(), (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC), 10)
        found = _PARTIAL.fullmatch(text)
        if found is None:
            return None
        year, month, day = (int(part) if part else 1 for part in found.groups())
        return Moment(date(year, month, day), datetime(year, month, day, tzinfo=UTC), len(text))
    except (ValueError, OverflowError):
        return None


def completed_years(born: date, day: date) -> int:
    """Birthdays between two days."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
