"""Whom the answers hold for, what is not known of this patient, and where the models are at their limits."""

from __future__ import annotations

from html import escape

import pandas as pd

from riskmodels.assessment import Answer
from riskmodels.explain.steps import label_text
from riskmodels.vocabulary import VARIABLES
from ui import text
from ui.patient.case import Case
from ui.patient.result import refusal_text

CLOSING = (
    "An unknown fact is left out, not assumed to be normal: the estimate is for everybody of whom the same is known. "
    "Estimates inform a decision; they do not make a diagnosis."
)


def unknown_text(case: Case) -> str:
    """The inputs that the given estimates could use and that are not known, as one sentence."""
    usable = {name for outcome in case.given for name in case.assessment.unknown(outcome)}
    unknown = [label_text(v.name) for v in VARIABLES if v.name in usable]
    if not case.given:
        return ""
    if not unknown:
        return "Everything these estimates can use is known."
    return f"Not known of this patient, and could be used: {text.sentence_list(unknown)}."


def validity_text(answer: Answer, patient: pd.Series) -> str:
    """What must be known to use one answer: definition, population, refusal or care to take."""
    outcome = answer.outcome
    if answer.by_measurement:
        return "Measured, so there is no estimate."
    lines = [f"The {outcome.definition}.", f"Holds for {outcome.population}."]
    if not answer.given:
        lines.append(refusal_text(answer, patient))
    if answer.caution:
        lines.append(f"Take care: {answer.caution.rstrip('.')}.")
    return " ".join(lines)


def validity_html(case: Case) -> str:
    """Unknown inputs, then one paragraph an outcome."""
    rows = "".join(
        f"<dt>{escape(answer.outcome.label)}</dt><dd>{escape(validity_text(answer, case.patient))}</dd>"
        for answer in case.answers
    )
    first = escape(unknown_text(case))
    return f'<section class="cr-validity"><p>{first}</p><dl>{rows}</dl><p>{CLOSING}</p></section>'
