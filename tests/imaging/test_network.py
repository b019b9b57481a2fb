"""The network: ordered by construction, and a map that adds up."""

import numpy as np
import pytest
import torch
from torch import nn

from riskmodels.imaging.backbone import Backbone, pretrained
from riskmodels.imaging.network import ImageNetwork
from riskmodels.imaging.targets import Target

GRADES = Target("grade", ("none", "mild", "moderate", "severe"), ordered=True)
KINDS = Target("kind", ("cat", "dog", "cow"), ordered=False)
TARGETS = (GRADES, KINDS)


def network(depth: int = 11) -> ImageNetwork:
    torch.manual_seed(3)
    made = ImageNetwork(Backbone(0, depth), 4, TARGETS)
    nn.init.normal_(made.weight)
    nn.init.normal_(made.bias, std=3)
    return made.eval().requires_grad_(False)


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randint(0, 255, (2, 3, 96, 64 + 32), generator=torch.Generator().manual_seed(0)).float()


def test_at_least_a_later_grade_is_never_likelier_whatever_the_weights(images):
    logits = network()(images)[..., :3]
    assert (logits[..., 1:] < logits[..., :-1]).all()


def test_places_add_up_to_the_scores(images):
    made = network()
    features = made.backbone(images)
    places = made.places(features)
    assert places.shape == (2, 4, 6, 6)
    scores = made(images).mean(1) - made.intercepts().mean(0)
    torch.testing.assert_close(places.sum((2, 3))[:, [0, 0, 0, 1, 2, 3]], scores, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("depth", "places"), [(11, 6), (16, 3)])
def test_short_backbone_has_places_of_sixteen_pixels(images, depth, places):
    assert Backbone(0, depth)(images).shape[2:] == (places, places)


def test_short_backbone_has_the_weights_of_imagenet_but_for_its_last_convolution():
    short, whole = pretrained(0, 11), pretrained(0)
    assert torch.equal(short.blocks[10]._project_conv.weight, whole.blocks[10]._project_conv.weight)
    assert len(short.blocks) == 11
    assert short.channels == short.last[0].weight.shape[0]


def test_it_starts_from_the_outputs_that_are_given(images):
    made = network()
    made.start_from([np.array([1.0, -0.5, -3.0]), np.array([0.1, 0.2, 0.3])])
    wanted = torch.tensor([1.0, -0.5, -3.0, 0.1, 0.2, 0.3]).expand(2, 4, 6)
    torch.testing.assert_close(made(images), wanted, rtol=1e-4, atol=1e-4)
