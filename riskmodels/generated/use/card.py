"""The use card: how well an invented table serves in place of the real one, beside what two real tables would reach.

Three tables in: invented rows, the real rows the generator was fitted on, and real rows kept apart. Everything invented
is held against the rows kept apart, and so are the real rows: the difference of the two is what inventing costs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.errors import InputError
from riskmodels.generated.use.detect import Detection, detect
from riskmodels.generated.use.fidelity import Marginal, Masks, Pairs, marginals, masks, pairs
from riskmodels.generated.use.transfer import (
    PREDICTORS,
    GroupTransfer,
    RealFits,
    Tables,
    Target,
    Transfer,
    make_targets,
    transfer,
)

#: by how much AUROC may fall for an invented table to count as one that serves
ENOUGH = 0.010
#: the AUROC of telling invented from real up to which a table counts as hard to tell
HARD_TO_TELL = 0.60
#: table → True where a row cannot be of a person
Impossible = Callable[[pd.DataFrame], Any]


@dataclass(frozen=True)
class UseCard:
    """How an invented table serves.

    Args:
        rows: how many of ``invented``, ``real`` and ``test``.
        transfers: by outcome and predictor.
        groups: the same of boosting, group by group of the test people.
        marginals, pairs, masks: how alike the tables are.
        detection: whether they can be told apart.
        impossible: share of rows that cannot be of a person, ``invented`` and ``test``; empty when it was not asked.
    """

    rows: dict[str, int]
    transfers: tuple[Transfer, ...]
    groups: tuple[GroupTransfer, ...]
    marginals: tuple[Marginal, ...]
    pairs: Pairs
    masks: Masks
    detection: Detection
    impossible: dict[str, float]

    @property
    def worst(self) -> Transfer | None:
        """Where boosting loses most by learning from invented rows; None where nothing is estimable."""
        known = [t for t in self.transfers if t.predictor == "boosting" and not math.isnan(t.difference)]
        return min(known, key=lambda t: t.difference, default=None)

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """Where the table is short of what it is made for, in words; empty when it is nowhere short."""
        found = [
            f"{t.outcome} ({t.predictor}): AUROC {t.difference:+.3f} ± {t.difference_se:.3f}, beyond −{ENOUGH:.3f}"
            for t in self.transfers
            if t.difference < -ENOUGH
        ]
        if self.detection.auroc > HARD_TO_TELL:
            found.append(f"told from real rows with AUROC {self.detection.auroc:.3f}, above {HARD_TO_TELL:.2f}")
        if self.impossible.get("invented", 0.0) > 0:
            found.append(f"{_percent(self.impossible['invented'])} of the invented rows cannot be of a person")
        return tuple(found)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The card in words, for people: who was compared, what was found, where it is short."""
        r = self.rows
        said = [
            f"{r['invented']:,} invented rows are compared with {r['real']:,} real people they were learnt from; both "
            f"are tested on {r['test']:,} real people kept apart."
        ]
        said += [_transfer_words(t) for t in self.transfers if t.predictor == "boosting"]
        said += [_likeness_words(self), _telling_words(self.detection)]
        if self.impossible:
            said.append(
                f"Rows that cannot be of a person: {_percent(self.impossible['invented'])} of the invented, "
                f"{_percent(self.impossible['test'])} of the real ones."
            )
        short = self.shortfalls
        said.append(f"Short of its aims: {'; '.join(short)}." if short else "It is within all its aims.")
        return tuple(said)

    def as_dict(self) -> dict[str, Any]:
        """The card for JSON; what is not estimable is None."""
        found: dict[str, Any] = _without_nan(asdict(self))
        return found

    @classmethod
    def read(cls, card: Mapping[str, Any]) -> UseCard:
        """The card that :meth:`as_dict` gave.

        Raises:
            InputError: when it is not such a card.
        """
        try:
            held = _with_nan(card)
            return cls(
                dict(held["rows"]),
                tuple(Transfer(**t) for t in held["transfers"]),
                tuple(GroupTransfer(g["column"], g["group"], Transfer(**g["figures"])) for g in held["groups"]),
                tuple(Marginal(**m) for m in held["marginals"]),
                Pairs(**{**held["pairs"], "between": tuple(held["pairs"]["between"])}),
                Masks(**held["masks"]),
                Detection(**{**held["detection"], "telling": tuple((n, c) for n, c in held["detection"]["telling"])}),
                dict(held["impossible"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError("This is not a use card.", hint="Make it anew from the tables.") from error


def use_card(
    invented: pd.DataFrame,
    real: pd.DataFrame,
    test: pd.DataFrame,
    outcomes: Iterable[str | Target],
    groups: Mapping[str, Sequence[float]] | None = None,
    *,
    seed: int = 0,
    impossible: Impossible | None = None,
    predictors: Sequence[str] = tuple(PREDICTORS),
    fits: RealFits | None = None,
) -> UseCard:
    """Measure how an invented table serves in place of the real one.

    Args:
        invented: invented rows; at least the columns of ``real``.
        real: rows the generator was fitted on: numbers (NaN not known), yes/no as 0 and 1, words.
        test: real rows kept apart, of the same columns. They decide nothing but this card.
        outcomes: yes/no columns, or :class:`~riskmodels.generated.use.transfer.Target` where a predictor may not see
            some columns, or where the outcome is computed. Outcomes given by name do not see one another.
        groups: column → lower bounds of its bands after the first; each answer is a group where there are none.
        seed: of everything drawn.
        impossible: table → bool a row, True where the row cannot be of a person.
        predictors: names of :data:`~riskmodels.generated.use.transfer.PREDICTORS`.
        fits: predictors fitted on the real rows; filled here, and used by the next card of the same real rows,
            outcomes and seed.

    Returns:
        :class:`UseCard`.

    Raises:
        InputError: when a table is empty or lacks a column, or an outcome is not yes/no.
    """
    if min(len(invented), len(real), len(test)) < 2:
        raise InputError("A table has fewer than two rows.", hint="Make more rows, or keep more people apart.")
    tables = Tables(invented, real, test, seed, {} if fits is None else fits)
    transfers, by_group = [], []
    for target in make_targets(outcomes):
        for predictor in predictors:
            found, parts = transfer(tables, target, predictor, (groups or {}) if predictor == "boosting" else {})
            transfers.append(found)
            by_group += parts
    encoding, coded = tables.encoding, [tables.codes[name] for name in ("invented", "real", "test")]
    return UseCard(
        {"invented": len(invented), "real": len(real), "test": len(test)},
        tuple(transfers),
        tuple(by_group),
        marginals(encoding, *coded),
        pairs(encoding, *coded),
        masks(*coded),
        detect(encoding.columns, coded[0], coded[1], coded[2], seed),
        {} if impossible is None else {"invented": _rate(impossible, invented), "test": _rate(impossible, test)},
    )


def _rate(impossible: Impossible, frame: pd.DataFrame) -> float:
    return float(np.asarray(impossible(frame), dtype=bool).mean())


def mean_distance(columns: Sequence[Marginal], what: str = "distance") -> float:
    """Mean over columns of a :class:`~riskmodels.generated.use.fidelity.Marginal`'s ``distance`` or ``floor``."""
    found = np.array([getattr(column, what) for column in columns], dtype=np.float64)
    return float(np.nanmean(found)) if not np.isnan(found).all() else float("nan")


def _transfer_words(found: Transfer) -> str:
    head = f"{found.outcome}, {found.events:,} of {found.people:,} test people"
    if math.isnan(found.difference):
        return f"{head}: not estimable, since only one answer occurs."
    reverse = "" if math.isnan(found.reverse) else f" A model of real people has {found.reverse:.3f} on invented rows."
    return (
        f"{head}: a model learnt from invented rows has AUROC {found.invented:.3f}, one learnt from real people "
        f"{found.real:.3f} (difference {found.difference:+.3f} ± {found.difference_se:.3f}).{reverse}"
    )


def _likeness_words(card: UseCard) -> str:
    single, pair, known = card.marginals, card.pairs, card.masks
    between = f", largest {pair.worst:.3f} between {' and '.join(pair.between)}" if pair.between else ""
    return (
        f"Distance to real people, and in brackets of real people to one another: single columns "
        f"{mean_distance(single):.3f} ({mean_distance(single, 'floor'):.3f}), correlations {pair.mean:.3f} "
        f"({pair.floor:.3f}){between}, patterns of what is known {known.distance:.3f} ({known.floor:.3f})."
    )


def _telling_words(found: Detection) -> str:
    by = f", most by {', '.join(name for name, _ in found.telling[:3])}" if found.telling else ""
    return (
        f"Boosted trees tell invented from real rows with AUROC {found.auroc:.3f} (95 % interval {found.low:.3f} to "
        f"{found.high:.3f}; {found.floor:.3f} between two sets of real people; .5 is a coin){by}."
    )


def _percent(share: float) -> str:
    return "none" if share == 0 else f"{100 * share:.2f} %"


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _with_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_nan(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_with_nan(each) for each in value]
    return float("nan") if value is None else value
