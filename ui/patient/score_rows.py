"""Published scores of one patient in words: one row a score, for the page's table and for the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import pandas as pd

from riskmodels.columns import Columns
from riskmodels.percent import percent_text
from riskmodels.scores.atrial_fibrillation import FIBRILLATION
from riskmodels.scores.disagreement import score_share
from riskmodels.scores.eligibility import Result
from riskmodels.scores.heart_age import heart_age
from riskmodels.scores.inputs import variable_of
from riskmodels.scores.prevent import MAIN
from riskmodels.scores.registry import REGISTRY, Score, all_scores
from riskmodels.scores.score2 import COUNTRIES, REGIONS, region_of
from riskmodels.scoring.scores import CATEGORY_OF
from ui import text

#: SCORE2's regions, then every country the guideline lists
PLACES = (*REGIONS, *sorted(country for countries in COUNTRIES.values() for country in countries))
_NOT_KNOWN, _NOT_ELIGIBLE = "not known: ", "not eligible: "
_RISK_OF = {
    "total_cvd": "all cardiovascular",
    "ascvd": "ASCVD",
    "heart_failure": "heart failure",
    "chd": "coronary disease",
    "stroke": "stroke",
}
_MODELS = {
    ("prevent", "base"): "base model",
    ("prevent", "hba1c"): "model with HbA1c",
    ("prevent", "uacr"): "model with urine albumin",
    ("prevent", "full"): "full model",
    ("framingham", "lipid"): "model with cholesterol",
    ("framingham", "office"): "model with body mass index",
}
#: shown beside PREVENT's main values, where PREVENT gives it: to people under 60
_LATER = "total_cvd_30y"


class State(IntEnum):
    """Whether a score has a number, in the order of the table."""

    GIVEN = 0
    MISSING = 1
    OUTSIDE = 2


@dataclass(frozen=True)
class Shown:
    """One number: of what (empty where the score has one only), in words, the guideline's category."""

    label: str
    value: str
    category: str = ""

    @property
    def text(self) -> str:
        """``ASCVD 9.2 %, intermediate``."""
        worded = f"{self.label} {self.value}".strip()
        return f"{worded}, {self.category}" if self.category else worded


@dataclass(frozen=True)
class ScoreRow:
    """One score of one patient.

    Args:
        score: of the registry.
        state: whether there is a number.
        numbers: the main ones; empty where there is none.
        further: the others.
        model: equation used, in words.
        missing: labels of the required inputs not known.
        reason: why it does not apply; empty where it does.
        standing: where the patient stands among people of the same sex and age; empty where not known.
        possible: what can be said of the points while inputs are unknown; empty where nothing can.
        beside: what stands beside the main numbers on the page: PREVENT's 30-year risk and heart age.
        withheld: which of the main numbers is not given, and why, as a sentence; empty where all are.
    """

    score: Score
    state: State
    numbers: tuple[Shown, ...] = field(repr=False)
    further: tuple[Shown, ...] = field(repr=False)
    model: str
    missing: tuple[str, ...]
    reason: str
    standing: str = field(repr=False)
    possible: str = field(default="", repr=False)
    beside: tuple[Shown, ...] = field(default=(), repr=False)
    withheld: str = ""

    @property
    def why_none(self) -> str:
        """Why there is no number, as a sentence; empty where there is one."""
        if self.state is State.MISSING:
            return f"{_sentence(self.possible)} Not known: {', '.join(self.missing)}.".lstrip()
        return f"Does not apply: {self.reason}." if self.state is State.OUTSIDE else ""


@dataclass(frozen=True)
class Published:
    """The results of every published score for one patient.

    Args:
        patient: row of the PatientFrame, with the inputs that only scores take.
        results: of one row, by name in the registry.
        region: SCORE2's risk region; empty where not chosen.
    """

    patient: pd.Series = field(repr=False)
    results: Mapping[str, Result] = field(repr=False)
    region: str

    def given(self, score: str) -> bool:
        """Whether a score has a number."""
        return str(self.results[score].row()["problems"]) == ""

    @property
    def rows(self) -> list[ScoreRow]:
        """One row a score: those with a number, those that lack an input, those that do not apply.

        Scores of atrial fibrillation have none where it is not told of: most patients do not have it.
        """
        asked = [name for name, result in self.results.items() if FIBRILLATION not in _missing(result.row())]
        return sorted((_row(REGISTRY[name], self) for name in asked), key=lambda row: row.state)


