"""Singling out: questions made of invented people that exactly one real person answers with yes.

It is one of the three risks by which the Article 29 Working Party judges anonymisation (Opinion 05/2014, WP 216). A
question that fits exactly one invented person is asked of the members and of as many others: what it does among others
is luck, what it does more among members was given away.

Source: Giomi et al. 2023, "A unified framework for quantifying privacy risk in synthetic data" (Anonymeter),
doi 10.56553/popets-2023-0055.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.generated.privacy.counted import Share, difference
from riskmodels.generated.privacy.neighbours import some
from riskmodels.generated.privacy.space import IntArray, Numbers, Space, as_codes, floats

#: questions of several columns, tries to find them, columns in each, and real people on each side, at most
_QUESTIONS, _TRIES, _COLUMNS, _PEOPLE = 1_000, 5_000, 4, 20_000
Mask = npt.NDArray[np.bool_]


class Part(NamedTuple):
    """One condition: a column, ``least``, ``most``, ``is`` or ``unknown``, and the value it is about."""

    column: int
    kind: str
    value: float = 0.0


@dataclass(frozen=True)
class SinglingOut:
    """How often questions single out one real person.

    Args:
        kind: ``one column`` or ``several columns``.
        members, others: questions that exactly one of the members, of the others, answers with yes.
        people: members, and as many others, who were asked.
    """

    kind: str
    members: Share
    others: Share
    people: int

    @property
    def excess(self) -> tuple[float, float, float]:
        """Members less others, with the 95 % interval."""
        return difference(self.members, self.others)


class Table:
    """A table by column as it is asked: numbers as they are, levels as the codes of :func:`as_codes`."""

    def __init__(self, frame: pd.DataFrame, codes: IntArray, space: Space) -> None:
        self.numbers = [isinstance(column, Numbers) for column in space.columns]
        self.columns = [
            floats(frame[name]) if number else column.astype(np.float64)
            for name, number, column in zip(space.names, self.numbers, codes.T, strict=True)
        ]
        self.unknown = list(codes.T < 0)

    def __len__(self) -> int:
        return len(self.unknown[0])

    def answers(self, part: Part) -> Mask:
        """Who answers a condition with yes."""
        values = self.columns[part.column]
        if part.kind == "unknown":
            return np.asarray(self.unknown[part.column])
        if part.kind == "is":
            return np.asarray(values == part.value)
        return np.asarray(values >= part.value if part.kind == "least" else values <= part.value)

    def count(self, question: tuple[Part, ...]) -> int:
        """How many answer every condition of a question with yes."""
        return int(np.logical_and.reduce([self.answers(part) for part in question]).sum())


def singled_out(
    invented: pd.DataFrame, members: pd.DataFrame, others: pd.DataFrame, space: Space, seed: int = 0
) -> tuple[SinglingOut, ...]:
    """Ask questions of one column and of several.

    Args:
        invented, members, others: tables of the space's columns; as many members as others are asked (20,000 at most).
        space: says which columns are numbers.
        seed: of the people asked and of the questions of several columns: up to 1,000 out of 5,000 tries, each four
            columns of one invented person.

    Returns:
        One for each kind.
    """
    rng = np.random.default_rng(seed)
    people = min(len(members), len(others), _PEOPLE)
    drawn = [invented.iloc[some(len(invented), _PEOPLE, rng)]]
    drawn += [frame.iloc[some(len(frame), people, rng)] for frame in (members, others)]
    codes = as_codes(drawn, space)
    made, inside, apart = (Table(frame, code, space) for frame, code in zip(drawn, codes, strict=True))

    def ask(kind: str, questions: list[tuple[Part, ...]]) -> SinglingOut:
        alone = [sum(table.count(question) == 1 for question in questions) for table in (inside, apart)]
        inside_share, apart_share = (Share(number, len(questions)) for number in alone)
        return SinglingOut(kind, inside_share, apart_share, people)

    return ask("one column", of_one_column(made)), ask("several columns", of_several(made, rng))


def of_one_column(made: Table) -> list[tuple[Part, ...]]:
    """The extremes of each number, each level, and not known, where exactly one invented person has it."""
    return [(part,) for column in range(len(made.columns)) for part in _alone(made, column) if made.count((part,)) == 1]


def of_several(made: Table, rng: np.random.Generator) -> list[tuple[Part, ...]]:
    """What some columns of one invented person say, where it fits no other of them."""
    medians = [
        np.median(values[~unknown]) if number and not unknown.all() else np.nan
        for values, unknown, number in zip(made.columns, made.unknown, made.numbers, strict=True)
    ]
    found: dict[tuple[Part, ...], None] = {}
    for _ in range(_TRIES):
        person = int(rng.integers(len(made)))
        columns = np.sort(rng.choice(len(medians), min(_COLUMNS, len(medians)), replace=False))
        question = tuple(_said(made, person, int(column), medians[column]) for column in columns)
        if question not in found and made.count(question) == 1:
            found[question] = None
        if len(found) == _QUESTIONS:
            break
    return list(found)


def _alone(made: Table, column: int) -> Iterator[Part]:
    known = made.columns[column][~made.unknown[column]]
    yield Part(column, "unknown")
    if made.numbers[column] and len(known):
        yield Part(column, "most", float(known.min()))
        yield Part(column, "least", float(known.max()))
    elif not made.numbers[column]:
        yield from (Part(column, "is", level) for level in sorted(set(known)))


def _said(made: Table, person: int, column: int, median: float) -> Part:
    if made.unknown[column][person]:
        return Part(column, "unknown")
    value = made.columns[column][person]
    if not made.numbers[column]:
        return Part(column, "is", float(value))
    return Part(column, "least" if value >= median else "most", float(value))
