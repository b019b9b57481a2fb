"""The imaging part of docs/benchmarks.md: time of one picture, and RetinaMNIST beside the published figures.

``python -m riskmodels.shipping.bench.imaging --out docs/benchmarks.md`` writes these sections alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from riskmodels import ROOT, SAMPLES
from riskmodels.imaging.picture import open_picture
from riskmodels.imaging.registry import find_models
from riskmodels.imaging.results import Picture
from riskmodels.shipping.bench.section import milliseconds, tell
from riskmodels.shipping.imaging_document import PUBLISHED

SAMPLE = SAMPLES / "healthy_retina.jpg"
RETINAMNIST = ROOT / "data" / "reference" / "retinamnist.json"


def imaging_tables() -> str:
    """Measure the shipped image models on the sample photo; Markdown, one section a subject."""
    return "".join(f"\n{section}" for section in imaging_sections())


def imaging_sections() -> list[str]:
    """The same, each section from its heading on."""
    sections = [_times()]
    if RETINAMNIST.is_file():
        sections.append(_retinamnist(json.loads(RETINAMNIST.read_text(encoding="utf-8"))))
    return sections


def _times() -> str:
    from riskmodels.imaging.classifier import ImageClassifier

    model = find_models()["retina"].load()
    if not isinstance(model, ImageClassifier):
        raise TypeError("the retina model is a classifier")
    data = SAMPLE.read_bytes()
    picture = open_picture(data)
    square = model.square(picture)[0]
    found = {
        "Retina: network alone": milliseconds(lambda: model.network(square), 9),
        "Retina: open the file, checks, reading": milliseconds(lambda: model.read(open_picture(data)), 9),
        "Retina: evidence map": milliseconds(lambda: model.heatmap(picture, "referable"), 9),
        "Retina: occlusion map": milliseconds(lambda: model.occlusion(picture, "referable"), 1),
    }
    film = Picture(_grey(picture), "PNG")
    heart = find_models()["heart_size"].load()
    found["Heart size: network on a picture of that size"] = milliseconds(lambda: heart.heatmap(film, "heart"), 9)
    reference = found["Retina: network alone"]
    lines = ["## One picture\n", "| | milliseconds | against the network alone |", "|---|---:|---:|"]
    lines += [f"| {name} | {ms:,.0f} | × {ms / reference:.2f} |" for name, ms in found.items()]
    width, height = picture.size
    note = f"The sample photo, {width} × {height} pixels, on {model.device}, after one warm-up."
    return "\n".join([*lines, "", note]) + "\n"


def _grey(picture: Picture) -> np.ndarray:
    return np.repeat(picture.pixels.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)


def _retinamnist(result: Mapping[str, Any]) -> str:
    lines = ["## RetinaMNIST (28 × 28 pixels, 400 test pictures)\n", "| | accuracy | AUC |", "|---|---:|---:|"]
    lines += [f"| {name}, published | {acc:.3f} | {auc:.3f} |" for name, acc, auc in PUBLISHED]
    lines += [f"| This code, seed {run['seed']} | {run['acc']:.3f} | {run['auc']:.3f} |" for run in result["runs"]]
    mean = result["mean"]
    lines.append(
        f"| **This code, mean of {len(result['runs'])} seeds** | **{mean['acc']:.3f}** | **{mean['auc']:.3f}** |"
    )
    note = (
        "Measured by `python -m riskmodels imaging ship --only retinamnist`. Ours starts from ImageNet weights, the "
        "published ResNet-18 from random ones. Published: Yang 2023, doi 10.1038/s41597-022-01721-8."
    )
    return "\n".join([*lines, "", note]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print or write the sections in the place of those that are there."""
    parser = argparse.ArgumentParser(description="time of one picture; RetinaMNIST")
    parser.add_argument("--out", type=Path, help="Markdown file whose sections are replaced")
    options = parser.parse_args(arguments)
    tell(imaging_sections(), options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
