"""A variational autoencoder of compounds as rows of SELFIES words: compounds near a compound in, none invalid, out.

The encoder reads a compound into a latent z; the decoder tells its words one after another from z. Around the z of a
start compound lie others like it. Stereochemistry is not learnt: what is drawn has none.

Source:
    Gómez-Bombarelli et al., ACS Cent Sci 2018;4:268 (autoencoder of compounds); Krenn et al. 2020 (SELFIES).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from rdkit import Chem
from torch import nn

from riskmodels import ROOT
from riskmodels.model_files.folder import read_model, understood, write_model
from riskmodels.molecules.better.alphabet import END, PAD, START, Words, selfies_of, smiles_of
from riskmodels.tabular.device import choose_device

SHIPPED = ROOT / "data" / "molecule_models" / "selfies_vae"
FORMAT = 1
HINT = "Get the folder from the project again, or make it: python -m riskmodels molecules generator."
#: words of a compound at most
LONGEST = 48
_BATCH = 256


@dataclass(frozen=True)
class VaeConfig:
    """Choices of the network and of its training.

    Args:
        latent: width of z.
        embedding: of a word.
        encoder, decoder: width of their recurrent layer.
        merges: words of more than one symbol.
        epochs, batch_size, learning_rate: of the training.
        latent_weight: of the divergence from a standard normal, reached after a third of the training.
        forgotten: share of the words that the decoder is not told in training, so that it has to ask z.
        largest: heavy atoms of a training compound at most.
        seed: of everything drawn.
    """

    latent: int = 32
    embedding: int = 48
    encoder: int = 64
    decoder: int = 160
    merges: int = 300
    epochs: int = 20
    batch_size: int = 64
    learning_rate: float = 6e-3
    latent_weight: float = 0.1
    forgotten: float = 0.2
    largest: int = 50
    seed: int = 0


class SelfiesVae(nn.Module):
    """Encoder and decoder.

    Args:
        words: of the vocabulary.
        config: the choices.
    """

    def __init__(self, words: int, config: VaeConfig) -> None:
        super().__init__()
        self.latent = config.latent
        self.embedding = nn.Embedding(words, config.embedding, padding_idx=PAD)
        self.reader = nn.GRU(config.embedding, config.encoder, batch_first=True, bidirectional=True)
        self.to_latent = nn.Linear(2 * config.encoder, 2 * config.latent)
        self.from_latent = nn.Linear(config.latent, config.decoder)
        self.teller = nn.GRU(config.embedding + config.latent, config.decoder, batch_first=True)
        self.to_words = nn.Linear(config.decoder, words)

    def encode(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and log variance of z, (n, latent) each, of rows (n, l) without start, filled up."""
        lengths = (rows != PAD).sum(1).clamp(min=1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(rows), lengths, batch_first=True, enforce_sorted=False
        )
        _, last = self.reader(packed)  # (2, n, encoder)
        mean, log_variance = self.to_latent(torch.cat([last[0], last[1]], 1)).chunk(2, 1)
        return mean, log_variance.clamp(-8, 4)

    def decode(self, z: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        """(n, l, words) logits of each word, told z (n, latent) and the word before it (n, l)."""
        told = torch.cat([self.embedding(before), z[:, None].expand(-1, before.shape[1], -1)], 2)
        state, _ = self.teller(told, self._begin(z))
        logits: torch.Tensor = self.to_words(state)
        return logits

    def _begin(self, z: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.from_latent(z))[None]

    @torch.no_grad()
    def draw(self, z: torch.Tensor, temperature: float, rng: torch.Generator) -> list[list[int]]:
        """Words drawn one after another.

        Args:
            z: (n, latent).
            temperature: of the draw; towards 0 the likeliest word.
            rng: of the draw, on the device of z.
        """
        word = torch.full((len(z), 1), START, dtype=torch.long, device=z.device)
        state, told = self._begin(z), []
        for _ in range(LONGEST + 1):
            read, state = self.teller(torch.cat([self.embedding(word), z[:, None]], 2), state)
            logits = self.to_words(read[:, 0]) / max(temperature, 1e-3)
            logits[:, [PAD, START]] = -torch.inf
            word = torch.multinomial(logits.softmax(1), 1, generator=rng)
            told.append(word)
            if len(told) > 1 and bool((torch.cat(told, 1) == END).any(1).all()):
                break
        return [[int(each) for each in row] for row in torch.cat(told, 1).tolist()]


class Generator:
    """A fitted autoencoder with its words.

    Args:
        words: of its SELFIES.
        network: fitted.
        card: what is told of it.
        device: where it computes.
    """

    def __init__(self, words: Words, network: SelfiesVae, card: dict[str, Any], device: torch.device) -> None:
        self.words, self.card, self.device = words, card, device
        self.network = network.to(device).eval()

    @classmethod
    def load(cls, folder: Path = SHIPPED, device: str | None = None) -> Generator:
        """Read a folder.

        Args:
            folder: of the model.
            device: "cpu", "cuda", "mps"; the best there is when None.

        Raises:
            ModelFileError: when a file is missing, damaged or of another kind.
        """
        tensors, card = read_model(folder, FORMAT, HINT)
        with understood(folder, HINT):
            words = Words(card["encoding"], [(first, second) for first, second in card["points"]["merges"]])
            network = SelfiesVae(len(words), VaeConfig(**card["config"]))
            network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
            return cls(words, network, card, choose_device(device))

    def save(self, folder: Path) -> None:
        """Write model.safetensors, in half precision, and card.json."""
        halves = {name: tensor.half() for name, tensor in self.network.state_dict().items()}
        write_model(folder, halves, self.card, FORMAT)

    @torch.no_grad()
    def latent(self, mol: Chem.Mol) -> torch.Tensor | None:
        """The z (latent,) of a compound; None where it cannot be told in the vocabulary's words, or is too long."""
        text = selfies_of(mol)
        row = self.words.encode(text) if text else None
        if not row or len(row) > LONGEST:
            return None
        mean, _ = self.network.encode(torch.tensor([[*row, END]], device=self.device))
        return mean[0]

    def around(self, mol: Chem.Mol, radius: float, number: int, seed: int, temperature: float = 0.7) -> list[str]:
        """Draw compounds around one.

        Args:
            mol: the start.
            radius: standard deviation of z around the start's; 1 is as far as compounds of the prior are spread.
            number: to draw.
            seed: of the draw.
            temperature: of the words.

        Returns:
            SMILES as drawn, some of them equal; none where the start cannot be told in the vocabulary's words.
        """
        middle = self.latent(mol)
        return [] if middle is None else self._drawn(middle, radius, number, seed, temperature)

    def anywhere(self, number: int, seed: int, temperature: float = 1.0) -> list[str]:
        """Draw compounds of the prior, as SMILES, some of them equal."""
        return self._drawn(torch.zeros(self.network.latent, device=self.device), 1.0, number, seed, temperature)

    def _drawn(self, middle: torch.Tensor, radius: float, number: int, seed: int, temperature: float) -> list[str]:
        rng = torch.Generator(self.device).manual_seed(seed)
        texts: list[str] = []
        for start in range(0, number, _BATCH):
            rows = min(_BATCH, number - start)
            noise = torch.randn((rows, len(middle)), generator=rng, device=self.device)
            texts += [
                smiles_of(self.words.decode(row))
                for row in self.network.draw(middle + radius * noise, temperature, rng)
            ]
        return texts


def padded(rows: Sequence[Sequence[int]]) -> torch.Tensor:
    """(n, l) rows filled up to the longest."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *([PAD] * (longest - len(row)))] for row in rows], dtype=torch.long)
