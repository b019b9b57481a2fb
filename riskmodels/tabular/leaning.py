"""A head for few events: it leans on the heads of outcomes that have many.

    logit_k = a_k + Σ_h s_h,k · head_h,k

Death from heart disease leans on the risk that PREVENT gives and on death from any cause; the few people whose ten
years are known decide only how much of each. The heads are of the network's own form, so the result is simply one more
outcome of the same ensemble.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from riskmodels.tabular.network import Weights, member_logits, weighted_sum
from riskmodels.vocabulary import CARDIOVASCULAR_HISTORY

#: ridge on the slopes, in labelled people, towards 0
RIDGE = 1e-3
#: a log rate grows by this much for each unit of the logarithm of follow-up over the horizon: death speeds up with age
TIME_SLOPE = 1.2


@dataclass(frozen=True)
class FollowUp:
    """Deaths of any cause, from which a head is learnt that others lean on.

    Args:
        frame: PatientFrame of everybody with follow-up, also those whom the leaning outcome does not hold for.
        died: (n,) 1 where the person died within the follow-up, else 0.
        months: (n,) of follow-up.
        horizon: in months.
        eligible: (n,) whether the leaning outcome holds for the person.
        strata: (n,) survey cycle.
    """

    frame: pd.DataFrame
    died: pd.Series
    months: pd.Series
    horizon: float
    eligible: pd.Series
    strata: pd.Series

    def offset(self) -> torch.Tensor:
        """(n, 1) what the length of follow-up adds to the log rate."""
        return torch.tensor(TIME_SLOPE * np.log(self.months.to_numpy(np.float32) / self.horizon))[:, None]

    def nuisance(self, z: torch.Tensor) -> torch.Tensor:
        """(n, q) terms for people who have the disease already: zero for eligible ones, left out afterwards.

        Args:
            z: (p, n, d) encoded inputs; column 1 is the standardised value of a number.
        """
        told = torch.tensor(self.frame[list(CARDIOVASCULAR_HISTORY)].fillna(0.0).to_numpy(np.float32))
        outside = torch.tensor((~self.eligible).to_numpy(np.float32))[:, None]
        sick = told.amax(dim=1, keepdim=True)
        return torch.cat([told * outside, outside, sick * outside * z[:, :, 1].T], dim=1)


def leaning_head(
    z: torch.Tensor, heads: list[Weights], labels: torch.Tensor, weights: torch.Tensor, draws: torch.Tensor
) -> Weights:
    """Fit how much the outcome leans on each head.

    Args:
        z: (p, n, d) encoded inputs of the labelled rows.
        heads: ensembles of one outcome each (O = 1).
        labels: (n,) 0/1.
        weights: (n,) of the labels.
        draws: (n, K) how often each row stands in each member's sample.

    Returns:
        :class:`Weights` of the new outcome (O = 1).
    """
    with torch.no_grad():
        seen = torch.stack([member_logits(z, head)[:, :, 0] for head in heads], 2).double()  # (n, K, H)
    found = [_logistic(seen[:, k], labels.double(), (weights * draws[:, k]).double()) for k in range(seen.shape[1])]
    parameters = torch.stack(found).float()  # (K, 1 + H)
    return weighted_sum(heads, list(parameters[:, 1:].T), parameters[:, 0]).detached()


def _logistic(x: torch.Tensor, label: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Weighted logistic regression by Newton's method, (n, H) → (1 + H,)."""
    design = torch.cat([torch.ones(len(x), 1, dtype=x.dtype), x - x.mean(0)], 1)
    rate = (label * weight).sum() / weight.sum()
    beta = torch.zeros(design.shape[1], dtype=x.dtype)
    beta[0] = torch.logit(rate)
    ridge = RIDGE * torch.eye(len(beta), dtype=x.dtype)
    ridge[0, 0] = 0.0
    for _ in range(50):
        p = torch.sigmoid(design @ beta)
        gradient = design.T @ (weight * (p - label)) + ridge @ beta
        step = torch.linalg.solve((design * (weight * p * (1 - p))[:, None]).T @ design + ridge, gradient)
        beta = beta - step.clamp(-1, 1)
    beta[0] = beta[0] - x.mean(0) @ beta[1:]
    return beta
