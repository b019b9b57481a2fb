"""A glucose sensor's report: whom and which days it is of, its checks, what matters first, and its parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from riskmodels.signals.glucose.consensus import INTERVALS, GlucoseReport
from riskmodels.signals.glucose.gmi import beside_hba1c
from riskmodels.signals.glucose.profile import SMOOTHING
from riskmodels.signals.glucose.read import USUAL_DAYS, GlucoseRead
from riskmodels.signals.glucose.series import MG, MMOL
from riskmodels.signals.glucose.targets import SOURCE, TARGETS
from riskmodels.signals.glucose.words import LIMITS, first_words
from riskmodels.units import HBA1C, Unit, to_canonical
from ui.charts import CONFIG
from ui.checks import cautions_html, checks_html, limits_html, refusal_html
from ui.memo import remembered
from ui.page import theme
from ui.signal.beside import Beside, nothing
from ui.signal.glucose_charts import MOST_DAYS, days_figure, drawn_minutes, profile_figure
from ui.signal.glucose_forecast import draw_forecast
from ui.signal.glucose_numbers import range_label, ranges_html, tiles_html, value_text
from ui.tables import table
from ui.text import count

_LABEL = "Checks of the readings"
_LOWS, _HIGHS = "Lows", "Highs"
_SIDES = {_LOWS: ("below", "very_low"), _HIGHS: ("above", "very_high")}


def in_use(read: GlucoseRead, key: str) -> GlucoseRead:
    """What was read, for the kind of patient and the days chosen on the page.

    Args:
        read: of the file alone.
        key: of the page's part, as for :func:`draw_glucose`.
    """
    target = st.session_state.get(f"{key}.target") or read.target
    days = st.session_state.get(f"{key}.days")
    wanted = read.days if days is None else days
    # the file's reading is held beside it, so that no other one can get its id
    return remembered(
        f"{key}.in_use", (id(read), target, wanted), lambda: (read, replace(read, target=target, days=wanted))
    )[1]


def draw_glucose(read: GlucoseRead, key: str, beside: Beside = nothing) -> None:
    """The whole report.

    Args:
        read: of one file.
        key: start of the widgets' keys.
        beside: draws what stands beside the settings, e.g. the way into a record, of what is in use.
    """
    now = in_use(read, key)
    checks = now.checked.checks
    if now.refused:
        if _is_long(read):
            _draw_settings(now, key)
        below = checks_html(checks, _LABEL, reason=now.refused)
        st.html(refusal_html("No report of these readings", f"{now.refused} Export more days.", below))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit = _draw_settings(now, key)
        beside(now)
    st.html(cautions_html(checks, _LABEL))
    first, *others = first_words(now.report)
    st.subheader(first, anchor=False)
    st.caption(" ".join(others))
    for remark in (now.report.partly, now.report.target.remark):
        if remark:
            st.caption(remark)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _draw_profile(now.report, unit, key)
    with right:
        _draw_numbers(now.report, unit)
    _draw_days(now.report, unit, key)
    left, right = st.columns(2, gap="large")
    with left:
        _draw_episodes(now.report, unit, key)
    with right:
        _draw_hba1c(now.report, key)
    draw_forecast(now, unit, key)
    st.html(limits_html(LIMITS, "What it does not say", _notes(now)))


def _is_long(read: GlucoseRead) -> bool:
    """Whether the file has more days than are usually reported."""
    return read.series.days > USUAL_DAYS + 1


def _draw_settings(read: GlucoseRead, key: str) -> str:
    """Kind of patient, days and unit; the unit."""
    if f"{key}.unit" not in st.session_state:
        st.session_state[f"{key}.unit"] = read.series.unit
    if f"{key}.target" not in st.session_state:
        st.session_state[f"{key}.target"] = read.target
    st.selectbox(
        "Whose goals",
        list(TARGETS),
        format_func=lambda name: TARGETS[name].label,
        key=f"{key}.target",
        width=360,
        persist_state="session",
    )
    if _is_long(read):
        st.session_state.setdefault(f"{key}.days", read.days)
        st.segmented_control(
            "Days",
            [USUAL_DAYS, 0],
            format_func=lambda days: f"Last {days}" if days else f"All {read.series.days:.0f}",
            key=f"{key}.days",
            required=True,
            persist_state="session",
        )
    unit = st.segmented_control("Unit", [MG, MMOL], key=f"{key}.unit", required=True, persist_state="session")
    return unit or MG


def _draw_profile(report: GlucoseReport, unit: str, key: str) -> None:
    st.subheader("The day, over all days", anchor=False)
    words = _profile_words(report, unit)
    figure = profile_figure(report.profile, report.target, unit, theme())
    st.plotly_chart(figure, key=f"{key}.profile", config=CONFIG, alt=f"Glucose by time of day. {words}")
    st.html(f'<div class="sr-only">{_profile_table(report, unit)}</div>')
    st.caption(f"{words} Green: the range. {SMOOTHING}")


def _profile_words(report: GlucoseReport, unit: str) -> str:
    """Where the median is highest and lowest."""
    minutes, middle = report.profile.minutes, report.profile.percentiles[2]
    low, high = int(np.nanargmin(middle)), int(np.nanargmax(middle))
    return (
        f"The median is lowest about {_hour(minutes[low])} ({value_text(middle[low], unit)}) and highest about"
        f" {_hour(minutes[high])} ({value_text(middle[high], unit)} {unit})."
    )


def _hour(minutes: float) -> str:
    return f"{int(minutes // 60)}:{int(minutes % 60):02d}"


def _profile_table(report: GlucoseReport, unit: str) -> str:
    rows = [
        (_hour(minutes), *("unknown" if value != value else value_text(value, unit) for value in column))
        for minutes, column in zip(report.profile.minutes[::4], report.profile.percentiles.T[::4], strict=True)
    ]
    return table(f"Glucose by time of day, {unit}", ("Time", "5 %", "25 %", "Median", "75 %", "95 %"), rows)


def _draw_numbers(report: GlucoseReport, unit: str) -> None:
    st.subheader("Time in ranges", anchor=False)
    st.html(ranges_html(report, unit))
    st.html(tiles_html(report, unit))
    st.caption(f"Goals: {SOURCE}. {INTERVALS}")


def _draw_days(report: GlucoseReport, unit: str, key: str) -> None:
    st.subheader("Day by day", anchor=False)
    strips = report.strips
    days = min(MOST_DAYS, strips[-1].number - strips[0].number + 1)
    best = max(strips, key=lambda strip: strip.in_range)
    worst = min(strips, key=lambda strip: strip.in_range)
    words = f"In range between {worst.in_range:.0f} % and {best.in_range:.0f} % of a day."
    st.plotly_chart(
        days_figure(report, unit, theme()), key=f"{key}.strips", config=CONFIG, alt=f"Glucose day by day. {words}"
    )
    st.html(f'<div class="sr-only">{_days_table(report, unit)}</div>')
    last = f"The last {days} days. " if days < strips[-1].number - strips[0].number + 1 else ""
    st.caption(
        f"{words} {last}Blue: below the range; orange: above it; no line: no readings. Of each {drawn_minutes(days)}"
        " minutes the reading farthest from the range is drawn; the numbers use all."
    )


def _days_table(report: GlucoseReport, unit: str) -> str:
    rows = [
        (
            str(strip.day or f"Day {strip.number + 1}"),
            value_text(strip.mean, unit),
            *(f"{share:.0f} %" for share in (strip.in_range, strip.below, strip.above, 100 * strip.worn)),
        )
        for strip in report.strips
    ]
    return table("Days", ("Day", f"Mean, {unit}", "In range", "Below", "Above", "With readings"), rows)


def _draw_episodes(report: GlucoseReport, unit: str, key: str) -> None:
    st.subheader("Episodes of 15 minutes or more", anchor=False)
    side = st.segmented_control("Episodes", [_LOWS, _HIGHS], default=_LOWS, key=f"{key}.side", required=True)
    levels = _SIDES[side or _LOWS]
    counts = {found.level: found for found in report.counts}
    told = [
        f"{range_label(level, report.target, unit)}: {counts[level].day} by day, {counts[level].night} at night"
        for level in levels
    ]
    found = [episode for episode in report.episodes if episode.level in levels]
    st.caption(f"{'; '.join(told)} (0 to 6 o'clock).")
    if not found:
        return
    extreme = f"{'Lowest' if levels[0] == 'below' else 'Highest'}, {unit}"
    rows = [
        {
            "Start": report.series.moment(episode.start) or f"day {int(episode.start // 86_400) + 1}",
            "Level": range_label(episode.level, report.target, unit),
            "Minutes": round(episode.minutes),
            extreme: float(value_text(episode.extreme, unit)),
            "Part of day": "night" if episode.night else "day",
            "Note": " ".join(
                word for word in ("sensor's limit" * episode.beyond, "cut by a gap" * episode.open) if word
            ),
        }
        for episode in found
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(280, 36 * (len(rows) + 1)),
        column_config={"Start": st.column_config.DatetimeColumn(format="ddd D MMM, HH:mm")}
        if report.series.start
        else None,
        key=f"{key}.episodes",
    )


def _draw_hba1c(report: GlucoseReport, key: str) -> None:
    st.subheader("GMI beside HbA1c", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit: Unit = st.selectbox(
            "Unit of HbA1c", HBA1C, format_func=lambda one: one.symbol, key=f"{key}.hba1c_unit", width=130
        )
        value = st.number_input(
            "HbA1c of the laboratory", value=None, key=f"{key}.hba1c", width=200, placeholder="unknown"
        )
    if value is None:
        st.caption("Enter HbA1c to see it beside GMI, with what a difference can mean.")
        return
    percent = float(to_canonical(value, unit))
    if not 3 <= percent <= 20:
        st.caption(f"HbA1c of {value:g} {unit.symbol} is outside 3–20 %. Is the unit right?")
        return
    st.markdown(beside_hba1c(report.figures["mean"].value, percent, report.series.days).text)


def _notes(read: GlucoseRead) -> str:
    series = read.checked.series
    source = f"{series.source}, {series.unit}, {count(len(series), 'reading')}."
    return " ".join((source, *series.notes))
