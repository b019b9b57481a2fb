"""Evidence of the population model: the model and labelled NHANES in, one block an outcome out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.evaluation import age_bands, fit_affine
from riskmodels.evaluation.evidence import Group, Validation
from riskmodels.outcomes import OUTCOME, eligible
from riskmodels.scores.findrisc import findrisc
from riskmodels.scores.prevent import prevent
from riskmodels.shipping.evidence.groups import calibration_groups
from riskmodels.shipping.evidence.judged import Judged
from riskmodels.shipping.evidence.scale import Scale
from riskmodels.shipping.evidence.survey import Audit
from riskmodels.shipping.evidence.validation import decide, validate
from riskmodels.shipping.population import SUBSETS
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.recipes import Labelled
from riskmodels.vocabulary import VOCABULARY

#: levels of RIDRETH1 in words
ORIGINS = {
    "nh_white": "non-Hispanic White",
    "nh_black": "non-Hispanic Black",
    "mexican_american": "Mexican American",
    "other_hispanic": "other Hispanic",
    "other_incl_multi": "Asian or other",
}
ASIAN = "non-Hispanic Asian"
_SEXES = {c.code: c.label for c in VOCABULARY["sex"].choices}


def judge(model: RiskModel, data: Labelled, outcome: str, part: str, scale: Scale) -> Judged:
    """The people of a part with that outcome.

    Args:
        model: as fitted; it had not seen the part.
        data: labelled people.
        outcome: one of the model's.
        part: "test", or another to look at it.
        scale: how many of them.
    """
    rows = data.rows(outcome, part) & eligible(data.frame, OUTCOME[outcome])
    people = scale.sample(data.frame[rows])
    return Judged(
        outcome,
        people,
        data.targets.loc[people.index, outcome].to_numpy(np.float64),
        data.weights.loc[people.index, outcome].to_numpy(np.float64),
        clusters(people),
        ((model, np.arange(len(people))),),
    )


def clusters(people: pd.DataFrame) -> npt.NDArray[np.object_]:
    """What the survey drew: its sampling unit within stratum and cycle."""
    texts = people["cycle"].astype(str) + "/" + people["strata"].astype(str) + "/" + people["psu"].astype(str)
    return texts.to_numpy(object)


def validations(judged: Judged, data: Labelled, scale: Scale) -> dict[str, Validation]:
    """Every subset of inputs; none where labels are probabilities."""
    if judged.soft:
        return {}
    plan = scale.plan()
    found = {}
    for name, inputs in SUBSETS.items():
        risk = judged.knowing(inputs)
        scores, notes = {"this model": risk} | _published(judged, data), _notes(judged.outcome)
        decision = decide(judged.outcome, judged.label, scores, judged.weight, notes, plan)
        used = [i for i in inputs if i in judged.inputs]
        found[name] = validate(
            judged.label, risk, judged.weight, name=name, inputs=used, plan=plan, decision=decision
        )  # fmt: skip
    return found


def _notes(outcome: str) -> dict[str, str]:
    if outcome in ("diabetes", "dysglycaemia"):
        return {"FINDRISC": "vegetables and former high glucose were not asked and count no points; "
                            "points made a risk by a line fitted on 1999–2014"}  # fmt: skip
    if outcome == "cvd_death_10y":
        return {"PREVENT total CVD": "made a risk of death by a line fitted on the people the model was fitted on"}
    return {}


def _published(judged: Judged, data: Labelled) -> dict[str, Floats]:
    """Published scores of the people as risks of this outcome: a line on the log-odds, fitted outside the test part."""
    outcome = judged.outcome
    if outcome in ("diabetes", "dysglycaemia"):
        return {"FINDRISC": _as_risk(findrisc_points(data.frame), judged, data)}
    if outcome == "cvd_death_10y":
        risk = prevent(data.frame)["total_cvd_10y"]
        return {"PREVENT total CVD": _as_risk(np.log(risk) - np.log1p(-risk), judged, data)}
    return {}


def findrisc_points(frame: pd.DataFrame) -> pd.Series:
    """FINDRISC's points with what NHANES asked; the two items it did not ask count none."""
    relative = frame["family_history_diabetes"].map({0.0: 0.0, 1.0: 2.0})
    told = frame.assign(
        daily_activity=frame["physical_activity"],
        daily_vegetables=1.0,
        high_glucose_ever=0.0,
        family_history_degree=relative,
    )
    return findrisc(told)["points"]


def _as_risk(score: pd.Series, judged: Judged, data: Labelled) -> Floats:
    seen = data.part[judged.outcome] != "test"
    label, weight = (table.loc[seen, judged.outcome] for table in (data.targets, data.weights))
    slope, intercept = fit_affine(score[seen], label, weight)
    return np.asarray(1 / (1 + np.exp(-(slope * score.loc[judged.people.index].to_numpy(float) + intercept))))


def groups(model: RiskModel, judged: Judged, data: Labelled, audit: Audit, scale: Scale) -> list[Group]:
    """Calibration of the test part by sex, age and origin, and of every cycle.

    Args:
        model: as fitted.
        judged: the test part.
        data: labelled people, of every part.
        audit: what the survey says of them besides.
        scale: people and replicates.
    """
    outcome = judged.outcome
    part = data.part.loc[judged.people.index, outcome].to_numpy(object)
    everybody = judged.knowing(judged.inputs)
    found = _grouped(judged, everybody, divisions(judged.people, audit), part, audit, scale)
    rows = data.targets[outcome].notna() & (data.weights[outcome] > 0) & eligible(data.frame, OUTCOME[outcome])
    people = scale.sample(data.frame[rows], 3)
    whole = Judged(
        outcome,
        people,
        data.targets.loc[people.index, outcome].to_numpy(np.float64),
        data.weights.loc[people.index, outcome].to_numpy(np.float64),
        clusters(people),
        ((model, np.arange(len(people))),),
    )
    parts = data.part.loc[people.index, outcome].to_numpy(object)
    words = {"fit": "fitted on", "tune": "calibrated on", "test": "tested on"}
    cycles = people["cycle"].str.replace("-", "–")
    several = cycles + pd.Series([f", {words[p]}" for p in parts], index=people.index)
    shown = several if outcome == "cvd_death_10y" else cycles
    return found + _grouped(whole, whole.knowing(whole.inputs), pd.DataFrame({"cycle": shown}), parts, audit, scale)


def _grouped(
    judged: Judged, risk: Floats, by: pd.DataFrame, part: npt.NDArray[np.object_], audit: Audit, scale: Scale
) -> list[Group]:
    survey = audit.weight.reindex(judged.people.index).to_numpy(np.float64)
    plan = scale.plan(judged.cluster, fewer=True)
    return calibration_groups(judged.label, risk, judged.weight, survey, by, part, plan)


def divisions(people: pd.DataFrame, audit: Audit) -> pd.DataFrame:
    """What the test part is divided by.

    Args:
        people: of the test part.
        audit: what the survey says of them besides.
    """
    sex, age = people["sex"].map(_SEXES), age_bands(people["age"])
    known = audit.asian.reindex(people.index)
    return pd.DataFrame(
        {
            "all": pd.Series("all", index=people.index),
            "sex": sex,
            "age": age,
            "sex × age": sex + ", " + age.astype("string"),
            "origin": people["race_ethnicity"].map(ORIGINS),
            "Asian origin": known.map({1.0: ASIAN}),
        }
    )
