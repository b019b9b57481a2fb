"""Evidence of the chest-pain model: the hospitals' patients in, judged by fits of the same recipe that had not seen
them, one block out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.evaluation import age_bands
from riskmodels.evaluation.evidence import Group, Validation
from riskmodels.shipping.chest_pain import FOLDS, OUTCOME_NAME, fits_of, folds_of
from riskmodels.shipping.evidence.groups import calibration_groups
from riskmodels.shipping.evidence.judged import Judged
from riskmodels.shipping.evidence.scale import Scale
from riskmodels.shipping.evidence.validation import decide, validate
from riskmodels.tabular.recipes import CHEST_PAIN_INPUTS, Labelled
from riskmodels.tabular.reference import Reference
from riskmodels.vocabulary import VOCABULARY

BEDSIDE = "age sex chest_pain_type systolic_bp total_cholesterol fasting_glucose_above_120 resting_ecg".split()
SUBSETS = {
    "all inputs": CHEST_PAIN_INPUTS,
    "without imaging": [name for name in CHEST_PAIN_INPUTS if name not in ("major_vessels", "thallium_scan")],
    "at the bedside": BEDSIDE,
    "age, sex and pain": ["age", "sex", "chest_pain_type"],
}


def judge(data: Labelled, scale: Scale, device: str | None = None) -> Judged:
    """The patients with the fits of the card's folds; of the first repeat alone where people are sampled.

    Each fit has the patients it was fitted on as its reference population, so that it can say what is most telling.

    Args:
        data: labelled patients.
        scale: people and replicates.
        device: see :func:`riskmodels.tabular.fitting.fit_model`.
    """
    folds = folds_of(data)[: None if scale.people is None else FOLDS]
    label = data.targets[OUTCOME_NAME].to_numpy(np.float64)
    fits = []
    for (model, test), (train, _) in zip(fits_of(data, folds, device), folds, strict=True):
        people = data.frame.iloc[train]
        weight = pd.Series(1.0, index=people.index)
        known = Reference.fit(people, model.predict(people).risk, weight, model.inputs, "patients of the other folds")
        fits.append((model.calibrated(model.calibration, known, model.card), test))
    one_each = np.arange(len(label)).astype(object)
    return Judged(OUTCOME_NAME, data.frame, label, np.ones(len(label)), one_each, tuple(fits))


def validations(judged: Judged, scale: Scale) -> dict[str, Validation]:
    """Every subset of inputs; no published score needs only these inputs, so decisions stand against treating all."""
    plan, found = scale.plan(), {}
    for name, inputs in SUBSETS.items():
        risk = judged.knowing(inputs)
        decision = decide(judged.outcome, judged.label, {"this model": risk}, judged.weight, {}, plan)
        found[name] = validate(
            judged.label, risk, judged.weight, name=name, inputs=inputs, plan=plan, decision=decision
        )  # fmt: skip
    return found


def groups(judged: Judged, scale: Scale) -> list[Group]:
    """Calibration by sex, age and hospital; there is no survey, so nothing is weighted."""
    people = judged.people
    sex = people["sex"].map({c.code: c.label for c in VOCABULARY["sex"].choices})
    age = age_bands(people["age"])
    divisions = pd.DataFrame(
        {
            "all": pd.Series("all", index=people.index),
            "sex": sex,
            "age": age,
            "sex × age": sex + ", " + age.astype("string"),
            "hospital": people["site"],
        }
    )
    n = len(people)
    part, survey = np.full(n, "cross-validation", dtype=object), np.full(n, np.nan)
    risk, plan = judged.knowing(judged.inputs), scale.plan(fewer=True)
    return calibration_groups(judged.label, risk, judged.weight, survey, divisions, part, plan)
