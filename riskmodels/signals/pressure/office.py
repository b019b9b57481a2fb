"""The office pressure beside that outside: white-coat, masked, sustained or neither, by each guideline's thresholds."""

from __future__ import annotations

from dataclasses import dataclass

from riskmodels.signals.pressure.estimates import Estimate
from riskmodels.signals.pressure.thresholds import AHA, ALL_DAY, AT_HOME, DAY, ESC, GUIDELINES, NIGHT, OFFICE, is_high

#: what is compared with the office: of ESC the mean of any period; AHA/ACC leave the night out
_OUTSIDE = {ESC: (ALL_DAY, DAY, NIGHT, AT_HOME), AHA: (ALL_DAY, DAY, AT_HOME)}
_NAMES = {
    (True, True): ("sustained hypertension", "uncontrolled hypertension"),
    (True, False): ("white-coat hypertension", "white-coat effect"),
    (False, True): ("masked hypertension", "masked uncontrolled hypertension"),
    (False, False): ("no hypertension in either", "controlled in both"),
}


@dataclass(frozen=True)
class Compared:
    """Office and outside pressure by one guideline.

    Args:
        guideline: whose thresholds.
        untreated, treated: what it is called in people without and with medicine for it.
        decided: whether the interval of every mean outside lies on its side of its threshold.
        text: in words.
    """

    guideline: str
    untreated: str
    treated: str
    decided: bool
    text: str


def compare(
    office: tuple[float, float], means: dict[str, tuple[Estimate, Estimate]], treated: bool | None = None
) -> tuple[Compared, ...]:
    """White-coat and masked hypertension.

    Args:
        office: systolic and diastolic mean of the office, mmHg.
        means: systolic and diastolic mean by period.
        treated: whether medicine for it is taken; None where not known.

    Returns:
        One a guideline; empty where no mean outside is given.
    """
    found = []
    for guideline in GUIDELINES:
        periods = [p for p in _OUTSIDE[guideline] if p in means]
        if not periods:
            continue
        high = [p for p in periods if _reaches(guideline, p, means[p], "value")]
        low_ends = any(_reaches(guideline, p, means[p], "low") for p in periods)
        high_ends = any(_reaches(guideline, p, means[p], "high") for p in periods)
        names = _NAMES[is_high(guideline, OFFICE, *office), bool(high)]
        decided = low_ends == high_ends == bool(high)
        found.append(Compared(guideline, *names, decided, _text(guideline, names, treated, high, decided)))
    return tuple(found)


def _reaches(guideline: str, period: str, means: tuple[Estimate, Estimate], end: str) -> bool:
    systolic, diastolic = (getattr(mean, end) for mean in means)
    return is_high(guideline, period, systolic, diastolic)


def _text(guideline: str, names: tuple[str, str], treated: bool | None, high: list[str], decided: bool) -> str:
    untreated, with_medicine = names
    called = {None: f"{untreated} (with medicine for it: {with_medicine})", True: with_medicine, False: untreated}[
        treated
    ]
    where = f"high outside: {', '.join(high)}" if high else "not high outside"
    doubt = "" if decided else "; the interval of the means reaches over the threshold, so more readings may change it"
    return f"{guideline}: {called}; {where}{doubt}."
