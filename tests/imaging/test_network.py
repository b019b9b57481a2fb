"""The network: ordered by construction, a map that adds up, and several backbones side by side."""

import numpy as np
import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

from riskmodels.imaging.backbone import Backbone, build, pretrained
from riskmodels.imaging.network import ImageNetwork, side_by_side
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


def test_blocks_give_what_those_of_the_package_give(images):
    backbone, package = pretrained(0), EfficientNet.from_name("efficientnet-lite0").eval()
    package._blocks.load_state_dict(backbone.blocks.state_dict())
    x = backbone.stem[:2](images)
    torch.testing.assert_close(backbone.stem(images), nn.functional.relu6(x), rtol=1e-4, atol=1e-4)
    for ours, theirs in zip(backbone.blocks, package._blocks, strict=True):
        torch.testing.assert_close(ours(x), theirs(x), rtol=1e-4, atol=1e-4)
        x = theirs(x)


def test_networks_side_by_side_say_the_mean_of_what_each_says(images):
    alone = [network(11), network(16)]
    both = side_by_side(alone)
    said = [made(images).mean(1) for made in alone]
    torch.testing.assert_close(both(images).mean(1), (said[0] + said[1]) / 2, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(both(images)[:, :4], alone[0](images), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(both(images)[:, 4:], alone[1](images), rtol=1e-4, atol=1e-4)
    assert side_by_side(alone[:1]) is alone[0]


def test_places_of_networks_side_by_side_add_up_on_the_finer_grid(images):
    both = side_by_side([network(16), network(11)])
    features, described = both.backbone.describe(images)
    places = both.places(features)
    assert places.shape == (2, 4, 6, 6)
    scores = both(images).mean(1) - both.intercepts().mean(0)
    torch.testing.assert_close(places.sum((2, 3))[:, [0, 0, 0, 1, 2, 3]], scores, rtol=1e-5, atol=1e-5)
    assert torch.equal(described, both.backbone.branches[0].describe(images)[1])


def test_weights_of_networks_side_by_side_are_read_again(images):
    both = side_by_side([network(11), network(16)])
    again = ImageNetwork(build(0, (11, 16)), 8, TARGETS).eval()
    again.load_state_dict(both.state_dict())
    assert torch.equal(again(images), both(images))
