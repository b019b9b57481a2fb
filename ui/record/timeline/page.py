"""The timeline of a patient: risks, measurements, why it changed, two visits side by side, pictures, signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from riskmodels.records import assessments, images, signals
from riskmodels.records.images import ImageStudy
from riskmodels.records.model_hash import model_hash
from riskmodels.records.patients import Patient
from riskmodels.records.visits import Visit
from riskmodels.tabular.model import RiskModel
from riskmodels.timeline.course import Course, make_course, visit_names
from riskmodels.units import Unit
from ui import charts
from ui.database import database
from ui.memo import remembered
from ui.page import theme
from ui.record.image_study import finding_words, model_words
from ui.record.timeline import charts as timeline_charts
from ui.record.timeline import panels as timeline_panels
from ui.record.timeline.compare import draw_comparison
from ui.record.timeline.labs import LEAST, draw_labs
from ui.record.timeline.panels import Panel
from ui.record.timeline.risks import Stored, draw_risks
from ui.record.timeline.signals import draw_signals
from ui.record.timeline.why import draw_why
from ui.sign_in.account import current_actor
from ui.tables import STYLE, table, unbroken

RISKS, MEASUREMENTS, LABS, WHY, TWO, PICTURES, SIGNALS = (
    "Risks",
    "Measurements",
    "Course of labs",
    "Why it changed",
    "Two visits side by side",
    "Pictures",
    "Signals",
)
#: pixels; as many stand side by side as there is room for
_PANEL_WIDTH = 350


@st.fragment
def draw_timeline(
    patient: Patient, visits: list[Visit], models: Mapping[str, RiskModel], units: Mapping[str, Unit]
) -> None:
    """The visits of a patient as lines and words; one part at a time is computed and sent.

    Args:
        patient: whose record it is.
        visits: oldest first, without deleted ones.
        models: in force, by name.
        units: unit each number is shown in.
    """
    st.html(STYLE)
    pictures = images.of_patient(database(), current_actor(), patient.id)
    kept_signals = signals.of_patient(database(), current_actor(), patient.id)
    labs = [LABS] if len(visits) >= LEAST else []
    parts = [RISKS, MEASUREMENTS, *labs, WHY, TWO] if len(visits) > 1 else []
    parts += ([PICTURES] if pictures else []) + ([SIGNALS] if kept_signals else [])
    if len(visits) < 2:
        _draw_not_yet(visits)
    if not parts:
        return
    part = parts[0]
    if len(parts) > 1:
        part = st.segmented_control(
            "Part of the timeline",
            parts,
            default=part,
            required=True,
            wrap=True,
            key=f"timeline.part.{'.'.join(parts)}",
            label_visibility="collapsed",
        )
    if part == PICTURES:
        st.html(table("Pictures", ["Date", "Finding", "Model"], [_study_row(study) for study in pictures]))
    elif part == SIGNALS:
        draw_signals(kept_signals, visits, units)
    elif part == TWO:
        _draw_two(patient, visits, models, units)
    else:
        _draw_course(part, patient, visits, models, units)


def _draw_not_yet(visits: Sequence[Visit]) -> None:
    """One visit only: what will be here, and how it comes about."""
    first = f" The first was on {visits[0].day.isoformat()}." if visits else ""
    st.markdown(
        f"**The timeline begins with the second visit.**{first} Add a visit, and risks, measurements and the reasons "
        "for every change are drawn here."
    )


def _draw_course(
    part: str, patient: Patient, visits: list[Visit], models: Mapping[str, RiskModel], units: Mapping[str, Unit]
) -> None:
    versions = tuple((visit.id, visit.version) for visit in visits)
    hashes = {name: model_hash(model) for name, model in models.items()}
    key = (versions, tuple(hashes.values()), tuple(unit.symbol for unit in units.values()))
    course = remembered("timeline.course", key, lambda: make_course(visits, models, units))
    if part == RISKS:
        draw_risks(course, units, _stored(patient, versions), hashes)
    elif part == MEASUREMENTS:
        draw_measurements(course, units)
    elif part == LABS:
        draw_labs(course, units)
    else:
        draw_why(course, units)


def _stored(patient: Patient, versions: tuple[tuple[str, int], ...]) -> Stored:
    """The assessments that were kept, by visit."""
    found: Stored = remembered(
        "timeline.stored",
        (patient.id, versions),
        lambda: assessments.of_patient(database(), current_actor(), patient.id),
    )
    return found


def draw_measurements(course: Course, units: Mapping[str, Unit]) -> None:
    """Small charts by clinical group of what was measured at two visits at least.

    Args:
        course: the visits.
        units: unit each number is shown in.
    """
    panels = timeline_panels.make_panels(course.measured, units)
    if not panels:
        st.caption("Nothing was measured at two visits. What was measured once stands in the comparison of two visits.")
        return
    with st.container(horizontal=True, gap="medium"):
        for panel in panels:
            with st.container(width=_PANEL_WIDTH, gap="small"):
                _draw_panel(panel, course)
    with st.expander("Figures behind the lines"):
        st.html(timeline_panels.figures(panels, course.whens))


def _draw_panel(panel: Panel, course: Course) -> None:
    finding = timeline_panels.finding_text(panel, course.whens)
    st.markdown(f"**{panel.title}**")
    st.plotly_chart(
        timeline_charts.panel_chart(panel, course.days, course.whens, theme()),
        key=f"timeline.panel.{panel.names[0]}",
        config=charts.CONFIG,
        alt=finding,
    )
    st.caption(unbroken(finding))


def _draw_two(
    patient: Patient, visits: Sequence[Visit], models: Mapping[str, RiskModel], units: Mapping[str, Unit]
) -> None:
    """Any two visits side by side; the last two at first."""
    names, places = visit_names(visits), list(range(len(visits)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first, second = (
            st.selectbox(
                label,
                places,
                index=len(visits) - back,
                format_func=names.__getitem__,
                key=f"timeline.two.{patient.id}.{len(visits)}.{back}",
                width=210,
            )
            for label, back in (("First visit", 2), ("Second visit", 1))
        )
    if first == second:
        st.caption("Choose two different visits.")
        return
    draw_comparison(visits[first], visits[second], models, units)


def _study_row(study: ImageStudy) -> list[str]:
    model = model_words(study.result, study.model, study.model_version)
    return [study.day.isoformat(), finding_words(study.result), model]
