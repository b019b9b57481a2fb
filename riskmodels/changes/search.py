"""The search behind :mod:`riskmodels.changes.plan`.

Every input that may be moved is a ladder: its first rung is the patient's own value, the next ones are steps of its
unit up to its bound. A state says on which rung each ladder stands; its cost is the sum of the shares of the bounds it
uses up. All states of a round are scored in one call of ``model.predict``.

Singles are searched on every rung, pairs on a coarse grid. What a triple does is read off its singles and pairs, since
the model's log-odds are a sum of curves and pairs. That is exact but where two ladders move the same linked value (LDL
and HDL both move total cholesterol), and the model itself is asked before anything is believed. The best of the grid
is then brought back rung by rung as far as the threshold allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.assessment import assess
from riskmodels.changes.bounds import Ladder
from riskmodels.changes.links import Links
from riskmodels.changes.whatif import follow
from riskmodels.checks import ORDERED_PAIRS
from riskmodels.columns import Floats
from riskmodels.tabular.estimates import OutcomeEstimates
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.support import AT_MOST
from riskmodels.vocabulary import VOCABULARY, Kind

#: the best states of the grid that are brought back rung by rung
FOLLOWED_UP = 12
#: log-odds; a smaller fall is none
_LEAST = 1e-6
#: log-odds added to an estimate that a held value makes "at least" or uncertain: it is under no threshold, and among
#: its kind lower than another one as before
_UNSETTLED = 100.0
States = npt.NDArray[np.int64]


class Space:
    """All states of a patient, and how the model scores them.

    Args:
        model, outcome: what is asked.
        patient: one row of a PatientFrame, vocabulary columns only.
        ladders: what may be moved.
        links: how linked values move along.
    """

    def __init__(
        self, model: RiskModel, outcome: str, patient: pd.Series, ladders: Sequence[Ladder], links: Links
    ) -> None:
        self.model, self.outcome, self.patient, self.links = model, outcome, patient, links
        self.ladders = list(ladders)
        self._beyond = model.beyond(patient.to_frame().T, outcome)

    @property
    def nowhere(self) -> States:
        """(1, L) the patient as they are."""
        return np.zeros((1, len(self.ladders)), dtype=np.int64)

    def costs(self, states: States) -> Floats:
        """(n,) shares of the bounds used up, summed."""
        parts = [ladder.costs[states[:, i]] for i, ladder in enumerate(self.ladders)]
        return np.asarray(np.sum(parts, axis=0))

    def score(self, states: States) -> Floats:
        """(n,) log-odds; infinite where the model refuses, where a linked value would be one that nobody can have, or
        where a value would be moved beyond what the model learnt from. Where one of the patient's own lies there, the
        estimate may be too low, so it counts as under no threshold.
        """
        if not len(states):
            return np.empty(0)
        frame = self._frame(states)
        found = ask(self.model, self.outcome, frame)
        beyond = self.model.beyond(frame, self.outcome)
        moved_there = ((beyond != 0) & (beyond != self._beyond)).any(axis=1)
        logit = found.logit + np.where(settled(found), 0.0, _UNSETTLED)
        return np.where((found.refused == "") & _possible(frame) & ~moved_there, logit, np.inf)

    def _frame(self, states: States) -> pd.DataFrame:
        values = {ladder.name: ladder.rungs[states[:, i]] for i, ladder in enumerate(self.ladders)}
        followed = follow(self.patient, values, self.links)
        rows = np.repeat(self.patient.to_numpy(float)[None, :], len(states), axis=0)
        frame = pd.DataFrame(rows, columns=self.patient.index)
        return frame.assign(**values, **{name: moved.after for name, moved in followed.items()})

    def lowering(self) -> tuple[Space, Floats, list[Floats]]:
        """Only the ladders that lower the estimate, each up to its lowest point.

        Returns:
            The smaller space, the patient's log-odds as (1,), and by ladder what each rung adds to them (infinite
            where it raises them, so that it is never chosen; 0 first).
        """
        singles = [_only(self.nowhere, {i: range(1, len(x.rungs))}) for i, x in enumerate(self.ladders)]
        logits = self.score(np.concatenate([self.nowhere, *singles]))
        start, parts = logits[:1], np.split(logits[1:], np.cumsum([len(s) for s in singles])[:-1])
        kept, effects = [], []
        for ladder, part in zip(self.ladders, parts, strict=True):
            effect = np.concatenate([[0.0], np.where(part < start - _LEAST, part - start, np.inf)])
            if np.isfinite(effect[1:]).any():
                best = 1 + int(np.argmin(effect[1:]))
                kept.append(ladder.cut(best))
                effects.append(effect[: best + 1])
        return Space(self.model, self.outcome, self.patient, kept, self.links), start, effects


def ask(model: RiskModel, outcome: str, frame: pd.DataFrame) -> OutcomeEstimates:
    """What a model estimates of one outcome for each row. That nothing measured is asked for, the plan sees to."""
    return assess(frame, {model.name: model}, [outcome]).modelled(outcome)


def settled(found: OutcomeEstimates) -> npt.NDArray[np.bool_]:
    """(n,) whether the risk is probably no higher than the estimate, so that it may be said to be under a threshold."""
    return np.asarray((found.held == "") | (found.bound == AT_MOST))


def _possible(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether each row has only plausible values that do not contradict each other."""
    fits = np.ones(len(frame), dtype=np.bool_)
    for name in frame.columns:
        if VOCABULARY[name].modifiable and VOCABULARY[name].kind is Kind.NUMBER:
            values, (low, high) = frame[name].to_numpy(float), VOCABULARY[name].plausible
            fits &= ~((values < low) | (values > high))
    for smaller, larger in ORDERED_PAIRS:
        if smaller in frame and larger in frame:
            fits &= ~(frame[smaller] >= frame[larger]).to_numpy()
    return fits


