"""When the neural estimate and a published score rank a patient clearly differently, and why, in words.

Both are ranked among people of the same sex and ten-year age band of NHANES 2011–2016. The ranks are put in six bands,
cut at the 25th, 50th, 75th, 90th and 97.5th percentile; clearly different means at least two bands apart. (Our own
convention: narrower bands towards the top, where decisions are taken; neighbouring bands are within the noise of both.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.outcomes import OUTCOME
from riskmodels.scores.eligibility import Result, row_of
from riskmodels.scores.inputs import variable_of
from riskmodels.scores.prevent import BMI
from riskmodels.scores.registry import REGISTRY, Score
from riskmodels.scores.standing import standing
from riskmodels.units import Unit

#: score and its value of the same kind as an outcome
SAME_KIND: dict[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(("diabetes", "dysglycaemia"), (("ada_risk_test", "points"), ("findrisc", "points"))),
    **dict.fromkeys(
        ("cvd_10y", "cvd_death_10y"),
        (
            ("prevent", "total_cvd_10y"),
            ("score2", "cvd_10y"),
            ("framingham", "general_cvd_10y"),
            ("pce", "ascvd_10y"),
        ),
    ),
}
EDGES = (0.25, 0.5, 0.75, 0.9, 0.975)
BANDS = ("lowest quarter", "25th–50th percentile", "50th–75th", "75th–90th", "90th–97.5th", "top 2.5 %")
#: bands apart from which the ranks are clearly different
APART = 2
#: inputs named in a text at most; log-odds below which one is not worth a word
MOST, LEAST = 4, 0.05

Units = Mapping[str, Unit]


@dataclass(frozen=True)
class Push:
    """A known input that the neural estimate uses and the score does not.

    Args:
        name: variable.
        log_odds: its contribution to the neural estimate (Shapley value); above zero it raises the estimate.
        text: the variable with its value.
    """

    name: str
    log_odds: float = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class Disagreement:
    """A clear difference of rank between an outcome's estimate and one score.

    Args:
        outcome: name of the neural outcome.
        score: name of the score in the registry.
        column: the score's value that was ranked.
        model_share: share of people of the same sex and age with a lower estimate (0–1).
        score_share: share with a lower score.
        only_model: known inputs that only the estimate uses and that move it by :data:`LEAST` or more, strongest first.
        only_score: names of the known inputs that only the score uses.
        text: all of it in words.
    """

    outcome: str
    score: str
    column: str
    model_share: float = field(repr=False)
    score_share: float = field(repr=False)
    only_model: tuple[Push, ...] = field(repr=False)
    only_score: tuple[str, ...]
    text: str = field(repr=False)

    @property
    def bands(self) -> tuple[int, int]:
        """Index into :data:`BANDS` of the estimate and of the score."""
        return band(self.model_share), band(self.score_share)


def band(share: float) -> int:
    """Index into :data:`BANDS` of a share (0–1); a band's lower end belongs to it."""
    return int(np.searchsorted(EDGES, share, side="right"))


def clearly_different(one: float, other: float) -> bool:
    """Whether two shares (0–1) are at least :data:`APART` bands apart; never where one is NaN."""
    return one == one and other == other and abs(band(one) - band(other)) >= APART


def find_disagreements(
    patient: pd.Series,
    outcome: str,
    model_share: float,
    contributions: pd.Series,
    results: Mapping[str, pd.DataFrame | Result],
    *,
    region: str = "",
    units: Units | None = None,
) -> list[Disagreement]:
    """Scores of the same kind that rank a patient clearly differently from a neural estimate.

    Args:
        patient: one row of a PatientFrame (with a score's further inputs where given).
        outcome: name of the neural outcome.
        model_share: share of people of the same sex and age with a lower estimate, ``model.percentile(...)``.
        contributions: log-odds by input of the estimate, ``model.explain(row, outcome).values.iloc[0]``.
        results: the scores' results for this patient (one row each), by name in the registry.
        region: SCORE2's risk region.
        units: unit to word a value in, by variable; canonical where absent.

    Returns:
        One for each score that has a number and percentiles and disagrees, in the order of :data:`SAME_KIND`.
    """
    found = []
    for name, column in SAME_KIND.get(outcome, ()):
        if name not in results:
            continue
        result = row_of(results[name])
        share = score_share(name, column, result, patient, region)
        if clearly_different(model_share, share):
            used = used_inputs(REGISTRY[name], patient, str(result["model"]))
            pushes = _only_model(patient, contributions, used, units or {})
            extra = tuple(n for n in used if contributions.get(n, 0.0) == 0.0)
            silent = Disagreement(outcome, name, column, model_share, share, pushes, extra, "")
            found.append(replace(silent, text=_text(silent, REGISTRY[name], _called(name, str(result["model"])))))
    return found


