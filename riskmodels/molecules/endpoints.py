"""What is estimated of a compound: the endpoints, what their numbers mean, and how well assays agree on them.

All values are −log10 of a concentration in mol/L: 6 is 1 µmol/L, 9 is 1 nmol/L; higher acts at less.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Endpoint:
    """One measured effect of compounds on one protein.

    Args:
        name: short name in code, files and cards.
        title: the protein as people call it.
        quantity: what is estimated: ``pIC50``, ``pEC50`` or ``pKi``.
        effect: what a high value means, in words after "A high value:".
        unwanted: a high value is harm (hERG), not an aim.
        noise: standard deviation between two laboratories' values of one compound, log units.
        noise_source: where that number is from.
        file: its file of the training data (../shared/molecules).
    """

    name: str
    title: str
    quantity: str
    effect: str
    unwanted: bool
    noise: float
    noise_source: str
    file: str

    @property
    def label(self) -> str:
        """The title, and that a high value is harm: ``hERG (unwanted)``."""
        return f"{self.title} (unwanted)" if self.unwanted else self.title


_KI_NOISE = "Kramer C et al., J Med Chem 2012;55:5165 (public Ki values: standard deviation 0.54)"
_IC50_NOISE = "Kalliokoski T et al., PLoS One 2013;8:e61007 (public IC50 values: standard deviation 0.68)"
_EC50_NOISE = "as public IC50 values: Kalliokoski T et al., PLoS One 2013;8:e61007"

HERG = Endpoint(
    "herg",
    "hERG",
    "pIC50",
    "blocks the heart's hERG potassium channel at a low concentration, which can lengthen QT",
    unwanted=True,
    noise=0.68,
    noise_source=_IC50_NOISE,
    file="herg_pic50_sato2021.csv",
)
PPAR_GAMMA = Endpoint(
    "ppar_gamma",
    "PPARγ",
    "pEC50",
    "activates the receptor that glitazones act on (insulin sensitivity)",
    unwanted=False,
    noise=0.68,
    noise_source=_EC50_NOISE,
    file="CHEMBL235_EC50.csv",
)
PPAR_ALPHA = Endpoint(
    "ppar_alpha",
    "PPARα",
    "pEC50",
    "activates the receptor that fibrates act on (triglycerides)",
    unwanted=False,
    noise=0.68,
    noise_source=_EC50_NOISE,
    file="CHEMBL239_EC50.csv",
)
PPAR_DELTA = Endpoint(
    "ppar_delta",
    "PPARδ",
    "pEC50",
    "activates a receptor of fatty acid burning",
    unwanted=False,
    noise=0.68,
    noise_source=_EC50_NOISE,
    file="CHEMBL3979_EC50.csv",
)
THROMBIN = Endpoint(
    "thrombin",
    "Thrombin",
    "pKi",
    "binds thrombin (factor IIa), which anticoagulants as dabigatran inhibit",
    unwanted=False,
    noise=0.54,
    noise_source=_KI_NOISE,
    file="CHEMBL204_Ki.csv",
)
FACTOR_XA = Endpoint(
    "factor_xa",
    "Factor Xa",
    "pKi",
    "binds factor Xa, which anticoagulants as apixaban inhibit",
    unwanted=False,
    noise=0.54,
    noise_source=_KI_NOISE,
    file="CHEMBL244_Ki.csv",
)
#: in the order of all tables
ENDPOINTS = (HERG, PPAR_GAMMA, PPAR_ALPHA, PPAR_DELTA, THROMBIN, FACTOR_XA)
BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}


def molar(value: float) -> float:
    """The concentration behind a value, in µmol/L: 6 → 1.0."""
    return float(10.0 ** (6.0 - value))
