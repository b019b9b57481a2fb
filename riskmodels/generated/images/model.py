"""The shipped generator of retinal photos: a folder in; photos of a grade, and the autoencoder beside it, out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Generator, Tensor

from riskmodels import ROOT
from riskmodels.errors import InputError
from riskmodels.generated.images.autoencoder import PhotoVAE, between_grades
from riskmodels.generated.images.photos import GRADES, WANTED
from riskmodels.generated.images.synthesis import Shape, Synthesis, one_hot
from riskmodels.model_files.folder import halved, read_model, understood, write_model

SHIPPED = ROOT / "data" / "generated_models" / "retina"
FORMAT = 1
_HINT = "Restore the folder from the repository, or train it again with make train-generated."
#: pictures that are computed at once
_BATCH = 16
#: how far styles are from their mean, of 1: nearer to it is more usual, farther more various
_TRUNCATION = 0.9
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class RetinaGenerator:
    """Immutable; trained by :mod:`riskmodels.shipping.generated_images` or loaded.

    Args:
        synthesis: generator with averaged weights.
        vae: of the same photos.
        card: what they were trained on and what is measured of them.
    """

    synthesis: Synthesis
    vae: PhotoVAE
    card: dict[str, Any]

    @property
    def version(self) -> str:
        """That of the weights."""
        return str(self.card["version"])

    @torch.no_grad()
    def sample(self, grade: int, count: int, seed: int) -> Pixels:
        """Invented photos, not marked yet.

        Args:
            grade: 0–4.
            count: how many; the first of a seed are the same whatever the number.
            seed: of the draw.

        Returns:
            (count, s, s, 3).

        Raises:
            InputError: when there is no such grade.
        """
        if not 0 <= grade < len(GRADES):
            raise InputError(f"There is no grade {grade}.", hint=f"Grades are 0 to {len(GRADES) - 1}.")
        made = [self._one(grade, seed, number) for number in range(count)]
        return np.concatenate(made) if made else np.empty((0, *self._size), np.uint8)

    def _one(self, grade: int, seed: int, number: int) -> Pixels:
        rng = Generator().manual_seed((seed * 1_000_003 + 8191 * grade + number) % 2**63)
        shape = self.synthesis.shape
        labels = one_hot(torch.tensor([grade]), torch.tensor([WANTED]), shape)
        w = self.synthesis.style(torch.randn(1, shape.draw, generator=rng), labels)
        middle = self.synthesis.middle[grade]
        return pixels_of(self.synthesis(middle + _TRUNCATION * (w - middle), shape.side, rng=rng))

    @property
    def _size(self) -> tuple[int, int, int]:
        side = self.synthesis.shape.side
        return side, side, 3

    @torch.no_grad()
    def strip(self, seed: int, steps: int) -> Pixels:
        """One draw of the autoencoder at grades from none to proliferative.

        Args:
            seed: of the draw.
            steps: pictures.

        Returns:
            (steps, s, s, 3).
        """
        z = torch.randn(1, self.vae.latent, generator=Generator().manual_seed(seed))
        return pixels_of(between_grades(self.vae, z, steps))

    def save(self, folder: Path) -> None:
        """Write model.safetensors (half precision) and card.json."""
        networks = {"synthesis": self.synthesis, "vae": self.vae}
        tensors = {f"{of}.{name}": halved(t) for of, net in networks.items() for name, t in net.state_dict().items()}
        vae = {"channels": self.vae.channels, "latent": self.vae.latent}
        network = {"synthesis": asdict(self.synthesis.shape), "vae": vae}
        write_model(folder, tensors, self.card | {"network": network}, FORMAT)

    @staticmethod
    def load(folder: Path = SHIPPED) -> RetinaGenerator:
        """Read a folder; it computes on the CPU, where a picture takes milliseconds.

        Raises:
            ModelFileError: when a file is missing, damaged or of another kind.
        """
        tensors, card = read_model(folder, FORMAT, _HINT)
        with understood(folder, _HINT):
            said = card["network"]
            shape = Shape(**said["synthesis"] | {"channels": tuple(said["synthesis"]["channels"])})
            synthesis = Synthesis(shape)
            vae = PhotoVAE(tuple(said["vae"]["channels"]), said["vae"]["latent"])
            for of, network in {"synthesis": synthesis, "vae": vae}.items():
                prefix = f"{of}."
                mine = {name.removeprefix(prefix): t.float() for name, t in tensors.items() if name.startswith(prefix)}
                network.load_state_dict(mine)
            return RetinaGenerator(synthesis.eval(), vae.eval(), card)


def pixels_of(images: Tensor) -> Pixels:
    """(n, 3, s, s), about −1 to 1 → (n, s, s, 3)."""
    return ((images.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()


@torch.no_grad()
def set_middles(synthesis: Synthesis, draws: int = 1_000, seed: int = 0) -> None:
    """Put the mean style of each grade into a generator.

    Args:
        synthesis: fitted; changed in place.
        draws: of which the mean is taken.
        seed: of the draws.
    """
    device = synthesis.middle.device
    z = torch.randn(draws, synthesis.shape.draw, generator=Generator().manual_seed(seed)).to(device)
    for grade in range(len(GRADES)):
        labels = one_hot(torch.tensor([grade]), torch.tensor([WANTED]), synthesis.shape).to(device)
        synthesis.middle[grade] = synthesis.style(z, labels.expand(draws, -1)).mean(0)
