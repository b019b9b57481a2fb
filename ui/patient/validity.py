"""Whom the answers hold for, what is not known of this patient, and where the models are at their limits."""

from __future__ import annotations

from html import escape

from riskmodels.assessment import Answer
from riskmodels.explain.steps import label_text
from riskmodels.tabular.derived import notes
from riskmodels.vocabulary import VARIABLES
from ui import text
from ui.patient.case import Case
from ui.patient.result import refusal_text
from ui.patient.tested import by_origin, untested_text
from ui.record.facts import dated_text

CLOSING = (
    "The range beside a number: if everything unknown were measured, 90 of 100 people with these facts would get a "
    "number in it. An unknown fact is left out, not assumed to be normal: the estimate is for everybody of whom the "
    "same is known. Estimates inform a decision; they do not make a diagnosis."
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


def earlier_text(case: Case) -> str:
    """Which facts are of an earlier day and of which, in a sentence or two; empty where none is."""
    return f"Facts of earlier days, each with its date. {dated_text(case.earlier)}" if case.earlier else ""


def earlier_count(case: Case) -> str:
    """``14 facts are of an earlier day: 2025-11-03 and 2025-06-01.``; empty where none is."""
    if not case.earlier:
        return ""
    days = sorted({value.when for value in case.earlier.values()}, reverse=True)
    return f"{text.count(len(case.earlier), 'fact is', 'facts are')} of an earlier day: {text.listed(days, 3)}."


def validity_text(answer: Answer, case: Case) -> str:
    """What must be known to use one answer: definition, population, for whom it was off, refusal or caution."""
    outcome = answer.outcome
    if answer.by_measurement:
        return "Measured, so there is no estimate."
    lines = [f"The {outcome.definition}.", f"Holds for {outcome.population}."]
    if answer.given:
        lines.append(by_origin(case.models[outcome.model], outcome.name))
    else:
        lines.append(refusal_text(answer, case.patient))
    if answer.caution:
        lines.append(f"Take care: {answer.caution.rstrip('.')}.")
    return " ".join(line for line in lines if line)


def closing_text(case: Case) -> str:
    """What holds of all estimates, and where they were not tested."""
    names = dict.fromkeys(answer.outcome.model for answer in case.given.values())
    return " ".join(part for part in (untested_text(case.models[name] for name in names), CLOSING) if part)


def holds_for_text(case: Case, answer: Answer) -> str:
    """:func:`validity_text`, and what was changed here of the model that answers."""
    changed = notes(case.assessment.model(answer.outcome.name).card, answer.outcome.name)
    return " ".join([validity_text(answer, case), *changed])


def validity_html(case: Case) -> str:
    """Unknown inputs, then one paragraph an outcome."""
    rows = "".join(
        f"<dt>{escape(answer.outcome.label)}</dt><dd>{escape(holds_for_text(case, answer))}</dd>"
        for answer in case.answers
    )
    first = "".join(f"<p>{escape(told)}</p>" for told in (unknown_text(case), earlier_text(case)) if told)
    return f'<section class="cr-validity">{first}<dl>{rows}</dl><p>{closing_text(case)}</p></section>'
