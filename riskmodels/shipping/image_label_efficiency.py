"""``python -m riskmodels.shipping.image_label_efficiency``: does learning from photos without labels save labels?

A short backbone learns from all 325 training photos, without their labels, to tell two views of one photo from views of
others; then it is fine-tuned on a share of the labels, beside the same backbone with the weights of ImageNet. Judged on
the validation photos, which also choose the epoch, of both alike. No test photo is looked at. See docs/experiments.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.special import expit

from riskmodels import ROOT
from riskmodels.evaluation import auroc
from riskmodels.evaluation.metrics import log_loss
from riskmodels.imaging.backbone import pretrained
from riskmodels.imaging.fitting import is_present
from riskmodels.imaging.pretraining import Pretraining, pretrain
from riskmodels.imaging.targets import slices
from riskmodels.imaging.training import ImageConfig, ImageSet, predict_logits, train_network
from riskmodels.shipping.label_efficiency import table
from riskmodels.shipping.retina import CONFIG, QUESTIONS, TARGETS, read_labels, read_part
from riskmodels.shipping.say import Say, to_stdout

SHARES, DRAWS = (0.1, 0.3, 1.0), 2
WAYS = ("weights of ImageNet", "after pretraining")
#: a fraction of the shipped recipe's work: one short network, smaller views, fewer passes
TRIAL = replace(CONFIG, depths=(11,), rates=(8e-4,), side=256, least_side=192, epochs=8, patience=100)
_CPU = torch.device("cpu")


def run(
    shared: Path,
    say: Say,
    draws: int = DRAWS,
    shares: Sequence[float] = SHARES,
    config: ImageConfig = TRIAL,
    how: Pretraining | None = None,
) -> pd.DataFrame:
    """AUROC and log loss of the validation photos by finding, way, share of labels and draw.

    Args:
        shared: with images/idrid_grading.
        say: told what happens.
        draws: of who is labelled.
        shares: of the training photos that are labelled.
        config: how to fine-tune; with fewer photos it passes over them more often, by the root of the share.
        how: how to pretrain.
    """
    labels = read_labels(shared)
    train, validation = (read_part(shared, labels[labels["split"] == part], config) for part in ("train", "val"))
    ready = pretrained(config.frozen_blocks, config.depths[0])
    plan = how or Pretraining()
    pretrain(ready, train.images, plan, _CPU, lambda n, loss: say.line(f"pretraining, epoch {n}: contrast {loss:.3f}"))
    rows = []
    for draw in range(draws):
        order = np.random.default_rng(draw).permutation(len(train))
        for share in shares:
            few = train.rows(np.sort(order[: round(share * len(order))]))
            seeded = replace(config, seed=draw, epochs=round(config.epochs / share**0.5))
            for way, start in zip(WAYS, (None, deepcopy(ready)), strict=True):
                network = train_network(few, validation, TARGETS, seeded, _CPU, start=start)
                given = predict_logits(network, validation.images, _CPU, mirror=True).mean(1).double().numpy()
                told = {"share": share, "n": len(few), "way": way, "seed": draw}
                rows += [told | row for row in _judged(given, validation)]
            say.line(f"Draw {draw + 1}: {share:.0%} of the labels")
    return pd.DataFrame(rows).sort_values(["n", "seed"], kind="stable")


def _judged(logits: np.ndarray, pictures: ImageSet) -> list[dict[str, object]]:
    """Of each question: its label, AUROC and log loss."""
    targets, places, rows = {t.name: t for t in TARGETS}, slices(TARGETS), list[dict[str, object]]()
    for question in QUESTIONS:
        truth = is_present(question, targets[question.target], pictures.labels[question.target])
        risk = expit(logits[:, places[question.target]][:, question.level - 1])
        rows.append({"outcome": question.label, "auroc": auroc(truth, risk), "loss": log_loss(truth, risk)})
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run the trial and print its table."""
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.image_label_efficiency")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    parser.add_argument("--draws", type=int, default=DRAWS, help="of which photos are labelled")
    options = parser.parse_args(arguments)
    to_stdout(table(run(options.shared, Say(to_stdout), options.draws), WAYS, "difference by pretraining"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
