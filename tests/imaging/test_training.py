"""Training on a slice: it learns, can be interrupted, and refuses a foreign checkpoint."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from riskmodels.errors import TrainingError
from riskmodels.imaging.targets import Target
from riskmodels.imaging.training import ImageConfig, ImageSet, predict_logits, train_network

CPU = torch.device("cpu")
TARGETS = (Target("bright", ("dark", "bright"), ordered=False),)
CONFIG = ImageConfig(side=64, frozen_blocks=14, epochs=3, batch=8, members=3, patience=9)


def stripes(n, seed):
    """Pictures with fine (1) or coarse (0) stripes: colour says nothing."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    images = np.zeros((n, 3, 64, 64), np.uint8)
    for i, label in enumerate(labels):
        period = 4 if label else 16
        images[i] = 100 + 100 * (((np.arange(64) + rng.integers(period)) % period) < period / 2)
    images = np.clip(images + rng.normal(0, 10, images.shape), 0, 255)
    return ImageSet(torch.tensor(images.astype(np.uint8)), {"bright": labels})


@pytest.fixture(scope="module")
def parts():
    return stripes(32, 0), stripes(16, 1)


@pytest.fixture(scope="module")
def through(parts):
    """An uninterrupted run and what it reported."""
    reports = []
    return train_network(*parts, TARGETS, CONFIG, CPU, reports.append), reports


def test_stripes_are_told_apart_on_new_pictures(through):
    fresh = stripes(16, 2)
    logits = predict_logits(through[0], fresh.images, CPU)
    assert logits.shape == (16, 3, 1)
    assert ((logits.mean(1)[:, 0] > 0).numpy() == fresh.labels["bright"]).mean() == 1


def test_every_epoch_is_reported(through):
    assert [report.epoch for report in through[1]] == [1, 2, 3]


def test_frozen_blocks_keep_the_weights_of_imagenet(through):
    from riskmodels.imaging.backbone import pretrained

    fresh = pretrained(CONFIG.frozen_blocks)
    trained = through[0].backbone
    for now, then in zip(trained.stem.parameters(), fresh.stem.parameters(), strict=True):
        assert torch.equal(now, then)
    assert not torch.equal(trained.last[0].weight, fresh.last[0].weight)


class StoppedError(Exception):
    """Stops a run."""


def stop_after_one(report):
    if report.epoch == 2:
        raise StoppedError


def test_run_that_was_interrupted_ends_with_the_same_weights(parts, through, tmp_path):
    checkpoint = tmp_path / "run.safetensors"
    with pytest.raises(StoppedError):
        train_network(*parts, TARGETS, CONFIG, CPU, stop_after_one, checkpoint)
    again = train_network(*parts, TARGETS, CONFIG, CPU, None, checkpoint)
    for name, tensor in through[0].state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, rtol=1e-4, atol=1e-5)


def test_checkpoint_of_another_run_is_refused(parts, tmp_path):
    checkpoint = tmp_path / "run.safetensors"
    short = replace(CONFIG, epochs=1)
    train_network(*parts, TARGETS, short, CPU, None, checkpoint)
    with pytest.raises(TrainingError, match="other settings"):
        train_network(*parts, TARGETS, replace(short, seed=1), CPU, None, checkpoint)


def test_file_that_is_no_checkpoint_is_refused(parts, tmp_path):
    checkpoint = tmp_path / "run.safetensors"
    checkpoint.write_bytes(b"not at all")
    with pytest.raises(TrainingError, match="not a checkpoint"):
        train_network(*parts, TARGETS, CONFIG, CPU, None, checkpoint)


def test_training_stops_when_validation_does_not_improve(parts):
    train, validation = parts
    wrong = ImageSet(validation.images, {"bright": 1 - validation.labels["bright"]})
    reports = []
    train_network(train, wrong, TARGETS, replace(CONFIG, epochs=9, patience=2), CPU, reports.append)
    assert len(reports) < 9


def test_networks_of_several_depths_are_trained_one_after_the_other_and_answer_together(parts, tmp_path):
    both = replace(CONFIG, frozen_blocks=10, depths=(11, 16), rates=(5e-4, 2e-4), epochs=2)
    reports = []
    made = train_network(*parts, TARGETS, both, CPU, reports.append, tmp_path / "run.safetensors")
    assert [report.epoch for report in reports] == [1, 2, 1, 2]
    assert [branch.channels for branch in made.backbone.branches] == [512, 1280]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["run-11.safetensors", "run-16.safetensors"]
    short = train_network(*parts, TARGETS, replace(both, depths=(11,), rates=(5e-4,)), CPU)
    given = predict_logits(made, parts[1].images, CPU)
    assert given.shape == (16, 2 * CONFIG.members, 1)
    torch.testing.assert_close(given[:, :3], predict_logits(short, parts[1].images, CPU), rtol=1e-3, atol=1e-3)


def test_card_holds_the_whole_configuration():
    two = replace(CONFIG, depths=(11, 16), rates=(5e-4, 2e-4))
    assert ImageConfig.from_dict(json.loads(json.dumps(two.to_dict()))) == two


def test_card_of_one_network_from_before_there_were_several_is_read():
    told = CONFIG.to_dict() | {"depth": 11, "rate": 1e-4}
    del told["depths"], told["rates"]
    assert ImageConfig.from_dict(told) == replace(CONFIG, depths=(11,), rates=(1e-4,))
    del told["depth"]
    assert ImageConfig.from_dict(told) == replace(CONFIG, rates=(1e-4,))


@pytest.mark.gpu
def test_same_code_trains_on_a_gpu(parts):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    network = train_network(*parts, TARGETS, CONFIG, torch.device("cuda"))
    assert next(network.parameters()).is_cuda
