"""Calibration for every subset of known inputs, in the network's own form, so that explanations stay exact.

Training weighs all subsets against each other, and softens labels; so a subset's mean estimate, and how steeply risk
rises in it, can end up some way from what was observed. Here curves and pairs are held fixed but for a factor of each
input's contribution, and an offset that depends on which inputs are known is added; both are fitted on what members
say that did not draw the person:

    logit = level + Σ_i s_i φ_i + Σ_i c_i known_i + Σ_{i<j} e_ij known_i known_j,      φ_i = f_i + ½ Σ_j g_ij

The factors are those of the people as they were seen; what depends on whom they stand for, the level and the offset, is
fitted with the weights given. φ_i are the Shapley values, so the factors turn f_i into s_i f_i and g_ij into
½ (s_i + s_j) g_ij. The known flag is column 0 of every encoding and of every input's pair columns, so the offset is a
change of curves (c) and pairs (e).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch

from riskmodels.columns import Floats
from riskmodels.evaluation.calibration import fit_affine, fit_shift
from riskmodels.tabular.hiding import Hiding
from riskmodels.tabular.network import PAIR_COLUMNS, Weights, member_form, member_logits

#: how often every person is looked at with other inputs hidden
VIEWS = 10
#: L2 strengths of c and e, and of how far the factors of inputs lie apart
OFFSET_PENALTY, FACTOR_PENALTY = 3.0, 10.0
STEPS, BATCH, RATE = 500, 16_384, 0.02
_ROWS = 1024


@torch.no_grad()
def unseen_logits(z: torch.Tensor, ensemble: Weights, draws: torch.Tensor) -> torch.Tensor:
    """Mean log-odds over the members that did not draw the row.

    Args:
        z: (p, n, d) encoded inputs.
        ensemble: fitted on ``draws``.
        draws: (n, K) how often each member drew each row.

    Returns:
        (n, O); NaN where every member drew the row.
    """
    members = torch.cat([member_logits(part, ensemble) for part in torch.split(z, _ROWS, dim=1)])  # (n, K, O)
    unseen = (draws == 0).to(members)
    return (members * unseen[:, :, None]).sum(1) / unseen.sum(1)[:, None]


@torch.no_grad()
def unseen_values(z: torch.Tensor, ensemble: Weights, outcome: int, draws: torch.Tensor) -> torch.Tensor:
    """Mean Shapley values of one outcome over the members that did not draw the row, (n, p); NaN where all did."""
    unseen = (draws == 0).float()
    total = z.new_zeros(z.shape[1], len(z))
    for k in range(len(ensemble.bias)):
        form = member_form(ensemble, k, outcome)
        values = torch.cat([form.values(part) for part in torch.split(z, _ROWS, dim=1)])
        total += values * unseen[:, k, None]
    return total / unseen.sum(1)[:, None]


@dataclass(frozen=True)
class _Fit:
    """What calibration found for one outcome: level (), factors (p,), c (p,), e (p, p)."""

    level: torch.Tensor
    factors: torch.Tensor
    known: torch.Tensor
    both: torch.Tensor


def calibrate_subsets(
    z: torch.Tensor,
    ensemble: Weights,
    draws: torch.Tensor,
    folds: int,
    targets: torch.Tensor,
    weights: torch.Tensor,
    strata: torch.Tensor,
    hiding: Hiding,
    seed: int,
    wanted: Sequence[int],
    allowed: torch.Tensor | None = None,
) -> Weights:
    """Calibrate an ensemble.

    Args:
        z: (p, n, d) encoded inputs.
        ensemble: fitted on ``draws``.
        draws: (n, K) how often each member drew each row.
        folds: place of the first member that left out a fold: those judge, all are calibrated.
        targets, weights: (n, O); NaN targets weigh nothing.
        strata: (n,) survey cycle or site; each has a level of its own that is averaged afterwards.
        hiding: of whole views.
        seed: of views and batches.
        wanted: places of the outcomes to calibrate; the others, computed and not observed, need none.
        allowed: (p, O) which input serves which outcome; whether another one is known must not matter. All when None.

    Returns:
        The ensemble with factors and offsets in its curves and pairs.
    """
    generator = torch.Generator().manual_seed(seed)
    serves = torch.ones(len(z), targets.shape[1]) if allowed is None else allowed.float()
    judges, draws = ensemble.members(folds), draws[:, folds:]
    usable = (weights > 0) & ~targets.isnan() & (draws == 0).any(1)[:, None]
    rows = torch.nonzero(usable.any(1))[:, 0]
    z, draws, targets, strata = z[:, rows], draws[rows], targets[rows], strata[rows]
    weights = torch.where(usable[rows], weights[rows], 0.0)
    full = torch.ones(z.shape[:2], dtype=torch.bool)
    keeps = [full, *(hiding.keep(z.shape[1], generator) for _ in range(VIEWS - 1))]
    flags = torch.cat([(z[:, :, 0] * keep).T for keep in keeps])  # (views · n, p), 1 where known
    for o in wanted:
        values = torch.cat([unseen_values(z * keep[:, :, None], judges, o, draws) for keep in keeps])
        seen = _Views(
            flags * serves[:, o],
            values,
            judges.bias[:, o].mean(),
            torch.nan_to_num(targets[:, o]).repeat(VIEWS),
            weights[:, o].repeat(VIEWS),
            strata.repeat(VIEWS),
        )
        factors = _fit_outcome(seen.unweighted(), generator).factors
        found = _fit_outcome(seen.stretched(factors), generator, free=False)
        ensemble = _with(ensemble, o, replace(found, factors=factors), serves[:, o])
    return ensemble


@dataclass(frozen=True)
class _Views:
    """People of one outcome, each looked at :data:`VIEWS` times: flags and φ (m, p), base (), the rest (m,)."""

    flags: torch.Tensor
    phi: torch.Tensor
    base: torch.Tensor
    label: torch.Tensor
    weight: torch.Tensor
    strata: torch.Tensor

    def unweighted(self) -> _Views:
        """Everybody who counts at all counts the same."""
        return replace(self, weight=(self.weight > 0).float())

    def stretched(self, factors: torch.Tensor) -> _Views:
        """With φ as factors leave them."""
        return replace(self, phi=self.phi * factors)


def _fit_outcome(views: _Views, generator: torch.Generator, *, free: bool = True) -> _Fit:
    """Fit level, offset and, where they are free, factors; factors are 1 where not."""
    rows = torch.nonzero(views.weight > 0)[:, 0]
    flags, phi, label, weight, strata = (
        t[rows] for t in (views.flags, views.phi, views.label, views.weight, views.strata)
    )
    weight = weight / weight.mean()
    p, people, off = flags.shape[1], len(rows) / VIEWS, 1 - torch.eye(flags.shape[1])
    slope = torch.ones((), requires_grad=free)
    apart = torch.zeros(p, requires_grad=free)
    c = torch.zeros(p, requires_grad=True)
    both = torch.zeros(p, p, requires_grad=True)
    level = torch.zeros(int(strata.max()) + 1, requires_grad=True)
    optimizer = torch.optim.Adam([t for t in (slope, apart, c, both, level) if t.requires_grad], lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    for _ in range(STEPS):
        batch = torch.randint(len(rows), (BATCH,), generator=generator)
        k, e = flags[batch], 0.5 * (both + both.T) * off
        pair = 0.5 * ((k @ e) * k).sum(1)
        found = views.base + phi[batch] @ (slope + apart) + k @ c + pair + level[strata[batch]]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(found, label[batch], weight[batch])
        loss = loss + OFFSET_PENALTY / people * (c.square().sum() + e.square().sum())
        loss = loss + FACTOR_PENALTY / people * apart.square().sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    slope, apart, c, both, level = (t.detach() for t in (slope, apart, c, both, level))
    shares = torch.zeros_like(level).index_add_(0, strata, weight)
    return _Fit((level * shares).sum() / shares.sum(), slope + apart, c, 0.5 * (both + both.T) * off)


def agree_with_full(
    z: torch.Tensor,
    ensemble: Weights,
    draws: torch.Tensor,
    folds: int,
    outcome: int,
    hiding: Hiding,
    seed: int,
    allowed: torch.Tensor,
) -> Weights:
    """Make estimates with less known agree, on average, with those of the same people with all known.

    For an outcome with too few events to be calibrated in subsets: what is estimated of part of the facts has to be the
    mean of what is estimated of all of them, and that needs no events. Only an offset by what is known is added.

    Args:
        z: (p, n, d) encoded inputs of people for whom the outcome holds.
        ensemble: fitted on ``draws``.
        draws: (n, K) how often each member drew each row.
        folds: place of the first member that left out a fold.
        outcome: its place.
        hiding: of whole views.
        seed: of views and batches.
        allowed: (p,) which inputs serve the outcome.
    """
    generator = torch.Generator().manual_seed(seed)
    judges, draws, serves = ensemble.members(folds), draws[:, folds:], allowed.float()
    whole = torch.ones(z.shape[:2], dtype=torch.bool)
    keeps = [whole, *(hiding.keep(z.shape[1], generator) for _ in range(VIEWS - 1))]
    base = judges.bias[:, outcome].mean()
    phi = [unseen_values(z * keep[:, :, None], judges, outcome, draws) for keep in keeps]
    full = torch.sigmoid(base + phi[0].sum(1))
    weight = torch.ones(VIEWS, len(full))
    weight[0] = VIEWS / 2  # with everything known little may change
    seen = _Views(
        torch.cat([(z[:, :, 0] * keep).T for keep in keeps]) * serves,
        torch.cat(phi),
        base,
        full.repeat(VIEWS),
        weight.flatten(),
        torch.zeros(VIEWS * len(full), dtype=torch.long),
    )
    found = _fit_outcome(seen, generator, free=False)
    return _with(ensemble, outcome, found, serves)


def _with(ensemble: Weights, outcome: int, found: _Fit, serves: torch.Tensor) -> Weights:
    """The ensemble with what was found of one outcome in its level, curves and pairs."""
    bias, curves, pairs = ensemble.bias.clone(), ensemble.curves.clone(), ensemble.pairs.clone()
    bias[:, outcome] += found.level
    curves[:, :, :, outcome] *= found.factors[:, None, None]
    curves[:, 0, :, outcome] += (found.known * serves)[:, None]
    wide = found.factors.repeat_interleave(PAIR_COLUMNS)
    pairs[:, outcome] *= 0.5 * (wide[:, None] + wide[None, :])
    pairs[:, outcome, ::PAIR_COLUMNS, ::PAIR_COLUMNS] += found.both * serves * serves[:, None]
    return Weights(bias, curves, ensemble.basis, pairs)


def calibrate_affine(
    logits: torch.Tensor, targets: pd.DataFrame, weights: pd.DataFrame
) -> dict[str, tuple[float, float]]:
    """Slope and intercept of each outcome's log-odds: the slope of the people as seen, the level as they weigh.

    Args:
        logits: (n, O), NaN where there is none.
        targets, weights: labels of the same rows, one column an outcome.

    Returns:
        outcome → (slope, intercept).
    """
    values = logits.double().numpy()
    found = {}
    for i, o in enumerate(targets):
        label, weight = targets[o].where(~np.isnan(values[:, i])), weights[o]
        slope, _ = fit_affine(values[:, i], label, (weight > 0).astype(float))
        found[str(o)] = (slope, fit_shift(slope * values[:, i], label, weight))
    return found


def calibration_noise(
    logits: torch.Tensor, targets: pd.DataFrame, weights: pd.DataFrame, calibration: dict[str, tuple[float, float]]
) -> dict[str, Floats]:
    """How uncertain slope and intercept are, as the people they were fitted on leave them.

    Args:
        logits, targets, weights: as for :func:`calibrate_affine`.
        calibration: what it returned.

    Returns:
        outcome → (2, 2) covariance of (slope, intercept): the sandwich of weighted maximum likelihood.
    """
    values = logits.double().numpy()
    found = {}
    for i, o in enumerate(targets):
        used = ~np.isnan(values[:, i]) & targets[o].notna().to_numpy() & (weights[o].to_numpy() > 0)
        design = np.column_stack([values[used, i], np.ones(int(used.sum()))])
        weight = weights[o].to_numpy(float)[used] / weights[o].to_numpy(float)[used].mean()
        risk = 1 / (1 + np.exp(-design @ np.array(calibration[str(o)])))
        bread = np.linalg.inv((design * (weight * risk * (1 - risk))[:, None]).T @ design)
        scores = design * (weight * (targets[o].to_numpy(float)[used] - risk))[:, None]
        found[str(o)] = bread @ (scores.T @ scores) @ bread
    return found
