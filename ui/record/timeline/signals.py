"""The timeline's signals: each figure over time with its interval, GMI beside HbA1c, the studies and their deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from riskmodels.records import signals
from riskmodels.records.signals import SignalStudy
from riskmodels.records.undo import UNDO
from riskmodels.records.visits import Visit
from riskmodels.timeline.signals import SignalPanel, doubt_of, gmi_words, make_signal_panels
from riskmodels.units import HBA1C, Unit
from ui import charts
from ui.clock import today
from ui.database import database
from ui.page import theme
from ui.record import talk
from ui.record.signal_words import KIND_LABEL, days_words, reader_words, study_words
from ui.record.timeline.signal_charts import figures, finding_text, signal_chart
from ui.sign_in.account import current_actor
from ui.tables import table, unbroken

#: pixels
_PANEL_WIDTH = 350


def draw_signals(studies: Sequence[SignalStudy], visits: Sequence[Visit], units: Mapping[str, Unit]) -> None:
    """Everything that was kept of signals.

    Args:
        studies: of one patient, oldest first; at least one.
        visits: of the same, oldest first.
        units: unit each number is shown in.
    """
    panels = make_signal_panels(studies, visits, units.get("hba1c", HBA1C[0]))
    with st.container(horizontal=True, gap="medium"):
        for panel in panels:
            with st.container(width=_PANEL_WIDTH, gap="small"):
                _draw_panel(panel)
    words = gmi_words(studies, visits)
    if words:
        st.markdown(unbroken(words))
    if panels:
        with st.expander("Figures behind the points"):
            st.html(figures(panels))
    rows = [_row(study) for study in studies]
    st.html(table("Signals", ["Days", "Kind", "Finding", "Doubt", "Read by"], rows))
    _draw_deletion(studies)


def _draw_panel(panel: SignalPanel) -> None:
    finding = finding_text(panel)
    st.markdown(f"**{panel.title}, {panel.unit}**")
    st.plotly_chart(
        signal_chart(panel, theme()), key=f"timeline.signal.{panel.title}", config=charts.CONFIG, alt=finding
    )
    st.caption(unbroken(finding))


def _row(study: SignalStudy) -> list[str]:
    doubt = doubt_of(study) or "–"
    return [days_words(study), KIND_LABEL[study.kind], study_words(study), doubt, reader_words(study)]


def _draw_deletion(studies: Sequence[SignalStudy]) -> None:
    """One study taken out of the record; the line above brings it back."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Signal to delete",
            [study.id for study in studies],
            index=None,
            format_func={study.id: _name(study) for study in studies}.__getitem__,
            placeholder="choose one",
            key=f"timeline.signal.chosen.{len(studies)}",
            width=320,
        )
        pressed = st.button("Delete", icon=":material/delete:", disabled=chosen is None, key="timeline.signal.delete")
    if pressed and chosen:
        _delete(next(study for study in studies if study.id == chosen))
        st.rerun()


def _name(study: SignalStudy) -> str:
    return f"{KIND_LABEL[study.kind]}, {days_words(study)}"


def _delete(study: SignalStudy) -> None:
    def done() -> bool:
        signals.delete(database(), current_actor(), study.id)
        return True

    if talk.guarded(done):
        until = (today() + UNDO).isoformat()
        words = f"{_name(study)}, was deleted. It can be brought back until {until}."
        talk.tell(words, undo=("signal_study", study.id))
