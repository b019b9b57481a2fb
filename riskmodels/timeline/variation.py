"""How much a lab varies in a person who stays the same: from when two values differ by more than measuring does.

Reference change value, two-sided 95 %: √2 · 1.96 · √(CV_A² + CV_I²) (Harris and Yasaka 1983, Clin Chem 29:25–30). Where
values are skewed, its log-normal form, which reaches further up than down (Fokkema 2006, Clin Chem 52:1602–1603).

Source of CV_I, within a person: EFLM Biological Variation Database, biologicalvariation.eu, by the criteria of Aarsand
2018, doi 10.1373/clinchem.2017.281808. Labs of which we are not sure (eGFR, urine albumin) have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

#: two-sided 95 %, of the difference of two values
_Z = sqrt(2) * 1.96
_NCEP = "limit of the NCEP Laboratory Standardization Panel"
_SACKS = "limit of Sacks 2011, Clin Chem 57:e1–e47"
_HALF = "half of the variation within a person (desirable imprecision, Fraser 1997)"


@dataclass(frozen=True)
class Variation:
    """How a lab varies, as coefficients of variation.

    Args:
        within: CV_I, within a person, percent.
        analytical: CV_A, of measuring, percent.
        analytical_source: where the latter is from; a laboratory's own may differ.
        skewed: whether the log-normal form holds.
    """

    within: float
    analytical: float
    analytical_source: str
    skewed: bool = False

    @property
    def limits(self) -> tuple[float, float]:
        """The largest fall and rise that variation alone explains, as fractions of the earlier value: (−0.25, 0.25)."""
        total = sqrt(self.within**2 + self.analytical**2) / 100
        if not self.skewed:
            return -_Z * total, _Z * total
        sigma = sqrt(log(total**2 + 1))
        return exp(-_Z * sigma) - 1, exp(_Z * sigma) - 1

    def explains(self, before: float, after: float) -> bool:
        """Whether variation alone explains the difference of two values, both in the canonical unit."""
        fall, rise = self.limits
        return fall <= after / before - 1 <= rise

    def band(self, last: float) -> tuple[float, float]:
        """The earlier values from which a last one does not differ by more than variation explains."""
        fall, rise = self.limits
        return last / (1 + rise), last / (1 + fall)


#: by variable; HbA1c in NGSP units, as its canonical unit is
VARIATION: dict[str, Variation] = {
    "total_cholesterol": Variation(5.3, 3.0, _NCEP),
    "hdl_cholesterol": Variation(5.8, 4.0, _NCEP),
    "ldl_cholesterol": Variation(8.3, 4.0, _NCEP),
    "triglycerides": Variation(20.0, 5.0, _NCEP, skewed=True),
    "glucose": Variation(5.0, 2.9, _SACKS),
    "hba1c": Variation(1.2, 2.0, _SACKS),
    "creatinine": Variation(4.5, 2.25, _HALF),
    "uric_acid": Variation(8.0, 4.0, _HALF),
    "crp": Variation(34.0, 17.0, _HALF, skewed=True),
    "albumin": Variation(2.6, 1.3, _HALF),
}
