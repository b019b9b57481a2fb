"""Whether the app is ready to answer: every outcome has a model that loads, answers, and explains its own answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from riskmodels.errors import CareRiskError
from riskmodels.outcomes import OUTCOMES
from riskmodels.tabular.model import RiskModel, load_shipped

#: largest accepted distance between an explanation's sum and the log-odds shown
LARGEST_GAP = 1e-5
_PERSON = pd.DataFrame({"age": [55.0], "sex": [0.0], "systolic_bp": [140.0], "chest_pain_type": [1.0]})


@dataclass(frozen=True)
class Check:
    """One thing that was checked."""

    name: str
    passed: bool
    detail: str


def checks(folder: Path) -> list[Check]:
    """Load every shipped model and ask it for one estimate with its reasons.

    Args:
        folder: holds one folder a model.
    """
    try:
        models = load_shipped(folder)
    except CareRiskError as error:
        return [Check("models", False, str(error))]
    results = [_check_model(model) for model in models.values()]
    served = {outcome for model in models.values() for outcome in model.outcomes}
    missing = [o.name for o in OUTCOMES if o.name not in served]
    return [*results, Check("outcomes", not missing, f"no model for {', '.join(missing)}" if missing else "all served")]


def image_checks() -> list[Check]:
    """Load every image model that is found; the retina model must read the sample photo without refusing it."""
    from riskmodels.imaging.model import ROOT
    from riskmodels.imaging.picture import open_picture
    from riskmodels.imaging.registry import find_models

    results, sample = [], ROOT / "data" / "samples"
    for name, found in find_models().items():
        try:
            refused = ""
            model, photo = found.load(), sample / (found.card.get("sample") or "none")
            if photo.is_file():
                refused = model.read(open_picture(photo.read_bytes())).refused
            results.append(Check(name, not refused, refused or f"version {found.card['version']}"))
        except CareRiskError as error:
            results.append(Check(name, False, str(error)))
    return results


def database_check() -> Check:
    """Whether the database of jobs can be reached and is at the step that the code needs."""
    from riskmodels.records.engine import connect
    from riskmodels.records.upgrade import version

    try:
        database = connect()
        try:
            found = version(database)
        finally:
            database.close()
    except CareRiskError as error:
        return Check("database", False, str(error))
    if found.newer:
        return Check("database", False, f"at step {found.found}, made by newer code")
    return Check(
        "database", True, f"at step {found.found}" if found.current else "brought up to date when the app starts"
    )


def _check_model(model: RiskModel) -> Check:
    refused = [o for o in model.outcomes if model.predict(_PERSON).refused.iloc[0][o]]
    gap = max(float(model.explain(_PERSON, outcome).gap.max()) for outcome in model.outcomes)
    passed = not refused and gap < LARGEST_GAP
    detail = f"version {model.version}, on {model.device}, explanation gap {gap:.1e}"
    return Check(model.name, passed, detail if not refused else f"{detail}, refuses {', '.join(refused)}")
