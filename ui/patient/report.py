"""The printable report: one self-contained HTML page without scripts and without a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from pathlib import Path

from riskmodels.assessment import Answer
from riskmodels.criteria import SOURCE
from riskmodels.explain.steps import Step, fact_text
from riskmodels.tabular.holding import held_text
from riskmodels.vocabulary import GROUPS, in_group
from ui import charts, text
from ui.models import MODEL_LABEL, version_text
from ui.patient import scale
from ui.patient.case import Case
from ui.patient.reasons import outcome_steps
from ui.patient.report_care import care_section, checks_section
from ui.patient.report_scores import scores_section
from ui.patient.result import answer_words, published_text, refusal_text, risk_html, standing_text
from ui.patient.validity import closing_text, earlier_text, holds_for_text, unknown_text

_FOLDER = Path(__file__).parent
_STYLES = [_FOLDER / "report.css", _FOLDER.parent / "scale.css"]
_REASONS_NAMED = 3


def build_report(case: Case, today: date) -> str:
    """The whole report as one HTML document.

    Args:
        case: what to report.
        today: the date printed on it.
    """
    parts = [
        _head(case, today),
        _findings(case),
        _answers(case),
        scores_section(case.published),
        checks_section(case.care),
        care_section(case),
        _facts(case),
        _validity(case),
    ]
    styles = "".join(path.read_text(encoding="utf-8") for path in _STYLES)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Risk report {today.isoformat()}</title><style>{styles}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )


def _head(case: Case, today: date) -> str:
    used = "; ".join(
        f"{MODEL_LABEL.get(name, name)} {version_text(model)}"
        for name, model in case.models.items()
        if any(answer.outcome.model == name for answer in case.given.values())
    )
    return (
        f'<h1>Risk report</h1><p class="by">{today.isoformat()} · CareRisk · {escape(used)}</p>'
        '<p class="hand">Patient (by hand): <span></span> &nbsp; Seen by: <span></span></p>'
    )


def _findings(case: Case) -> str:
    if not case.findings:
        return ""
    lines = "".join(f"<p>{escape(f.text)}</p>" for f in case.findings)
    return f'<section class="findings">{lines}<small>{SOURCE}</small></section>'


def _answers(case: Case) -> str:
    rows = "".join(_answer(answer, case) for answer in case.answers)
    head = "<h2>Estimates, with 90 % intervals</h2>"
    return f'<div class="answer head">{head}{scale.draw_ticks()}</div>{rows}'


def _answer(answer: Answer, case: Case) -> str:
    title = f"<h3>{escape(answer.outcome.label)}</h3>"
    if answer.by_measurement:
        return f'<div class="answer">{title}<p>{escape(answer.measured)} <small>{SOURCE}</small></p></div>'
    if not answer.given:
        return f'<div class="answer">{title}<p>{escape(refusal_text(answer, case.patient))}</p></div>'
    numbers = f"<span><b>{risk_html(answer)}</b> ({text.interval(answer.low, answer.high)})</span>"
    drawn = scale.draw_scale(answer.risk, answer.low, answer.high, answer_words(answer))
    age, sex = float(case.patient["age"]), float(case.patient["sex"])
    words = (text.frequency(answer.risk, answer.bound), standing_text(answer, age, sex), published_text(answer))
    told = " · ".join(word for word in words if word)
    told = f"{told[0].upper()}{told[1:]}"
    held = held_text(answer.held, case.units)
    held = f" {escape(held)}." if held else ""
    measured = f" {answer.measured}" if answer.measured else ""
    said = f"{told}.{held} {escape(_reasons(answer, case) + measured)}"
    return f'<div class="answer">{title}{numbers}{drawn}<p>{said}</p></div>'


def _reasons(answer: Answer, case: Case) -> str:
    """The facts that move it most, in percentage points."""
    steps, decimals = outcome_steps(case, answer.outcome.name, in_points=True)
    facts = [step for step in steps if step.name]
    up = _named([s for s in facts if s.amount > 0], decimals)
    down = _named([s for s in facts if s.amount < 0], decimals)
    first = f"Everybody: {charts.level(steps[0].amount, True, decimals)}."
    return " ".join([first, f"Raised by {up}." if up else "", f"Lowered by {down}." if down else ""])


def _named(steps: Sequence[Step], decimals: int) -> str:
    return ", ".join(
        f"{text.inside(step.label)} ({charts.number(step.amount, decimals, True)})" for step in steps[:_REASONS_NAMED]
    )


def _facts(case: Case) -> str:
    rows = ""
    for group in GROUPS:
        known = [v.name for v in in_group(group.name) if case.patient[v.name] == case.patient[v.name]]
        if known:
            facts = [f"{fact_text(n, float(case.patient[n]), case.units.get(n))}{_dated(n, case)}" for n in known]
            told = ", ".join([facts[0], *(text.inside(fact) for fact in facts[1:])])
            rows += f"<dt>{group.label}</dt><dd>{escape(told)}</dd>"
    return f"<h2>Known facts</h2><dl>{rows}</dl>"


def _dated(name: str, case: Case) -> str:
    """`` (2025-11-03)`` after a fact of an earlier day."""
    return f" ({case.earlier[name].when})" if name in case.earlier else ""


def _validity(case: Case) -> str:
    rows = "".join(
        f"<dt>{escape(a.outcome.label)}</dt><dd>{escape(holds_for_text(case, a))}</dd>" for a in case.given.values()
    )
    unknown = escape(" ".join(filter(None, (unknown_text(case), earlier_text(case)))))
    return (
        f'<section class="small"><h2>What the estimates hold for</h2><p>{unknown}</p><dl>{rows}</dl>'
        f"<p>{closing_text(case)} This page holds no name. {escape(case.stored)}</p></section>"
    )
