"""A generator of invented people: fitted to a table, kept as a folder, and drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import torch

from riskmodels.errors import InputError, TrainingError
from riskmodels.generated.learning.layout import Layout
from riskmodels.generated.learning.network import TableVAE
from riskmodels.generated.learning.relations import compute, identities_of, impossible
from riskmodels.generated.learning.training import GeneratorConfig, Progress, train_vae
from riskmodels.model_files.folder import read_model, understood, write_model
from riskmodels.tabular.device import choose_device

#: of generator folders
FORMAT = 1
HINT = "Fit it again: python -m riskmodels generate fit."
#: drawings after which rows that stay impossible are a fault of the generator
MOST_DRAWINGS = 60
_BATCH = 4096


@dataclass(frozen=True)
class Parts:
    """A table's people by what they serve: fitted on, watched to know when to stop, kept apart for the cards."""

    members: pd.DataFrame
    watched: pd.DataFrame
    others: pd.DataFrame


def split_rows(table: pd.DataFrame, config: GeneratorConfig) -> Parts:
    """Split a table's rows at random, by the configuration's shares and seed."""
    order = np.random.default_rng(config.seed).permutation(len(table))
    apart, watched = round(config.apart * len(table)), round(config.watched * len(table))
    cut = np.split(order, [apart, apart + watched])
    others, watch, members = (table.iloc[rows] for rows in cut)
    return Parts(members, watch, others)


class Generator:
    """Draws invented people.

    Args:
        layout: of the table.
        network: fitted.
        card: what it was fitted on and how.
        device: where to compute.
    """

    def __init__(self, layout: Layout, network: TableVAE, card: dict[str, Any], device: torch.device) -> None:
        self.layout, self.card, self.device = layout, card, device
        self.network = network.to(device).eval()
        self._identities = tuple(card["identities"])

    def sample(self, rows: int, seed: int, given: Mapping[str, float | str] | None = None) -> pd.DataFrame:
        """Invented people; none of them impossible.

        Args:
            rows: how many.
            seed: the same seed gives the same people on one kind of processor.
            given: values that all of them have, by column: others are drawn and left.

        Raises:
            InputError: when a column given is not the generator's, or not one of answers.
            TrainingError: when too few of those drawn are possible and as given.
        """
        given = dict(given or {})
        self._refuse_other(given)
        rng, columns = np.random.default_rng(seed), {column.name: column for column in self.layout.columns}
        found: list[pd.DataFrame] = []
        for _ in range(MOST_DRAWINGS):
            lacking = rows - sum(map(len, found))
            if lacking <= 0:
                break
            table = self.layout.draw(self._levels(max(lacking, _BATCH if given else 0), rng), rng)
            as_given = np.logical_and.reduce([table[name] == value for name, value in given.items()])
            table = compute(table[as_given] if given else table, self._identities, columns)
            found.append(table[~impossible(table)].iloc[:lacking])
        people = pd.concat([part for part in found if len(part)] or [self.layout.draw(self._levels(0, rng), rng)])
        if len(people) < rows:
            raise TrainingError(
                f"Of {MOST_DRAWINGS} drawings only {len(people)} people were possible and as given.",
                hint="Ask for fewer people, or give less.",
            )
        return people.reset_index(drop=True)

    def _refuse_other(self, given: Mapping[str, float | str]) -> None:
        answers = {column.name: column.answers for column in self.layout.columns if column.answers}
        for name, value in given.items():
            if value not in answers.get(name, ()):
                known = ", ".join(map(str, answers[name])) if name in answers else ", ".join(answers)
                raise InputError(f"{name} cannot be given as {value}.", hint=f"One of: {known}.")

    @torch.no_grad()
    def _levels(self, rows: int, rng: np.random.Generator) -> np.ndarray:
        """(rows, c) levels, drawn column by column."""
        torch_rng = torch.Generator(self.device).manual_seed(int(rng.integers(2**62)))
        parts = [self._drawn(min(_BATCH, rows - start), torch_rng) for start in range(0, rows, _BATCH)]
        return torch.cat(parts or [torch.zeros((0, len(self.layout.columns)), dtype=torch.long)]).cpu().numpy()

    def _drawn(self, rows: int, rng: torch.Generator) -> torch.Tensor:
        levels = torch.zeros((rows, len(self.layout.columns)), dtype=torch.long, device=self.device)
        z = torch.randn((rows, self.network.latent), generator=rng, device=self.device)
        for place in range(levels.shape[1]):
            told = self.network.decode(z, self.network.one_hot(levels))[place]
            levels[:, place] = torch.multinomial(told.exp(), 1, generator=rng)[:, 0]
        return levels

    def save(self, folder: Path) -> None:
        """Write model.safetensors and card.json."""
        write_model(folder, self.network.state_dict(), self.card, FORMAT)

    @classmethod
    def load(cls, folder: Path, device: str | None = None) -> Self:
        """Read a folder.

        Raises:
            ModelFileError: when a file is missing, damaged or of another kind.
        """
        tensors, card = read_model(folder, FORMAT, HINT)
        with understood(folder, HINT):
            layout = Layout.read(card["columns"])
            network = make_network(layout, GeneratorConfig(**card["config"]))
            network.load_state_dict(tensors)
            return cls(layout, network, card, choose_device(device))


def make_network(layout: Layout, config: GeneratorConfig) -> TableVAE:
    """An unfitted network for a layout."""
    return TableVAE(
        layout.columns,
        latent=config.latent,
        width=config.width,
        layers=config.layers,
        dropout=config.dropout,
    )


def card_of(layout: Layout, config: GeneratorConfig, identities: Sequence[str], people: int) -> dict[str, Any]:
    """What every generator's card says: its layout, its choices, what it computes, and how many it was fitted on."""
    return {
        "kind": "generator",
        "created": datetime.now(UTC).date().isoformat(),
        "columns": layout.as_list(),
        "identities": list(identities),
        "config": asdict(config),
        "training_rows": people,
    }


def fit_generator(
    table: pd.DataFrame,
    config: GeneratorConfig | None = None,
    progress: Progress | None = None,
    device: str | None = None,
) -> Generator:
    """Fit a generator to a table of real people.

    Args:
        table: one row a person; columns as :meth:`riskmodels.generated.learning.layout.Layout.of` takes them.
        config: the choices.
        progress: told each epoch; may raise to stop.
        device: "cpu", "cuda", "mps"; the best there is when None.

    Raises:
        InputError: when a column cannot be invented.
        TrainingError: when there are too few people.
    """
    config = config or GeneratorConfig()
    torch.manual_seed(config.seed)
    parts = split_rows(table, config)
    layout = Layout.of(parts.members)
    network, where = make_network(layout, config), choose_device(device)
    rows, watched = (torch.from_numpy(layout.levels(part)) for part in (parts.members, parts.watched))
    history = train_vae(network, rows, watched, config, where, progress)
    card = card_of(layout, config, identities_of(parts.members), len(parts.members)) | {
        "data": {"watched": len(parts.watched), "apart": len(parts.others)},
        "training": {"epochs": [[e.epoch, e.loss, e.watched_loss] for e in history]},
    }
    return Generator(layout, network, card, where)
