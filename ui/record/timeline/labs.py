"""The course of each lab that was measured at three visits at least: a change, or the variation of measuring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from riskmodels.columns import Floats
from riskmodels.explain.steps import label_text
from riskmodels.timeline.course import Course
from riskmodels.timeline.variation import VARIATION, Variation
from riskmodels.units import Unit, from_canonical
from riskmodels.vocabulary import VARIABLES, Kind
from ui import charts
from ui.page import theme
from ui.record.timeline import charts as timeline_charts
from ui.record.timeline.panels import value_text
from ui.tables import table, unbroken
from ui.text import sentence_list

#: measurements from which a course is told
LEAST = 3
_WIDTH = 350
_LEFT_OUT = frozenset({"fasting_hours"})


@dataclass(frozen=True, eq=False)
class Lab:
    """Measurements of one lab, oldest first.

    Args:
        name: of the variable.
        unit: they are shown in.
        measured: canonical values, known ones only.
        days, whens: of the visits.
    """

    name: str
    unit: Unit
    measured: Floats = field(repr=False)
    days: tuple[date, ...]
    whens: tuple[str, ...]

    @property
    def shown(self) -> Floats:
        """The values in the unit they are shown in."""
        return np.asarray(from_canonical(self.measured, self.unit), dtype=float)

    @property
    def variation(self) -> Variation | None:
        """How it varies in a person who stays the same; None where we have no figure."""
        return VARIATION.get(self.name)

    def band(self, variation: Variation) -> tuple[float, float]:
        """The earlier values from which the last one does not differ, in the unit shown."""
        low, high = (float(from_canonical(end, self.unit)) for end in variation.band(float(self.measured[-1])))
        return low, high


def labs_of(frame: pd.DataFrame, days: Sequence[date], whens: Sequence[str], units: Mapping[str, Unit]) -> list[Lab]:
    """The labs that were measured often enough.

    Args:
        frame: PatientFrame of a row a visit, without carried values.
        days, whens: of the visits.
        units: unit each number is shown in.
    """
    labs = []
    for variable in VARIABLES:
        if not variable.laboratory or variable.kind is not Kind.NUMBER or variable.name in _LEFT_OUT:
            continue
        values = frame[variable.name].to_numpy(float)
        at = np.flatnonzero(~np.isnan(values)).tolist()
        if len(at) >= LEAST:
            unit = units.get(variable.name, variable.units[0])
            labs.append(Lab(variable.name, unit, values[at], tuple(days[i] for i in at), tuple(whens[i] for i in at)))
    return labs


def draw_labs(course: Course, units: Mapping[str, Unit]) -> None:
    """A small chart a lab, with the band of what its last value does not differ from.

    Args:
        course: the visits.
        units: unit each number is shown in.
    """
    labs = labs_of(course.measured, course.days, course.whens, units)
    told = [lab for lab in labs if lab.variation]
    if not labs:
        st.caption("No lab was measured at three visits.")
    with st.container(horizontal=True, gap="medium"):
        for lab in told:
            with st.container(width=_WIDTH, gap="small"):
                _draw_lab(lab)
    without = [label_text(lab.name) for lab in labs if lab.variation is None]
    if without:
        st.caption(f"Without a figure of its variation here, so not judged: {sentence_list(without)}.")
    if told:
        st.caption(
            "The band: earlier values from which the last one differs by no more than measuring and the day do "
            "(reference change value, 95 %). Outside it the lab has changed; a laboratory may be more exact than that."
        )
        with st.expander("Figures behind the bands"):
            st.html(figures(told))


def _draw_lab(lab: Lab) -> None:
    finding = finding_text(lab)
    st.markdown(f"**{label_text(lab.name)}, {lab.unit.symbol}**")
    st.plotly_chart(lab_chart(lab, theme()), key=f"timeline.lab.{lab.name}", config=charts.CONFIG, alt=finding)
    st.caption(unbroken(finding))


def finding_text(lab: Lab) -> str:
    """``LDL cholesterol 164 → 128 mg/dL since 2025-03-01: more than the variation of measuring (±26 %).``"""
    first, last = (value_text(value, lab.unit) for value in (lab.shown[0], lab.shown[-1]))
    told = f"{label_text(lab.name)} {first} → {last} {lab.unit.symbol} since {lab.whens[0]}"
    variation = lab.variation
    if variation is None:
        return f"{told}."
    within = variation.explains(float(lab.measured[0]), float(lab.measured[-1]))
    judged = "within" if within else "more than"
    since = _since_before(lab, variation)
    return f"{told}: {judged} the variation of measuring ({limits_text(variation)}).{since}"


def _since_before(lab: Lab, variation: Variation) -> str:
    """The last step, where it is judged otherwise than the whole course; empty elsewhere."""
    last, before = float(lab.measured[-1]), float(lab.measured[-2])
    if variation.explains(float(lab.measured[0]), last) == variation.explains(before, last):
        return ""
    judged = "within it" if variation.explains(before, last) else "more than it"
    return f" Since {lab.whens[-2]}, from {value_text(lab.shown[-2], lab.unit)}: {judged}."


def limits_text(variation: Variation) -> str:
    """``±26 %``; ``−44 % to +77 %`` where it reaches further up than down."""
    fall, rise = (round(100 * limit) for limit in variation.limits)
    return f"−{-fall} % to +{rise} %" if variation.skewed else f"±{rise} %"


def lab_chart(lab: Lab, theme: str = "light") -> go.Figure:
    """The measurements of one lab as a line, on the band of what the last of them does not differ from.

    Args:
        lab: with its variation.
        theme: "light" or "dark".
    """
    figure, shown = go.Figure(), lab.shown
    ends = [*shown]
    if lab.variation:
        low, high = lab.band(lab.variation)
        ends += [low, high]
        figure.add_hrect(low, high, fillcolor=charts.PALE, line_width=0, layer="below")
    texts = [value_text(value, lab.unit) for value in shown]
    figure.add_scatter(
        x=list(lab.days),
        y=shown,
        mode="lines+markers+text",
        line={"color": charts.NEUTRAL, "width": 2},
        marker={"size": 7, "color": charts.INK[theme]},
        text=timeline_charts.numbers(texts, shown),
        textposition=timeline_charts.places(lab.days, shown),
        cliponaxis=False,
        hovertext=[f"{w}: {label_text(lab.name)} {t} {lab.unit.symbol}" for w, t in zip(lab.whens, texts, strict=True)],
        hoverinfo="text",
    )
    room = 0.2 * (max(ends) - min(ends))
    figure.update_yaxes(range=[max(min(ends) - room, 0), max(ends) + room], nticks=4)
    return timeline_charts.finish(figure, lab.days, theme)


def figures(labs: Sequence[Lab]) -> str:
    """What the bands are made of, as a table: variation within a person and of measuring, and the limits."""
    head = ["Lab", "Within a person, CV", "Measuring, CV", "Limits", "Imprecision by"]
    rows = [
        [label_text(lab.name), f"{v.within:g} %", f"{v.analytical:g} %", limits_text(v), v.analytical_source]
        for lab in labs
        if (v := lab.variation)
    ]
    return table("Variation of each lab", head, rows)
