"""The glucose management indicator (GMI), and what it means that it differs from HbA1c of the laboratory.

Bergenstal 2018, Diabetes Care 41:2275, doi 10.2337/dc18-1581.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from riskmodels.columns import Floats
from riskmodels.units import HBA1C, from_canonical

Number = TypeVar("Number", float, Floats)
SOURCE = "Bergenstal 2018, doi 10.2337/dc18-1581"
#: percentage points (NGSP) from which a difference is worth a thought
NOTABLE = 0.5


def gmi_percent(mean_mg_dl: Number) -> Number:
    """GMI in % (NGSP): 3.31 + 0.02392 × mean glucose in mg/dL."""
    return 3.31 + 0.02392 * mean_mg_dl


@dataclass(frozen=True)
class GmiBesideHba1c:
    """GMI and HbA1c side by side.

    Args:
        gmi, hba1c: % (NGSP).
        difference: HbA1c − GMI, percentage points.
        notable: whether it is :data:`NOTABLE` or more.
        text: what it is and can mean, in words.
    """

    gmi: float
    hba1c: float
    difference: float
    notable: bool
    text: str


def beside_hba1c(mean_mg_dl: float, hba1c: float, days: float) -> GmiBesideHba1c:
    """Set GMI beside HbA1c of the laboratory.

    Args:
        mean_mg_dl: mean glucose of the sensor, mg/dL.
        hba1c: of the laboratory, % (NGSP).
        days: that the sensor was worn.
    """
    gmi = float(gmi_percent(mean_mg_dl))
    difference = hba1c - gmi
    notable = round(abs(difference), 1) >= NOTABLE
    return GmiBesideHba1c(gmi, hba1c, difference, notable, _words(gmi, hba1c, difference, notable, days))


def _words(gmi: float, hba1c: float, difference: float, notable: bool, days: float) -> str:
    shown = f"GMI {in_both(gmi)} from {days:.0f} days of the sensor, HbA1c {in_both(hba1c)} from the laboratory"
    if round(abs(difference), 1) < 0.1:
        return f"{shown}: they agree."
    side = "higher" if difference > 0 else "lower"
    said = f"{shown}, {abs(difference):.1f} points {side} than GMI."
    if not notable:
        return said + " So small a difference is usual."
    other, risk = ("lower", "bring glucose too low") if difference > 0 else ("higher", "leave glucose too high")
    return (
        f"{said} Glucose of the sensor's days is {other} than this HbA1c would suggest. Either glucose was different in"
        " the two to three months that HbA1c looks back on, or this person's red cells live longer or shorter, or bind"
        " glucose otherwise, than most people's: anaemia, transfusion, pregnancy, kidney disease and variants of"
        f" haemoglobin do so. Where it stays, treatment aimed at HbA1c alone may {risk}: watch the time below range and"
        " in range too. In one clinic half of the visits had a difference of 0.5 points or more (doi"
        " 10.1089/dia.2020.0501)."
    )


def in_both(percent: float) -> str:
    """GMI or HbA1c in both units: ``7.0 % (53 mmol/mol)``."""
    return f"{percent:.1f} % ({float(from_canonical(percent, HBA1C[1])):.0f} mmol/mol)"
