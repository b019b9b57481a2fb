"""The text for the chart: facts, estimates with intervals and definitions, reasons, what was unknown, scores.

Plain text, the same for the same patient, in English or Chinese. What a measurement, a held value or a criterion says
in English is worded where it is decided; in Chinese it is worded in :mod:`riskmodels.case_report.findings`.
"""

from __future__ import annotations

from collections.abc import Sequence

from riskmodels.assessment import Answer
from riskmodels.case_report.case import REASONS_NAMED, PatientCase
from riskmodels.case_report.findings import caution_text, criteria_texts, held_words, measured_text
from riskmodels.case_report.language import Language, Words
from riskmodels.case_report.refusal import refusal_text
from riskmodels.case_report.scores import score_lines
from riskmodels.explain.steps import Step
from riskmodels.percent import percent_text
from riskmodels.probability import interval, risk
from riskmodels.tabular.called import MODEL_LABEL, version_number
from riskmodels.tabular.reference import AGE_BANDS
from riskmodels.tabular.support import AT_LEAST


def chart_text(case: PatientCase, language: Language) -> str:
    """The whole text, to be pasted into a record.

    Args:
        case: of the patient.
        language: it is written in.
    """
    words = Words(language)
    facts = words.told(_facts(case, words))
    lines = [
        words.say("head", date=case.today.isoformat()),
        words.say("facts", facts=facts),
        *criteria_texts(case, words),
        words.say("estimates"),
        *(f"- {answer_text(answer, case, words)}" for answer in case.answers),
        *_unknown(case, words),
        *score_lines(case, words),
        *_closing(case, words),
    ]
    return words.finished("\n".join(lines))


def _facts(case: PatientCase, words: Words) -> list[str]:
    told = [words.fact(name, value, case.units.get(name)) for name, value in case.facts.items()]
    return [words.inside(fact) for fact in told]


def answer_text(answer: Answer, case: PatientCase, words: Words) -> str:
    """One outcome: its number, definition, standing and reasons; or what is known or measured, or why there is none."""
    outcome = words.name("outcome", answer.outcome.name, answer.outcome.label)
    if not answer.given:
        told = measured_text(answer, case, words) if answer.by_measurement else refusal_text(answer, case, words)
        if answer.known_by(case.assessment.row()):
            outcome = words.name("short", answer.outcome.name, answer.outcome.short)
        return words.say("stated", outcome=outcome, words=told)
    number = words.percent(risk(answer.risk, answer.bound))
    definition = words.name("definition", answer.outcome.name, answer.outcome.definition)
    first = words.say(
        "estimate",
        outcome=outcome,
        risk=number,
        interval=interval(answer.low, answer.high),
        definition=f"{definition[0].upper()}{definition[1:]}",
        population=words.name("population", answer.outcome.name, answer.outcome.population),
    )
    return words.sentences(
        [
            first,
            _standing(answer, case, words),
            _published(answer, words),
            reasons_text(answer, case, words),
            held_words(answer, case, words),
            measured_text(answer, case, words) if answer.measured else "",
            caution_text(answer, case, words),
        ]
    )


def _standing(answer: Answer, case: PatientCase, words: Words) -> str:
    """Where the patient stands among people of the same sex and age; empty as on the page where it could mislead."""
    if answer.standing != answer.standing or (answer.held and answer.bound != AT_LEAST):
        return ""
    share, who = round(100 * answer.standing), _people(answer, case, words)
    if share <= 1:
        return "" if answer.held else words.say("standing_least", who=who)
    return words.say("standing", share=str(min(share, 99)), who=who)


def _people(answer: Answer, case: PatientCase, words: Words) -> str:
    people = words.say("men" if case.facts["sex"] == 1 else "women")
    young, old = next((low, high) for low, high in AGE_BANDS if low <= int(case.facts["age"]) <= high)
    open_ended = (young, old) == AGE_BANDS[-1]
    ages = words.say("older" if open_ended else "from_to", low=str(young), high=str(old))
    return words.say("referred" if answer.outcome.model == "chest_pain" else "aged", people=people, ages=ages)


def _published(answer: Answer, words: Words) -> str:
    if answer.published != answer.published:
        return ""
    return words.say("published", risk=words.percent(risk(answer.published)))


def reasons_text(answer: Answer, case: PatientCase, words: Words) -> str:
    """The facts that move an estimate most, in percentage points, from everybody's risk on."""
    steps, decimals = case.steps(answer.outcome.name)
    facts = [step for step in steps if step.name]
    parts = [
        words.say(key, reasons=words.listed(_named(chosen, case, words, decimals)))
        for key, chosen in (
            ("raised", [step for step in facts if step.amount > 0]),
            ("lowered", [step for step in facts if step.amount < 0]),
        )
        if chosen
    ]
    if not parts:
        return ""
    return words.say("everybody", base=words.percent(percent_text(steps[0].amount / 100)), parts=words.clauses(parts))


def _named(steps: Sequence[Step], case: PatientCase, words: Words, decimals: int) -> list[str]:
    return [
        words.say("points", fact=_reason(step, case, words), points=signed(step.amount, decimals))
        for step in steps[:REASONS_NAMED]
    ]


def _reason(step: Step, case: PatientCase, words: Words) -> str:
    """A fact that is a reason, with what it is counted as where that is another value."""
    if words.is_english:
        return words.inside(step.label)
    value, unit = case.facts[step.name], case.units.get(step.name)
    fact = words.fact(step.name, value, unit)
    held = {h.name: h.seen.high if h.above else h.seen.low for a in case.answers for h in a.held}
    if " (counted as " not in step.label or step.name not in held:
        return fact
    return words.say("counted", fact=fact, value=words.value(step.name, held[step.name], unit))


def signed(amount: float, decimals: int) -> str:
    """A printed step: ``+2.1``, ``−0.4``."""
    return f"{'−' if amount < 0 else '+'}{abs(amount):.{decimals}f}"


def _unknown(case: PatientCase, words: Words) -> list[str]:
    if not case.models:
        return []
    if not case.unknown:
        return [words.say("all_known")]
    return [words.say("unknown", names=words.labels(case.unknown))]


def _closing(case: PatientCase, words: Words) -> list[str]:
    """The models with their versions, and what an interval is; nothing where no model gave a number."""
    if not case.models:
        return []
    told = [
        words.say(
            "model",
            model=words.name("called", name, MODEL_LABEL.get(name, name)),
            version=version_number(model),
            date=model.created[:10],
        )
        for name, model in case.models.items()
    ]
    return [words.say("models", models=words.listed(map(words.inside, told)))]
