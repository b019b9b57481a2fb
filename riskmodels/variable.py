"""What a clinical variable is: its kind, group, units, ranges and answers, and how its values read.

The variables themselves stand in :mod:`riskmodels.vocabulary`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from riskmodels import units as u
from riskmodels.units import Unit


class Kind(StrEnum):
    """How a variable is entered and encoded."""

    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True)
class Choice:
    """One answer of a choice: its code in a frame, its word in a file, its label on a page.

    Args:
        code, word, label: as above.
        may_be: codes of the answers that it leaves open: “not now” may be never or former. Empty where it says all.
    """

    code: float
    word: str
    label: str
    may_be: tuple[float, ...] = ()


@dataclass(frozen=True)
class Group:
    """A clinical group of variables, as shown on forms and in grouped reasons."""

    name: str
    label: str


@dataclass(frozen=True)
class Variable:
    """One clinical variable.

    Args:
        name: column name in a PatientFrame and in the app's own CSV.
        label: sentence-case label for people.
        group: name of its :class:`Group`.
        kind: number, yes/no or choice.
        units: accepted units, the canonical one first; empty for yes/no and choices.
        plausible: lowest and highest value accepted, canonical unit.
        usual: range of almost all adults, canonical unit.
        choices: the answers of a choice or yes/no.
        loinc: LOINC code for the canonical unit, where one is established.
        modifiable: whether care can change it.
        derived: how it is computed when absent, in words; empty when it never is.
        help: one line for the person who enters it.
        source: where the definition comes from.
        laboratory: whether it needs a laboratory.
    """

    name: str
    label: str
    group: str
    kind: Kind = Kind.NUMBER
    units: tuple[Unit, ...] = ()
    plausible: tuple[float, float] = (0.0, 1.0)
    usual: tuple[float, float] = (0.0, 1.0)
    choices: tuple[Choice, ...] = ()
    loinc: str = ""
    modifiable: bool = False
    derived: str = ""
    help: str = ""
    source: str = "NHANES"
    laboratory: bool = False

    @property
    def unit(self) -> str:
        """Symbol of the canonical unit; empty when there is none."""
        return self.units[0].symbol if self.units else ""

    @property
    def accepted(self) -> tuple[Unit, ...]:
        """Every unit that a file may name, those of :attr:`units` first."""
        return (*self.units, *u.FURTHER.get(self.units, ()))

    @property
    def column(self) -> str:
        """Header in the app's CSV template, with the unit: ``hba1c [%]``."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    @property
    def vague(self) -> dict[float, tuple[float, ...]]:
        """Codes of the answers that leave others open, with theirs."""
        return {choice.code: choice.may_be for choice in self.choices if choice.may_be}

    def format(self, value: float, unit: Unit | None = None) -> str:
        """A canonical value in words, with its unit: ``152 mmHg``, ``current smoker``, ``unknown``."""
        if value != value:
            return "unknown"
        if self.choices:
            return next((c.label for c in self.choices if c.code == value), f"code {value:g}")
        shown = unit or self.units[0]
        number = f"{u.from_canonical(float(value), shown):z,.{shown.decimals}f}"
        return f"{number} {shown.symbol}".rstrip()
