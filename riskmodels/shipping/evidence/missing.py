"""What unknown inputs do: held-out people with inputs hidden in; AUROC, coverage and width of the interval out."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.evaluation import Plan, bootstrap_mean, bootstrap_metrics
from riskmodels.evaluation.evidence import Interval, Missing, OneMore, ShareKnown, SubsetResult
from riskmodels.evaluation.subsets import ALWAYS, draw_hidden, draw_subsets
from riskmodels.shipping.evidence.judged import Judged
from riskmodels.shipping.evidence.scale import SEED, Scale

#: shares of the inputs that are known, from above the first to the last
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
#: models that could as well have come out; each judges some of the people
_REFITS = 64
Mask = npt.NDArray[np.bool_]


def missing_inputs(judged: Judged, scale: Scale) -> Missing:
    """Everything about unknown inputs.

    Args:
        judged: held-out people; what their file lacks stays unknown.
        scale: how many of them.
    """
    some = drawn(judged, scale.hidden)
    hidden = draw_hidden(some.inputs, len(some.people), SEED)
    frame = conceal(some, hidden)
    return {
        "by_share": _by_share(some, frame, scale),
        "one_more": _one_more(some, frame, scale),
        "subsets": _subsets(judged, scale),
    }


def conceal(judged: Judged, hidden: Mask) -> pd.DataFrame:
    """The people with some inputs unknown.

    Args:
        judged: people.
        hidden: (n, inputs of the outcome) True where not told.
    """
    names = list(judged.inputs)
    return judged.people[names].mask(pd.DataFrame(hidden, index=judged.people.index, columns=names))


def drawn(judged: Judged, people: int) -> Judged:
    """At most so many of the people, by chance, in their order."""
    rng, n = np.random.default_rng(SEED), len(judged.people)
    return judged.at(np.sort(rng.choice(n, min(n, people), replace=False)))


def share_known(frame: pd.DataFrame) -> Floats:
    """Share of the inputs that each person has."""
    return np.asarray(frame.notna().to_numpy(np.float64).mean(axis=1))


def _by_share(judged: Judged, frame: pd.DataFrame, scale: Scale) -> list[ShareKnown]:
    full, (risk, low, high) = judged.risk(judged.people), judged.answers(frame)
    refits = judged.refits(_REFITS)
    given, refitted = ~np.isnan(low), refits[np.arange(len(full)), np.arange(len(full)) % _REFITS]
    inside, width = ((low <= full) & (full <= high)).astype(float), high - low
    inside_refitted = ((low <= refitted) & (refitted <= high)).astype(float)
    place = np.digitize(share_known(frame), SHARES[1:-1], right=True)
    found: list[ShareKnown] = []
    for i, (start, end) in enumerate(itertools.pairwise(SHARES)):
        rows = place == i
        plan = scale.plan(judged.cluster[rows], fewer=True)
        answered = rows & given
        found.append(
            {
                "known": f"{100 * start:.0f}–{100 * end:.0f} %",
                "n": int(rows.sum()),
                "inside": mean(inside[answered], scale.plan(judged.cluster[answered], fewer=True)),
                "inside_refitted": mean(inside_refitted[answered], scale.plan(judged.cluster[answered], fewer=True)),
                "width": mean(width[answered], scale.plan(judged.cluster[answered], fewer=True)),
                "auroc": _metric(judged, rows, risk, "auroc", plan),
            }
        )
    return found


def _one_more(judged: Judged, frame: pd.DataFrame, scale: Scale) -> OneMore | None:
    """One hidden input told to each person who has one."""
    rng = np.random.default_rng(SEED)
    names = list(judged.inputs)
    could = (frame.isna() & judged.people[names].notna()).to_numpy(copy=True)
    could[:, [i for i, name in enumerate(names) if name in (*ALWAYS, "fasting_hours")]] = False
    who = np.flatnonzero(could.any(axis=1))
    if not len(who):
        return None
    told = frame.copy()
    chosen = {int(i): str(names[int(rng.choice(np.flatnonzero(could[i])))]) for i in who}
    tell(told, judged.people, chosen)
    before, after = judged.answers(frame), judged.answers(told)
    change = (after.high - after.low) - (before.high - before.low)
    kept = np.isin(np.arange(len(frame)), who) & ~np.isnan(change)
    plan = scale.plan(judged.cluster[kept], fewer=True)
    narrower = (change[kept] < 0).astype(float)
    return {"n": int(kept.sum()), "change": mean(change[kept], plan), "narrower": mean(narrower, plan)}


def tell(frame: pd.DataFrame, people: pd.DataFrame, chosen: dict[int, str]) -> None:
    """Put a person's true value of one input into a frame; with glucose come the hours fasted.

    Args:
        frame: changed in place.
        people: who have the values, the same rows.
        chosen: input by position.
    """
    for name in sorted(set(chosen.values())):
        at = [i for i, wanted in chosen.items() if wanted == name]
        for column in (name, "fasting_hours") if name == "glucose" else (name,):
            if column in frame:
                values = frame[column].to_numpy(np.float64, copy=True)
                values[at] = people[column].to_numpy(np.float64)[at]
                frame[column] = values


def _subsets(judged: Judged, scale: Scale) -> list[SubsetResult]:
    found: list[SubsetResult] = []
    full, everybody = judged.risk(judged.people), np.ones(len(judged.people), dtype=bool)
    plan = scale.plan(judged.cluster, fewer=True)
    for subset in draw_subsets(judged.inputs):
        risk = judged.knowing(subset.inputs)
        found.append(
            {
                "name": subset.name,
                "inputs": list(subset.inputs),
                "n": len(risk),
                "auroc": _metric(judged, everybody, risk, "auroc", plan),
                "brier": _metric(judged, everybody, risk, "brier", plan),
                "moved": mean(np.abs(risk - full), plan),
            }
        )
    return found


def _metric(judged: Judged, rows: Mask, risk: Floats, name: str, plan: Plan) -> Interval:
    if judged.soft or not 0 < judged.label[rows].sum() < rows.sum():
        return [None, None, None]
    found = bootstrap_metrics(judged.label[rows], risk[rows], [name], judged.weight[rows], plan)[name]
    return list(found)


def mean(values: Floats, plan: Plan) -> Interval:
    """Mean with its interval; None of nobody."""
    if not len(values):
        return [None, None, None]
    return [float(value) for value in bootstrap_mean(values, plan)]