def _only(nowhere: States, rungs: Mapping[int, Iterable[int]]) -> States:
    """Every state that combines the given rungs of some ladders, in lexicographic order."""
    grid = np.meshgrid(*[np.asarray(list(r)) for r in rungs.values()], indexing="ij")
    states = np.repeat(nowhere, grid[0].size, axis=0)
    for ladder, column in zip(rungs, grid, strict=True):
        states[:, ladder] = column.ravel()
    return states


@dataclass(frozen=True)
class Grid:
    """Scored states of one size.

    Args:
        states: (n, L).
        logits: (n,), of triples as read off their pairs.
    """

    states: States
    logits: Floats

    def under(self, limit: float, space: Space) -> States:
        """The states under a limit, cheapest first; among equally cheap ones the lowest estimate."""
        states, logits = self.states[self.logits < limit], self.logits[self.logits < limit]
        return states[np.lexsort((logits, space.costs(states).round(9)))]

    def lowest(self, count: int) -> States:
        """The states with the lowest estimates."""
        order = np.argsort(self.logits, kind="stable")[:count]
        return self.states[order[np.isfinite(self.logits[order])]]


def grids(space: Space, start: Floats, effects: list[Floats], most: int) -> Iterable[Grid]:
    """Grids of one, two and three inputs, each made only when it is asked for.

    Args:
        space, start, effects: from :meth:`Space.lowering`.
        most: inputs at most, 1–3.
    """
    ladders = range(len(space.ladders))
    singles = [_only(space.nowhere, {i: range(1, len(space.ladders[i].rungs))}) for i in ladders]
    yield Grid(np.concatenate(singles), start + np.concatenate([e[1:] for e in effects]))
    coarse = {i: [r for r in space.ladders[i].coarse if np.isfinite(effects[i][r])] for i in ladders}
    pairs = list(combinations(ladders, 2))
    if most < 2 or not pairs:
        return
    states = [_only(space.nowhere, {i: coarse[i] for i in pair}) for pair in pairs]
    logits = np.split(space.score(np.concatenate(states)), np.cumsum([len(s) for s in states])[:-1])
    yield Grid(np.concatenate(states), np.concatenate(logits))
    if most < 3 or len(space.ladders) < 3:
        return
    added = {
        (i, j): logit.reshape(len(coarse[i]), -1) - start - effects[i][coarse[i]][:, None] - effects[j][coarse[j]]
        for (i, j), logit in zip(pairs, logits, strict=True)
    }
    triples = list(combinations(ladders, 3))
    states = [_only(space.nowhere, {i: coarse[i] for i in triple}) for triple in triples]
    yield Grid(
        np.concatenate(states),
        start + np.concatenate([_triple(triple, coarse, effects, added) for triple in triples]),
    )


