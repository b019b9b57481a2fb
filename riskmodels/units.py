"""Units and the factors between them, each with its source. Nothing here guesses: a unit is always named.

``canonical = value * factor + offset``. The canonical unit of a family is its first one.
Only the symbols below are accepted; the usual other spellings are aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from riskmodels.errors import UnitError

Number = TypeVar("Number", float, np.ndarray, pd.Series)


@dataclass(frozen=True)
class Unit:
    """One unit of one quantity.

    Args:
        symbol: as shown to people, e.g. ``mg/dL``.
        ucum: the UCUM code, as in FHIR.
        factor, offset: canonical = value * factor + offset.
        step: the step of an input field, and the resolution of a display, in this unit.
        source: where the factor comes from.
    """

    symbol: str
    ucum: str
    factor: float = 1.0
    offset: float = 0.0
    step: float = 1.0
    source: str = "canonical"

    @property
    def decimals(self) -> int:
        """Decimals a value in this unit is shown with."""
        return max(0, -int(np.floor(np.log10(self.step) + 1e-9)))


_EXACT = "exact by definition (NIST SP 811)"
_CHOLESTEROL = "cholesterol 386.65 g/mol: mg/dL = mmol/L × 38.67"
_TRIGLYCERIDE = "triolein 885.7 g/mol: mg/dL = mmol/L × 88.57"
_GLUCOSE = "glucose 180.16 g/mol (CDC): mg/dL = mmol/L × 18.016"
_NGSP = "NGSP master equation: NGSP % = 0.09148 × IFCC + 2.152 (ngsp.org)"
_CREATININE = "creatinine 113.12 g/mol: mg/dL = µmol/L ÷ 88.4"
_URATE = "uric acid 168.11 g/mol: mg/dL = µmol/L ÷ 59.48"
_RATIO = "creatinine 113.12 g/mol: mg/g = mg/mmol ÷ 0.11312"

YEARS = (Unit("years", "a"),)
HOURS = (Unit("h", "h"),)
PER_MINUTE = (Unit("/min", "/min"),)
CENTIMETRES = (
    Unit("cm", "cm"),
    Unit("in", "[in_i]", 2.54, step=0.5, source=_EXACT),
    Unit("m", "m", 100.0, step=0.01, source=_EXACT),
)
WAIST_LENGTH = CENTIMETRES[:2]
KILOGRAMS = (Unit("kg", "kg", step=0.1), Unit("lb", "[lb_av]", 0.45359237, source=_EXACT))
BODY_MASS_INDEX = (Unit("kg/m²", "kg/m2", step=0.1),)
PRESSURE = (
    Unit("mmHg", "mm[Hg]"),
    Unit("kPa", "kPa", 1 / 0.133322387415, step=0.1, source=_EXACT),
)
CHOLESTEROL = (
    Unit("mg/dL", "mg/dL"),
    Unit("mmol/L", "mmol/L", 38.67, step=0.1, source=_CHOLESTEROL),
)
TRIGLYCERIDES = (
    Unit("mg/dL", "mg/dL"),
    Unit("mmol/L", "mmol/L", 88.57, step=0.1, source=_TRIGLYCERIDE),
)
GLUCOSE = (Unit("mg/dL", "mg/dL"), Unit("mmol/L", "mmol/L", 18.016, step=0.1, source=_GLUCOSE))
HBA1C = (
    Unit("%", "%", step=0.1),
    Unit("mmol/mol", "mmol/mol", 0.09148, 2.152, source=_NGSP),
)
CREATININE = (
    Unit("mg/dL", "mg/dL", step=0.01),
    Unit("µmol/L", "umol/L", 1 / 88.4, source=_CREATININE),
)
EGFR = (Unit("mL/min/1.73 m²", "mL/min/{1.73_m2}"),)
ALBUMIN_CREATININE = (
    Unit("mg/g", "mg/g", step=0.1),
    Unit("mg/mmol", "mg/mmol", 1 / 0.11312, step=0.1, source=_RATIO),
)
URATE = (
    Unit("mg/dL", "mg/dL", step=0.1),
    Unit("µmol/L", "umol/L", 1 / 59.48, source=_URATE),
)
C_REACTIVE_PROTEIN = (
    Unit("mg/L", "mg/L", step=0.1),
    Unit("mg/dL", "mg/dL", 10.0, step=0.01, source=_EXACT),
)
ALBUMIN = (Unit("g/dL", "g/dL", step=0.1), Unit("g/L", "g/L", 0.1, source=_EXACT))
METRES = (Unit("m", "m"),)
MILLIMETRES = (Unit("mm", "mm", step=0.1),)
VESSELS = (Unit("vessels", "1"),)

_YEAR = "a year of 365.25 days (UCUM)"
#: by the units of a variable: further ones, read where a file names them; never inferred, never offered by a form
FURTHER: dict[tuple[Unit, ...], tuple[Unit, ...]] = {
    YEARS: (Unit("months", "mo", 1 / 12, source=_YEAR), Unit("days", "d", 1 / 365.25, source=_YEAR)),
    HOURS: (Unit("min", "min", 1 / 60, source=_EXACT),),
    CENTIMETRES: (Unit("mm", "mm", 0.1, source=_EXACT), Unit("ft", "[ft_i]", 30.48, step=0.01, source=_EXACT)),
    WAIST_LENGTH: (Unit("m", "m", 100.0, step=0.01, source=_EXACT), Unit("mm", "mm", 0.1, source=_EXACT)),
    KILOGRAMS: (Unit("g", "g", 0.001, source=_EXACT), Unit("st", "[stone_av]", 6.35029318, step=0.1, source=_EXACT)),
    PRESSURE: (Unit("cmHg", "cm[Hg]", 10.0, step=0.1, source=_EXACT),),
    CHOLESTEROL: (Unit("g/L", "g/L", 100.0, step=0.01, source=_EXACT),),
    TRIGLYCERIDES: (Unit("g/L", "g/L", 100.0, step=0.01, source=_EXACT),),
    GLUCOSE: (Unit("g/L", "g/L", 100.0, step=0.01, source=_EXACT),),
    HBA1C: (Unit("fraction", "1", 100.0, step=0.001, source="NGSP % as a fraction of 1"),),
    CREATININE: (
        Unit("mg/L", "mg/L", 0.1, step=0.1, source=_EXACT),
        Unit("mmol/L", "mmol/L", 1000 / 88.4, step=0.001, source=_CREATININE),
    ),
    EGFR: (Unit("mL/s/1.73 m²", "mL/s/{1.73_m2}", 60.0, step=0.01, source=_EXACT),),
    ALBUMIN_CREATININE: (Unit("mg/mg", "mg/mg", 1000.0, step=0.001, source=_EXACT),),
    URATE: (
        Unit("mg/L", "mg/L", 0.1, source=_EXACT),
        Unit("mmol/L", "mmol/L", 1000 / 59.48, step=0.01, source=_URATE),
    ),
    METRES: (Unit("ft", "[ft_i]", 0.3048, source=_EXACT),),
}

ALIASES = {
    "mg/dl": "mg/dL",
    "mmol/l": "mmol/L",
    "umol/l": "µmol/L",
    "umol/L": "µmol/L",
    "μmol/L": "µmol/L",
    "µmol/l": "µmol/L",
    "μmol/l": "µmol/L",
    "mmhg": "mmHg",
    "mm hg": "mmHg",
    "mm[Hg]": "mmHg",
    "kpa": "kPa",
    "lbs": "lb",
    "[lb_av]": "lb",
    "inch": "in",
    "inches": "in",
    "[in_i]": "in",
    "kg/m2": "kg/m²",
    "bpm": "/min",
    "mg/l": "mg/L",
    "g/l": "g/L",
    "g/dl": "g/dL",
    "ml/min/1.73m2": "mL/min/1.73 m²",
    "mL/min/1.73m2": "mL/min/1.73 m²",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
}


def find_unit(units: tuple[Unit, ...], symbol: str) -> Unit:
    """The unit of that symbol or alias.

    Args:
        units: the units a variable accepts, canonical first.
        symbol: as written by a person or a file.

    Raises:
        UnitError: when the variable does not accept it.
    """
    wanted = ALIASES.get(symbol.strip(), symbol.strip())
    for unit in units:
        if wanted in (unit.symbol, unit.ucum):
            return unit
    accepted = ", ".join(unit.symbol for unit in units) or "none"
    raise UnitError(f"The unit “{symbol}” is not accepted here.", hint=f"Accepted: {accepted}.")


def to_canonical(value: Number, unit: Unit) -> Number:
    """``value`` in ``unit`` → the canonical unit. Scalars, arrays and series alike; NaN stays NaN."""
    return value * unit.factor + unit.offset


def from_canonical(value: Number, unit: Unit) -> Number:
    """``value`` in the canonical unit → ``unit``. The inverse of :func:`to_canonical`."""
    return (value - unit.offset) / unit.factor
