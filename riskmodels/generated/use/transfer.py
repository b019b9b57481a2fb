"""Trained on invented people, tested on real ones, and the reverse: beside trained and tested on real people.

Two predictors with fixed settings: boosted trees, which take unknown values as they are, and a logistic regression on
normal scores of ranks with a flag for what is known. Nothing is tuned, so that no table is favoured.

Source: Esteban 2017, arXiv 1706.02633, section 4 (train on synthetic, test on real; and the reverse).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from riskmodels.errors import InputError
from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.bootstrap import Compared, Plan, bootstrap_scores
from riskmodels.generated.use.encoding import Encoding, normal_scores

BOOSTING = {"max_iter": 120, "learning_rate": 0.07, "max_leaf_nodes": 15, "early_stopping": False}
#: replicates of a bootstrap over the people tested: a standard error within 5 %, and within 7 % for a group
REPLICATES, GROUP_REPLICATES = 200, 100
#: fewest people with, and without, the outcome for a group to have a figure
FEWEST = 10
#: encoded rows in → chance of the outcome, (n,)
Predict = Callable[[FloatArray], FloatArray]
Labels = Callable[[pd.DataFrame], "pd.Series[Any]"]


@dataclass(frozen=True)
class Target:
    """One yes/no outcome of a table.

    Args:
        name: the column, or the heading where ``label`` computes it.
        apart: columns that its predictors may not see, besides itself: what defines it or follows from it.
        label: table → 0, 1 or NaN; the column itself when None.
    """

    name: str
    apart: tuple[str, ...] = ()
    label: Labels | None = None

    def labels(self, frame: pd.DataFrame) -> FloatArray:
        """The outcome of each row: 0, 1 or NaN.

        Raises:
            InputError: when the column is not there or holds something else.
        """
        if self.label is None and self.name not in frame:
            raise InputError(f"The table has no outcome {self.name}.", hint="Name a yes/no column of it.")
        found = frame[self.name] if self.label is None else self.label(frame)
        values = found.to_numpy(dtype=np.float64, na_value=np.nan)
        if not np.isin(values[~np.isnan(values)], (0.0, 1.0)).all():
            raise InputError(f"Outcome {self.name} is not yes/no.", hint="Code it 1 where it happened, 0 where not.")
        return values


@dataclass(frozen=True)
class Transfer:
    """What one predictor of one outcome learns from each table. AUROC throughout; NaN where not estimable.

    Args:
        outcome, predictor: names.
        people, events: real test people with a known outcome, and those of them with it.
        prevalence_real, prevalence_invented: share with the outcome among test people and invented rows.
        real: trained on real, tested on real.
        invented: trained on invented, tested on real.
        difference, difference_se: invented − real on the same people, and its standard error.
        reverse, reverse_se: trained on real, tested on invented.
    """

    outcome: str
    predictor: str
    people: int
    events: int
    prevalence_real: float
    prevalence_invented: float
    real: float
    invented: float
    difference: float
    difference_se: float
    reverse: float = float("nan")
    reverse_se: float = float("nan")


@dataclass(frozen=True)
class GroupTransfer:
    """The figures of one group of the test people.

    Args:
        column, group: which.
        figures: as for all, of the people of the group.
    """

    column: str
    group: str
    figures: Transfer


def make_targets(outcomes: Iterable[str | Target]) -> tuple[Target, ...]:
    """Outcomes named by their column alone see every column but the outcomes so named."""
    given = tuple(outcomes)
    named = tuple(each for each in given if isinstance(each, str))
    return tuple(Target(e, tuple(n for n in named if n != e)) if isinstance(e, str) else e for e in given)


def members_of(frame: pd.DataFrame, real: pd.DataFrame, column: str, edges: Sequence[float]) -> dict[str, Any]:
    """Rows of each group of a column.

    Args:
        frame: whose rows.
        real: whose values settle the groups, so that they are the same for every table.
        column: which.
        edges: lower bounds of bands after the first, in the column's unit; each answer a group when there are none.

    Returns:
        Rows (bool) by the group's name; rows of whom it is not known belong to none.
    """
    if column not in frame or column not in real:
        raise InputError(f"The table has no column {column}.", hint="Name a column of it for groups.")
    if not edges:
        return {f"{value}": (frame[column] == value).to_numpy(bool) for value in sorted(real[column].dropna().unique())}
    values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    bounds = (-np.inf, *edges, np.inf)
    names = [f"below {edges[0]:g}", *(f"{a:g} to below {b:g}" for a, b in pairwise(edges))]
    names.append(f"{edges[-1]:g} and more")
    return {n: (values >= a) & (values < b) for n, (a, b) in zip(names, pairwise(bounds), strict=True)}


def fit_boosting(rows: FloatArray, labels: FloatArray, seed: int) -> Predict:
    """Boosted trees with :data:`BOOSTING`.

    Args:
        rows: (n, c), NaN unknown.
        labels: (n,), 0 or 1; where only one occurs, everybody gets the same answer.
        seed: of the bins.
    """
    if labels.min(initial=1.0) == labels.max(initial=0.0) or len(labels) == 0:
        return lambda asked: np.full(len(asked), labels.mean() if len(labels) else 0.0)
    with threadpool_limits(1):
        model = HistGradientBoostingClassifier(random_state=seed, **BOOSTING).fit(rows, labels)

    def predict(asked: FloatArray) -> FloatArray:
        with threadpool_limits(1):
            return np.asarray(model.predict_proba(asked)[:, 1], np.float64)

    return predict


def fit_ranked(rows: FloatArray, labels: FloatArray, seed: int) -> Predict:
    """Logistic regression on normal scores and known flags; as :func:`fit_boosting`. Nothing of it is drawn."""
    if labels.min(initial=1.0) == labels.max(initial=0.0) or len(labels) == 0:
        return fit_boosting(rows, labels, seed)

    def design(asked: FloatArray) -> FloatArray:
        return np.column_stack([normal_scores(asked, rows), ~np.isnan(asked)])

    with threadpool_limits(1):
        model = LogisticRegression(max_iter=1000).fit(design(rows), labels)
    return lambda asked: np.asarray(model.predict_proba(design(asked))[:, 1], np.float64)


#: predictors fitted on real rows
RealFits = dict[tuple[Target, str], Predict]
PREDICTORS: dict[str, Callable[[FloatArray, FloatArray, int], Predict]] = {
    "boosting": fit_boosting,
    "logistic": fit_ranked,
}


@dataclass(frozen=True)
class Tables:
    """The three tables of a comparison, with one encoding.

    Args:
        invented, real, test: invented rows; rows the generator was fitted on; rows kept apart.
        seed: of predictors and bootstrap.
        fits: predictors fitted on the real rows, by outcome and predictor. Tables of the same real rows, columns and
            seed may share it: what is there is not fitted again.
    """

    invented: pd.DataFrame
    real: pd.DataFrame
    test: pd.DataFrame
    seed: int
    fits: RealFits = field(default_factory=dict)

    @cached_property
    def encoding(self) -> Encoding:
        """As the real rows settle it."""
        return Encoding.of(pd.concat([self.real, self.test], ignore_index=True))

    @cached_property
    def codes(self) -> dict[str, FloatArray]:
        """Table by name → (n, c) its rows, all columns."""
        return {name: self.encoding.codes(frame) for name, frame in self.named}

    @property
    def named(self) -> tuple[tuple[str, pd.DataFrame], ...]:
        """Each table with its name."""
        return (("invented", self.invented), ("real", self.real), ("test", self.test))


def transfer(
    tables: Tables, target: Target, predictor: str, groups: Mapping[str, Sequence[float]]
) -> tuple[Transfer, list[GroupTransfer]]:
    """Both directions for one outcome and one predictor, for all test people and group by group.

    Args:
        tables: what is compared.
        target: the outcome.
        predictor: a name of :data:`PREDICTORS`.
        groups: column → edges, as :func:`members_of`.

    Returns:
        The figures of all, and of each group with at least :data:`FEWEST` people with and without the outcome.
    """
    unseen = {target.name, *target.apart}
    inputs = [place for place, name in enumerate(tables.encoding.columns) if name not in unseen]
    rows = {name: codes[:, inputs] for name, codes in tables.codes.items()}
    labels = {name: target.labels(frame) for name, frame in tables.named}

    def fit(name: str) -> Predict:
        known = _known(labels[name])
        return PREDICTORS[predictor](rows[name][known], labels[name][known], tables.seed)

    key = (target, predictor)
    if key not in tables.fits:
        tables.fits[key] = fit("real")
    fitted = {"real": tables.fits[key], "invented": fit("invented")}
    scores = {name: predict(rows["test"]) for name, predict in fitted.items()}
    plan = Plan(REPLICATES, tables.seed)
    back = bootstrap_scores(labels["invented"], {"real": fitted["real"](rows["invented"])}, ["auroc"], plan=plan)
    figures = _figures(target.name, predictor, labels, scores, plan)
    whole = replace(figures, reverse=back.points["real"]["auroc"], reverse_se=_error(back.draws["real"]["auroc"]))
    return whole, _by_group(tables, target.name, predictor, labels, scores, groups)


def _by_group(
    tables: Tables,
    outcome: str,
    predictor: str,
    labels: Mapping[str, FloatArray],
    scores: Mapping[str, FloatArray],
    groups: Mapping[str, Sequence[float]],
) -> list[GroupTransfer]:
    found, plan = [], Plan(GROUP_REPLICATES, tables.seed)
    for column, edges in groups.items():
        here = members_of(tables.test, tables.real, column, edges)
        there = members_of(tables.invented, tables.real, column, edges)
        for name, rows in here.items():
            part = {"test": labels["test"][rows], "invented": labels["invented"][there[name]]}
            figures = _figures(outcome, predictor, part, {k: v[rows] for k, v in scores.items()}, plan)
            if min(figures.events, figures.people - figures.events) >= FEWEST:
                found.append(GroupTransfer(column, name, figures))
    return found


def _figures(
    outcome: str,
    predictor: str,
    labels: Mapping[str, FloatArray],
    scores: Mapping[str, FloatArray],
    plan: Plan,
) -> Transfer:
    known = _known(labels["test"])
    compared = bootstrap_scores(labels["test"], scores, ["auroc"], plan=plan)
    points = {name: compared.points[name]["auroc"] for name in scores}
    return Transfer(
        outcome,
        predictor,
        int(known.sum()),
        int(np.nansum(labels["test"])),
        _share(labels["test"]),
        _share(labels["invented"]),
        points["real"],
        points["invented"],
        points["invented"] - points["real"],
        _difference_error(compared),
    )


def _known(labels: FloatArray) -> npt.NDArray[np.bool_]:
    return ~np.isnan(labels)


def _share(labels: FloatArray) -> float:
    known = labels[_known(labels)]
    return float(known.mean()) if len(known) else float("nan")


def _difference_error(compared: Compared) -> float:
    return _error(compared.draws["invented"]["auroc"] - compared.draws["real"]["auroc"])


def _error(draws: FloatArray) -> float:
    """Standard error from replicates; NaN where hardly any is estimable."""
    found = draws[~np.isnan(draws)]
    return float(found.std(ddof=1)) if len(found) > len(draws) / 2 else float("nan")
