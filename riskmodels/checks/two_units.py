"""Numbers that are ordinary in two units and mean something else in each: asked at once where a click settles it.

A urine albumin/creatinine ratio of 3.4 is normal in mg/g and albuminuria in mg/mmol; nearly everybody has such numbers
in both, so a table is not full of questions about them (:mod:`riskmodels.checks.slips` asks what is rare). A form says
the class that is read, and the one of the other unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as shown

from riskmodels.checks.columns import Meant
from riskmodels.units import Unit, from_canonical, to_canonical
from riskmodels.vocabulary import VOCABULARY, Variable

_FOOT = 12  # inches
#: whole feet of a living adult's height
_FEET = (4, 7)


@dataclass(frozen=True)
class Classes:
    """Classes of a quantity by its canonical value: ``names[i]`` below ``limits[i]``, the last one from the last limit.

    Args:
        limits: rising.
        names: one more than limits.
        concern: from which class on it is of concern.
        source: where they are defined.
    """

    limits: tuple[float, ...]
    names: tuple[str, ...]
    concern: int
    source: str

    def number_of(self, value: float) -> int:
        """The class of a value, from 0."""
        return sum(value >= limit for limit in self.limits)

    def of(self, value: float) -> str:
        """The name of the class of a value."""
        return self.names[self.number_of(value)]


ALBUMINURIA = Classes(
    (30, 300),
    ("normal to mildly increased (A1)", "moderately increased (A2)", "severely increased (A3)"),
    1,
    "KDIGO 2024 guideline for chronic kidney disease (Kidney Int 2024;105(4S):S117-S314)",
)
INFLAMMATION = Classes(
    (1, 3, 10),
    ("low", "average", "high", "of acute inflammation"),
    2,
    "CDC and American Heart Association 2003 (Pearson, Circulation 2003;107:499-511), mg/L",
)
BODY_MASS = Classes(
    (18.5, 25, 30, 35, 40),
    ("underweight", "normal", "overweight", "obesity class I", "obesity class II", "obesity class III"),
    2,
    "WHO 2000, Technical Report Series 894, kg/m²",
)
#: numbers whose class alone tells the two units apart
CLASSES: Mapping[str, Classes] = {"uacr": ALBUMINURIA, "crp": INFLAMMATION}


@dataclass(frozen=True)
class Doubt:
    """A number to look at again.

    Args:
        field: variable.
        text: what it is read as, and what it would be.
        meant: what was perhaps meant; the first is the likelier.
    """

    field: str
    text: str = shown(repr=False)
    meant: tuple[Meant, ...] = shown(repr=False)


def find_doubt(name: str, values: Mapping[str, float], unit: Unit, number: float | None = None) -> Doubt | None:
    """What is to be asked of a number as it was entered.

    Args:
        name: variable.
        values: checked canonical values of the person, NaN unknown.
        unit: the unit that the number was entered in.
        number: as it was typed; from the values when None.
    """
    variable, value = VOCABULARY[name], values[name]
    typed = float(from_canonical(value, unit)) if number is None else number
    if name == "height" and unit.symbol == "in":
        return _feet(typed)
    if value != value:
        return None
    others = [other for other in variable.units if other != unit]
    if name == "weight":
        return _of_weight(typed, values["height"], unit, others[0])
    return _of_class(variable, typed, unit, others[0]) if name in CLASSES else None


def _of_class(variable: Variable, number: float, unit: Unit, other: Unit) -> Doubt | None:
    """Asked where the number is of concern in one of the two units alone."""
    classes = CLASSES[variable.name]
    here, there = (float(to_canonical(number, each)) for each in (unit, other))
    if (classes.number_of(here) >= classes.concern) == (classes.number_of(there) >= classes.concern):
        return None
    text = (
        f"{number:g} {unit.symbol} is {classes.of(here)}; {number:g} {other.symbol} ({variable.format(there, unit)}) "
        f"would be {classes.of(there)}."
    )
    return Doubt(variable.name, text, (Meant(number, other.symbol),))


def _of_weight(number: float, height: float, unit: Unit, other: Unit) -> Doubt | None:
    """Asked where the weight makes an extreme body mass index, and none in the other unit; not without a height."""
    here, there = (float(to_canonical(number, each)) / (height / 100) ** 2 for each in (unit, other))
    extreme = (0, len(BODY_MASS.limits))
    if height != height or BODY_MASS.number_of(here) not in extreme or BODY_MASS.number_of(there) in extreme:
        return None
    text = f"{number:g} {unit.symbol} is a BMI of {here:.0f}; {number:g} {other.symbol} would be one of {there:.0f}."
    return Doubt("weight", text, (Meant(number, other.symbol),))


def _feet(number: float) -> Doubt | None:
    """Feet and inches with a point between them, typed where inches stand: 5.1 may be 5 ft 1 in or 5 ft 10 in."""
    feet, rest = divmod(round(number * 100), 100)
    inches = [i for i in dict.fromkeys((rest // 10 if rest % 10 == 0 else rest, rest)) if i < _FOOT]
    if not _FEET[0] <= feet <= _FEET[1] or not inches:
        return None
    text = "Inches are read here, not feet and inches."
    return Doubt("height", text, tuple(Meant(float(_FOOT * feet + i), "in") for i in inches))


def feet_and_inches(inches: float) -> str:
    """``5 ft 6 in``, to half an inch."""
    feet, rest = divmod(round(2 * inches) / 2, _FOOT)
    return f"{feet:g} ft {rest:g} in"
