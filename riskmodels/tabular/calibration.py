"""Calibration for every subset of known inputs, in the network's own form, so that explanations stay exact.

Training weighs all subsets against each other, and a subset's mean estimate can end up some way from its observed mean.
Here, with the curves and interactions held fixed, an offset that depends on which inputs are known is fitted on
predictions of members that did not draw the person:

    offset = Σ_i c_i known_i + Σ_{i<j} Σ_q s_q u_iq u_jq known_i known_j

The known flag is column 0 of every encoding, so the offset is a change of curves (c) and more signed components (u).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import torch

from riskmodels.evaluation.calibration import fit_affine
from riskmodels.tabular.network import Weights, member_logits
from riskmodels.tabular.training import Hiding

#: how often every person is looked at with other inputs hidden
VIEWS = 10
#: signed components of the offset, and L2 strength of c and u
SIGNS = (1.0, -1.0)
PENALTY = 3.0
STEPS, BATCH, RATE = 400, 16_384, 0.02
_ROWS = 1024


@torch.no_grad()
def unseen_logits(z: torch.Tensor, ensemble: Weights, draws: torch.Tensor) -> torch.Tensor:
    """Mean log-odds over the members that did not draw the row.

    Args:
        z: (p, n, d) encoded inputs.
        ensemble: fitted on ``draws``.
        draws: (n, K) bootstrap counts.

    Returns:
        (n, O); NaN where every member drew the row.
    """
    members = torch.cat([member_logits(part, ensemble) for part in torch.split(z, _ROWS, dim=1)])  # (n, K, O)
    unseen = (draws == 0).to(members)
    return (members * unseen[:, :, None]).sum(1) / unseen.sum(1)[:, None]


def calibrate_subsets(
    z: torch.Tensor,
    ensemble: Weights,
    draws: torch.Tensor,
    targets: torch.Tensor,
    weights: torch.Tensor,
    strata: torch.Tensor,
    hiding: Hiding,
    seed: int,
    has_levels: Sequence[bool],
    allowed: torch.Tensor | None = None,
) -> Weights:
    """Add the offset to an ensemble.

    Args:
        z: (p, n, d) encoded inputs.
        ensemble: fitted on ``draws``.
        draws: (n, K) bootstrap counts.
        targets, weights: (n, O); NaN targets weigh nothing.
        strata: (n,) survey cycle or site; each has a level of its own that is left out afterwards.
        hiding: of whole views.
        seed: of views and batches.
        has_levels: whether each outcome's level may differ between strata.
        allowed: (p, O) which input serves which outcome; whether another one is known must not matter. All when None.

    Returns:
        The ensemble with the offset in its curves and pairs.
    """
    generator = torch.Generator().manual_seed(seed)
    known, logits = [], []
    for view in range(VIEWS):
        keep = hiding.keep(z.shape[1], generator) if view else torch.ones(z.shape[:2], dtype=torch.bool)
        seen = z * keep[:, :, None]
        known.append(seen[:, :, 0].T)  # (n, p), 1 where known
        logits.append(unseen_logits(seen, ensemble, draws))
    flags, offsets = torch.cat(known), torch.cat(logits)
    unlabelled = targets.isnan() | (weights <= 0)
    label = torch.nan_to_num(targets).repeat(VIEWS, 1)
    weight = torch.where(unlabelled, 0.0, weights).repeat(VIEWS, 1)
    weight = torch.where(offsets.isnan(), 0.0, weight)
    serves = torch.ones(len(z), offsets.shape[1]) if allowed is None else allowed.to(flags)
    fitted = [
        _fit_offset(
            flags * serves[:, o],
            torch.nan_to_num(offsets[:, o]),
            label[:, o],
            weight[:, o],
            strata.repeat(VIEWS) * has_levels[o],
            generator,
        )
        for o in range(offsets.shape[1])
    ]
    return _with_offset(
        ensemble, [(c * serves[:, o], u * serves[:, o, None], level) for o, (c, u, level) in enumerate(fitted)]
    )


def _fit_offset(
    flags: torch.Tensor,
    logit: torch.Tensor,
    label: torch.Tensor,
    weight: torch.Tensor,
    strata: torch.Tensor,
    generator: torch.Generator,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """c (p,), u (p, Q) and the mean level () of one outcome."""
    rows = torch.nonzero(weight > 0)[:, 0]
    flags, logit, label, weight, strata = (t[rows] for t in (flags, logit, label, weight, strata))
    weight = weight / weight.mean()
    people, signs = len(rows) / VIEWS, torch.tensor(SIGNS)
    c = torch.zeros(flags.shape[1], requires_grad=True)
    u = (0.01 * torch.randn(flags.shape[1], len(SIGNS), generator=generator)).requires_grad_()
    level = torch.zeros(int(strata.max()) + 1, requires_grad=True)
    optimizer = torch.optim.Adam([c, u, level], lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    for _ in range(STEPS):
        batch = torch.randint(len(rows), (BATCH,), generator=generator)
        k = flags[batch]
        pair = 0.5 * ((k @ u).square() - k.square() @ u.square()) @ signs
        found = logit[batch] + k @ c + pair + level[strata[batch]]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(found, label[batch], weight[batch])
        loss = loss + PENALTY / people * (c.square().sum() + u.square().sum())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    shares = torch.zeros_like(level).index_add_(0, strata, weight).detach()
    return c.detach(), u.detach(), (level.detach() * shares).sum() / shares.sum()


def _with_offset(ensemble: Weights, fitted: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]) -> Weights:
    bias, curves = ensemble.bias.clone(), ensemble.curves.clone()
    p, d, k, o, _ = ensemble.pairs.shape
    more = ensemble.pairs.new_zeros(p, d, k, o, len(SIGNS))
    for outcome, (c, u, level) in enumerate(fitted):
        bias[:, outcome] += level
        curves[:, 0, :, outcome] += c[:, None]
        more[:, 0, :, outcome] = u[:, None, :]
    signs = torch.cat([ensemble.signs, torch.tensor(SIGNS)])
    return Weights(bias, curves, torch.cat([ensemble.pairs, more], dim=-1), signs)


def calibrate_affine(
    logits: torch.Tensor, targets: pd.DataFrame, weights: pd.DataFrame
) -> dict[str, tuple[float, float]]:
    """Slope and intercept of each outcome's log-odds.

    Args:
        logits: (n, O), NaN where there is none.
        targets, weights: labels of the same rows, one column an outcome.

    Returns:
        outcome → (slope, intercept).
    """
    values = logits.double().numpy()
    return {
        str(o): fit_affine(values[:, i], targets[o].where(values[:, i] == values[:, i]), weights[o])
        for i, o in enumerate(targets)
    }
