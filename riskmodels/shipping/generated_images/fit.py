"""Both networks learnt from the photos: parts of the data sets in, the generator with its card out."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from riskmodels.generated.images import adversarial, autoencoder
from riskmodels.generated.images.adversarial import Fit, GanConfig, GanStep, fast_in_half
from riskmodels.generated.images.autoencoder import VaeConfig, VaeStep, fit_vae
from riskmodels.generated.images.model import RetinaGenerator, set_middles
from riskmodels.shipping.generated_images.data import Parts
from riskmodels.shipping.retina import CARD as RETINA
from riskmodels.shipping.say import Say
from riskmodels.tabular.model import today

Settings = tuple[GanConfig, VaeConfig]
#: for a CPU, and for a GPU
SMALL: Settings = (GanConfig(), VaeConfig())
LARGE: Settings = (adversarial.LARGE, autoencoder.LARGE)
CARD: dict[str, Any] = {
    "name": "generated_retina",
    "title": "Invented photos of the retina by grade",
    "about": "Draws colour photos of the retina, 128 pixels, that were never taken. Research, not for diagnosis.",
    "limits": [
        "Research: nothing here tells of a patient, and no model of care is learnt from these pictures.",
        "Learnt from 325 photos of one clinic and one camera, of which 14 show mild retinopathy.",
        "At 128 pixels single microaneurysms, which mild retinopathy is told by, are not visible.",
    ],
    "data": {
        "name": f"{RETINA['data']['name']}; and RetinaMNIST (MedMNIST v2, from DeepDRiD), 28 pixels",
        "licence": "CC BY 4.0 both; photos were cropped to the field of view and resized",
        "citation": f"{RETINA['data']['citation']}. Yang J et al. MedMNIST v2. Scientific Data 2023;10:41. "
        "Liu R et al. DeepDRiD. Patterns 2022;3:100512",
    },
    "split": "IDRiD's training photos alone (325, as of the retina model) and RetinaMNIST's training pictures. "
    "Validation and test photos are for figures; they chose nothing.",
}


def settings(large: bool, share: float) -> Settings:
    """Settings with a share of their steps."""
    gan, vae = LARGE if large else SMALL
    return gan.shorter(share), replace(vae, steps=max(1, round(share * vae.steps)))


def stopped_early(gan: GanConfig) -> list[str]:
    """What is to be said of a run of fewer steps than the settings for a CPU have; nothing of others."""
    if gan.steps >= SMALL[0].steps:
        return []
    return [
        f"Stopped early: learnt in {gan.steps:,} steps, where the settings for a CPU have {SMALL[0].steps:,}. All that "
        "is said of these pictures is of that run."
    ]


def fit_generator(
    parts: Parts, say: Say, how: Settings, *, device: torch.device, checkpoint: Path | None
) -> RetinaGenerator:
    """Learn both networks.

    Args:
        parts: the photos.
        say: told how far it is.
        how: settings of both.
        device: where to compute.
        checkpoint: file to go on from, and to keep the GAN's run in.
    """
    gan, vae = how
    half = fast_in_half(device)

    def tell(at: GanStep | VaeStep) -> None:
        what = f"GAN, {at.side} pixels" if isinstance(at, GanStep) else f"autoencoder, loss {at.loss:.3f}"
        say.line(f"{what}: step {at.step:,} of {at.steps:,}, about {at.seconds_left / 60:.0f} min left")

    synthesis = Fit([parts.train, parts.small], gan, device, half).run(tell, checkpoint)
    set_middles(synthesis)
    autoencoded = fit_vae(parts.train, vae, device, tell, half)
    config = {"gan": asdict(gan), "vae": asdict(vae), "half": half}
    card = CARD | {"created": today(), "training_rows": len(parts.train), "training": config}
    card["limits"] = [*stopped_early(gan), *CARD["limits"]]
    return RetinaGenerator(synthesis.cpu().eval(), autoencoded.cpu().eval(), card)
