"""A gradient that hardly tells whether a given patient was in it: patients' gradients clipped, noise on their sum.

All of a hospital's patients count in every step (no drawing), so the privacy of a run is exact: privacy.py. Pairs stay
zero: noise would be added to each of their many numbers. Of members there is one. The noise is drawn by a generator
that can be computed again from its seed: good for measuring what noise costs, not for sending it to anyone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from riskmodels.federated.plan import Privacy
    from riskmodels.tabular.training import Trainer


@torch.no_grad()
def private_gradient(trainer: Trainer, privacy: Privacy, number: int) -> dict[str, torch.Tensor]:
    """A hospital's gradient with noise, by name of the weights.

    Args:
        trainer: of one member and outcome, its weights those of all.
        privacy: clipping and noise.
        number: of the round; with the hospital's seed, of the noise.
    """
    p, n, d = trainer.z.shape
    features = torch.cat([torch.ones(n, 1), trainer.z.transpose(0, 1).reshape(n, p * d)], dim=1)
    bias, curves = trainer.parameters["bias"], trainer.parameters["curves"]
    weights = torch.cat([bias.view(-1), curves.view(-1)])
    gradients = (torch.sigmoid(features @ weights) - trainer.targets[:, 0])[:, None] * features
    length = gradients.norm(dim=1, keepdim=True)
    total = (gradients * (privacy.clip / length.clamp_min(1e-12)).clamp(max=1.0)).sum(0)
    generator = torch.Generator().manual_seed(trainer.config.seed + 7919 * (number + 1))
    noise = torch.randn(len(total), generator=generator) * privacy.noise * privacy.clip
    mean = (total + noise) / n
    penalty = 2 * trainer.column_penalty[:, :, None] * curves
    moves = {name: torch.zeros_like(parameter) for name, parameter in trainer.parameters.items()}
    return moves | {"bias": mean[:1].view_as(bias), "curves": mean[1:].view_as(curves) + penalty}