def compute_scores(patient: pd.Series, region: str, found: Mapping[str, Result] | None = None) -> Published:
    """Every score of the registry for one patient.

    Args:
        patient: row of a PatientFrame, with a score's further inputs where given.
        region: SCORE2's risk region; empty where not chosen.
        found: results that are there already, by name.
    """
    return Published(patient, all_scores(Columns.of_row(patient), region, found), region)


def region_at(place: str | None) -> str:
    """The risk region of a choice of :data:`PLACES`; empty where nothing is chosen."""
    if place is None:
        return ""
    return place if place in REGIONS else region_of(place)


def region_text(region: str) -> str:
    """``very high-risk region``."""
    return f"{region.replace('_', ' ')}-risk region"


def _row(score: Score, published: Published) -> ScoreRow:
    result, patient = published.results[score.name].row(), published.patient
    missing = tuple(map(_label, _missing(result)))
    found = [part for part in result["problems"].split("; ") if part and not part.startswith(_NOT_KNOWN)]
    reason = "; ".join(part.removeprefix(_NOT_ELIGIBLE) for part in found)
    state = State.OUTSIDE if found else State.MISSING if missing else State.GIVEN
    numbers, further = _numbers(score, result) if state is State.GIVEN else ((), ())
    rank = _standing(score, result, patient, published.region) if state is State.GIVEN else ""
    model, possible = _model(score, result["model"]), result.get("possible", "")
    beside = _beside(further, patient) if score.name == "prevent" and state is State.GIVEN else ()
    withheld = _sentence(str(result.get("problems_bmi", "")))
    return ScoreRow(score, state, numbers, further, model, missing, reason, rank, possible, beside, withheld)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _beside(further: tuple[Shown, ...], patient: pd.Series) -> tuple[Shown, ...]:
    """The 30-year risk where there is one, and the heart age."""
    later = [number for number in further if number.label == _of(_LATER)]
    age = heart_age(Columns.of_row(patient))
    return (*later, Shown("heart age", f"{age.words} years"))


def _missing(result: Mapping[str, Any]) -> list[str]:
    """Names of the required inputs that are not known."""
    return [name for name in str(result["missing"]).split(", ") if name]


def _model(score: Score, name: str) -> str:
    """The equation used, in words."""
    if score.name == "pce":
        return f"{name[0].upper()}{name[1:]}"
    return _MODELS.get((score.name, name), name)


def _label(name: str) -> str:
    return "country or risk region" if name == "region" else text.inside(variable_of(name).label)


def _numbers(score: Score, result: Mapping[str, Any]) -> tuple[tuple[Shown, ...], tuple[Shown, ...]]:
    """The numbers shown at once, and the others."""
    names = [name for name in score.values if result[name] == result[name]]  # noqa: PD011, not a frame's values
    shown = {name: _number(score, name, result) for name in names}
    if score.name != "prevent":
        return tuple(shown.values()), ()
    further = tuple(number for name, number in shown.items() if name not in MAIN)
    return tuple(number for name, number in shown.items() if name in MAIN), further


def _number(score: Score, name: str, result: Mapping[str, Any]) -> Shown:
    value: float = result[name]
    rated = name == CATEGORY_OF.get(score.name, score.value)
    category = result["category"] if rated else ""
    if score.unit and name == score.value:
        return Shown("", f"{value:.0f} {score.unit.removesuffix('s') if value == 1 else score.unit}", category)
    if score.name == "findrisc":
        return Shown("the form's share", f"{100 * value:.3g} %")
    edges = tuple(edge for bands in score.bands.values() for edge in bands.edges) if rated else ()
    return Shown(_of(name) if score.name == "prevent" else "", percent_text(value, edges), category)


def _of(name: str) -> str:
    outcome, _, horizon = name.rpartition("_")
    years = "" if horizon == "10y" else f", {horizon.removesuffix('y')} years"
    return f"{_RISK_OF[outcome]}{years}"


def _standing(score: Score, result: Mapping[str, Any], patient: pd.Series, region: str) -> str:
    share = score_share(score.name, score.value, result, patient, region)
    if share != share:
        return ""
    people = f"{'men' if patient['sex'] == 1 else 'women'} aged {text.age_band(float(patient['age']))}"
    percent = round(100 * share)
    return f"among the lowest of {people}" if percent <= 1 else f"higher than {min(percent, 99)} % of {people}"
