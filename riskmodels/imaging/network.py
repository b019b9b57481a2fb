"""Backbone and an ensemble of linear heads in one program.

Every member of the ensemble is a head of its own, fitted on its own bootstrap weights of the training pictures; all
share the backbone. Their spread is the sampling interval of the head; that of the backbone is not in it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

from riskmodels.imaging.backbone import CHANNELS, Backbone


class ImageNetwork(nn.Module):
    """Backbone → mean over the picture → members × outputs.

    Args:
        backbone: see :mod:`riskmodels.imaging.backbone`.
        members: heads of the ensemble.
        outputs: of each head.
        drop: share of the features left out in training.
    """

    def __init__(self, backbone: Backbone, members: int, outputs: int, drop: float = 0.3) -> None:
        super().__init__()
        self.backbone = backbone
        self.drop = drop
        self.weight = nn.Parameter(torch.zeros(members, outputs, CHANNELS))
        self.bias = nn.Parameter(torch.zeros(members, outputs))

    def forward(self, images: Tensor) -> Tensor:
        """Log-odds of every member.

        Args:
            images: (n, 3, s, s), 0–255.

        Returns:
            (n, members, outputs).
        """
        return self.heads(self.backbone(images).mean((2, 3)))

    def heads(self, pooled: Tensor) -> Tensor:
        """The heads alone: (n, 1280) → (n, members, outputs)."""
        pooled = dropout(pooled, self.drop, self.training)
        return torch.einsum("nc,koc->nko", pooled.float(), self.weight) + self.bias
