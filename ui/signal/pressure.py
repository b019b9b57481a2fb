"""Blood pressures on the Signal page: checks, the trace, means with intervals and categories, what else is told."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from riskmodels.records import Role
from riskmodels.signals.pressure.read import PressureRead
from riskmodels.signals.pressure.series import DAY_LONG
from ui import text
from ui.charts import CONFIG
from ui.checks import cautions_html, checks_html, limits_html, refusal_html
from ui.page import theme
from ui.sign_in.account import current_actor
from ui.signal import pressure_figure as figure
from ui.signal import pressure_rows as rows
from ui.signal.beside import Beside, nothing
from ui.signal.pressure_told import draw_told, told_beside
from ui.tables import STYLE, table

_LABEL = "Checks of the readings"
_TRACES = Path(__file__).parent / "traces.css"


def in_use(read: PressureRead, key: str) -> PressureRead:
    """What was read, with what was told beside it on the page.

    Args:
        read: of the file alone.
        key: of the page's part, as for :func:`draw_pressure`.
    """
    return read.again(told_beside(read, key))


@st.fragment
def draw_pressure(read: PressureRead, key: str, beside: Beside = nothing) -> None:
    """Everything of a series of pressures; reruns by itself when something is told beside it.

    Args:
        read: the file.
        key: prefix of the session's keys.
        beside: draws what stands under the checks, e.g. the way into a record, of what is in use.
    """
    now = in_use(read, key)
    for style in (STYLE, _TRACES):
        st.html(style)
    if now.refused:
        words = f"{now.refused[0].upper()}{now.refused[1:]}. Measure again, or bring a file with all its readings."
        st.html(refusal_html("No mean of these readings", words, checks_html(now.checks, _LABEL, reason=now.refused)))
        _draw_trace(now, key)
    else:
        st.html(cautions_html(now.checks, _LABEL))
        beside(now)
        st.markdown(f"**{rows.headline(now.report)}**")
        left, right = st.columns([3, 2], gap="large")
        with left:
            _draw_trace(now, key)
            draw_told(now, key)
            _draw_entering(now)
        with right:
            _draw_means(now)
            _draw_compared(now)
        _draw_found(now)
    st.html(limits_html(now.report.limits, "What it does not say", _notes(now)))


def _draw_trace(now: PressureRead, key: str) -> None:
    day_long = now.series.kind == DAY_LONG
    made = figure.day_figure(now, theme()) if day_long else figure.home_figure(now, theme())
    words = rows.trace_words(now)
    st.plotly_chart(made, key=f"{key}.trace", config=CONFIG, alt=f"Systolic and diastolic pressure. {words}")
    behind = table("Readings", ("When", "Systolic, mmHg", "Diastolic, mmHg", "Pulse, 1/min"), rows.reading_rows(now))
    st.html(f'<div class="sr-only">{behind}</div>')
    st.caption(words)


def _draw_means(now: PressureRead) -> None:
    st.html(table("Means", rows.MEANS_HEAD, rows.mean_rows(now.report), kind="cr-counts cr-means"))
    st.html(table("Categories of the means", rows.CALLED_HEAD, rows.called_rows(now.report), kind="cr-counts cr-means"))
    missing = rows.missing_words(now.report)
    st.caption(f"{missing} {rows.means_caption(now.report)}".strip())


def _draw_compared(now: PressureRead) -> None:
    if not now.report.compared:
        return
    office = now.told.office
    said = "" if office is None else f"Office {office[0]:.0f}/{office[1]:.0f} mmHg beside the means outside it."
    st.markdown("  \n".join((f"**{said}**", *(compared.text for compared in now.report.compared))))


def _draw_entering(now: PressureRead) -> None:
    entered = now.report.entered
    if entered is None:
        return
    st.markdown(entered.text)
    if entered.period and current_actor().may(Role.CARE):
        st.page_link("pages/1_Patient.py", label="Assess a patient", icon=":material/person_search:", width="content")


def _draw_found(now: PressureRead) -> None:
    found = rows.found_rows(now.report)
    if found:
        st.html(table("Beside the means", rows.FOUND_HEAD, found, kind="cr-found"))


def _notes(now: PressureRead) -> str:
    series = now.series
    where = [series.arm and f"arm: {series.arm}", series.position and f"position: {series.position}"]
    told = " ".join((f"{series.source[0].upper()}{series.source[1:]}.", *now.report.notes))
    return f"{told} {text.listed([w for w in where if w])}".strip() if any(where) else told
