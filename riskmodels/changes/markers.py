"""What the markers that diagnose an outcome would probably do along a plan, which holds them where they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from riskmodels.changes.bounds import SUGAR
from riskmodels.changes.links import STOPS, Links
from riskmodels.units import Unit
from riskmodels.vocabulary import VOCABULARY

MARKERS = ("glucose", "hba1c")


def markers_text(
    outcome: str, patient: pd.Series, bmi_change: float, links: Links, units: Mapping[str, Unit] | None = None
) -> str:
    """Where glucose and HbA1c would probably be after a change of weight.

    Args:
        outcome: of the plan.
        patient: one row of a PatientFrame.
        bmi_change: kg/m², negative for a loss.
        links: the regression lines.
        units: unit to word a value in, by variable; canonical where absent.

    Returns:
        One sentence a known marker; empty for outcomes that they do not diagnose, and where weight does not change.
    """
    if outcome not in SUGAR or not bmi_change:
        return ""
    told = [_marker(name, patient, bmi_change, links, units or {}) for name in MARKERS]
    return " ".join(sentence for sentence in told if sentence)


def _marker(name: str, patient: pd.Series, change: float, links: Links, units: Mapping[str, Unit]) -> str:
    value, line = float(patient.get(name, np.nan)), links.slope(name, "bmi", patient)
    if value != value or line is None:
        return ""
    after = max(min(value, STOPS[name][0]), value + line.slope * change)
    before, then = (VOCABULARY[name].format(number, units.get(name)) for number in (value, after))
    return (
        f"{VOCABULARY[name].label} is held at {before}, since it is what the diagnosis is made of; with this weight it "
        f"would probably be about {then} ({line.text})."
    )
