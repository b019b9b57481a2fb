"""When a rule applies, as data: ``egfr<45; diabetes=yes; ckd=yes | uacr>=30``, parsed here and never run as code.

A condition is a list of clauses, all of which must hold; a clause is a list of alternatives, one of which must. What is
not known makes a clause neither true nor false, so that a rule says what it would need instead of being silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from riskmodels.errors import SourceDataError

_COMPARISON = re.compile(r"^([a-z_0-9]+)\s*(<=|>=|!=|=|<|>)\s*([a-z_0-9.]+)$")
#: a limit entered in another unit may lie a rounding away from the canonical one
_SLACK = 1e-9
UNKNOWN = "unknown"


class Facts(Protocol):
    """What a condition asks of a patient."""

    def value(self, name: str) -> float:
        """Its value, canonical unit or code; NaN where it is not known."""

    def refused(self, name: str) -> bool:
        """Whether it cannot be had for this patient, whatever else is known: no comparison with it holds."""

    def code(self, name: str, word: str) -> float:
        """What a word stands for: ``yes``, ``current``, ``intermediate``."""


@dataclass(frozen=True)
class Comparison:
    """One fact compared with one value.

    Args:
        name: fact.
        sign: ``<``, ``<=``, ``=``, ``!=``, ``>=`` or ``>``.
        told: the value as it is written: a number, a word, or ``unknown``.
    """

    name: str
    sign: str
    told: str

    @property
    def number(self) -> float:
        """The value compared with, where it is written as a number; NaN otherwise."""
        try:
            return float(self.told)
        except ValueError:
            return float("nan")

    def limit(self, facts: Facts) -> float:
        """The value compared with, canonical unit or code."""
        number = self.number
        return number if number == number else facts.code(self.name, self.told)

    def holds(self, facts: Facts) -> bool | None:
        """Whether it is so; None where the fact is not known."""
        if facts.refused(self.name):
            return False
        value = facts.value(self.name)
        if self.told == UNKNOWN:
            return (value != value) == (self.sign == "=")
        if value != value:
            return None
        return _compared(value, self.sign, self.limit(facts))


def _compared(value: float, sign: str, limit: float) -> bool:
    reached, beyond = value >= limit - _SLACK * abs(limit), value > limit + _SLACK * abs(limit)
    return {
        ">=": reached,
        "<": not reached,
        ">": beyond,
        "<=": not beyond,
        "=": reached and not beyond,
        "!=": beyond or not reached,
    }[sign]


@dataclass(frozen=True)
class Clause:
    """Alternatives, one of which must hold."""

    alternatives: tuple[Comparison, ...]

    def holds(self, facts: Facts) -> bool | None:
        """True, false, or None where what is not known decides."""
        found = [each.holds(facts) for each in self.alternatives]
        return True if True in found else None if None in found else False


@dataclass(frozen=True)
class Condition:
    """Clauses, all of which must hold."""

    clauses: tuple[Clause, ...]

    def holds(self, facts: Facts) -> bool | None:
        """True, false, or None where what is not known decides."""
        found = [clause.holds(facts) for clause in self.clauses]
        return False if False in found else None if None in found else True

    def comparisons(self) -> Iterator[Comparison]:
        """Every comparison."""
        for clause in self.clauses:
            yield from clause.alternatives

    def true_ones(self, facts: Facts) -> list[Comparison]:
        """The comparisons that hold."""
        return [each for each in self.comparisons() if each.holds(facts)]

    def undecided(self, facts: Facts) -> list[Comparison]:
        """The comparisons of the clauses that what is not known leaves open."""
        unclear = [clause for clause in self.clauses if clause.holds(facts) is None]
        return [each for clause in unclear for each in clause.alternatives if each.holds(facts) is None]

    def names(self, *facts: str) -> bool:
        """Whether it asks for one of these facts."""
        return any(each.name in facts for each in self.comparisons())


def parse(text: str) -> Condition:
    """Read a condition.

    Args:
        text: clauses with ``;`` between them, alternatives with ``|``.

    Raises:
        SourceDataError: when it is no condition.
    """
    clauses = [part for part in (piece.strip() for piece in text.split(";")) if part]
    if not clauses:
        raise SourceDataError("A rule has no condition.", hint="Write one, such as egfr<45.")
    return Condition(tuple(Clause(tuple(_comparison(part) for part in clause.split("|"))) for clause in clauses))


def _comparison(text: str) -> Comparison:
    found = _COMPARISON.match(text.strip())
    if found is None:
        raise SourceDataError(f"“{text.strip()}” is no condition.", hint="Write one, such as egfr<45.")
    return Comparison(*found.groups())
