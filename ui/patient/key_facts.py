"""The facts that move the answers most: always open, in one block, in the order in which they are entered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KeyFact:
    """A fact of the block.

    Args:
        name: variable.
        label: as short as half a column has room for.
        why: what it is in the block for.
    """

    name: str
    label: str
    why: str


_PREVENT = "input of AHA PREVENT 2023 (Khan 2024, doi 10.1161/CIRCULATIONAHA.123.067626)"
_MASS = "gives the body mass index"
_CRITERION = "criterion of diabetes by itself (ADA Standards of Care)"
#: two a row, as they stand and as Tab goes
ROWS = (
    (KeyFact("age", "Age", _PREVENT), KeyFact("sex", "Sex", _PREVENT)),
    (KeyFact("systolic_bp", "Systolic", _PREVENT), KeyFact("diastolic_bp", "Diastolic", "measured with the systolic")),
    (
        KeyFact("bp_medication", "Pressure medicine", _PREVENT),
        KeyFact("cholesterol_medication", "Statin or similar", _PREVENT),
    ),
    (KeyFact("total_cholesterol", "Total cholesterol", _PREVENT), KeyFact("hdl_cholesterol", "HDL", _PREVENT)),
    (KeyFact("smoking", "Smoking", _PREVENT), KeyFact("diabetes", "Told diabetes", _PREVENT)),
    (KeyFact("height", "Height", _MASS), KeyFact("weight", "Weight", _MASS)),
    (KeyFact("bmi", "Body mass index", _PREVENT), KeyFact("hba1c", "HbA1c", _CRITERION)),
    (KeyFact("creatinine", "Creatinine", "gives eGFR"), KeyFact("egfr", "eGFR", _PREVENT)),
    (KeyFact("glucose", "Glucose", _CRITERION), KeyFact("fasting_hours", "Hours fasted", "decides what glucose says")),
)
KEY_FACTS = frozenset(fact.name for row in ROWS for fact in row)
