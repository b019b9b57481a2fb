"""RetinaMNIST with the same code, beside the published figures.

The pictures are 28 × 28 pixels, so lesions are not visible: this measures the code against others' code on the same
split, not a use in a clinic. Ours starts from ImageNet weights, the published networks from random ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from riskmodels.errors import SourceDataError
from riskmodels.imaging.augment import Augmentation
from riskmodels.imaging.classifier import picture_tensor
from riskmodels.imaging.findings import Question
from riskmodels.imaging.fitting import Plan, fit_classifier, scores
from riskmodels.imaging.image_metrics import classification_report
from riskmodels.imaging.targets import Target
from riskmodels.imaging.training import ImageConfig, ImageSet
from riskmodels.shipping.retina import GRADES
from riskmodels.shipping.say import Say
from riskmodels.tabular.device import choose_device
from riskmodels.tabular.model import today

FILE = Path("images") / "retinamnist" / "retinamnist.npz"
#: as classes apart, as the published networks answer: the figures compared are those of the most probable class
TARGET = Target("grade", GRADES, ordered=False)
QUESTIONS = (Question("referable", "Referable retinopathy", "grade", 2, 0.5, "", ""),)
CONFIG = ImageConfig(
    side=96,
    epochs=8,
    patience=4,
    batch=32,
    members=8,
    augmentation=Augmentation(rotation=20, jitter=0.2),
)
SEEDS = (0, 1, 2)


def read_parts(shared: Path, config: ImageConfig = CONFIG) -> dict[str, ImageSet]:
    """The data set's own three parts.

    Raises:
        SourceDataError: when the file is not there.
    """
    path = shared / FILE
    if not path.is_file():
        raise SourceDataError("RetinaMNIST is not there.", hint=f"Name the folder that holds {FILE}.")
    with np.load(path, allow_pickle=False) as arrays:
        return {
            name: ImageSet(
                picture_tensor(list(arrays[f"{name}_images"]), config),
                {"grade": arrays[f"{name}_labels"][:, 0].astype(np.int64)},
            )
            for name in ("train", "val", "test")
        }


def run_retinamnist(
    shared: Path, *, say: Say, device: str | None = None, config: ImageConfig = CONFIG
) -> dict[str, Any]:
    """Train once a seed.

    Args:
        shared: with images/retinamnist.
        say: told what happens.
        device: "cpu", "cuda", "mps"; the best there is when None.
        config: how to train.

    Returns:
        runs, with accuracy and AUC (mean over classes of one against the rest) on the test pictures, and their mean.
    """
    runs = list(_runs(read_parts(shared, config), config, device, say))
    return {
        "created": today(),
        "config": config.to_dict(),
        "runs": runs,
        "mean": {name: mean(run[name] for run in runs) for name in ("acc", "auc")},
    }


def _runs(parts: dict[str, ImageSet], config: ImageConfig, device: str | None, say: Say) -> Iterator[dict[str, Any]]:
    for seed in SEEDS:
        plan = Plan((TARGET,), QUESTIONS, replace(config, seed=seed), {"created": today()}, choose_device(device))
        model = fit_classifier(parts["train"], parts["val"], plan, say.within(f"seed {seed}").image_epoch)
        shares = scores(model, parts["test"], batch=64)[1]["grade"]
        report = classification_report(parts["test"].labels["grade"], shares, GRADES)
        run = {"seed": seed, "acc": report["metrics"]["accuracy"][0], "auc": report["metrics"]["auroc"][0]}
        say.line(f"seed {seed}: accuracy {run['acc']:.3f}, AUC {run['auc']:.3f}")
        yield run


def write_retinamnist(result: dict[str, Any], path: Path) -> None:
    """Write the result as JSON; its folder is made where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1), encoding="utf-8")
