"""The answers in one line that stays in view: their short names, numbers and intervals in, HTML out.

While a what-if moves them, the patient's own number stands hollow before the filled new one. Where there is no number
its word stands: measured, known, or a dash that tells its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from riskmodels.assessment import Answer
from riskmodels.tabular.support import AT_LEAST
from ui import text
from ui.patient import scale
from ui.patient.result import answer_words, refusal_text

OWN, OTHER = "Estimates in short", "What if: estimates with other values, not the patient's own"
_WHAT_IF = '<p class="cr-strip-if">What if</p>'


def strip_html(answers: Sequence[Answer], patient: pd.Series, others: Sequence[Answer] | None = None) -> str:
    """One short line of all outcomes.

    Args:
        answers: to the patient as known.
        patient: the row of the PatientFrame.
        others: to the patient with other values, in the same order; None where none is tried.
    """
    beside: Sequence[Answer | None] = others or [None] * len(answers)
    cells = "".join(
        f'<div title="{escape(old.outcome.label)}"><dt>{escape(old.outcome.short)}</dt>{_cell(old, new, patient)}</div>'
        for old, new in zip(answers, beside, strict=True)
    )
    word = _WHAT_IF if others else ""
    return f'<section class="cr-strip" aria-label="{OTHER if others else OWN}">{word}<dl>{cells}</dl></section>'


def _cell(old: Answer, new: Answer | None, patient: pd.Series) -> str:
    if not old.given:
        return _without_number(old, patient)
    if new is None:
        drawn = scale.draw_scale(old.risk, old.low, old.high, answer_words(old))
        return f"<dd><b>{short_risk(old)}</b>{drawn}</dd>"
    if not new.given:
        return f'<dd title="{escape(new.refused)}">{_number(old, new)}</dd>'
    words = f"{text.risk(old.risk, old.bound)} before, {answer_words(new)} with these values"
    return f"<dd>{_number(old, new)}{scale.draw_scale(new.risk, new.low, new.high, words, before=old.risk)}</dd>"


def _number(old: Answer, new: Answer) -> str:
    """``○ 9.2 % ● 7.1 %``."""
    after = short_risk(new) if new.given else f'–<span class="sr-only">{escape(new.refused)}</span>'
    return f'<span><i aria-hidden="true">○</i> {short_risk(old)}</span> <b><i aria-hidden="true">●</i> {after}</b>'


def short_risk(answer: Answer) -> str:
    """``15 %``, ``≥ 15 %`` where it is at least that."""
    number = text.risk(answer.risk, answer.bound).removeprefix(answer.bound)
    if not answer.bound:
        return number
    sign = "≥" if answer.bound == AT_LEAST else "≤"
    return f'<span aria-hidden="true">{sign}</span><span class="sr-only">{answer.bound}</span>{number}'


def _without_number(answer: Answer, patient: pd.Series) -> str:
    why = escape(refusal_text(answer, patient))
    word = "measured" if answer.by_measurement else "known" if answer.known_by(patient) else "–"
    return f'<dd class="cr-grey" title="{why}">{word}<span class="sr-only">. {why}</span></dd>'
