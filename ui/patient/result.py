"""The answer: criteria met, then every outcome with probability, interval, natural frequency and standing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from riskmodels.assessment import Answer
from riskmodels.criteria import SOURCE, Finding
from riskmodels.tabular.holding import held_text
from riskmodels.tabular.support import AT_LEAST
from riskmodels.units import Unit
from ui import text
from ui.patient import scale

_PEOPLE = 100


def findings_html(findings: Sequence[Finding]) -> str:
    """Diagnostic criteria met, before any probability; empty where there are none."""
    if not findings:
        return ""
    lines = "".join(f"<p>{escape(finding.text)}</p>" for finding in findings)
    return f'<section class="cr-findings" aria-label="Diagnostic criteria">{lines}<small>{SOURCE}</small></section>'


def answers_html(answers: Sequence[Answer], patient: pd.Series, units: Mapping[str, Unit] | None = None) -> str:
    """One line an outcome.

    Args:
        answers: from :meth:`riskmodels.assessment.Assessment.answers`.
        patient: the row of the PatientFrame.
        units: unit each number is shown in; canonical where absent.
    """
    legend = f'<div class="cr-answer cr-legend"><span class="cr-scale-cell">{scale.draw_ticks()}</span></div>'
    rows = [answer_row(answer, patient, units) for answer in answers]
    last = max((i for i, answer in enumerate(answers) if answer.given), default=None)
    if last is not None:
        rows[last] += legend
    return f'<section class="cr-answers" aria-label="Estimates">{"".join(rows)}</section>'


def answer_row(answer: Answer, patient: pd.Series, units: Mapping[str, Unit] | None = None) -> str:
    """One outcome as HTML."""
    title = f'<h3 title="{escape(answer.outcome.definition)}">{escape(answer.outcome.label)}</h3>'
    if answer.by_measurement:
        source = f"<small>{SOURCE}</small>"
        return f'<div class="cr-answer cr-refused cr-measured">{title}<p>{escape(answer.measured)} {source}</p></div>'
    if not answer.given:
        return f'<div class="cr-answer cr-refused">{title}<p>{escape(refusal_text(answer, patient))}</p></div>'
    numbers = f'<span class="cr-numbers"><b>{risk_html(answer)}</b> {text.interval(answer.low, answer.high)}</span>'
    drawn = scale.draw_scale(answer.risk, answer.low, answer.high, answer_words(answer))
    notes = "".join(
        [_frequency(answer), _standing(answer, patient), _published(answer), _held(answer, units), _caution(answer)]
    )
    notes += f"<span>{escape(answer.measured)}</span>" if answer.measured else ""
    return (
        f'<div class="cr-answer">{title}{numbers}<span class="cr-scale-cell">{drawn}</span>'
        f'<div class="cr-notes">{notes}</div></div>'
    )


def risk_html(answer: Answer) -> str:
    """The number as it is read: ``15 %``, or ``at least 15 %`` with the words smaller."""
    number = text.risk(answer.risk, answer.bound).removeprefix(answer.bound)
    return f"<small>{answer.bound}</small>{number}" if answer.bound else number


def answer_words(answer: Answer) -> str:
    """An estimate in one phrase: ``7 %, 90 % interval 4–11 %``."""
    return f"{text.risk(answer.risk, answer.bound)}, 90 % interval {text.interval(answer.low, answer.high)}"


def refusal_text(answer: Answer, patient: pd.Series) -> str:
    """Why there is no number: what is measured, a statement where the disease is known, else the reason."""
    if answer.by_measurement:
        return answer.measured
    known = answer.known_by(patient)
    if known:
        return f"Known already ({text.inside(known)}), so no probability of it is given."
    reason = answer.refused
    if reason.startswith("not estimated: "):
        reason = reason.removeprefix("not estimated: ")
    if answer.outcome.model == "chest_pain" and patient["chest_pain_type"] != patient["chest_pain_type"]:
        return "Needs the kind of chest pain, under Chest-pain work-up."
    return f"Not estimated: {reason}."


def _frequency(answer: Answer) -> str:
    """The natural frequency; one click shows it as 100 figures."""
    count = round(_PEOPLE * answer.risk)
    drawn = people_html(count, f"{count} of 100 figures are filled")
    return f"<details><summary>{text.frequency(answer.risk, answer.bound)}</summary>{drawn}</details>"


def people_html(count: int, words: str) -> str:
    """A hundred figures of which some are filled.

    Args:
        count: how many.
        words: the same in words, for screen readers.
    """
    figures = "".join(f'<i class="{"cr-on" if i < count else ""}"></i>' for i in range(_PEOPLE))
    return f'<div class="cr-people" role="img" aria-label="{escape(words)}">{figures}</div>'


def _standing(answer: Answer, patient: pd.Series) -> str:
    words = standing_text(answer, float(patient["age"]), float(patient["sex"]))
    return f"<span>{words}</span>" if words else ""


def standing_text(answer: Answer, age: float, sex: float) -> str:
    """``higher than 81 % of women aged 50–59``; empty where it is not known, or could be too high."""
    if answer.standing != answer.standing or (answer.held and answer.bound != AT_LEAST):
        return ""
    referred = " referred for angiography" if answer.outcome.model == "chest_pain" else ""
    people = f"{'men' if sex == 1 else 'women'} aged {text.age_band(age)}{referred}"
    share = round(100 * answer.standing)
    if answer.held and share <= 1:
        return ""
    return f"among the lowest of {people}" if share <= 1 else f"higher than {min(share, 99)} % of {people}"


def _published(answer: Answer) -> str:
    words = published_text(answer)
    return f"<span>{words}</span>" if words else ""


def published_text(answer: Answer) -> str:
    """``PREVENT equation itself: 12 %``; said in words where it is written alike; empty where it has no value."""
    if answer.published != answer.published:
        return ""
    shown = text.risk(answer.published)
    alike = shown == text.risk(answer.risk, answer.bound)
    return "as the PREVENT equation gives it" if alike else f"PREVENT equation itself: {shown}"


def _held(answer: Answer, units: Mapping[str, Unit] | None) -> str:
    words = held_text(answer.held, units)
    return f'<span class="cr-caution">{escape(words)}</span>' if words else ""


def _caution(answer: Answer) -> str:
    return f'<span class="cr-caution">Take care: {escape(answer.caution)}</span>' if answer.caution else ""
