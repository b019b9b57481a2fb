"""Why there is no number for an outcome: a statement where the disease is known, else the reason."""

from __future__ import annotations

from math import floor

from riskmodels.assessment import Answer
from riskmodels.case_report.case import PatientCase
from riskmodels.case_report.language import Words


def refusal_text(answer: Answer, case: PatientCase, words: Words) -> str:
    """Why there is no number, in the order in which it is decided (:func:`riskmodels.outcomes.refusal_texts`).

    Args:
        answer: without an estimate.
        case: of the patient.
        words: of the language.
    """
    outcome, facts = answer.outcome, case.facts
    missing = [name for name in outcome.required if name not in facts]
    if missing:
        return words.say("needed", names=words.labels(missing))
    if not outcome.ages[0] <= floor(facts["age"]) <= outcome.ages[1]:
        return words.say("ages", low=str(outcome.ages[0]), high=str(outcome.ages[1]))
    known = [name for name in outcome.already if facts.get(name) == 1]
    if known:
        return words.say("known_already", fact=words.inside(words.label(known[0])))
    if facts.get("pregnancy") == 1:
        return words.say("pregnant")
    return words.say("outside", names=words.labels(outside(answer, case)))


def outside(answer: Answer, case: PatientCase) -> list[str]:
    """The facts beyond what the training people of an outcome had."""
    ranges = case.assessment.model(answer.outcome.name).support[answer.outcome.name]
    return [n for n, seen in ranges.items() if n in case.facts and not seen.low <= case.facts[n] <= seen.high]
