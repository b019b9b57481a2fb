"""The generators of the trial, by name: rows fitted on, how many and a seed in; invented rows out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
import torch

from riskmodels.generated.learning.generator import Generator, fit_generator, make_network, split_rows
from riskmodels.generated.learning.layout import Layout
from riskmodels.generated.learning.relations import identities_of
from riskmodels.generated.learning.training import GeneratorConfig, train_vae
from riskmodels.generated.privacy.controls import jittered
from riskmodels.generated.use.copula import fit_copula
from riskmodels.shipping.generated_trial.peers import between_neighbours, by_ctgan
from riskmodels.tabular.device import choose_device

#: rows fitted on, how many to invent, seed → invented rows
Make = Callable[[pd.DataFrame, int, int], pd.DataFrame]
#: modules of riskmodels/generated whose text the rows of our generator depend on
OURS = tuple(f"learning/{name}" for name in ("layout", "network", "training", "generator", "relations"))
#: nobody of the people to fit on is kept apart again; a tenth says when to stop
CONFIG = replace(GeneratorConfig(), apart=0.0)
SETTINGS = f"{CONFIG.steps:,} steps, {CONFIG.layers} layers of {CONFIG.width}, dropout {CONFIG.dropout:g}"
#: of TVAE and CTGAN, as their package has it
EPOCHS = (300, 300)
#: a generator that learns few people by heart
FEW = 500
BY_HEART = replace(
    CONFIG, watched=0.0, width=512, steps=3000, batch_size=100, dropout=0.0, decay=0.0, latent_weight=0.05
)


@dataclass(frozen=True)
class Maker:
    """One generator of the trial.

    Args:
        name: for people, and the key of what is kept of it.
        make: makes rows.
        modules: of riskmodels/generated whose text the rows depend on.
        settings: that they depend on besides.
        role: "ours", "peer" or "control".
        few: how many people it is fitted on; all when 0.
    """

    name: str
    make: Make
    modules: tuple[str, ...]
    settings: str = ""
    role: str = "peer"
    few: int = 0

    def members(self, fit: pd.DataFrame) -> pd.DataFrame:
        """The people it learns from."""
        people = fit.iloc[: self.few] if self.few else fit
        return split_rows(people, CONFIG).members.reset_index(drop=True) if self.role == "ours" else people


def by_vae(config: GeneratorConfig, fit: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    """Rows of our generator."""
    with warnings.catch_warnings():
        if not config.latent:
            warnings.filterwarnings("ignore", "Initializing zero-element tensors", UserWarning)
        return fit_generator(fit, config, device="cpu").sample(rows, seed)


def by_heart(fit: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    """Rows of our network fitted until it tells the very rows it learns from best: what must be refused."""
    layout, device = Layout.of(fit), choose_device("cpu")
    torch.manual_seed(BY_HEART.seed)
    network, levels = make_network(layout, BY_HEART), torch.from_numpy(layout.levels(fit))
    train_vae(network, levels, levels, BY_HEART, device)
    return Generator(layout, network, {"identities": list(identities_of(fit))}, device).sample(rows, seed)


def by_copula(fit: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    """Rows of the Gaussian copula."""
    return fit_copula(fit).sample(rows, seed)


def makers(epochs: Sequence[int] = EPOCHS) -> dict[str, Maker]:
    """All generators by key.

    Args:
        epochs: of TVAE and of CTGAN.
    """
    without = replace(CONFIG, latent=0)
    return {
        "vae": Maker("Ours (VAE)", partial(by_vae, CONFIG), OURS, repr(CONFIG), "ours"),
        "without-latent": Maker("Ours without latent", partial(by_vae, without), OURS, repr(without), "ours"),
        "copula": Maker("Gaussian copula", by_copula, ("use/copula", "use/fidelity")),
        "tvae": Maker(f"TVAE, {epochs[0]} epochs", partial(_by_package, "TVAE", epochs[0]), (), f"{epochs[0]} epochs"),
        "ctgan": Maker(
            f"CTGAN, {epochs[1]} epochs", partial(_by_package, "CTGAN", epochs[1]), (), f"{epochs[1]} epochs"
        ),
        "smote": Maker("SMOTE-like", _between, ()),
        "jittered": Maker("Jittered copies", _jittered, ("privacy/controls",), role="control"),
        "by-heart": Maker("Ours, learnt by heart", by_heart, OURS, repr(BY_HEART), "control", FEW),
    }


def _by_package(kind: str, epochs: int, fit: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    return by_ctgan(kind, fit, rows, seed, epochs)


def _between(fit: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    return between_neighbours(fit, rows, seed)


def _jittered(fit: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    return jittered(fit, seed=seed).iloc[:rows].reset_index(drop=True)
