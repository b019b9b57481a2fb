"""What a text was understood to say: facts, doubts with the readings they leave open, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as shown

from riskmodels.scores.inputs import variable_of
from riskmodels.units import find_unit, to_canonical
from riskmodels.vocabulary import Kind


@dataclass(frozen=True)
class Item:
    """One fact that a text tells.

    Args:
        name: of the variable.
        value: as written, in ``unit``; the code of an answer.
        unit: symbol; empty for answers.
        text: the words it stands in.
        start, end: where they stand in the text.
        remark: what to know of it; empty for nothing.
        written: whether the text tells the unit; otherwise it is the one asked for.
    """

    name: str
    value: float = shown(repr=False)
    unit: str
    text: str = shown(repr=False)
    start: int
    end: int
    remark: str = ""
    written: bool = True

    @property
    def canonical(self) -> float:
        """The value in the canonical unit, or the code of an answer."""
        variable = variable_of(self.name)
        if variable.kind is not Kind.NUMBER:
            return self.value
        return float(to_canonical(self.value, find_unit(variable.units, self.unit)))


@dataclass(frozen=True)
class Doubt:
    """Something that can be read in several ways, or hardly as it stands: nothing is filled from it unasked.

    Args:
        name: of the variable.
        text: the words it stands in.
        start, end: where they stand in the text.
        why: what is doubtful and what to do, a full phrase.
        options: the readings that a person can choose from; empty where there is none to offer.
    """

    name: str
    text: str = shown(repr=False)
    start: int
    end: int
    why: str = shown(repr=False)
    options: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Left:
    """Words that nothing is filled from: why, in words; empty where they were not understood."""

    text: str = shown(repr=False)
    start: int
    end: int
    why: str = ""


@dataclass(frozen=True)
class Reading:
    """All that a text was understood to say, each in the order of the text."""

    found: tuple[Item, ...] = ()
    doubtful: tuple[Doubt, ...] = ()
    left: tuple[Left, ...] = ()
