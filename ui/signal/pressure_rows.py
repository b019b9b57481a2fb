"""The report of a series of pressures → rows of tables and sentences, with units and intervals."""

from __future__ import annotations

from math import isfinite

from riskmodels.signals.pressure.estimates import Estimate
from riskmodels.signals.pressure.findings import ARV_SOURCE, DIPPING_SOURCE, SURGE_SOURCE, WEIGHTED_SOURCE, Variability
from riskmodels.signals.pressure.read import PressureRead
from riskmodels.signals.pressure.series import DAY_LONG
from riskmodels.signals.pressure.summary import PressureReport
from riskmodels.signals.pressure.thresholds import AT_HOME, DAY, ESC, GUIDELINES, NIGHT, hypertension

MEANS_HEAD = ("Mean of", "Systolic, mmHg", "Diastolic, mmHg", "Pulse, 1/min")
CALLED_HEAD = ("Called", *GUIDELINES)
FOUND_HEAD = ("Beside the means", "Value", "What it is")
#: what the classes of the fall at night are called, with their ends in per cent
_CLASSES = {
    "extreme": "extreme fall (over 20 %)",
    "normal": "normal fall (10–20 %)",
    "reduced": "reduced fall (0–10 %)",
    "reverse": "no fall, a rise at night",
}
_LABELS = {"24 hours": "24 hours", "day": "Day", "night": "Night", "home": "Home", "morning": "Morning"}
_LABELS |= {"evening": "Evening"}


def mean_rows(report: PressureReport) -> list[tuple[str, ...]]:
    """Every mean with its interval and its readings."""
    return [
        (
            f"{_LABELS[mean.period]} ({mean.systolic.n})",
            mean.systolic.text,
            mean.diastolic.text,
            mean.pulse.text if mean.pulse else "–",
        )
        for mean in report.means.values()
    ]


def called_rows(report: PressureReport) -> list[tuple[str, ...]]:
    """What each guideline calls the means that it has thresholds for."""
    return [
        (_LABELS[mean.period], *(mean.categories[g] + (" (open)" if g in mean.open else "") for g in GUIDELINES))
        for mean in report.means.values()
        if mean.categories
    ]


def means_caption(report: PressureReport) -> str:
    """What stands in brackets, what “open” says, and the thresholds' sources."""
    parts = ["Behind each period its readings; behind each mean its 95 % interval, from the readings of this record."]
    if any(mean.open for mean in report.means.values()):
        parts.append("“Open”: the interval reaches into another category.")
    if report.evened is not None:
        systolic, diastolic = report.evened
        parts.append(f"Mean of the hourly means: {systolic:.0f}/{diastolic:.0f} mmHg.")
    sources = dict.fromkeys(hypertension(g, p).source for g in GUIDELINES for p in (DAY, AT_HOME))
    return " ".join((*parts, f"Categories: {'; '.join(sources)}."))


def found_rows(report: PressureReport) -> list[tuple[str, str, str]]:
    """Fall at night, morning surge, load and variability of a day-long record; none for a home series."""
    rows = [*_dipping_row(report), *_surge_row(report), *_load_rows(report)]
    return rows + [row for one in report.variability for row in _variability_row(one)]


def _dipping_row(report: PressureReport) -> list[tuple[str, str, str]]:
    found = report.dipping
    if found is None:
        return []
    open_ = " The interval reaches into another class." if found.open else ""
    words = f"{_CLASSES[found.name].capitalize()}, of the systolic pressure; {DIPPING_SOURCE}.{open_}"
    value = f"{_percent(found.percent)} systolic, {_percent(found.diastolic)} diastolic"
    return [("Fall at night", value, words)]


def _surge_row(report: PressureReport) -> list[tuple[str, str, str]]:
    surge = report.surge
    if surge is None:
        return []
    if not isfinite(surge.value):
        return [("Morning surge", "not given", f"{surge.reason[0].upper()}{surge.reason[1:]}.")]
    words = (
        f"{surge.morning:.0f} mmHg in two hours after waking, {surge.trough:.0f} around the lowest reading of sleep "
        f"({SURGE_SOURCE})."
    )
    return [("Morning surge", f"{surge.value:.0f} mmHg", words)]


