"""How far the analyst's people are from those the model learnt from, input by input: PSI and KS with intervals.

Both are computed from counts between the cut points that are kept of the training people
(:mod:`~riskmodels.cohort_report.training_distribution`): the KS distance is exact at those values, and misses at most
the 1 % of the training people between two of them. Both samples are resampled: a Poisson bootstrap of people is a
Poisson draw of each count. Both measures are above 0 by chance alone and bootstrap replicates lie higher still, so the
interval is moved down by that excess.

Source: Kullback and Leibler 1951 (the symmetric divergence, known as the population stability index); limits 0.1 and
0.25 by convention (Siddiqi 2006, Credit Risk Scorecards); Smirnov 1948.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.cohort_report.tables import Column, Section
from riskmodels.cohort_report.training_distribution import Distribution
from riskmodels.cohort_report.wording import named
from riskmodels.evaluation import Estimate, Plan
from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.bootstrap import draw_counts, interval
from riskmodels.vocabulary import VOCABULARY, inside

Places = npt.NDArray[np.int64]

SOME, STRONG = 0.1, 0.25
#: fewer known values than this say nothing about drift
FEWEST = 30
_GROUPS = 10
#: added to every count of the PSI, so that an empty group is not infinitely far
_SMOOTH = 0.5
#: cut points are kept with six digits
_ROUNDING = 5e-6


def drift_section(
    frame: pd.DataFrame, inputs: tuple[str, ...], training: Mapping[str, Distribution], plan: Plan
) -> Section:
    """PSI and KS of every input that is known here.

    Args:
        frame: PatientFrame.
        inputs: of the outcome.
        training: distributions of the training people; inputs without one are left out.
        plan: replicates, seed, level, groups.

    Returns:
        One row an input, the strongest drift first: ``input``, ``label``, ``known``, ``psi``, ``psi_low``,
        ``psi_high``, ``ks``, ``ks_low``, ``ks_high``, ``chance`` (mean PSI without any drift), ``here`` and ``there``
        (medians), ``verdict``. NaN with fewer than 30 known values.
    """
    both = [name for name in inputs if name in frame and name in training]
    merged = {name: _told_apart(name, frame[name], training[name]) for name in both}
    rows = [_row(name, frame[name].replace(merged[name]), training[name].merged(merged[name]), plan) for name in both]
    names = "input label known psi psi_low psi_high ks ks_low ks_high chance here there verdict".split()
    table = pd.DataFrame(rows, columns=names).sort_values(
        "psi", ascending=False, kind="stable", na_position="last", ignore_index=True
    )
    columns = (
        Column("label", "Input"),
        Column("known", "Known here", "count"),
        Column("psi", "PSI (95 % interval)", "decimal", "psi_low", "psi_high"),
        Column("ks", "KS (95 % interval)", "decimal", "ks_low", "ks_high"),
        Column("chance", "PSI by chance", "decimal"),
        Column("here", "Median or mode here", "value"),
        Column("there", "in training", "value"),
        Column("verdict", "Drift"),
    )
    finding = " ".join([_finding(table), *(_merged_text(name, codes) for name, codes in merged.items() if codes)])
    return Section("drift", "Drift against the training people", finding, table, columns)


def _told_apart(name: str, values: pd.Series, seen: Distribution) -> dict[float, float]:
    """Answers that one side tells apart and the other does not, each with the code of the one that leaves them open."""
    told = {*values.dropna().unique().tolist(), *seen.cuts.tolist()}
    return {code: vague for vague, may_be in VOCABULARY[name].vague.items() if vague in told for code in may_be}


def _merged_text(name: str, codes: Mapping[float, float]) -> str:
    """``Smoking: never and former smoker are counted as one, since here they are not always told apart.``"""
    variable = VOCABULARY[name]
    answers = " and ".join(variable.format(code) for code in codes)
    return f"{variable.label}: {answers} are counted as one, since they are not always told apart."


def _row(name: str, values: pd.Series, seen: Distribution, plan: Plan) -> tuple[object, ...]:
    known = values.dropna()
    label = VOCABULARY[name].label
    if len(known) < FEWEST or seen.known < FEWEST:
        return (name, label, len(known), *[np.nan] * 9, "too few known")
    found = drift(values, seen, plan)
    psi, ks = found["psi"], found["ks"]
    there = float(seen.cuts[np.searchsorted(seen.share, 0.5)])
    chance = (len(_groups(seen)) - 1) * (1 / len(known) + 1 / seen.known)
    verdict = "strong" if psi.value >= STRONG else "some" if psi.value >= SOME else "little"
    if VOCABULARY[name].choices:
        here, there = float(known.mode().iloc[0]), float(seen.cuts[np.argmax(np.diff(seen.share, prepend=0.0))])
    else:
        here = float(known.median())
    return (name, label, len(known), *psi, *ks, chance, here, there, verdict)


def drift(values: pd.Series, seen: Distribution, plan: Plan) -> dict[str, Estimate]:
    """PSI and KS of one input with their intervals.

    Args:
        values: of the input, NaN = unknown; at least one known.
        seen: the training people.
        plan: how to resample; with ``groups`` the rows of one key are drawn together.

    Returns:
        :class:`~riskmodels.evaluation.Estimate` by "psi" and "ks".
    """
    kept = values.notna().to_numpy(bool)
    edges = seen.cuts + _ROUNDING * np.abs(seen.cuts)
    cell = np.searchsorted(edges, values.to_numpy(float)[kept], "left").astype(np.int64)
    width = len(seen.cuts) + 1  # the last cell: above everything seen in training
    here = np.bincount(cell, minlength=width).astype(float)
    there = np.r_[np.diff(seen.share, prepend=0.0) * seen.known, 0.0]
    groups = _groups(seen)
    point = _measures(here[None, :], there[None, :], groups)
    rng = np.random.default_rng(plan.seed)
    drawn_there = rng.poisson(there, (plan.replicates, width)).astype(float)
    draws = _measures(_drawn(cell, width, here, kept, plan), drawn_there, groups)
    return {name: _centred(float(point[name][0]), draws[name], plan.level) for name in point}


def _groups(seen: Distribution) -> Places:
    """First cells of at most ten groups with a tenth of the training people or more each."""
    edges, last = [0], 0.0
    for i, share in enumerate(seen.share[:-1]):
        if share - last >= 1 / _GROUPS - 1e-9 or len(seen.cuts) <= _GROUPS:
            edges.append(i + 1)
            last = float(share)
    if len(edges) > 2 and len(seen.cuts) > _GROUPS and 1 - last < 0.5 / _GROUPS:
        edges.pop()
    return np.array(edges)


def _drawn(cell: Places, width: int, here: FloatArray, kept: npt.NDArray[np.bool_], plan: Plan) -> FloatArray:
    """(replicates, cells) counts of the analyst's people under the bootstrap."""
    if plan.groups is None:
        rng = np.random.default_rng(plan.seed + 1)
        return rng.poisson(here, (plan.replicates, width)).astype(float)
    codes = pd.factorize(np.asarray(plan.groups)[kept])[0]
    flat, many = np.unique(codes * width + cell, return_counts=True)  # rows of one key in one cell
    parts = []
    for counts in draw_counts(int(codes.max()) + 1, Plan(plan.replicates, plan.seed + 1)):
        part = np.zeros((len(counts), width))
        for i, row in enumerate(counts):
            part[i] = np.bincount(flat % width, row[flat // width] * many, width)
        parts.append(part)
    return np.concatenate(parts) if parts else np.empty((0, width))


def _measures(here: FloatArray, there: FloatArray, groups: Places) -> dict[str, FloatArray]:
    shares = [_shares(counts) for counts in (here, there)]
    ks = np.abs(np.cumsum(shares[0] - shares[1], axis=1)).max(axis=1)
    p, q = (_shares(np.add.reduceat(counts, groups, axis=1) + _SMOOTH) for counts in (here, there))
    return {"psi": ((p - q) * np.log(p / q)).sum(axis=1), "ks": ks}


def _shares(counts: FloatArray) -> FloatArray:
    total = counts.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0))


def _centred(value: float, draws: FloatArray, level: float) -> Estimate:
    """The percentile interval, moved down by how far the replicates lie above the value on average; never below 0."""
    if not len(draws):
        return Estimate(value, np.nan, np.nan)
    low, high = (float(end) for end in interval(draws, level))
    excess = max(0.0, float(np.nanmean(draws)) - value)
    return Estimate(value, max(0.0, min(low - excess, value)), max(high - excess, value))


def _finding(table: pd.DataFrame) -> str:
    if table.empty:
        return "The distribution of the training people is not kept with this model, so drift cannot be judged."
    strong, some = (table[table["verdict"] == verdict]["label"].map(inside).tolist() for verdict in ("strong", "some"))
    judged = int(table["psi"].notna().sum())
    parts = []
    if strong:
        parts.append(f"strong drift (PSI {STRONG} or more) in {named(strong)}")
    if some:
        parts.append(f"some ({SOME} to {STRONG}) in {named(some)}")
    if not parts:
        return f"None of the {judged} inputs known here has drifted (all PSI below {SOME})."
    return f"Of {judged} inputs known here: {'; '.join(parts)}."
