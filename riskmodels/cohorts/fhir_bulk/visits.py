"""Encounters of a patient → the days of its visits, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from riskmodels.interop.fhir.dates import Moment, read_moment
from riskmodels.interop.fhir.types import Json

#: what became of an encounter whose day is looked at
VISIT = "a visit"
#: an encounter that took place or takes place, in the words of R4 and R5
_TOOK_PLACE = frozenset("arrived triaged in-progress onleave finished on-hold discharged completed".split())
#: words for those that did not; any other word is not repeated
_OTHERS = frozenset("planned cancelled entered-in-error unknown discontinued".split())


def visits_of(encounters: Iterable[Json], today: date, counts: Counter[str]) -> list[date]:
    """The first day of each encounter that took place, in order.

    Args:
        encounters: of one patient, unchecked.
        today: later ones are not visits yet.
        counts: what became of each is added to it.
    """
    days: set[date] = set()
    for body in encounters:
        status, begun = body.get("status"), _begin(body)
        if status not in _TOOK_PLACE:
            counts[f"its status is {status if status in _OTHERS else 'another'}"] += 1
        elif begun is None or begun.digits < 10:
            counts["it has no day"] += 1
        elif begun.day > today:
            counts["it lies in the future"] += 1
        elif begun.day in days:
            counts["another one of the same day"] += 1
        else:
            days.add(begun.day)
            counts[VISIT] += 1
    return sorted(days)


def _begin(body: Json) -> Moment | None:
    """Of R4 in ``period``, of R5 in ``actualPeriod``."""
    period = body.get("actualPeriod") or body.get("period")
    return read_moment(period.get("start")) if isinstance(period, dict) else None
