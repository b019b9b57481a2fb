"""The plan of care: what guidelines say for this patient, in cards by area, with what would decide the rest."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from riskmodels.care.doses import basal_start
from riskmodels.care.guidance import CHECKED, NATURE, CarePlan, Line, Undecided, capital
from riskmodels.vocabulary import inside
from ui.patient import care_doses, training
from ui.patient.case import Case
from ui.patient.prompts import citations
from ui.record.fhir_import import imported

_STYLE = Path(__file__).parent / "care_plan.css"
#: kinds of unknown facts named at once, the others on demand
_NAMED = 5
INTRODUCTION = (
    f"{NATURE} Who treats weighs it against all that the record does not hold, and checks the current label before a "
    f"dose. {CHECKED}"
)


def draw_care(case: Case) -> None:
    """Steps by area, what is not known and would decide, doses, rehabilitation.

    Args:
        case: the patient.
    """
    st.html(_STYLE)
    st.html(f'<div class="cr-care">{_introduction(case.care)}{cards(case)}{open_html(case.care.undecided)}</div>')
    patient = imported()
    doses = care_doses.doses_html(case.facts, patient.medicines if patient else ())
    st.html(f'<div class="cr-care cr-tables">{doses}</div>')
    training.draw_training(case)


def _introduction(care: CarePlan) -> str:
    checks, steps = len(care.checks), care.steps
    come = "check under “To check” above comes" if checks == 1 else "checks under “To check” above come"
    above = f" {checks} {come} first." if checks else ""
    count = sum(map(len, steps.values()))
    areas = ", ".join(f"{inside(label)} {len(lines)}" for label, lines in steps.items())
    found = f"<p><b>{count} step{'s' if count > 1 else ''}</b>: {escape(areas)}.</p>" if steps else ""
    return f"<p>{escape(INTRODUCTION + above)}</p>{found}"


def cards(case: Case) -> str:
    """Every step of the plan, a card an area (HTML)."""
    steps = case.care.steps
    if not steps:
        return "<p>No step applies, as far as is known.</p>"
    return "".join(_card(label, lines, case) for label, lines in steps.items())


def _card(label: str, lines: Sequence[Line], case: Case) -> str:
    told = "".join(_line(line, case) for line in lines)
    return f'<section class="cr-card" aria-label="{escape(label)}"><h3>{escape(label)}</h3>{told}</section>'


def _line(line: Line, case: Case) -> str:
    parts = [("Check first", line.first), ("Dose or goal", _dose(line, case)), ("Look again", line.again)]
    facts = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in parts if text)
    return (
        f'<article><h4>{escape(line.rule.title)}</h4><p class="cr-why">{escape(line.why)}.</p><dl>{facts}</dl>'
        f"<details><summary>{escape(line.rule.strength)} · {escape(line.cited)}</summary>"
        f"<p>{escape(line.what)}</p>{citations(line)}</details></article>"
    )


def _dose(line: Line, case: Case) -> str:
    """The dose; the first one of insulin with the patient's own range."""
    if line.rule.name != "insulin_start":
        return line.dose
    start = basal_start(case.patient)
    return " ".join((f"{start.text}.", *start.cautions))


def open_html(undecided: Sequence[Undecided]) -> str:
    """What is not known and what it would decide, the least to ask first (HTML); empty where all is decided."""
    if not undecided:
        return ""
    told = [f"<li><b>{escape(capital(each.text))}</b>: {escape(_decides(each))}</li>" for each in undecided]
    rest = "".join(told[_NAMED:])
    more = f"<details><summary>Further: {len(told) - _NAMED}</summary><ul>{rest}</ul></details>" if rest else ""
    return (
        '<section class="cr-card" aria-label="Not known, and what it would decide"><h3>Not known, and what it would '
        f"decide</h3><ul>{''.join(told[:_NAMED])}</ul>{more}</section>"
    )


def _decides(undecided: Undecided) -> str:
    return "; ".join(rule.title for rule in undecided.rules)
