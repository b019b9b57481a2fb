"""An untrained classifier of two grades on small squares, and a folder of photos with labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from riskmodels.imaging.augment import Augmentation
from riskmodels.imaging.backbone import Backbone
from riskmodels.imaging.classifier import ImageClassifier, picture_tensor
from riskmodels.imaging.familiarity import learn_familiarity
from riskmodels.imaging.findings import Question, quantiles_of
from riskmodels.imaging.fitting import describe
from riskmodels.imaging.network import ImageNetwork
from riskmodels.imaging.targets import Target
from riskmodels.imaging.training import ImageConfig

GRADES = Target("grade", ("none", "mild", "severe"), ordered=True)
QUESTIONS = (
    Question("severe", "Severe", "grade", 2, 0.4, "Severe.", "Not severe.", 0.7, 0.5),
    Question("any", "Any", "grade", 1, 0.4, "Something.", "Nothing.", 0.7, 0.5),
)
CARD = {"name": "made", "title": "Made", "version": "2026-12-01-0123abcd", "created": "2026-12-01"}


def pixels(seed: int, gains: tuple[float, float, float] = (1, 1, 1)) -> np.ndarray:
    """(224, 224, 3) uint8: a disc with spots, the more the higher ``seed`` modulo 3, in a camera's colours."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:224, :224] - 111.5
    image = np.where(((x**2 + y**2) < 108**2)[..., None], rng.normal((170, 90, 50), 10, (224, 224, 3)), 0.0)
    for _ in range(12 * (seed % 3)):
        row, column = rng.integers(58, 164, 2)
        image[row : row + 7, column : column + 7] = (60, 20, 20)
    return np.clip(image * np.array(gains), 0, 255).astype(np.uint8)


def png(image: np.ndarray) -> bytes:
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def make_model(bias: float = 3.0) -> ImageClassifier:
    """Random weights: what it says means nothing, and how it is calibrated does; it says by far too much at 3."""
    torch.manual_seed(0)
    config = ImageConfig(side=96, members=3, augmentation=Augmentation(mirror=True))
    network = ImageNetwork(Backbone(14), 3, (GRADES,)).eval()
    with torch.no_grad():
        network.weight.normal_(0, 0.1)
        network.bias.copy_(torch.tensor([[bias, 0.5]]))
    images = picture_tensor([pixels(seed) for seed in range(60)], config)
    described = describe(network, images, torch.device("cpu"))
    known = learn_familiarity(described[:40], described[40:])
    known = replace(known, kind=replace(known.kind, usual=1e6))  # discs are all alike: another camera is no other kind
    made = ImageClassifier(
        network, known, (GRADES,), QUESTIONS, {"grade": 1.0}, config, dict(CARD), torch.device("cpu")
    )
    logits = made.see(images).logits.mean(1)
    at_least = 1 / (1 + np.exp(-logits))
    made.card["ranks"] = {"severe": quantiles_of(at_least[:, 1]), "any": quantiles_of(at_least[:, 0])}
    return made


@pytest.fixture(scope="session")
def model() -> ImageClassifier:
    """The same for all tests: it does not change."""
    return make_model()


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder with photos ``0.png``, ``1.png``, … and ``labels.csv``."""

    def make(n: int, gains: tuple[float, float, float] = (1, 1, 1), name: str = "photos") -> Path:
        place = tmp_path / name
        place.mkdir()
        rows = ["file,grade"]
        for seed in range(n):
            (place / f"{seed}.png").write_bytes(png(pixels(seed, gains)))
            rows.append(f"{seed}.png,{seed % 3}")
        (place / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
        return place

    return make
