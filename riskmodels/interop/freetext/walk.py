"""The walk along a text: what was found so far, and what the words before say of those behind: no, perhaps, family."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from riskmodels.interop.freetext.reading import Doubt, Item, Left
from riskmodels.interop.freetext.terms import Term, terms
from riskmodels.interop.freetext.tokens import Form
from riskmodels.scores.inputs import variable_of
from riskmodels.units import Unit

#: why nothing is filled from words that were understood
UNKNOWN = "told as unknown"
NO_FIELD = "no field of the form"
NO_VALUE = "no value"
NO_SINGLE = "a limit or a range, no value"
REFERENCE = "a goal or a reference"
EARLIER = "an earlier value"
SUSPECTED = "only suspected"
OF_FAMILY = "of the family"
NOT_FASTING = "hours fasted are not told"
_BETWEEN = re.compile(r"[ \t,.:/()|*-]*")
_END = Term(Form.BREAK, "", -1, -1)


@dataclass
class Clause:
    """What holds until the clause ends; ``maybe``: where it is not clear whether it still holds.

    Args:
        denied, family: empty, ``yes`` or ``maybe``; ``other`` of somebody who is no blood relative.
        list_family: whether the family's diseases may be listed with commas.
        unsure: whether what follows is suspected only.
        ended: whether a medicine was stopped or is not tolerated.
        fresh: whether nothing was denied yet since the last “no”.
    """

    denied: str = ""
    family: str = ""
    list_family: bool = False
    unsure: bool = False
    ended: bool = False
    fresh: bool = False

    def comma(self) -> None:
        """A comma: what was denied may go on."""
        self.denied = "maybe" if self.denied else ""
        self.family = "maybe" if self.family and self.list_family else ""
        self.unsure = self.ended = self.fresh = False

    def used(self) -> None:
        """Something was denied: whether the next is as well depends on what stands between."""
        self.denied = "maybe" if self.denied else ""
        self.fresh = False


@dataclass
class Walk:
    """A text on the way through it.

    Args:
        text: as written.
        units: what a number without a unit is in, by variable; canonical where absent.
    """

    text: str = field(repr=False)
    units: Mapping[str, Unit]
    terms: list[Term] = field(init=False, repr=False)
    items: list[Item] = field(default_factory=list, repr=False)
    doubts: list[Doubt] = field(default_factory=list, repr=False)
    left: list[Left] = field(default_factory=list, repr=False)
    clause: Clause = field(default_factory=Clause)
    #: doubts of which a later “or” tells that they are denied
    open: list[Doubt] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self.terms = terms(self.text)

    def at(self, i: int) -> Term:
        """The term at a place; the end of a line outside the text."""
        return self.terms[i] if 0 <= i < len(self.terms) else _END

    def end_clause(self) -> None:
        """Nothing that was said before holds for what follows."""
        self.clause, self.open = Clause(), []

    def unit_of(self, name: str) -> str:
        """Symbol of the unit that a number without one is in."""
        return self.units.get(name, variable_of(name).units[0]).symbol

    def take(
        self, name: str, value: float, span: tuple[int, int], unit: str = "", remark: str = "", written: bool = True
    ) -> Item:
        """A fact is told between two places of the text."""
        item = self.reading(name, value, span, unit, remark, written)
        self.items.append(item)
        return item

    def reading(
        self, name: str, value: float, span: tuple[int, int], unit: str = "", remark: str = "", written: bool = True
    ) -> Item:
        """A fact that may be told."""
        return Item(name, value, unit, self.text[slice(*span)], *span, remark, written)

    def ask(self, name: str, span: tuple[int, int], why: str, values: tuple[float, ...] = ()) -> Doubt:
        """A doubt about an answer, with the answers that are possible."""
        label = variable_of(name).label.removeprefix("Told: ")
        options = tuple(self.reading(name, value, span) for value in values)
        doubt = Doubt(name, self.text[slice(*span)], *span, f"{label[:1].upper()}{label[1:]}: {why}", options)
        self.doubts.append(doubt)
        return doubt

    def lose(self, first: Term, last: Term | None = None, why: str = "") -> None:
        """Words that nothing is filled from; neighbours of one line that were not understood are told together."""
        start, end = first.start, (last or first).end
        before = self.left[-1] if self.left else None
        if before and not before.why and not why and _BETWEEN.fullmatch(self.text[before.end : start]):
            start = self.left.pop().start
        self.left.append(Left(self.text[start:end], start, end, why))


def is_sex(term: Term) -> bool:
    """Whether a term is a word for a sex."""
    word = term.word("answer")
    return word is not None and word.names == ("sex",)
