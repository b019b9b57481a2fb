"""Published scores beside the estimates, one line a score with a number, and in one sentence those without."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

from riskmodels.case_report.case import PatientCase
from riskmodels.case_report.language import Words
from riskmodels.columns import Columns
from riskmodels.percent import percent_text
from riskmodels.scores.atrial_fibrillation import FIBRILLATION
from riskmodels.scores.heart_age import BELOW, NAMED, OPTIMAL, heart_age
from riskmodels.scores.prevent import AGES, BMI, BMI_LIMITS, MAIN, outcomes_with_bmi
from riskmodels.scores.registry import REGISTRY, Score
from riskmodels.scoring.scores import CATEGORY_OF

#: values told, by score; of the others the main one
TOLD = {"prevent": (*MAIN, "total_cvd_30y")}
#: what the values of a score are of
VALUE_LABEL = {
    "prevent.total_cvd": "all cardiovascular disease",
    "prevent.ascvd": "ASCVD",
    "prevent.heart_failure": "heart failure",
    "pce.ascvd": "ASCVD",
    "framingham.general_cvd": "cardiovascular disease",
    "score2.cvd": "cardiovascular disease",
}
MODEL_WORDS = {
    "prevent.base": "base model",
    "prevent.hba1c": "model with HbA1c",
    "prevent.uacr": "model with urine albumin",
    "prevent.full": "full model",
    "framingham.lipid": "model with cholesterol",
    "framingham.office": "model with body mass index",
}
#: scores that are computed in more than one way
_WITH_MODEL = ("prevent", "pce", "framingham", "score2")


def score_lines(case: PatientCase, words: Words) -> list[str]:
    """The scores in lines; none where none was asked.

    Args:
        case: of the patient.
        words: of the language.
    """
    rows = {name: result.row() for name, result in case.scores.items()}
    asked = {name: row for name, row in rows.items() if FIBRILLATION not in row["missing"].split(", ")}
    given = [_line(REGISTRY[name], row, case, words) for name, row in asked.items() if not row["problems"]]
    partly = [_partly(REGISTRY[name], row, words) for name, row in asked.items() if _possible(row)]
    age = _heart_age(case, words)
    lines = [f"- {line}" for line in (*given, *partly, *([age] if age else []))]
    none = {name: row for name, row in asked.items() if row["problems"] and not _possible(row)}
    lacking = [REGISTRY[name] for name, row in none.items() if _lacks_only(row)]
    outside = [REGISTRY[name] for name in none if REGISTRY[name] not in lacking]
    return [
        *([words.say("scores"), *lines] if lines else []),
        *([words.say("lacking", scores=words.listed(_title(score, words) for score in lacking))] if lacking else []),
        *([words.say("not_valid", scores=words.listed(_title(score, words) for score in outside))] if outside else []),
    ]


def _lacks_only(row: Mapping[str, Any]) -> bool:
    """Whether a score has no number for lack of facts alone."""
    return all(part.startswith("not known: ") for part in str(row["problems"]).split("; "))


def _possible(row: Mapping[str, Any]) -> bool:
    """Whether a range of points is possible where the points are not known."""
    return bool(row.get("possible"))


def _title(score: Score, words: Words) -> str:
    return words.name("score", score.name, score.title)


def _line(score: Score, row: Mapping[str, Any], case: PatientCase, words: Words) -> str:
    names = [name for name in TOLD.get(score.name, (score.value,)) if row[name] == row[name]]
    title = _title(score, words)
    if score.name in _WITH_MODEL:
        key = f"{score.name}.{row['model']}"
        model = words.name("model", key, MODEL_WORDS.get(key, row["model"]))
        title = words.say("score_model", score=title, model=model)
    values = [_value(score, name, row, words) for name in names]
    values += [_withheld(case, words)] if row.get("problems_bmi") else []
    return words.say("score", score=title, values=words.clauses(values))


def _withheld(case: PatientCase, words: Words) -> str:
    """What PREVENT does not give for want of a body mass index in range."""
    keys = [f"prevent.{outcome}" for outcome in outcomes_with_bmi()]
    outcomes = words.listed(words.name("value", key, VALUE_LABEL[key]) for key in keys)
    if isnan(float(case.patient[BMI])):
        return words.say("no_bmi", outcomes=outcomes)
    return words.say("bmi_outside", outcomes=outcomes, low=f"{BMI_LIMITS[0]:g}", high=f"{BMI_LIMITS[1]:g}")


def _value(score: Score, name: str, row: Mapping[str, Any], words: Words) -> str:
    rated = name == CATEGORY_OF.get(score.name, score.value)
    told = _number(score, name, row[name], rated, words)
    if not rated or not row["category"]:
        return told
    return words.say("rated", value=told, category=words.name("category", row["category"], row["category"]))


def _number(score: Score, name: str, value: float, rated: bool, words: Words) -> str:
    if score.unit == "points":
        return words.say("points_one" if value == 1 else "points_many", count=f"{value:.0f}")
    if score.unit:
        return words.value("egfr", value)
    edges = tuple(edge for bands in score.bands.values() for edge in bands.edges) if rated else ()
    what, _, horizon = name.rpartition("_")
    key = f"{score.name}.{what}"
    return words.say(
        "value_years",
        value=words.name("value", key, VALUE_LABEL.get(key, what)),
        years=horizon.removesuffix("y"),
        risk=percent_text(value, edges),
    )


def _partly(score: Score, row: Mapping[str, Any], words: Words) -> str:
    """The fewest and the most points that are possible, and what is not known."""
    least, most = (f"{row[f'{end}_points']:.0f}" for end in ("least", "most"))
    names = words.labels(str(row["missing"]).split(", "))
    return words.say("possible", score=_title(score, words), least=least, most=most, names=names)


def _heart_age(case: PatientCase, words: Words) -> str:
    age = heart_age(Columns.of_row(case.patient))
    if not age.given:
        return ""
    shown = age.words
    if age.beyond:
        below = age.beyond == BELOW
        shown = words.say("below" if below else "beyond", age=str(AGES[0] if below else AGES[1]))
    facts = words.listed(words.inside(words.fact(name, OPTIMAL[name], case.units.get(name))) for name in NAMED)
    return words.say("heart_age", age=shown, facts=facts)
