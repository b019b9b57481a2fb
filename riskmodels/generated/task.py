"""Looking at a file and inventing people as tasks of the page, in a process apart: bytes in, a table and its cards out.

No real person crosses back: what returns is what the cards say, shares, and people that were invented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from riskmodels.generated.learning.training import GeneratorConfig
from riskmodels.generated.make import config_of, make, outcomes_of
from riskmodels.generated.pictures import Pictures
from riskmodels.generated.read import RealPeople, read_real
from riskmodels.generated.written.cards import Cards
from riskmodels.interop.columns.mapping import CohortMapping
from riskmodels.interop.table.source import open_source
from riskmodels.own_models.task import UploadedTable
from riskmodels.runtime.progress import Tell, silent
from riskmodels.tasks import Limits

#: the libraries alone take address space of gigabytes
LIMITS = Limits(seconds=3600, memory=12 * 2**30)
_READ = 0.05


@dataclass(frozen=True)
class Look:
    """What can be learnt from a file.

    Args:
        people: rows, one a person.
        columns: name → how it is learnt: ``number``, ``yes or no``, ``5 answers``.
        left_out: header → why it is not learnt.
        remarks: what else there is to know.
        yes_no: columns whose prediction can be tried.
        tried: those that are, where nobody says otherwise.
    """

    people: int
    columns: dict[str, str]
    left_out: dict[str, str]
    remarks: tuple[str, ...]
    yes_no: tuple[str, ...]
    tried: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What the analyst asks for.

    Args:
        without: columns not to learn.
        outcomes: yes/no columns whose prediction is tried.
        people: to invent; as many as are learnt from when 0.
        steps: of learning, at most.
        seed: of everything drawn.
    """

    without: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    people: int = 0
    steps: int = GeneratorConfig.steps
    seed: int = GeneratorConfig.seed


@dataclass(frozen=True)
class Invented:
    """What came of it.

    Args:
        table: the invented people.
        cards: of these very people.
        drawn: what the cards' pictures show.
    """

    table: pd.DataFrame = field(repr=False)
    cards: Cards
    drawn: Pictures


def look_task(table: UploadedTable, mapping: CohortMapping, tell: Tell = silent) -> Look:
    """Look at what can be learnt from a file.

    Args:
        table: the file.
        mapping: what its columns mean.
        tell: told how far it is.

    Raises:
        InputError: as :func:`riskmodels.generated.read.read_real` does.
    """
    tell(0.0, "reading the file")
    found = _read(table, mapping)
    columns = {str(name): _kind(found.table[name]) for name in found.table}
    yes_no = tuple(name for name in columns if columns[name] == "yes or no" and name != "sex")
    return Look(len(found.table), columns, found.left_out, found.remarks, yes_no, outcomes_of(found.table))


def invent_task(table: UploadedTable, mapping: CohortMapping, asked: Asked, tell: Tell = silent) -> Invented:
    """Learn from a file, invent people, and judge them.

    Args:
        table: the file.
        mapping: what its columns mean.
        asked: what is asked for.
        tell: told how far it is.

    Raises:
        InputError, TrainingError: as :func:`riskmodels.generated.make.make` does.
    """
    import torch

    torch.set_num_threads(1)  # beside the pages, not instead of them
    tell(0.0, "reading the file")
    real = _read(table, mapping).table.drop(columns=list(asked.without))
    config = config_of(asked.steps, asked.seed)
    made = make(real, config, rows=asked.people, outcomes=asked.outcomes, tell=_after(_READ, tell))
    return Invented(made.invented, made.cards, made.drawn)


def _read(table: UploadedTable, mapping: CohortMapping) -> RealPeople:
    return read_real(open_source(table.data, table.file_format), mapping)


def _kind(cells: pd.Series) -> str:
    known = cells.dropna()
    if not pd.api.types.is_numeric_dtype(known):
        return f"{known.nunique()} answers"
    return "yes or no" if known.isin((0.0, 1.0)).all() else "number"


def _after(start: float, tell: Tell) -> Callable[[float, str], None]:
    """The shares of a part that begins there."""
    return lambda share, words: tell(start + (1 - start) * share, words[:1].lower() + words[1:])