def _triple(
    triple: tuple[int, ...],
    coarse: Mapping[int, list[int]],
    effects: list[Floats],
    added: Mapping[tuple[int, int], Floats],
) -> Floats:
    """What three inputs do together: their curves and their pairs."""
    i, j, k = triple
    a, b, c = (effects[x][coarse[x]] for x in triple)
    curves = a[:, None, None] + b[None, :, None] + c
    both = added[i, j][:, :, None] + added[i, k][:, None, :] + added[j, k][None]
    return np.asarray((curves + both).ravel())


def bring_back(space: Space, states: States, limit: float) -> States:
    """Take back as much of each change as the threshold allows, in every order of the inputs.

    Args:
        space: the space.
        states: (n, L) states of the coarse grid, all with the same number of inputs.
        limit: log-odds to stay under.

    Returns:
        States under the limit, cheapest first; each once.
    """
    if not len(states):
        return states
    orders = [order for row in states for order in permutations(np.flatnonzero(row).tolist())]
    now = np.repeat(states, len(orders) // len(states), axis=0)
    for stage in range(len(orders[0])):
        trials = [_rungs_down(space, row, order[stage]) for row, order in zip(now, orders, strict=True)]
        logits = np.split(space.score(np.concatenate(trials)), np.cumsum([len(t) for t in trials])[:-1])
        found = [_first_under(t, x, limit) for t, x in zip(trials, logits, strict=True)]
        orders = [order for order, state in zip(orders, found, strict=True) if state is not None]
        kept = [state for state in found if state is not None]
        if not kept:
            return states[:0]
        now = np.stack(kept)
    now = np.unique(now, axis=0)
    return now[np.argsort(space.costs(now).round(9), kind="stable")]


def _rungs_down(space: Space, state: States, ladder: int) -> States:
    """A state with one input on every rung from just above the next lower coarse one up to where it is."""
    top = int(state[ladder])
    lower = max([0, *(r for r in space.ladders[ladder].coarse if r < top)])
    trials = np.repeat(state[None, :], top - lower, axis=0)
    trials[:, ladder] = np.arange(lower + 1, top + 1)
    return trials


def _first_under(trials: States, logits: Floats, limit: float) -> States | None:
    under = np.flatnonzero(logits < limit)
    return trials[under[0]] if len(under) else None


def settle(space: Space, state: States, limit: float) -> States:
    """Go back single rungs, of any input, as long as the estimate stays under the limit."""
    while True:
        trials = np.repeat(state[None, :], len(state), axis=0) - np.eye(len(state), dtype=np.int64)
        trials = trials[(trials >= 0).all(axis=1)]
        under = trials[space.score(trials) < limit]
        if not len(under):
            return state
        state = under[int(np.argmin(space.costs(under).round(9)))]


def deepen(space: Space, state: States) -> States:
    """Move any input of a state to its best rung, back to where it was too, until none lowers the estimate further."""
    logit = float(space.score(state[None, :])[0])
    while True:
        trials = np.concatenate([_with_every_rung(space, state, i) for i in np.flatnonzero(state).tolist()])
        logits = space.score(trials)
        best = int(np.argmin(logits))
        if not logits[best] < logit - _LEAST:
            return state
        state, logit = trials[best], float(logits[best])


def _with_every_rung(space: Space, state: States, ladder: int) -> States:
    count = len(space.ladders[ladder].rungs)
    trials = np.repeat(state[None, :], count, axis=0)
    trials[:, ladder] = np.arange(count)
    return trials


def find_paths(space: Space, state: States) -> list[list[int]]:
    """Orders of a state's changes in which every step lowers the estimate, the greatest fall first.

    Returns:
        Ladders in each order; none where there is no such order, or the model refuses on the way.
    """
    moved = np.flatnonzero(state).tolist()
    subsets = [frozenset(s) for size in range(len(moved) + 1) for s in combinations(moved, size)]
    scored = np.stack([np.where(np.isin(np.arange(len(state)), list(s)), state, 0) for s in subsets])
    logit = dict(zip(subsets, space.score(scored).tolist(), strict=True))
    paths = []
    for order in permutations(moved):
        falls = [logit[frozenset(order[:size])] for size in range(len(order) + 1)]
        if np.all(np.diff(falls) < 0):
            paths.append((falls, list(order)))
    return [order for _, order in sorted(paths)]
