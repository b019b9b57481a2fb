"""A generator fitted with differential privacy: a table and a budget in; a generator whose card states ε and δ out.

Whether one person was in the table changes the chance of any generator by at most a factor e^ε (but for δ): DP-SGD
(Abadi et al. 2016, arXiv 1607.00133) by Opacus (Yousefpour et al. 2021, arXiv 2109.12298). All that is read from people
goes through the clipped, noised gradients:

- the layout is public (:mod:`riskmodels.generated.private.public_layout`), identities are those of the columns' names;
- as many epochs as were asked for, and the last weights: no people are watched, no losses are kept;
- batches are drawn by Poisson, each person with the same chance; noise comes from a seed that nobody keeps.

Public are the columns' names, the number of people, and the choices of the fit. Not covered: choices made by looking at
the people (the columns, ε after a look at the cards), and the cards themselves, which are computed from real people.
Noise is drawn by torch in floating point: against someone who exploits that (Mironov 2012, doi 10.1145/2382196.2382264)
this is no defence.
"""

from __future__ import annotations

import math
import secrets
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import torch
from torch import nn
from torch.func import functional_call, grad, vmap

from riskmodels.errors import InputError, TrainingError
from riskmodels.generated.learning.generator import Generator, card_of, make_network, split_rows
from riskmodels.generated.learning.network import TableVAE
from riskmodels.generated.learning.relations import IDENTITIES
from riskmodels.generated.learning.training import GeneratorConfig, GeneratorEpoch, Progress, bound
from riskmodels.generated.privacy.budget import Budget
from riskmodels.generated.private.public_layout import Ranges, public_layout
from riskmodels.tabular.device import choose_device

#: a small network without dropout in large batches: what noise leaves most of
PRIVATE = GeneratorConfig(
    latent=8,
    width=64,
    layers=1,
    dropout=0.0,
    steps=1,
    least_epochs=20,
    batch_size=1024,
    learning_rate=4e-3,
    decay=0.0,
    patience=0.4,
)
#: length to which the gradient of one person is cut
CLIP = 1.0
#: people whose gradients are held at once
_AT_ONCE = 256


@dataclass(frozen=True)
class Spent:
    """What a private fit used.

    Args:
        epsilon, delta: by the accountant, after the last step.
        noise: standard deviation of the noise, in lengths of :data:`CLIP`.
        steps: how many.
        people: fitted on.
    """

    epsilon: float
    delta: float
    noise: float
    steps: int
    people: int


def fit_private(
    table: pd.DataFrame,
    budget: Budget,
    config: GeneratorConfig = PRIVATE,
    ranges: Ranges | None = None,
    progress: Progress | None = None,
    device: str | None = None,
) -> Generator:
    """Fit a generator with differential privacy.

    Args:
        table: one row a person, and a person in one row: protection is of rows. Columns of the vocabulary, outcomes,
            and those of ``ranges``.
        budget: ε and δ.
        config: the choices; the seed is of the split and the first weights alone. Shares ``watched`` and ``apart`` of
            the people are not fitted on.
        ranges: as :func:`~riskmodels.generated.public_layout.public_layout` takes them.
        progress: told each epoch, without losses; may raise to stop.
        device: "cpu", "cuda", "mps"; the best there is when None.

    Returns:
        A generator whose card has ``privacy``, a :class:`Spent` as a dict.

    Raises:
        InputError: when nothing is publicly known of a column, or δ is not below one in as many as there are people.
        TrainingError: when Opacus is not installed, dropout is not 0, or nobody is left to fit on.
    """
    if config.dropout:
        raise TrainingError("A private fit has no dropout.", hint="Set dropout to 0.")
    layout = public_layout(map(str, table), ranges)
    members, where = split_rows(table, config).members, choose_device(device)
    if len(members) < 2:
        raise TrainingError("There are too few people to learn from.", hint="Use a larger table.")
    if budget.delta >= 1 / len(members):
        raise InputError(
            f"δ = {budget.delta:g} promises nothing to {len(members):,} people.",
            hint=f"Give a δ well below 1 in {len(members):,}.",
        )
    torch.manual_seed(config.seed)
    network = make_network(layout, config).to(where)
    levels = torch.from_numpy(layout.levels(members)).to(where)
    spent = train_private(network, levels, budget, config, progress)
    card = card_of(
        layout, config, [identity.name for identity in IDENTITIES if identity.among(table)], len(members)
    ) | {
        "data": {"not_used": len(table) - len(members)},
        "privacy": asdict(spent),
    }
    return Generator(layout, network, card, where)


