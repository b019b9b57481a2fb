"""What was measured, held, near an edge or hangs on an unknown: English as worded where it is decided, Chinese here."""

from __future__ import annotations

from riskmodels.assessment import Answer
from riskmodels.case_report.case import PatientCase
from riskmodels.case_report.language import Words
from riskmodels.criteria import HOURS_FASTING, RANDOM_DIABETES, SOURCE, Meets, reached, worded_value
from riskmodels.measured import RECENT, Reading
from riskmodels.tabular.derived import group_of
from riskmodels.tabular.holding import HeldValue, held_text
from riskmodels.vocabulary import VOCABULARY


def measured_text(answer: Answer, case: PatientCase, words: Words) -> str:
    """What a measurement says to an outcome, with its source."""
    if words.is_english:
        return f"{answer.measured} ({SOURCE})"
    readings = case.assessment.measurements.readings(answer.outcome.name)
    told = words.clauses(_reading(reading, case, words) for reading in readings)
    return f"{told}。{_follows([r for r in readings if not r.when], words)}（{SOURCE}）"


def _reading(reading: Reading, case: PatientCase, words: Words) -> str:
    test = _test(reading.name, reading.value, case, words)
    if reading.name == "glucose":
        test = words.say("fasting", test=test)
    key = f"{'old_' if reading.when else ''}{'met' if reading.met else 'not_met'}"
    return words.say(
        key,
        test=test,
        disease=words.say(f"disease_{reading.disease}"),
        limit=words.value(reading.name, reading.limit, case.units.get(reading.name)),
        date=reading.when,
        months=str(RECENT),
    )


def _test(name: str, value: float, case: PatientCase, words: Words) -> str:
    """A test with as many decimals as keep it on its side of every limit."""
    shown = worded_value(name, value, case.units).removeprefix(f"{VOCABULARY[name].label} ")
    return f"{words.label(name)}{shown}"


def _follows(readings: list[Reading], words: Words) -> str:
    """What is to be done about tests that decide: confirmed, or repeated where two disagree."""
    levels = {reading.name: reading.level for reading in readings}
    if len(levels) == 2 and len(set(levels.values())) == 2:
        return words.say("repeat_hba1c" if levels["hba1c"] > levels["glucose"] else "repeat_glucose")
    if 2 not in levels.values():
        return ""
    return words.say("agree" if len(levels) == 2 else "confirm")


def held_words(answer: Answer, case: PatientCase, words: Words) -> str:
    """What is counted as the edge of the training data, and which way the risk then lies; empty where nothing is."""
    if not answer.held:
        return ""
    if words.is_english:
        return f"{held_text(answer.held, case.units)}."
    sides = {held.side for held in answer.held}
    side = sides.pop() if len(sides) == 1 else 0
    parts = words.clauses(
        words.say("held", part=_held(held, case, words), edge=words.say("highest" if held.above else "lowest"))
        for held in answer.held
    )
    return words.say("held_side", parts=parts, side=words.say(("either", "higher", "lower")[side]))


def _held(held: HeldValue, case: PatientCase, words: Words) -> str:
    unit, edge = case.units.get(held.name), held.seen.high if held.above else held.seen.low
    return words.say(
        "counted_as", fact=words.fact(held.name, held.value, unit), value=words.value(held.name, edge, unit)
    )


def caution_text(answer: Answer, case: PatientCase, words: Words) -> str:
    """What to be careful about; empty where nothing."""
    if not answer.caution:
        return ""
    if words.is_english:
        return f"Take care: {answer.caution.rstrip('.')}."
    model, outcome = case.assessment.model(answer.outcome.name), answer.outcome.name
    held = {value.name for value in answer.held}
    few = [
        name
        for name, seen in model.support[outcome].items()
        if name in case.facts and name not in held and not seen.usual_low <= case.facts[name] <= seen.usual_high
    ]
    group = group_of(model.card.get("derived"), outcome)
    return words.sentences(
        [
            words.say("few", names=words.labels(few)) if few else "",
            words.say("group", group=group) if group else "",
        ]
    )


def criteria_texts(case: PatientCase, words: Words) -> list[str]:
    """Criteria that depend on what is not known: a glucose that would count if fasting, or with symptoms."""
    found = [finding for finding in case.assessment.criteria(case.units) if finding.meets is Meets.DEPENDS]
    if words.is_english:
        return [f"{finding.text} ({SOURCE})" for finding in found]
    return [f"{_depends(case, words)}（{SOURCE}）" for _ in found]


def _depends(case: PatientCase, words: Words) -> str:
    value = case.facts["glucose"]
    key = "with_symptoms" if reached("glucose", value, RANDOM_DIABETES) else "if_fasted"
    return words.say(key, test=_test("glucose", value, case, words), hours=f"{HOURS_FASTING:g}")
