"""A FHIR Quantity, or a text that holds one → number and unit, by the code and the unit together.

Nothing is guessed from the size alone. Spellings of units: riskmodels/unit_names.csv.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field as shown

from riskmodels.interop.fhir.codes import UCUM, Measurement
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Json
from riskmodels.unit_names import reported_unit
from riskmodels.units import Unit, to_canonical
from riskmodels.vocabulary import Variable

_NUMBER = r"\d{1,5}(?:[.,]\d{1,3})?"
#: ``< 231.5 mg/dL``
_TEXT = re.compile(rf"\s*([<>]=?)?\s*({_NUMBER})\s*([^\d\s].{{0,30}})?")
#: ``150/90``, ``BP: 150/90 mmHg (sitting)``
_PRESSURES = re.compile(
    rf"\s*(?:(?:nibp|bp|rr|blood pressure|blutdruck)\s*[:=]?\s*)?({_NUMBER})\s*/\s*({_NUMBER})"
    r"\s*(?![\d/])([a-z\[][a-z\[\] ]{0,8}[a-z\]])?\s*(?:\([^()]*\))?\s*",
    re.IGNORECASE,
)
#: what stands behind a unit in brackets: ``mg/dL (high)``
_ASIDE = re.compile(r"\s*\([^()]*\)\s*$")
#: comma and three digits: a thousand, or a decimal
_THOUSANDS = re.compile(r"\d,\d{3}")


@dataclass(frozen=True)
class Measured:
    """A number and the unit it is in.

    Args:
        value: in the unit.
        unit: one that the variable accepts.
        note: what has to be told of how it was read; empty where nothing.
    """

    value: float = shown(repr=False)
    unit: Unit
    note: str = shown(default="", repr=False)


@dataclass(frozen=True)
class Quantity:
    """A Quantity as reported."""

    value: float | None = shown(repr=False)
    comparator: str
    unit: str
    code: str

    @classmethod
    def of(cls, body: Json) -> Quantity:
        """From its JSON; a unit code of another system than UCUM is read as text, where no text stands beside it."""
        value = body.get("value")
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        told = str(body.get("code") or "").strip()
        code, unit = told if body.get("system") == UCUM else "", str(body.get("unit") or "").strip()
        return cls(number, str(body.get("comparator") or ""), unit or told, code)

    @property
    def text(self) -> str:
        """``< 5 mg/L``"""
        number = "" if self.value is None else f"{self.value:.12g}"
        return tidy(" ".join(part for part in (self.comparator, number, self.unit or self.code) if part), 60)


def read_quantity(body: Json, variable: Variable, measurement: Measurement) -> Measured | str:
    """Number and unit of a Quantity, or why it cannot be used.

    Args:
        body: the Quantity.
        variable: what is measured, with the units it accepts.
        measurement: what the code says, mass or moles.
    """
    quantity = Quantity.of(body)
    if quantity.comparator:
        return "a bound and not a number"
    if quantity.value is None:
        return "it has no number"
    unit = _unit(quantity, variable)
    if isinstance(unit, str):
        return unit
    if measurement.accepts(unit):
        return Measured(quantity.value, unit)
    others = [other for other in variable.units if measurement.accepts(other)]
    if not _fits(quantity.value, unit, variable) or any(_fits(quantity.value, other, variable) for other in others):
        return f"its code is not for {unit.symbol}: code and unit contradict each other"
    note = f"its code is for {others[0].symbol}; as such the number is impossible, so its unit counts" if others else ""
    return Measured(quantity.value, unit, note)


def _fits(value: float, unit: Unit, variable: Variable) -> bool:
    """Whether a number can be a value of the variable in a unit."""
    low, high = variable.plausible
    return low <= to_canonical(value, unit) <= high


def quantity_in(text: str) -> Json | None:
    """The Quantity that a text is, and nothing else: ``231 mg/dL``, ``< 5 mg/L``; None where it is none."""
    found = _TEXT.fullmatch(text)
    if found is None or _THOUSANDS.search(found[2]):
        return None
    comparator = {"comparator": found[1]} if found[1] else {}
    unit = {"unit": _ASIDE.sub("", found[3]).strip()} if found[3] else {}
    return {"value": float(found[2].replace(",", ".")), **comparator, **unit}


def pressures_in(text: str) -> tuple[Json, Json] | None:
    """The systolic and the diastolic pressure that a text is: ``150/90``; None where it is no such pair.

    Without a unit it is mmHg, in which alone a pressure is written without one.
    """
    found = _PRESSURES.fullmatch(text)
    if found is None:
        return None
    unit = (found[3] or "mmHg").strip()
    upper, lower = ({"value": float(found[n].replace(",", ".")), "unit": unit} for n in (1, 2))
    return upper, lower


def _unit(quantity: Quantity, variable: Variable) -> Unit | str:
    """The unit by its UCUM code, else by its text; both have to agree where both are understood."""
    by_code, by_text = (reported_unit(text, variable) for text in (quantity.code, quantity.unit))
    if not quantity.code and not quantity.unit:
        return "it has no unit"
    if by_code is not None and by_text is not None and by_code != by_text:
        return f"its unit is told as {tidy(quantity.code, 20)} and as {tidy(quantity.unit, 20)}"
    unit = by_code if quantity.code else by_text
    if unit is None:
        accepted = ", ".join(u.symbol for u in variable.accepted)
        return f"the unit {tidy(quantity.code or quantity.unit, 30)} is not accepted (accepted: {accepted})"
    return unit