def _load_rows(report: PressureReport) -> list[tuple[str, str, str]]:
    return [
        (
            f"Load {'by day' if load.period == DAY else 'at night'}",
            f"{load.systolic:.0f} % systolic, {load.diastolic:.0f} % diastolic",
            f"Of {load.n} readings those at or above {load.threshold}, the threshold of hypertension ({ESC}).",
        )
        for load in report.loads
    ]


def _variability_row(one: Variability) -> list[tuple[str, str, str]]:
    parts = [
        f"{word} {value:.1f}"
        for word, value in (("by day", one.day), ("at night", one.night), ("weighted", one.weighted))
        if isfinite(value)
    ]
    if not parts:
        return []
    real = f"Average change from reading to reading {one.real:.1f} mmHg ({ARV_SOURCE}). " if isfinite(one.real) else ""
    words = f"{real}Standard deviation; weighted: {WEIGHTED_SOURCE}." if isfinite(one.weighted) else real.strip()
    return [(f"Variability, {one.name}", f"SD {', '.join(parts)} mmHg", words or "Standard deviation.")]


def _percent(estimate: Estimate) -> str:
    interval = f" ({estimate.low:.0f}–{estimate.high:.0f})" if isfinite(estimate.low) else ""
    return f"{estimate.value:.0f} %{interval}".replace("-", "−")


def headline(report: PressureReport) -> str:
    """The answer in a line: the mean that counts and what guidelines call it; empty where there is none."""
    period = next((p for p in (AT_HOME, DAY, "24 hours", NIGHT) if p in report.means), "")
    if not period:
        return ""
    mean = report.means[period]
    called = "; ".join(f"{g}: {mean.categories[g]}{' (open)' if g in mean.open else ''}" for g in GUIDELINES)
    name = {AT_HOME: "Mean at home", DAY: "Mean by day", NIGHT: "Mean at night"}.get(period, "Mean of 24 hours")
    return f"{name}: {mean.systolic.text} / {mean.diastolic.text} mmHg. {called}."


def missing_words(report: PressureReport) -> str:
    """What cannot be given and why; empty where all is."""
    if report.refused or not report.missing:
        return ""
    parts = [f"{'mean of ' if name != 'home' else ''}{name}: {why}" for name, why in report.missing.items()]
    return f"Not given: {'; '.join(parts)}."


def trace_words(read: PressureRead) -> str:
    """What the trace shows, in sentences."""
    series, report = read.series, read.report
    left_out = len(series.failed)
    said = f"{len(series)} readings" + (f", {left_out} left out (hollow)" if left_out else "")
    if series.kind == DAY_LONG:
        day, night = hypertension(ESC, DAY).text, hypertension(ESC, NIGHT).text
        lines = f"Dashed: hypertension from {day} by day and {night} at night ({ESC})."
        by = report.periods.text if report.periods else ""
        return f"{said}. {by[:1].upper()}{by[1:]}; the night is shaded. {lines}"
    hollow = " Hollow: not counted in the means." if len(report.series) < len(series) else ""
    return f"{said}.{hollow} Dashed: hypertension at home from {hypertension(ESC, AT_HOME).text} ({ESC})."


def reading_rows(read: PressureRead) -> list[tuple[str, str, str, str]]:
    """Every reading for screen readers: when, systolic, diastolic, pulse."""
    from ui.signal.pressure_figure import moments

    series = read.report.series
    pulses = ["" if pulse != pulse else f"{pulse:.0f}" for pulse in series.pulse]
    when = [moment if series.start else moment[11:16] for moment in moments(series, series.seconds)]
    numbers = zip(when, series.systolic, series.diastolic, pulses, strict=True)
    return [(at, f"{systolic:.0f}", f"{diastolic:.0f}", pulse) for at, systolic, diastolic, pulse in numbers]
