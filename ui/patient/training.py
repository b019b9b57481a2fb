"""Rehabilitation: contraindications first, then zone, minutes, strength, red flags, and the six-minute walk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from riskmodels.care.guidance.advice import asked
from riskmodels.care.guidance.rules import read_sources
from riskmodels.care.rehabilitation import Contraindication, Prescription, contraindications, prescription, walk_of
from riskmodels.care.rehabilitation.contraindications import SOURCES as CONTRAINDICATION_SOURCES
from riskmodels.care.rehabilitation.prescription import BORG
from riskmodels.care.rehabilitation.prescription import SOURCES as PRESCRIPTION_SOURCES
from riskmodels.care.rehabilitation.walk import SOURCES as WALK_SOURCES
from riskmodels.records.visits import Visit
from riskmodels.units import Unit
from riskmodels.vocabulary import VOCABULARY, inside
from ui.patient.case import Case
from ui.record import draft
from ui.record import state as record_state

#: what shows progress over visits
PROGRESS = ("six_minute_walk", "pulse", "weight", "systolic_bp")
ASK = (
    "**Contraindications first.** Tick what you have made sure of today; the prescription follows when all are ticked."
)
NOT_TOLD = (
    "No heart disease is told of. The same zone and minutes serve a person with high risk who begins to train; the "
    "contraindications hold for them too."
)


def draw_training(case: Case) -> None:
    """The contraindications, a tick each for those the record cannot tell, then the prescription.

    Args:
        case: the patient.
    """
    found, plan = contraindications(case.facts), prescription(case.facts)
    with st.expander("Rehabilitation and activity", expanded=bool(plan.reason), key="care.training"):
        st.html(f'<div class="cr-care">{reason_html(plan)}{told_html(found)}</div>')
        if any(each.met for each in found):
            st.caption("No training until this is settled; measure again after rest.")
        elif _all_ticked([each for each in found if each.met is None]):
            st.html(f'<div class="cr-care">{prescription_html(plan)}</div>')
        st.html(f'<div class="cr-care cr-tables">{_progress(case)}</div>')


def reason_html(plan: Prescription) -> str:
    """Whom it is for (HTML)."""
    return f"<p>{escape(f'For a patient {plan.reason}.' if plan.reason else NOT_TOLD)}</p>"


def told_html(found: Sequence[Contraindication]) -> str:
    """What the record tells of contraindications (HTML)."""
    there = "".join(f"<li><b>{escape(c.text)}</b>: {escape(c.why)}</li>" for c in found if c.met)
    excluded = ", ".join(c.why for c in found if c.met is False)
    first = f"<h4>Contraindicated now</h4><ul>{there}</ul>" if there else ""
    return f"{first}<p>Excluded by the record: {escape(excluded)}.</p>" if excluded else first


def _all_ticked(open_ones: Sequence[Contraindication]) -> bool:
    st.caption(ASK)
    with st.container(gap="xsmall"):
        ticked = [
            st.checkbox(_absent(each.text), key=f"care.excluded.{draft.turn()}.{each.name}", persist_state="page")
            for each in open_ones
        ]
    return all(ticked)


def _absent(text: str) -> str:
    """“No fever or another acute illness”: a tick says that it is not there."""
    return f"No {inside(text)}"


def prescription_html(plan: Prescription) -> str:
    """The prescription (HTML)."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in (*_intensity(plan), *plan.lines))
    flags = "".join(f"<li>{escape(flag)}</li>" for flag in plan.red_flags)
    return (
        f"<h4>Prescription</h4><ul>{lines}</ul><h4>Stop and call</h4><ul>{flags}</ul>"
        f"{sources_html((*PRESCRIPTION_SOURCES, *CONTRAINDICATION_SOURCES[:1]))}"
    )


def _intensity(plan: Prescription) -> list[str]:
    """Heart rates where the pulse shows the effort, else exertion, with the heart rates if no beta blocker is taken."""
    zone = f"{plan.zone.low}–{plan.zone.high} beats/min ({plan.zone.text})" if plan.zone else ""
    missing = ", ".join(asked(VOCABULARY[name].label) for name in plan.needs if name != "bp_medication")
    if not zone:
        return [f"Intensity: {BORG}. A zone of heart rates would need: {missing}. {plan.by_exertion}".rstrip()]
    if plan.by_exertion:
        return [f"Intensity: {BORG}. {plan.by_exertion}", f"Only where no beta blocker is taken: {zone}."]
    return [f"Intensity: {zone}; {BORG}."]


def sources_html(names: Sequence[str]) -> str:
    """Citations, on demand (HTML)."""
    known = read_sources()
    told = "".join(f"<p>{escape(known[name].citation)}.</p>" for name in dict.fromkeys(names))
    return f"<details><summary>Sources</summary>{told}</details>"


def _progress(case: Case) -> str:
    record = record_state.opened()
    visits = record.visits if record is not None else ()
    return f"<h4>Progress</h4><p>{escape(walk_of(case.patient).text)}</p>{progress_table(visits, case.units)}" + (
        sources_html(WALK_SOURCES)
    )


def progress_table(visits: Sequence[Visit], units: Mapping[str, Unit]) -> str:
    """What was measured at each visit, oldest first (HTML); empty where there are fewer than two."""
    if len(visits) < 2:
        return ""
    names = [n for n in PROGRESS if any(n in visit.facts.canonical for visit in visits)]
    head = "".join(f"<th>{escape(VOCABULARY[name].label)}</th>" for name in names)
    rows = "".join(
        f'<tr><th scope="row">{visit.day.isoformat()}</th>'
        + "".join(f"<td>{escape(_measured(visit, name, units))}</td>" for name in names)
        + "</tr>"
        for visit in visits
    )
    return (
        '<table class="cr-table" aria-label="Progress over visits">'
        f"<thead><tr><th>Visit</th>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _measured(visit: Visit, name: str, units: Mapping[str, Unit]) -> str:
    value = visit.facts.canonical.get(name)
    return VOCABULARY[name].format(value, units.get(name)) if value is not None else "—"
