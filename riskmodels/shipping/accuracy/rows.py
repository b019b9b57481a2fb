"""What is compared: of which people, for which outcome, with which inputs, fitted and tested on whom."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold

from riskmodels.cohorts.pima import LABEL as PIMA_LABEL
from riskmodels.cohorts.pima import PIMA_INPUTS
from riskmodels.evaluation.subsets import blocks_of, draw_subsets
from riskmodels.outcomes import OUTCOME
from riskmodels.shipping.chest_pain import FOLDS, OUTCOME_NAME, REPEATS, SEED, folds_of
from riskmodels.shipping.population import GLYCAEMIA, SUBSETS
from riskmodels.tabular.recipes import CHEST_PAIN_INPUTS, POPULATION_INPUTS, Labelled

Rows = npt.NDArray[np.intp]
NHANES, UCI, PIMA = "NHANES", "UCI heart disease", "Pima Indians"
BEDSIDE = CHEST_PAIN_INPUTS[:7]
#: shares of inputs hidden at the test, in blocks as files lack them
HIDDEN = (0.2, 0.4, 0.6, 0.8)
#: where people are few, or none are left for tuning: a peer is the mean of so many, each stopped on another part
_PARTS = 4
_AS_IT_IS = 0.0


@dataclass(frozen=True)
class Fold:
    """Positions of people: parts to fit and tune on, and who is tested.

    Args:
        parts: (fit, tune) pairs; a peer is the mean of one fit on each.
        test: who is tested.
    """

    parts: tuple[tuple[Rows, Rows], ...]
    test: Rows

    @property
    def train(self) -> Rows:
        """All whom a peer may learn from, tuning included."""
        return np.union1d(*self.parts[0])


@dataclass(frozen=True)
class Row:
    """One comparison.

    Args:
        key: short, for files.
        data: whose people.
        outcome: what is predicted.
        inputs: in words.
        names: the inputs, as variables.
        frame, label, weight: all people, with NaN where there is no label.
        folds: who is fitted and tested; a person tested several times gets the mean of the answers.
        settings_of: key of the row whose chosen settings are used; its own when empty.
        hidden: shares of inputs that are hidden at the test as well.
    """

    key: str
    data: str
    outcome: str
    inputs: str
    names: tuple[str, ...]
    frame: pd.DataFrame
    label: pd.Series
    weight: pd.Series
    folds: tuple[Fold, ...]
    settings_of: str = ""
    hidden: tuple[float, ...] = ()

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares of inputs hidden at the test, 0 first."""
        return (_AS_IT_IS, *self.hidden)

    @cached_property
    def tested(self) -> Rows:
        """Positions of all who are tested, in order."""
        return np.unique(np.concatenate([fold.test for fold in self.folds]))

    def people(self, rows: Rows, share: float = _AS_IT_IS) -> pd.DataFrame:
        """Those people's inputs, some hidden: a person's are the same whoever asks."""
        people = self.frame.iloc[rows][list(self.names)].astype(float)
        if share == _AS_IT_IS:
            return people
        away = hide_blocks(self.names, len(self.frame), share)[rows]
        return people.mask(away)

    @cached_property
    def signature(self) -> str:
        """Hash of all that a peer's answer depends on, but the peer."""
        digest = hashlib.sha256(repr((self.key, self.names, self.shares, self.settings_of)).encode())
        for array in (self.frame[list(self.names)], self.label, self.weight):
            digest.update(np.ascontiguousarray(array.to_numpy(np.float64)).tobytes())
        for fold in self.folds:
            for rows in (*(rows for part in fold.parts for rows in part), fold.test):
                digest.update(rows.astype(np.int64).tobytes())
        return digest.hexdigest()


def hide_blocks(names: Sequence[str], people: int, share: float) -> npt.NDArray[np.bool_]:
    """What is hidden of each person: each block of inputs with that chance; never age, sex or the kind of chest pain.

    Args:
        names: the inputs.
        people: how many.
        share: of the blocks.

    Returns:
        (people, inputs), True where hidden.
    """
    rng, place = np.random.default_rng([SEED, round(100 * share)]), {name: i for i, name in enumerate(names)}
    hidden = np.zeros((people, len(names)), dtype=bool)
    for block in blocks_of(names):
        hidden[:, [place[name] for name in block.inputs]] = (rng.random(people) < share)[:, None]
    return hidden


