"""Prompts to check and the plan of care in the printable report."""

from __future__ import annotations

from html import escape

from riskmodels.care import Benefit
from riskmodels.care.doses import Dose, doses_for
from riskmodels.care.guidance import CHECKED, NATURE, CarePlan, Line
from ui.patient.benefit import compute_benefits, count_text
from ui.patient.benefit_chart import points_text
from ui.patient.case import Case


def checks_section(care: CarePlan) -> str:
    """The prompts that apply (HTML); empty where none does.

    Args:
        care: the plan of care.
    """
    if not care.checks:
        return ""
    lines = "".join(
        f"<p>{escape(line.what)} {escape(line.why)}. <small>{escape(_cited(line))}</small></p>" for line in care.checks
    )
    return f'<section class="prompts"><h2>To check</h2>{lines}</section>'


def care_section(case: Case) -> str:
    """The steps by area, what would decide further ones, and doses (HTML); empty where there is none.

    Args:
        case: the patient.
    """
    if not case.care.steps:
        return ""
    rows = "".join(
        f"<dt>{escape(label)}</dt><dd>{''.join(map(_step, lines))}</dd>" for label, lines in case.care.steps.items()
    )
    return (
        '<section class="small care"><h2>Plan of care</h2>'
        f"<p>{NATURE} {CHECKED}</p><dl>{rows}</dl>{_open(case.care)}"
        f"{_doses(doses_for(case.facts))}{_benefits(compute_benefits(case.published, case.units))}</section>"
    )


def _step(line: Line) -> str:
    first = f" Check first: {line.first}" if line.first else ""
    dose = f" Dose: {line.dose}." if line.dose else ""
    again = f" Look again: {line.again}" if line.again else ""
    return (
        f"<p><b>{escape(line.rule.title)}</b> ({escape(line.why)}).{escape(first + dose + again)} "
        f"<small>{escape(_cited(line))}</small></p>"
    )


def _cited(line: Line) -> str:
    return f"{line.rule.strength}; {line.cited}."


def _open(care: CarePlan) -> str:
    told = "; ".join(f"{each.text} ({', '.join(rule.title for rule in each.rules)})" for each in care.undecided[:5])
    return f"<p>Not known, and what it would decide: {escape(told)}.</p>" if told else ""


def _doses(doses: list[Dose]) -> str:
    told = "; ".join(f"{dose.medicine.name}: {dose.dose} ({dose.why})" for dose in doses if dose.dose)
    return f"<p>Doses of the labels for this patient: {escape(told)}.</p>" if told else ""


def _benefits(found: list[Benefit]) -> str:
    given = sorted((b for b in found if b.number_needed is not None), key=lambda b: -b.risk_reduction.value)
    told = "; ".join(
        f"{b.action}: {points_text(b.risk_reduction)} fewer of 100 people in {b.horizon_years:g} years, number needed "
        f"to treat {count_text(b.number_needed)}"
        for b in given
        if b.number_needed is not None
    )
    return f"<p>By trials, most benefit first: {escape(told)}.</p>" if told else ""
