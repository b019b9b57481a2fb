"""What a new visit begins with: a patient's earlier visits in, the last known value of each variable with its date out.

A value keeps the date it was first told with, however often it is carried; how long it counts stands in
:mod:`riskmodels.lookback`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from riskmodels.interop.fhir.dates import read_moment
from riskmodels.lookback import GOES_WITH, LOOK_BACK, ONLY_WITH, within
from riskmodels.records.facts import Entered, Facts, canonical, in_order, make_facts
from riskmodels.records.visit_facts import age_on
from riskmodels.records.visits import Visit
from riskmodels.vocabulary import VOCABULARY


@dataclass(frozen=True)
class Carried:
    """What may be taken over from earlier visits.

    Args:
        facts: what a new visit begins with, each with the date it was measured or told, age moved on without one.
        too_old: the last known values that are too old, by variable.
    """

    facts: Facts = field(repr=False)
    too_old: Mapping[str, Entered] = field(default_factory=dict, repr=False)


def carry(visits: Sequence[Visit], day: date) -> Carried:
    """The last known value of each variable on a day.

    Args:
        visits: of one patient, oldest first; of those after the day only what never changes is taken.
        day: of the new visit.
    """
    known = _newest(visits, day)
    now = {name: value for name, value in known.items() if _counts(name, value, day)}
    kept = {name: value for name, value in now.items() if not _parted(name, known)}
    too_old = {n: value for n, value in known.items() if n not in now and LOOK_BACK[n].months != 0}
    aged = with_age(visits, day)
    age = age_on(aged, day) if aged else None
    if age is not None:
        kept["age"] = Entered(float(age), VOCABULARY["age"].units[0].symbol)
    return Carried(make_facts({name: kept[name] for name in in_order(kept)}), too_old)


def with_age(visits: Iterable[Visit], day: date) -> Visit | None:
    """The visit that the age on a day is reckoned from: the latest one at which it was told."""
    told = [visit for visit in visits if age_on(visit, day) is not None]
    return max(told, key=lambda visit: visit.day, default=None)


def carried(facts: Facts, day: date) -> dict[str, Entered]:
    """The facts of a visit that are of an earlier day and may have changed since, in the order of the vocabulary.

    What counts for good (sex, a diagnosis) is not among them.

    Args:
        facts: of the visit.
        day: of the visit.
    """
    return {
        name: facts.entered[name]
        for name in in_order(facts.entered)
        if _is_before(facts.entered[name].when, day) and LOOK_BACK[name].of(facts.canonical[name]) is not None
    }


def parted(before: Mapping[str, Entered], entered: Mapping[str, Entered]) -> set[str]:
    """Values of before that no longer count, since one they were measured with is known anew, or unknown.

    Args:
        before: what stood in the form before anything was changed, by variable.
        entered: what stands in it now.
    """

    def anew(name: str) -> bool:
        return name in entered and entered[name] != before.get(name)

    alone = {name for name, other in ONLY_WITH.items() if other not in entered}
    return {name for name in before if name in alone or any(map(anew, GOES_WITH.get(name, ())))}


def _newest(visits: Sequence[Visit], day: date) -> dict[str, Entered]:
    """The value of each variable measured last, with its date; of those of one day the one entered last."""
    newest: dict[str, Entered] = {}
    for visit in visits:
        for name, value in visit.facts.entered.items():
            later = visit.day > day
            if name == "age" or (later and not LOOK_BACK[name].constant):
                continue
            dated = replace(value, when="" if later else value.when or visit.day.isoformat())
            if name not in newest or _day(newest[name].when) <= _day(dated.when):
                newest[name] = dated
    return newest


def _counts(name: str, value: Entered, day: date) -> bool:
    return within(name, canonical(name, value), _day(value.when), day)


def _parted(name: str, known: Mapping[str, Entered]) -> bool:
    """Whether what a value was measured with is known of a later day, or not of the same day where it must be."""
    if name in ONLY_WITH:
        other = known.get(ONLY_WITH[name])
        return other is None or other.when != known[name].when
    return any(_day(known[o].when) > _day(known[name].when) for o in GOES_WITH.get(name, ()) if o in known)


def _day(when: str) -> date:
    """The first day that a date, as exactly as it was told, can have been."""
    moment = read_moment(when)
    return moment.day if moment else date.min


def _is_before(when: str, day: date) -> bool:
    return bool(when) and _day(when) < day
