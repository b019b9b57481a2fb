"""The GAN learns a few steps on small pictures, grows, can be stopped, and follows its critic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from riskmodels.errors import TrainingError
from riskmodels.generated.images import adversarial
from riskmodels.generated.images.adaptive import Strength, changed
from riskmodels.generated.images.adversarial import Fit, GanConfig, GanStep, Stage
from riskmodels.generated.images.critic import Critic
from riskmodels.generated.images.synthesis import Synthesis, one_hot
from tests.generated.images.discs import SHAPE, discs

CONFIG = GanConfig(shape=SHAPE, stages=(Stage(8, 3, 0.5), Stage(16, 4, 0.0)), batch=4, fading=2, every=2)
CPU = torch.device("cpu")


class Stopped(Exception):  # noqa: N818
    """Somebody stopped the run."""


@pytest.fixture(autouse=True)
def short_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adversarial, "_ROUND", 2)


def fit() -> Fit:
    return Fit([discs(20), discs(10, 8, seed=1)], CONFIG, CPU)


def test_a_run_grows_to_the_whole_side_and_changes_its_weights() -> None:
    told: list[GanStep] = []
    before = fit().average.start.clone()
    made = fit().run(told.append)
    assert [step.side for step in told] == [8, 16, 16, 16]
    assert not torch.equal(made.start, before)
    assert all(torch.isfinite(p).all() for p in made.parameters())


def test_a_stopped_run_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    def stop(step: GanStep) -> None:
        if step.step >= 4:
            raise Stopped

    whole = fit().run(lambda _: None, tmp_path / "whole")
    with pytest.raises(Stopped):
        fit().run(stop, tmp_path / "part")
    again = fit().run(lambda _: None, tmp_path / "part")
    # the same operations in the same order on the same machine
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), again.parameters(), strict=True))


def test_a_checkpoint_of_other_photos_is_refused(tmp_path: Path) -> None:
    fit().run(lambda _: None, tmp_path / "kept")
    with pytest.raises(TrainingError, match="another training run"):
        Fit([discs(21), discs(10, 8)], CONFIG, CPU).run(lambda _: None, tmp_path / "kept")


def test_a_longer_last_stage_goes_on_from_the_checkpoint(tmp_path: Path) -> None:
    fit().run(lambda _: None, tmp_path / "kept")
    longer = replace(CONFIG, stages=(CONFIG.stages[0], replace(CONFIG.stages[1], steps=6)))
    told: list[GanStep] = []
    Fit([discs(20), discs(10, 8, seed=1)], longer, CPU).run(told.append, tmp_path / "kept")
    assert [step.step for step in told] == [9]


def test_nothing_is_learnt_without_photos() -> None:
    with pytest.raises(TrainingError, match="no photos"):
        Fit([discs(20), discs(0)], CONFIG, CPU)


def test_pictures_and_judgements_have_their_shapes_and_depend_on_the_label() -> None:
    torch.manual_seed(0)
    generator, critic = Synthesis(SHAPE), Critic(SHAPE)
    z = torch.randn(1, SHAPE.draw).expand(5, -1)
    labels = one_hot(torch.arange(5), torch.zeros(5, dtype=torch.long), SHAPE)
    w = generator.style(z, labels)
    rng = torch.Generator().manual_seed(0)
    pictures = generator(w, 16, rng=rng)
    assert pictures.shape == (5, 3, 16, 16)
    assert generator(w, 8).shape == (5, 3, 8, 8)
    assert (pictures[0] - pictures[1]).abs().max() > 1e-3
    assert critic(pictures, labels).shape == (5,)
    assert not torch.allclose(critic(pictures, labels), critic(pictures, labels.roll(1, 0)))


def test_nothing_is_changed_at_probability_zero_and_all_can_be_differentiated() -> None:
    torch.manual_seed(0)
    pictures = torch.rand(8, 3, 16, 16, requires_grad=True)
    assert torch.equal(changed(pictures, 0.0), pictures)
    seen = changed(pictures, 1.0)
    assert not torch.allclose(seen, pictures)
    seen.sum().backward()
    assert pictures.grad is not None
    assert pictures.grad.abs().sum() > 0


def test_what_comes_in_from_outside_is_black() -> None:
    torch.manual_seed(0)
    black = torch.full((32, 3, 16, 16), -1.0)
    moved = changed(black, 0.0), changed(torch.ones(64, 3, 16, 16), 0.5)
    assert torch.equal(moved[0], black)
    assert moved[1].min() == pytest.approx(-1, abs=0.6)


def test_augmentation_rises_while_the_critic_is_sure_and_falls_when_it_is_not() -> None:
    strength = Strength(images=100)
    for _ in range(3):
        strength.follow(1.0, 20)
    assert strength.p == pytest.approx(0.6)
    for _ in range(9):
        strength.follow(0.0, 20)
    assert strength.p == 0
    for _ in range(9):
        strength.follow(1.0, 20)
    assert strength.p == strength.most


def test_a_share_of_the_steps_keeps_every_stage() -> None:
    shorter = GanConfig().shorter(0.001)
    assert [stage.side for stage in shorter.stages] == [16, 32, 64, 128]
    assert [stage.steps for stage in shorter.stages] == [1, 1, 1, 1]
    assert GanConfig().shorter(1) == GanConfig()