def score_share(
    score: str, column: str, result: Mapping[str, Any] | pd.Series, patient: pd.Series, region: str = ""
) -> float:
    """Where a patient's score stands among people of the same sex and age (0–1); NaN where it cannot be said.

    Args:
        score: name in the registry.
        column: one of its values.
        result: the score's result row.
        patient: one row of a PatientFrame.
        region: SCORE2's risk region.
    """
    if score == "framingham" and result["model"] != "lipid":
        return float("nan")  # the percentiles are those of the model with cholesterol
    age, sex = (float(patient.get(name, float("nan"))) for name in ("age", "sex"))
    return standing(score, column, float(result[column]), age, sex, region=region)


def used_inputs(score: Score, patient: pd.Series, model: str) -> tuple[str, ...]:
    """The known inputs that a score used for a patient.

    Args:
        score: of the registry.
        patient: one row of a PatientFrame.
        model: the score's model, as its result names it.
    """
    # PREVENT's total risk, which is ranked here, has no coefficient for body mass index
    without_bmi = score.name == "prevent" or (score.name == "framingham" and model == "lipid")
    optional = tuple(name for name in score.optional if not (without_bmi and name == BMI))
    return tuple(name for name in (*score.inputs, *optional) if pd.notna(patient.get(name)))


def _only_model(patient: pd.Series, contributions: pd.Series, used: Sequence[str], units: Units) -> tuple[Push, ...]:
    others = contributions.drop(labels=[name for name in used if name in contributions])
    strong = others[others.abs() >= LEAST].sort_values(key=np.abs, ascending=False, kind="stable")
    return tuple(Push(str(n), float(v), _value(patient, str(n), units)) for n, v in strong.items())


def _value(patient: pd.Series, name: str, units: Units) -> str:
    variable = variable_of(name)
    shown = variable.format(float(patient[name]), units.get(name))
    return f"{variable.label} ({shown})" if variable.choices else f"{variable.label} {shown}"


def _text(found: Disagreement, score: Score, called: str) -> str:
    """The difference, which inputs only one of the two uses, and where what they predict differs."""
    higher = found.model_share > found.score_share
    parts = [
        "Among people of the same sex and age the neural estimate ranks this patient "
        f"{'higher' if higher else 'lower'} ({_rank(found.model_share)}) than {called} ({_rank(found.score_share)}).",
        _pushes_text(found.only_model),
        f"Used only by {called}: {', '.join(variable_of(name).label for name in found.only_score)}."
        if found.only_score
        else "",
    ]
    if not found.only_score and (sum(push.log_odds for push in found.only_model) > 0) != higher:
        parts.append("The difference comes from how each weighs the inputs that both use.")
    if (score.name, found.outcome) != ("prevent", "cvd_10y"):  # that estimate is learnt from PREVENT
        parts.append(
            f"They do not predict the same. {called}: {_predicts(score)}. Neural estimate: "
            f"{OUTCOME[found.outcome].definition}."
        )
    return " ".join(part for part in parts if part)


def _called(score: str, model: str) -> str:
    return model.partition(",")[0] if score == "score2" else REGISTRY[score].title


def _rank(share: float) -> str:
    return f"above {100 * share:.0f} of 100: {BANDS[band(share)]}"


def _predicts(score: Score) -> str:
    horizon = "" if score.horizon == "now" else f" in {score.horizon.split()[0]} years"
    return f"{'risk of a ' if score.is_risk else ''}{score.predicts}{horizon}"


def _pushes_text(pushes: Sequence[Push]) -> str:
    if not pushes:
        return ""
    named = [f"{push.text} ({'raises' if push.log_odds > 0 else 'lowers'} it)" for push in pushes[:MOST]]
    more = f" and {len(pushes) - MOST} more" if len(pushes) > MOST else ""
    total = sum(push.log_odds for push in pushes)
    way = "up" if total > 0 else "down"
    return f"Used only by the neural estimate: {', '.join(named)}{more}; together they push it {way}."