def train_private(
    network: TableVAE,
    levels: torch.Tensor,
    budget: Budget,
    config: GeneratorConfig,
    progress: Progress | None = None,
) -> Spent:
    """Fit a network in place by DP-SGD.

    Args:
        network: to be fitted, on the device of ``levels``.
        levels: (n, c) of the people.
        budget: that must not be exceeded.
        config: the choices.
        progress: told each epoch.

    Raises:
        TrainingError: when Opacus is not installed.
    """
    optimizers, accountants = _opacus()
    rate = min(1.0, config.batch_size / len(levels))
    steps_an_epoch, epochs = math.ceil(1 / rate), config.epochs(len(levels))
    steps = steps_an_epoch * epochs
    with warnings.catch_warnings():  # its second accountant, for a first guess, would like to try more orders
        warnings.filterwarnings("ignore", "Optimal order is the", UserWarning)
        noise = accountants.utils.get_noise_multiplier(
            target_epsilon=budget.epsilon, target_delta=budget.delta, sample_rate=rate, steps=steps, accountant="prv"
        )
    chance = torch.Generator(levels.device).manual_seed(secrets.randbits(63))
    adam = torch.optim.Adam(network.parameters(), config.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, config.learning_rate, total_steps=steps)
    optimiser = optimizers.DPOptimizer(
        adam,
        noise_multiplier=noise,
        max_grad_norm=CLIP,
        expected_batch_size=rate * len(levels),
        generator=chance,
    )
    accountant, started = accountants.create_accountant("prv"), time.monotonic()
    network.train()
    for epoch in range(1, epochs + 1):
        for _ in range(steps_an_epoch):
            drawn = torch.rand(len(levels), generator=chance, device=levels.device) < rate
            _step(network, levels[drawn], optimiser, config, chance)
            schedule.step()
            accountant.step(noise_multiplier=noise, sample_rate=rate)
        if progress:
            left = (time.monotonic() - started) / epoch * (epochs - epoch)
            progress(GeneratorEpoch(epoch, epochs, math.nan, math.nan, left))
    network.eval()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Optimal order is the", UserWarning)
        epsilon = float(accountant.get_epsilon(budget.delta))
    return Spent(epsilon, budget.delta, float(noise), steps, len(levels))


def _step(
    network: TableVAE, levels: torch.Tensor, optimiser: Any, config: GeneratorConfig, chance: torch.Generator
) -> None:
    """One noised step on the people drawn, whose gradients are cut some at a time; noise comes also if nobody was."""
    parts = torch.split(levels, _AT_ONCE)
    for number, part in enumerate(parts, 1):
        at_z = torch.randn((len(part), network.latent), generator=chance, device=levels.device)
        for parameter, rows in zip(network.parameters(), row_gradients(network, part, at_z, config), strict=True):
            parameter.grad_sample = rows  # type: ignore[attr-defined]
        optimiser.signal_skip_step(do_skip=number < len(parts))
        optimiser.step()
        optimiser.zero_grad()


class _Loss(nn.Module):
    """Loss of one person as a function of the network's parameters."""

    def __init__(self, network: TableVAE, config: GeneratorConfig) -> None:
        super().__init__()
        self.network, self.latent_weight = network, config.latent_weight

    def forward(self, hot: torch.Tensor, levels: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        return bound(self.network, hot, levels, self.network.encode(hot), noise, self.latent_weight).sum()


def row_gradients(
    network: TableVAE, levels: torch.Tensor, noise: torch.Tensor, config: GeneratorConfig
) -> Iterator[torch.Tensor]:
    """Gradient of each person's loss, by parameter: (n, *parameter) each.

    Opacus's own hooks do not see through masked layers; torch.func does.

    Args:
        network: n rows of levels are told by.
        levels: (n, c).
        noise: (n, latent) standard normal, of z.
        config: for the weight of the divergence.
    """
    loss = _Loss(network, config)
    parameters = {name: value.detach() for name, value in loss.named_parameters()}
    if not len(levels):
        yield from (value.new_zeros((0, *value.shape)) for value in parameters.values())
        return

    def of_one(values: dict[str, torch.Tensor], *row: torch.Tensor) -> Any:
        return functional_call(loss, values, tuple(part[None] for part in row))

    found = vmap(grad(of_one), in_dims=(None, 0, 0, 0))(parameters, network.one_hot(levels), levels, noise)
    yield from found.values()


def _opacus() -> tuple[Any, Any]:
    try:
        from opacus import accountants, optimizers
    except ImportError as error:
        raise TrainingError(
            "Opacus is not installed, without which no privacy can be promised.",
            hint="Install it: pip install --no-deps -r requirements-private.txt",
        ) from error
    return optimizers, accountants
