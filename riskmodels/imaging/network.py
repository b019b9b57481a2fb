"""Backbone and an ensemble of linear heads in one program.

Every member of the ensemble is a head of its own, fitted on its own bootstrap weights of the training pictures; all
share the backbone. Their spread is the sampling interval of the head; that of the backbone is not in it.

A head is linear before the mean over the picture is taken, so its score is the mean of what each place says
(:meth:`ImageNetwork.places`). Ordered classes have one score and cut points that rise by construction: at least class
2 is never likelier than at least class 1.

Source: cumulative link model, McCullagh 1980, doi 10.1111/j.2517-6161.1980.tb01109.x.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout, softplus

from riskmodels.imaging.backbone import Backbone, Backbones
from riskmodels.imaging.targets import FloatArray, Target, rows, slices


class ImageNetwork(nn.Module):
    """Backbone → scores of each place → mean over the picture → members × outputs.

    Args:
        backbone: see :mod:`riskmodels.imaging.backbone`.
        members: heads of the ensemble.
        targets: what each head answers.
        drop: share of the features left out in training.
    """

    def __init__(
        self, backbone: Backbone | Backbones, members: int, targets: Sequence[Target], drop: float = 0.3
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.drop = drop
        self.targets = tuple(targets)
        self.weight = nn.Parameter(torch.zeros(members, sum(t.scores for t in targets), backbone.channels))
        self.bias = nn.Parameter(torch.zeros(members, sum(t.outputs for t in targets)))

    def forward(self, images: Tensor) -> Tensor:
        """Log-odds of every member.

        Args:
            images: (n, 3, s, s), 0–255.

        Returns:
            (n, members, outputs).
        """
        return self.heads(self.backbone(images).mean((2, 3)))

    def heads(self, pooled: Tensor) -> Tensor:
        """The heads alone: (n, channels) → (n, members, outputs)."""
        pooled = dropout(pooled, self.drop, self.training)
        scores = torch.einsum("nc,krc->nkr", pooled.float(), self.weight)
        parts = [scores[..., row] for row in rows(self.targets).values()]
        outputs = [score.expand(-1, -1, t.outputs) for t, score in zip(self.targets, parts, strict=True)]
        return torch.cat(outputs, 2) + self.intercepts()

    def intercepts(self) -> Tensor:
        """What is added to the scores: (members, outputs), falling from output to output of ordered classes."""
        found = []
        for target, place in zip(self.targets, slices(self.targets).values(), strict=True):
            raw = self.bias[:, place]
            if target.cumulative:
                raw = raw[:, :1] - torch.cat([torch.zeros_like(raw[:, :1]), softplus(raw[:, 1:]).cumsum(1)], 1)
            found.append(raw)
        return torch.cat(found, 1)

    def places(self, features: Tensor) -> Tensor:
        """What each place adds to the scores, as the mean over the members.

        Args:
            features: (n, channels, h, w), from the backbone.

        Returns:
            (n, scores, h, w); the sum over places is the score.
        """
        weight = self.weight.mean(0).to(features.device)
        said: Tensor = torch.einsum("nchw,rc->nrhw", features.float(), weight)
        return said / (features.shape[2] * features.shape[3])

    @torch.no_grad()
    def start_from(self, logits: Sequence[FloatArray]) -> None:
        """Weights of 0, and intercepts that give these outputs, one array a target; falling for ordered classes."""
        self.weight.zero_()
        for target, place, wanted in zip(self.targets, slices(self.targets).values(), logits, strict=True):
            raw = torch.as_tensor(wanted, dtype=torch.float32)
            if target.cumulative:
                steps = (raw[:-1] - raw[1:]).clamp_min(1e-3)
                raw = torch.cat([raw[:1], steps.expm1().log()])
            self.bias[:, place] = raw.to(self.bias.device)


def side_by_side(networks: Sequence[ImageNetwork]) -> ImageNetwork:
    """One network of several with the same targets: every member keeps to the backbone that it was fitted on.

    Args:
        networks: in the order of the backbones; one alone is given back.

    Returns:
        A network with the members of all; its outputs' mean over the members is that of the networks' means where all
        have as many members.
    """
    if len(networks) == 1:
        return networks[0]
    backbone = Backbones([branch for network in networks for branch in network.backbone.branches])
    first = networks[0]
    made = ImageNetwork(backbone, sum(len(n.weight) for n in networks), first.targets, first.drop)
    member = channel = 0
    with torch.no_grad():
        for network in networks:
            members, _, channels = network.weight.shape
            made.weight[member : member + members, :, channel : channel + channels] = network.weight
            made.bias[member : member + members] = network.bias
            member, channel = member + members, channel + channels
    return made.to(first.weight.device).eval()
