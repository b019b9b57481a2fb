"""Training the generator: structures in, a :class:`~riskmodels.molecules.better.vae.Generator` out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
import torch
from rdkit import Chem
from torch.nn.functional import cross_entropy

from riskmodels.errors import TrainingError
from riskmodels.molecules.better.alphabet import END, PAD, START, Words, selfies_of
from riskmodels.molecules.better.vae import LONGEST, Generator, SelfiesVae, VaeConfig, padded
from riskmodels.tabular.device import choose_device

#: share of the compounds that is watched and not learnt from
_WATCHED = 0.03
_LARGEST_GRADIENT = 1.0

Rows = list[list[int]]


def fit_generator(
    mols: Sequence[Chem.Mol],
    config: VaeConfig | None = None,
    say: Callable[[str], None] = lambda text: None,
    device: str | None = None,
) -> Generator:
    """Fit the words and the network.

    Args:
        mols: compounds to learn from, each once.
        config: the choices.
        say: told each epoch.
        device: "cpu", "cuda", "mps"; the best there is when None.

    Raises:
        TrainingError: when there are too few compounds.
    """
    config, begun = config or VaeConfig(), time.process_time()
    small = [mol for mol in mols if mol.GetNumHeavyAtoms() <= config.largest]
    generator = fit_selfies(sorted({text for mol in small if (text := selfies_of(mol))}), config, say, device)
    generator.card["training"]["cpu_seconds"] = round(time.process_time() - begun)
    return generator


def fit_selfies(
    texts: Sequence[str],
    config: VaeConfig,
    say: Callable[[str], None] = lambda text: None,
    device: str | None = None,
) -> Generator:
    """As :func:`fit_generator`, from SELFIES, each once."""
    if len(texts) < 2 * config.batch_size:
        raise TrainingError("There are too few compounds to learn from.", hint="Use more.")
    words = Words.learn(texts, config.merges)
    told = [row for text in texts if (row := words.encode(text)) and len(row) <= LONGEST]
    order = np.random.default_rng(config.seed).permutation(len(told))
    kept = max(1, round(_WATCHED * len(told)))
    watched, rows = ([told[place] for place in part] for part in (order[:kept], order[kept:]))
    torch.manual_seed(config.seed)
    network, where = SelfiesVae(len(words), config), choose_device(device)
    history = _train(network.to(where), rows, watched, config, say)
    card = {
        "name": "selfies_vae",
        "kind": "compound generator",
        "about": "Draws compounds like one that is given. Research; what it draws was never made or measured.",
        "created": datetime.now(UTC).date().isoformat(),
        "config": asdict(config),
        "encoding": list(words.symbols),
        "points": {"merges": [list(pair) for pair in words.merges]},
        "training_rows": len(rows),
        "training": {"watched": len(watched), "epochs": history},
    }
    return Generator(words, network, card, where)


def _train(
    network: SelfiesVae, rows: Rows, watched: Rows, config: VaeConfig, say: Callable[[str], None]
) -> list[list[float]]:
    """Fit in place; for each epoch nats a compound, of those learnt from and those watched."""
    steps = -(-len(rows) // config.batch_size)
    optimiser = torch.optim.AdamW(network.parameters(), config.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.learning_rate, total_steps=steps * config.epochs)
    rng, history, done = np.random.default_rng(config.seed), [], 0
    for epoch in range(1, config.epochs + 1):
        network.train()
        total = 0.0
        for batch in _batches(rows, config.batch_size, rng):
            weight = config.latent_weight * min(1.0, 3 * done / (steps * config.epochs))
            loss = _loss(network, [rows[place] for place in batch], weight, config.forgotten)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_GRADIENT)
            optimiser.step()
            schedule.step()
            done += 1
            total += loss.item() * len(batch)
        network.eval()
        with torch.no_grad():
            told = float(_loss(network, watched, config.latent_weight, 0.0))
        history.append([round(total / len(rows), 3), round(told, 3)])
        say(f"generator, epoch {epoch} of {config.epochs}: {history[-1][0]:.2f} nats, watched {told:.2f}")
    return history


def _batches(rows: Rows, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Places of rows of like length, in random order."""
    lengths = np.array([len(row) for row in rows]) + rng.uniform(0, 3, len(rows))
    order = np.argsort(lengths, kind="stable")
    batches = [order[start : start + size] for start in range(0, len(rows), size)]
    return [batches[place] for place in rng.permutation(len(batches))]


def _loss(network: SelfiesVae, rows: Rows, weight: float, forgotten: float) -> torch.Tensor:
    """Mean bound on −log likelihood, nats a compound, at one draw of z (at its mean where nothing is forgotten)."""
    where = network.to_words.weight.device
    after = padded([[*row, END] for row in rows]).to(where)
    mean, log_variance = network.encode(after)
    noise = torch.randn_like(mean) if network.training else torch.zeros_like(mean)
    z = mean + noise * (0.5 * log_variance).exp()
    before = torch.cat([torch.full((len(after), 1), START, device=where), after[:, :-1]], 1)
    hidden = torch.rand(before.shape, device=where) < forgotten
    logits = network.decode(z, before.masked_fill(hidden & (before != START), PAD))
    missed = cross_entropy(logits.transpose(1, 2), after, ignore_index=PAD, reduction="sum") / len(rows)
    divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(1).mean()
    return missed + weight * divergence
