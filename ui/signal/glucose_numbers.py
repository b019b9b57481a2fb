"""Numbers of a glucose report as HTML: times in ranges with their goals, figures in tiles, each with its interval."""

from __future__ import annotations

import math
from html import escape

from riskmodels.signals.glucose.consensus import Figure, GlucoseReport, GoalMet
from riskmodels.signals.glucose.gmi import in_both
from riskmodels.signals.glucose.series import FACTOR, MMOL
from riskmodels.signals.glucose.targets import BOUNDS, STABLE_CV, VERY_HIGH, VERY_LOW, Target

#: of the five ranges: lows blue, highs orange, as below and above a value everywhere; in range the text's own colour
COLOUR = {"very_low": "#0072B2", "low": "#56B4E9", "in_range": "", "high": "#E69F00", "very_high": "#D55E00"}
#: rows from the highest range to the lowest; “above” and “below” hold the rows beside them
_ROWS = ("very_high", "above", "in_range", "below", "very_low")
_MARK = {"above": "high", "below": "low"}


def bound_text(bound: int, unit: str) -> str:
    """A bound of the consensus in one unit, without it: ``70``, ``3.9``."""
    return f"{BOUNDS[bound]:.1f}" if unit == MMOL else f"{bound}"


def value_text(mg_dl: float, unit: str) -> str:
    """A glucose value in one unit, without it."""
    return f"{mg_dl / FACTOR:.1f}" if unit == MMOL else f"{mg_dl:.0f}"


def range_label(name: str, target: Target, unit: str) -> str:
    """A range in words: ``Below 70``, ``70–180``."""
    low, high = (bound_text(bound, unit) for bound in (target.low, target.high))
    return {
        "very_low": f"Below {bound_text(VERY_LOW, unit)}",
        "below": f"Below {low}",
        "in_range": f"{low}–{high}",
        "above": f"Above {high}",
        "very_high": f"Above {bound_text(VERY_HIGH, unit)}",
    }[name]


def percent(value: float) -> str:
    """``8.2``, ``90``: one decimal below ten."""
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def spread(figure: Figure) -> str:
    """``4.6–12 %``; empty where there is no interval."""
    return "" if math.isnan(figure.low) else f"{percent(figure.low)}–{percent(figure.high)} %"


def a_day(minutes: float) -> str:
    """``1 h 58 min``, ``21 min``."""
    hours, left = divmod(round(minutes), 60)
    return f"{hours} h {left} min" if hours else f"{left} min"


def ranges_html(report: GlucoseReport, unit: str) -> str:
    """The five ranges as one bar, and each with its share, its interval, its time a day and its goal."""
    goals = {met.goal.name: met for met in report.goals}
    bar = "".join(
        f'<i style="width:{band.percent:.2f}%;background:{COLOUR[band.name] or "var(--in-range)"}"></i>'
        for band in report.bands
        if band.percent
    )
    rows = "".join(_row(name, report, goals.get(name), unit) for name in _ROWS)
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in (f"Glucose, {unit}", "Time", "A day", "Goal"))
    return (
        f'<section class="cr-ranges" aria-label="Time in ranges"><div class="cr-bar" aria-hidden="true">{bar}</div>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _row(name: str, report: GlucoseReport, goal: GoalMet | None, unit: str) -> str:
    figure = report.figures[name]
    colour = COLOUR[_MARK.get(name, name)] or "var(--in-range)"
    kind = ' class="cr-main"' if name == "in_range" else ""
    return (
        f'<tr{kind}><th scope="row"><i style="background:{colour}"></i>{escape(range_label(name, report.target, unit))}'
        f"</th><td><b>{percent(figure.value)} %</b> <small>{spread(figure)}</small></td>"
        f"<td>{a_day(figure.value * 14.4)}</td><td>{_goal(goal)}</td></tr>"
    )


def _goal(goal: GoalMet | None) -> str:
    if goal is None:
        return "<small>none</small>"
    sign = "&gt;" if goal.goal.above else "&lt;"
    mark, word = ("✓", "met") if goal.met else ("✗", "missed")
    doubt = "" if goal.sure or math.isnan(goal.figure.low) else " <small>unsure</small>"
    strong = word if goal.met else f"<b>{word}</b>"
    return f'{sign} {goal.goal.percent:g} % <span aria-hidden="true">{mark}</span> {strong}{doubt}'


def tiles_html(report: GlucoseReport, unit: str) -> str:
    """Mean, GMI, spread, risk index and wear time, each with its interval."""
    figures, series = report.figures, report.series
    bound = f"{report.bound} " if report.bound else ""
    at_least = "at least " if report.bound else ""
    mean, cv, gmi = figures["mean"], figures["cv"], figures["gmi"]
    value, zone = report.risk_index
    tiles = (
        ("Mean glucose", f"{bound}{value_text(mean.value, unit)} {unit}", _between(mean, unit)),
        ("GMI", f"{bound}{gmi.value:.1f} %", f"{_decimal(gmi)} {in_both(gmi.value).split('% ')[-1]}"),
        ("Variation (CV)", f"{at_least}{cv.value:.0f} %", f"{spread(cv)} stable up to {STABLE_CV:g} %"),
        ("Glycaemia risk index", f"{value:.0f}", f"zone {zone} of A to E"),
        ("Worn", f"{series.days:.1f} days", f"readings for {100 * series.worn:.0f} % of the time"),
    )
    made = "".join(
        f"<div><dt>{escape(name)}</dt><dd><b>{escape(number)}</b> <small>{escape(more)}</small></dd></div>"
        for name, number, more in tiles
    )
    return f'<section class="cr-tiles" aria-label="Figures"><dl>{made}</dl></section>'


def _between(figure: Figure, unit: str) -> str:
    return "" if math.isnan(figure.low) else f"{value_text(figure.low, unit)}–{value_text(figure.high, unit)}"


def _decimal(figure: Figure) -> str:
    return "" if math.isnan(figure.low) else f"{figure.low:.1f}–{figure.high:.1f} %"
