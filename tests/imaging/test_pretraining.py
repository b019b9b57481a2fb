"""Learning without labels."""

import torch

from riskmodels.imaging.backbone import pretrained
from riskmodels.imaging.pretraining import Pretraining, contrast, pretrain


def test_views_that_find_each_other_cost_nothing_and_others_do():
    one = torch.eye(4)
    assert contrast(torch.cat([one, one]), 0.05) < 1e-3
    assert contrast(torch.cat([one, one.roll(1, 0)]), 0.05) > 10


def test_loss_falls_and_frozen_blocks_stay():
    photos = torch.randint(0, 255, (8, 3, 64, 64), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    backbone, fresh, losses = pretrained(9, 11), pretrained(9, 11), []
    how = Pretraining(side=64, epochs=6, batch=8, rate=2e-3)
    pretrain(backbone, photos, how, torch.device("cpu"), lambda _, loss: losses.append(loss))
    assert losses[-1] < losses[0]
    kept, moved = backbone.blocks[8]._project_conv.weight, backbone.blocks[10]._project_conv.weight
    assert torch.equal(kept, fresh.blocks[8]._project_conv.weight)
    assert not torch.equal(moved, fresh.blocks[10]._project_conv.weight)