def nhanes_rows(data: Labelled) -> list[Row]:
    """Death, then both outcomes of sugar with all inputs and with fewer."""
    found = [_population_row(data, "cvd_death_10y", "all inputs", tuple(POPULATION_INPUTS), HIDDEN)]
    for outcome in GLYCAEMIA:
        for name in ("all inputs", "without glucose", "seven basics", "without any laboratory value"):
            found.append(_population_row(data, outcome, name, SUBSETS[name], HIDDEN if name == "all inputs" else ()))
    return found


def subset_rows(data: Labelled, count: int = 20) -> list[Row]:
    """Random subsets of inputs, as files have them; the settings are those chosen with all inputs."""
    found = []
    for outcome in GLYCAEMIA:
        whole = _population_row(data, outcome, "all inputs", tuple(POPULATION_INPUTS), ())
        for number, subset in enumerate(draw_subsets(whole.names, count), 1):
            key = f"{outcome}-subset-{number:02d}"
            found.append(
                replace(
                    whole,
                    key=key,
                    inputs=f"subset {number}: {subset.name}",
                    names=subset.inputs,
                    settings_of=f"{outcome}-all-inputs",
                )
            )
    return found


def _population_row(
    data: Labelled, outcome: str, inputs: str, names: tuple[str, ...], hidden: tuple[float, ...]
) -> Row:
    usable = tuple(i for i in names if i not in OUTCOME[outcome].not_inputs)
    fit, tune, test = (np.flatnonzero(data.rows(outcome, part)) for part in ("fit", "tune", "test"))
    target = data.targets[outcome]
    label = (target > 0.5).astype(float).where(target.notna())  # it may be a probability, as a soft target
    parts = ((fit, tune),) if len(tune) else _quarters(fit, label.to_numpy(float))
    return Row(
        f"{outcome}-{inputs.replace(' ', '-')}",
        NHANES,
        outcome,
        inputs,
        usable,
        data.frame,
        label,
        data.weights[outcome],
        (Fold(parts, test),),
        hidden=hidden,
    )


def _quarters(rows: Rows, label: npt.NDArray[np.floating[Any]]) -> tuple[tuple[Rows, Rows], ...]:
    splitter = StratifiedKFold(_PARTS, shuffle=True, random_state=SEED)
    return tuple((rows[fit], rows[tune]) for fit, tune in splitter.split(rows, label[rows] > 0.5))


def chest_pain_rows(data: Labelled) -> list[Row]:
    """All thirteen inputs, and the seven that are known at the bedside, by the card's folds."""
    label = data.targets[OUTCOME_NAME]
    folds = tuple(Fold(_quarters(train, label.to_numpy(float)), test) for train, test in folds_of(data))
    whole = Row(
        "chest-pain-all-inputs",
        UCI,
        OUTCOME_NAME,
        "all inputs",
        tuple(CHEST_PAIN_INPUTS),
        data.frame,
        label,
        data.weights[OUTCOME_NAME],
        folds,
        hidden=HIDDEN,
    )
    return [whole, replace(whole, key="chest-pain-bedside", inputs="at the bedside", names=tuple(BEDSIDE), hidden=())]


def pima_row(people: pd.DataFrame) -> Row:
    """The four inputs that the app knows, by folds as of the chest-pain model."""
    label = people[PIMA_LABEL]
    splitter = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    folds = [(train, test) for train, test in splitter.split(people, label)]
    return Row(
        "pima",
        PIMA,
        "diabetes",
        "four inputs",
        PIMA_INPUTS,
        people,
        label,
        pd.Series(1.0, index=people.index),
        tuple(Fold(_quarters(train, label.to_numpy(float)), test) for train, test in folds),
    )


def mean_over_folds(row: Row, answers: Iterator[tuple[Rows, dict[float, Any]]]) -> dict[float, npt.NDArray[np.float64]]:
    """Each tested person's mean answer, by share hidden.

    Args:
        row: the comparison.
        answers: of each fold the people tested, and their answers by share.
    """
    total = {share: np.zeros(len(row.frame)) for share in row.shares}
    times = np.zeros(len(row.frame))
    for rows, found in answers:
        times[rows] += 1
        for share in row.shares:
            total[share][rows] += found[share]
    return {share: (total[share] / np.maximum(times, 1))[row.tested] for share in row.shares}
