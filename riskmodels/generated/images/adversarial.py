"""Fitting the GAN: photos of two sources in, averaged weights of the generator out.

It grows: first at 16 and 32 pixels, where the small pictures of RetinaMNIST help, then at 64, then at the whole side.
A run can be stopped and goes on from its checkpoint, also with a longer last stage: what is random depends on the seed
and the number of the round only.

Source: losses and settings of Karras et al. 2020, arXiv:2006.06676, smaller.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch
from torch import Generator, Tensor
from torch.nn.functional import softplus

from riskmodels.errors import TrainingError
from riskmodels.generated.images.adaptive import Strength, changed
from riskmodels.generated.images.critic import Critic
from riskmodels.generated.images.layers import placed
from riskmodels.generated.images.photos import Photos, at_side, drawn_grades, drawn_rows
from riskmodels.generated.images.synthesis import Shape, Synthesis, one_hot
from riskmodels.model_files.checkpoint import read_checkpoint, write_checkpoint

#: steps between two checkpoints
_ROUND = 50


@dataclass(frozen=True)
class Stage:
    """A part of the run.

    Args:
        side: of its pictures, pixels.
        steps: how many.
        second: share of the pictures that are of the second source.
    """

    side: int
    steps: int
    second: float


@dataclass(frozen=True)
class GanConfig:
    """All choices of a run; :data:`LARGE` is for a GPU.

    Args:
        shape: of the networks.
        stages: one after the other.
        batch: pictures a step.
        rate: of learning.
        penalty: weight of the critic's squared gradient at the whole side; with the square of the side at others.
        every: steps between two such penalties.
        fading: steps in which a stage's side is faded in.
        keep: pictures after which half of a weight is left in the average.
        adapting: pictures in which the augmentation may go from never to always.
        seed: of everything random.
    """

    shape: Shape = field(default_factory=Shape)
    stages: tuple[Stage, ...] = (Stage(16, 600, 0.5), Stage(32, 480, 0.5), Stage(64, 400, 0.25), Stage(128, 900, 0.0))
    batch: int = 16
    rate: float = 2.5e-3
    penalty: float = 0.5
    every: int = 16
    fading: int = 160
    keep: int = 3_000
    adapting: int = 40_000
    seed: int = 20261201

    @property
    def steps(self) -> int:
        """Of all stages."""
        return sum(stage.steps for stage in self.stages)

    def shorter(self, share: float) -> GanConfig:
        """The same with a share of the steps, at least one a stage, and with all that follows them."""
        stages = tuple(replace(stage, steps=max(1, round(share * stage.steps))) for stage in self.stages)
        fading, keep, adapting = (max(1, round(share * n)) for n in (self.fading, self.keep, self.adapting))
        return replace(self, stages=stages, fading=fading, keep=keep, adapting=adapting)

    def at(self, step: int) -> tuple[Stage, float]:
        """The stage of a step, and how far its side is faded in, 0–1."""
        for number, stage in enumerate(self.stages):
            if step < stage.steps:
                return stage, min(1.0, (step + 1) / self.fading) if number else 1.0
            step -= stage.steps
        raise ValueError(f"there are {self.steps} steps")


LARGE = GanConfig(
    shape=Shape(channels=(256, 256, 256, 128, 96, 48), latent=256),
    stages=(Stage(16, 2_000, 0.5), Stage(32, 4_000, 0.5), Stage(64, 8_000, 0.25), Stage(128, 16_000, 0.0)),
    batch=32,
    fading=1_000,
    keep=10_000,
    adapting=100_000,
)


@dataclass(frozen=True)
class GanStep:
    """Progress: which step of how many, losses, probability of augmentation, seconds to the end as expected."""

    step: int
    steps: int
    side: int
    critic: float
    generator: float
    p: float
    seconds_left: float


class Fit:
    """One run.

    Args:
        photos: of each source.
        config: the choices.
        device: where to compute.
        half: in half precision (bfloat16), for processors that are fast in it.
    """

    def __init__(self, photos: Sequence[Photos], config: GanConfig, device: torch.device, half: bool = False) -> None:
        if any(len(part) == 0 for part in photos) or len(photos) != config.shape.sources:
            raise TrainingError("There are no photos to learn from.", hint="Name the folder of shared data.")
        torch.manual_seed(config.seed)
        self.photos, self.config, self.device, self.half = photos, config, device, half
        self.generator, self.critic = placed(Synthesis(config.shape), device), placed(Critic(config.shape), device)
        self.average: Synthesis = copy.deepcopy(self.generator).requires_grad_(False)
        parameters = [{"params": list(net.parameters())} for net in (self.generator, self.critic)]
        self.optimiser = torch.optim.Adam(parameters, config.rate, betas=(0.0, 0.99))
        self.strength, self.done = Strength(images=config.adapting), 0

    def run(self, tell: Callable[[GanStep], None], checkpoint: Path | None = None) -> Synthesis:
        """All steps, from the checkpoint on where there is one.

        Args:
            tell: told every round; may raise to stop.
            checkpoint: file, read where it is there.

        Returns:
            The averaged generator.
        """
        if checkpoint is not None and checkpoint.is_file():
            self._resume(checkpoint)
        started, first = time.monotonic(), self.done
        while self.done < self.config.steps:
            losses = self._round()
            if not all(map(math.isfinite, losses)):
                raise TrainingError("The fit lost its way: its loss is no number.", hint="Lower the learning rate.")
            left = (time.monotonic() - started) / (self.done - first) * (self.config.steps - self.done)
            stage, _ = self.config.at(self.done - 1)
            tell(GanStep(self.done, self.config.steps, stage.side, *losses, self.strength.p, left))
            if checkpoint is not None:
                self._keep(checkpoint)
        self.average.eval()
        return self.average

    def _round(self) -> tuple[float, float]:
        torch.manual_seed(self.config.seed + 1 + self.done)
        rng = Generator().manual_seed(self.config.seed + 1 + self.done)
        losses, signs = [], []
        for _ in range(min(_ROUND, self.config.steps - self.done)):
            stage, fade = self.config.at(self.done)
            critic, sign = self._teach_critic(stage, fade, rng)
            losses.append((critic, self._teach_generator(stage, fade, rng)))
            signs.append(sign)
            self.done += 1
            if self.done % 4 == 0:
                self.strength.follow(sum(signs) / len(signs), 4 * self.config.batch)
                signs = []
            self._average()
        return tuple(sum(part) / len(losses) for part in zip(*losses, strict=True))

    def _labels(self, stage: Stage, rng: Generator) -> tuple[Tensor, Tensor]:
        """Grades and sources (batch,) each."""
        second = torch.rand(self.config.batch, generator=rng) < stage.second
        grades = [drawn_grades(part.grades, self.config.batch, rng) for part in self.photos]
        return torch.where(second, grades[-1], grades[0]), second.long()

    def _real(self, stage: Stage, rng: Generator) -> tuple[Tensor, Tensor]:
        grades, sources = self._labels(stage, rng)
        images = torch.empty(len(grades), 3, stage.side, stage.side)
        for number, part in enumerate(self.photos):
            mine = sources == number
            if mine.any():
                images[mine] = at_side(part.images[drawn_rows(part.grades, grades[mine], rng)], stage.side)
        mirrored = torch.rand(len(images), generator=rng) < 0.5
        images[mirrored] = images[mirrored].flip(3)
        return images.to(self.device), one_hot(grades, sources, self.config.shape).to(self.device)

    def _made(self, stage: Stage, fade: float, rng: Generator) -> tuple[Tensor, Tensor]:
        labels = one_hot(*self._labels(stage, rng), self.config.shape).to(self.device)
        z = torch.randn(len(labels), self.config.shape.draw, generator=rng).to(self.device)
        with self._mixed():
            images = self.generator(self.generator.style(z, labels), stage.side, fade)
        return images.float(), labels

    def _judged(self, images: Tensor, labels: Tensor, fade: float) -> Tensor:
        images = changed(images, self.strength.p).contiguous(memory_format=torch.channels_last)
        with self._mixed():
            judged: Tensor = self.critic(images, labels, fade)
        return judged

    def _mixed(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.half)

    def _teach_critic(self, stage: Stage, fade: float, rng: Generator) -> tuple[float, float]:
        """One step; its loss, and the mean sign on real pictures."""
        self.optimiser.zero_grad(set_to_none=True)
        with torch.no_grad():
            made, labels = self._made(stage, fade, rng)
        images, true = self._real(stage, rng)
        real = self._judged(images, true, fade)
        loss = softplus(self._judged(made, labels, fade)).mean() + softplus(-real).mean()
        if self.done % self.config.every == 0:
            loss = loss + self._penalty(images, true, stage, fade)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return loss.item(), real.detach().sign().mean().item()

    def _penalty(self, images: Tensor, labels: Tensor, stage: Stage, fade: float) -> Tensor:
        """The critic's squared gradient at real pictures (R1), seldom and so much the heavier."""
        seen = changed(images, self.strength.p).requires_grad_()
        (slope,) = torch.autograd.grad(self.critic(seen, labels, fade).sum(), seen, create_graph=True)
        weight = self.config.penalty * (stage.side / self.config.shape.side) ** 2 / 2 * self.config.every
        return weight * slope.square().sum((1, 2, 3)).mean()

    def _teach_generator(self, stage: Stage, fade: float, rng: Generator) -> float:
        self.optimiser.zero_grad(set_to_none=True)
        self.critic.requires_grad_(False)
        loss = softplus(-self._judged(*self._made(stage, fade, rng), fade)).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        self.critic.requires_grad_(True)
        self.optimiser.step()
        return loss.item()

    @torch.no_grad()
    def _average(self) -> None:
        """Averaged weights; a side that is new takes those of the generator as they are."""
        keep = min(0.5 ** (self.config.batch / self.config.keep), (1 + self.done) / (10 + self.done))
        for mean, now in zip(self.average.parameters(), self.generator.parameters(), strict=True):
            mean.lerp_(now, 1 - keep)

    # ── checkpoints ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _key(self) -> str:
        config = asdict(self.config)
        *stages, last = config.pop("stages")
        photos = [(len(part), int(part.grades.sum())) for part in self.photos]
        return repr((config, stages, last | {"steps": 0}, photos))

    def _keep(self, path: Path) -> None:
        nets = {"generator": self.generator, "critic": self.critic, "average": self.average}
        states = {name: net.state_dict() for name, net in nets.items()}
        write_checkpoint(path, self._key(), states, self.optimiser, {"done": self.done, "p": self.strength.p})

    def _resume(self, path: Path) -> None:
        kept = read_checkpoint(path, self._key(), self.device)
        for name in ("generator", "critic", "average"):
            getattr(self, name).load_state_dict(kept.states[name])
        kept.restore(self.optimiser)
        self.done, self.strength.p = int(kept.numbers["done"]), float(kept.numbers["p"])


def fast_in_half(device: torch.device) -> bool:
    """Whether the device is quicker in bfloat16: CUDA, and processors with units for it (AMX)."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu" and bool(torch.cpu.get_capabilities().get("amx_bf16", False))
