"""Grad-CAM and occlusion: right on a network whose answer is known, different under other weights, no trace left."""

import numpy as np
import pytest
import torch
from torch import nn

from riskmodels.imaging.backbone import Backbone
from riskmodels.imaging.network import ImageNetwork, side_by_side
from riskmodels.imaging.saliency import grad_cam, occlude
from riskmodels.imaging.targets import Target


class RedLover(nn.Module):
    """Its log-odds are the mean of the red channel."""

    def __init__(self):
        super().__init__()
        self.layer = nn.AvgPool2d(8)

    def forward(self, images):
        return self.layer(images.float())[:, 0].mean((1, 2))[:, None, None]


def red_corner():
    image = torch.zeros(1, 3, 80, 80)
    image[:, 0, :20, 60:] = 255
    return image


def score(logits):
    return logits[:, :, 0].mean(1)


@pytest.mark.parametrize("method", ["grad_cam", "occlude"])
def test_hot_where_the_evidence_is(method):
    network = RedLover()
    if method == "grad_cam":
        heat = grad_cam(network, [network.layer], red_corner(), score)
    else:
        heat = occlude(network, red_corner(), score)
    assert heat.shape == (80, 80)
    assert heat.max() == pytest.approx(1)
    assert heat[:12, 68:].min() > 0.9
    assert heat[30:, :50].max() == 0


def random_network(seed):
    torch.manual_seed(seed)
    network = ImageNetwork(Backbone(frozen_blocks=0), members=2, targets=(Target("ill", ("no", "yes"), ordered=False),))
    nn.init.normal_(network.weight)
    return network.eval().requires_grad_(False)


def test_map_changes_when_the_weights_are_randomised():
    image = torch.randint(0, 255, (1, 3, 96, 96), generator=torch.Generator().manual_seed(0))
    maps = [grad_cam(n, [n.backbone.blocks[-1]], image, score) for n in (random_network(1), random_network(2))]
    assert np.corrcoef(maps[0].ravel(), maps[1].ravel())[0, 1] < 0.9


def test_map_of_two_backbones_is_of_both_and_where_one_has_no_say_of_the_other():
    alone = [random_network(1), random_network(2)]
    image = torch.randint(0, 255, (1, 3, 96, 96), generator=torch.Generator().manual_seed(0))
    both = side_by_side(alone)
    layers = [branch.blocks[-1] for branch in both.backbone.branches]
    first = grad_cam(alone[0], [alone[0].backbone.blocks[-1]], image, score)
    assert not np.allclose(grad_cam(both, layers, image, score), first, atol=0.05)
    of_the_first = grad_cam(both, layers, image, lambda logits: logits[:, :2, 0].mean(1))
    np.testing.assert_allclose(of_the_first, first, atol=1e-3)


def test_hook_is_gone_afterwards_and_after_an_error():
    network = random_network(1)
    image = torch.zeros(1, 3, 64, 64)
    grad_cam(network, [network.backbone.blocks[-1]], image, score)
    with pytest.raises(IndexError):
        grad_cam(network, [network.backbone.blocks[-1]], image, lambda logits: logits[:, :, 7])
    assert not network.backbone.blocks[-1]._forward_hooks


def test_progress_of_the_occlusion_ends_at_one():
    told = []
    occlude(RedLover(), red_corner(), score, told.append)
    assert told == sorted(told)
    assert told[-1] == 1
