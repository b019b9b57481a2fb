"""What a glucose report says in few sentences, the most urgent first."""

from __future__ import annotations

import math

from riskmodels.signals.glucose.consensus import Figure, GlucoseReport, GoalMet
from riskmodels.signals.glucose.gmi import in_both
from riskmodels.signals.glucose.series import both
from riskmodels.signals.glucose.targets import BOUNDS, STABLE_CV, VERY_HIGH, VERY_LOW

#: goals in the order of their urgency: harm by lows comes first
_URGENT = ("very_low", "below", "very_high", "in_range", "above")
#: what the report cannot tell
LIMITS = (
    "It describes the days at hand; it is no diagnosis and changes no treatment on its own.",
    "A sensor measures glucose under the skin: it lags behind blood by some minutes and errs by about a tenth. A low or"
    " a high that does not fit how the person feels needs a finger-stick value.",
    "GMI is no HbA1c: it is what most people with this mean have.",
)


def first_words(report: GlucoseReport) -> tuple[str, ...]:
    """What matters first: goals missed in the order of urgency, then time in range, mean and spread."""
    missed = {met.goal.name: met for met in report.goals if not met.met}
    said = [_missed(missed[name], report) for name in _URGENT if name in missed and name != "in_range"]
    said.append(_in_range(report))
    said.append(_mean(report))
    said.append(_spread(report.figures["cv"]))
    lows = next(count for count in report.counts if count.level == "below")
    if lows.day + lows.night:
        times = "Once" if lows.day + lows.night == 1 else f"{lows.day + lows.night:,} times"
        nights = f"{lows.night:,} of them between 0 and 6 o'clock" if lows.night else "never between 0 and 6 o'clock"
        said.append(f"{times} below {_bound(report.target.low)} for 15 minutes or more, {nights}.")
    return tuple(said)


def _missed(met: GoalMet, report: GlucoseReport) -> str:
    target = report.target
    ranges = {
        "very_low": f"Below {_bound(VERY_LOW)}",
        "below": f"Below {_bound(target.low)}",
        "very_high": f"Above {_bound(VERY_HIGH)}",
        "above": f"Above {_bound(target.high)}",
    }
    minutes = met.figure.value * 14.4
    doubt = "" if met.sure or math.isnan(met.figure.low) else "; so few days leave it open"
    return (
        f"{ranges[met.goal.name]} for {_percent(met.figure)} of the time, {_minutes(minutes)} a day; the goal is"
        f" less than {met.goal.percent:g} %{doubt}."
    )


def _in_range(report: GlucoseReport) -> str:
    found = report.figures["in_range"]
    goal = next((met for met in report.goals if met.goal.name == "in_range"), None)
    said = f"In range, {report.target.span}, for {_percent(found)} of the time"
    return f"{said}." if goal is None else f"{said}; the goal is more than {goal.goal.percent:g} %."


def _mean(report: GlucoseReport) -> str:
    mean, gmi = report.figures["mean"], report.figures["gmi"]
    bound = f"{report.bound} " if report.bound else ""
    return f"Mean glucose {bound}{both(mean.value)}, which makes a GMI of {bound}{in_both(gmi.value)}."


def _spread(cv: Figure) -> str:
    stable = cv.value <= STABLE_CV
    state = "stable" if stable else "unstable"
    return f"Coefficient of variation {_percent(cv)}: {state} by the consensus' line of {STABLE_CV:g} %."


def _percent(figure: Figure) -> str:
    """``72 % (66–78 %)``; one decimal below 10."""
    shown = f"{_short(figure.value)} %"
    return shown if math.isnan(figure.low) else f"{shown} ({_short(figure.low)}–{_short(figure.high)} %)"


def _short(percent: float) -> str:
    return f"{percent:.1f}" if percent < 10 else f"{percent:.0f}"


def _minutes(minutes: float) -> str:
    return f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"


def _bound(bound: int) -> str:
    """A bound of the consensus as it writes it in both units."""
    return f"{bound} mg/dL ({BOUNDS[bound]:.1f} mmol/L)"
