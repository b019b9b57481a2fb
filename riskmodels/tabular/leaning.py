"""A head for few events: it leans on another outcome's head and adds only small curves of its own.

    logit_k = a_k + s_k · logit_k(other) + Σ_i δ_i,k,      s_k > 0, δ strongly penalised

Both parts are of the network's own form, so the result is simply one more outcome of the same ensemble.
"""

from __future__ import annotations

import torch

from riskmodels.tabular.network import Weights, member_logits
from riskmodels.tabular.training import Hiding

STEPS = 400
BATCH = 2048


def leaning_head(
    z: torch.Tensor,
    other: Weights,
    labels: torch.Tensor,
    weights: torch.Tensor,
    draws: torch.Tensor,
    *,
    penalty: float,
    allowed: torch.Tensor,
    seed: int,
    hiding: Hiding,
) -> Weights:
    """Fit the head.

    Args:
        z: (p, n, d) encoded inputs of the labelled rows.
        other: the ensemble of the one outcome leant on (O = 1).
        labels: (n,) 0/1.
        weights: (n,) inverse probability of censoring weights.
        draws: (n, K) bootstrap counts, the same people the members' other heads were drawn with or new ones.
        penalty: L2 strength of δ: penalty / n · Σ δ².
        allowed: (p,) bool, inputs that may have a δ.
        seed: of the batches.
        hiding: of inputs while fitting.

    Returns:
        :class:`Weights` of the new outcome (O = 1).
    """
    p, n, d = z.shape
    members = other.bias.shape[0]
    weights = weights / weights.mean()
    rate = torch.logit((labels * weights).sum() / weights.sum())
    shift = (rate - other.bias.mean()).repeat(members).requires_grad_()
    log_slope = torch.zeros(members, requires_grad=True)
    delta = torch.zeros(p, d, members, requires_grad=True)
    optimizer = torch.optim.Adam([shift, log_slope, delta], lr=0.03)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.03, total_steps=STEPS)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(STEPS):
        rows = torch.randint(n, (BATCH,), generator=generator)
        seen = z[:, rows] * hiding.keep(BATCH, generator)[:, :, None]
        with torch.no_grad():
            base = member_logits(seen, other)[:, :, 0]  # (b, K)
        own = torch.einsum("pnd,pdk->nk", seen, delta * allowed[:, None, None])
        logits = shift + log_slope.exp() * base + own
        fit = torch.nn.functional.binary_cross_entropy_with_logits(
            logits, labels[rows, None].expand_as(logits), weights[rows, None] * draws[rows], reduction="none"
        )
        loss = fit.mean(0).sum() + penalty / n * delta.square().sum() + 0.01 * log_slope.square().sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        slope = log_slope.exp()
        bias = shift[:, None] + slope[:, None] * other.bias
        curves = slope[None, None, :, None] * other.curves + (delta * allowed[:, None, None])[..., None]
        pairs = slope.sqrt()[None, None, :, None, None] * other.pairs
    return Weights(bias, curves, pairs, other.signs).detached()
