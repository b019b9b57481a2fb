"""A patient's case made of values: shipped models, published scores and trials' benefits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import pandas as pd
import pytest

from riskmodels.assessment import assess
from riskmodels.care import benefits
from riskmodels.case_report.case import PatientCase
from riskmodels.checks import check
from riskmodels.columns import Columns
from riskmodels.scores.registry import all_scores
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.units import Unit
from riskmodels.vocabulary import VARIABLES

MakeCase = Callable[..., PatientCase]
TODAY = date(2026, 11, 30)


@pytest.fixture(scope="session")
def models() -> dict[str, RiskModel]:
    """The shipped models, loaded once."""
    return dict(load_shipped())


@pytest.fixture(scope="session")
def make_case(models: dict[str, RiskModel]) -> MakeCase:
    """``make_case({"age": 54, "sex": 0}, units={…}, old={…}, region="low", extra={…})``."""

    def make(
        values: Mapping[str, float],
        *,
        units: Mapping[str, Unit] | None = None,
        old: Mapping[str, str] | None = None,
        region: str = "",
        extra: Mapping[str, float] | None = None,
    ) -> PatientCase:
        row = {variable.name: values.get(variable.name, np.nan) for variable in VARIABLES}
        canonical = {v.name: v.units[0] for v in VARIABLES if v.units}
        chosen = canonical | dict(units or {})
        checked = check(pd.DataFrame([row], dtype=float), {name: unit.symbol for name, unit in canonical.items()})
        assessment = assess(checked.frame, models, units=chosen, old=old)
        patient = pd.concat([assessment.row(), pd.Series(dict(extra or {}), dtype=float)])
        scores = all_scores(Columns.of_row(patient), region, {"prevent": assessment.prevent})
        return PatientCase(assessment, chosen, patient, scores, benefits(patient, units=chosen), TODAY)

    return make
