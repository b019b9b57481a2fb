"""``python -m riskmodels.shipping.evidence.origin_inputs``: do inputs that carry origin unnamed close the gap?

On top of the model's log-odds a logistic line with a few more columns is fitted on 1999–2012 and looked at in 2013–14;
nothing later is read. The last line names origin: what could be had at most, and is not done. See docs/experiments.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from riskmodels import ROOT
from riskmodels.cohorts.nhanes import read_nhanes
from riskmodels.columns import Floats
from riskmodels.evaluation import auroc
from riskmodels.evaluation.logistic import fit_logistic
from riskmodels.shipping.evidence.population import ORIGINS
from riskmodels.shipping.evidence.survey import Audit, read_audit
from riskmodels.shipping.population import COHORT, GLYCAEMIA, SUBSETS
from riskmodels.shipping.say import to_stdout
from riskmodels.tabular.model import SHIPPED, RiskModel
from riskmodels.tabular.recipes import Labelled, label_population

#: cuts of body mass index, kg/m², at which WHO would act in Asian people, and those for everybody
WHO_ASIAN_CUTS, WHO_CUTS = (23.0, 27.5), (25.0, 30.0)
_RIDGE = 1.0
_GROUPS = ("non-Hispanic White", "non-Hispanic Black", "Mexican American", "non-Hispanic Asian")


def designs(frame: pd.DataFrame, audit: Audit) -> dict[str, pd.DataFrame]:
    """Columns to add to the model's log-odds, by what they are.

    Args:
        frame: people.
        audit: what the survey says of them besides; for the last line alone.
    """
    bmi, ratio = frame["bmi"], frame["waist"] / frame["height"]
    shape = pd.DataFrame({"ratio": ratio, "half": (ratio >= 0.5).where(ratio.notna()), "height": frame["height"]})
    cuts = pd.DataFrame({f"bmi {cut}": (bmi >= cut).where(bmi.notna()) for cut in (*WHO_ASIAN_CUTS, *WHO_CUTS)})
    bloods = frame[["creatinine", "uric_acid", "albumin", "crp", "triglycerides", "hdl_cholesterol"]]
    named = pd.DataFrame({level: frame["race_ethnicity"] == level for level in ORIGINS}).assign(asian=audit.asian == 1)
    return {
        "line alone": frame[[]],
        "waist-to-height, height": shape[["ratio", "half", "height"]],
        "BMI cuts 23, 25, 27.5, 30": cuts,
        "both, and blood values again": pd.concat([shape, cuts, bloods], axis=1),
        "origin by name (not done)": named.astype(float),
    }


def look(
    model: RiskModel, data: Labelled, audit: Audit, outcome: str, inputs: tuple[str, ...]
) -> dict[str, dict[str, float]]:
    """AUROC and observed / expected by origin in 2013–14 for each design, everybody's ratio made 1.

    Args:
        model: whose log-odds are built upon.
        data: labelled people.
        audit: what the survey says of them besides.
        outcome: a glycaemia outcome.
        inputs: that are known.
    """
    people = data.frame[data.rows(outcome, "fit") | data.rows(outcome, "tune")]
    label = data.targets.loc[people.index, outcome].to_numpy(np.float64)
    logit = model.predict(people[list(inputs)]).logit[outcome].to_numpy(np.float64)
    fitted = (data.part.loc[people.index, outcome] == "fit").to_numpy()
    groups = people["race_ethnicity"].map(ORIGINS).mask(audit.asian.reindex(people.index) == 1, "non-Hispanic Asian")
    found = {}
    for name, extra in designs(people, audit).items():
        design = np.column_stack([np.ones(len(people)), logit, _columns(extra)])
        beta = fit_logistic(design[fitted], label[fitted], np.ones((1, fitted.sum())), ridge=_RIDGE)[0]
        found[name] = _by_origin(label[~fitted], (design @ beta)[~fitted], groups[~fitted])
    return found


def _columns(extra: pd.DataFrame) -> Floats:
    """Standardised columns, 0 where unknown, each with whether it is known."""
    values = extra.to_numpy(np.float64)
    known = ~np.isnan(values)
    spread = np.where(known.any(axis=0), np.nanstd(values, axis=0), 1.0) if values.size else np.ones(0)
    scaled = np.where(known, (values - np.nanmean(values, axis=0)) / np.where(spread > 0, spread, 1), 0.0)
    return np.concatenate([scaled, known[:, ~known.all(axis=0)].astype(np.float64)], axis=1)


def _by_origin(label: Floats, logit: Floats, groups: pd.Series) -> dict[str, float]:
    level = fit_logistic(np.ones((len(label), 1)), label, np.ones((1, len(label))), offset=logit)[0, 0]
    risk = 1 / (1 + np.exp(-(logit + level)))
    ratios = {name: label[rows].sum() / risk[rows].sum() for name in _GROUPS for rows in [(groups == name).to_numpy()]}
    return {"AUROC": auroc(label, risk)} | {name: float(ratio) for name, ratio in ratios.items()}


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """Markdown of one outcome."""
    names = ["AUROC", *_GROUPS]
    lines = ["| on top of the model | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for name, row in found.items():
        numbers = [f"{row[k]:.3f}" if k == "AUROC" else f"{row[k]:.2f}" for k in names]
        lines.append(f"| {name} | " + " | ".join(numbers) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    options = parser.parse_args()
    data = label_population(read_nhanes(options.shared / COHORT))
    audit, model = read_audit(options.shared / COHORT, data.frame), RiskModel.load(SHIPPED / "population")
    for outcome in GLYCAEMIA:
        for name in ("all inputs", "without glucose"):
            found = look(model, data, audit, outcome, SUBSETS[name])
            to_stdout(f"\n{outcome}, {name}\n\n{table(found)}")


if __name__ == "__main__":
    main()
