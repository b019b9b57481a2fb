"""``python -m riskmodels.shipping.generated_images``: learn, measure, write weights, examples, JSON and page.

Beside ``--shared``: ``--large`` for a GPU; ``--share 0.2`` learns a fifth of the steps; ``--measure`` keeps the weights
that are there; with ``--checkpoint`` it can be stopped and goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from riskmodels import ROOT
from riskmodels.errors import CareRiskError
from riskmodels.generated.images.memorised import Memory
from riskmodels.generated.images.model import SHIPPED, RetinaGenerator
from riskmodels.imaging.backbone import DEPTH, pretrained
from riskmodels.imaging.cameras import SHIFTS
from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.model import SHIPPED as IMAGE_MODELS
from riskmodels.model_files.folder import write_card
from riskmodels.shipping.generated_images import shown
from riskmodels.shipping.generated_images.data import read_parts, read_strange
from riskmodels.shipping.generated_images.fit import fit_generator, settings
from riskmodels.shipping.generated_images.measured import look_at_all, measure
from riskmodels.shipping.generated_images.page import page
from riskmodels.shipping.generated_images.strange import mean_auroc, scores_of, tell_apart
from riskmodels.shipping.generated_images.words import sentences
from riskmodels.shipping.say import Say, to_stdout
from riskmodels.tabular.device import choose_device

PAGE = ROOT / "docs" / "generated_images.md"
FIGURES = ROOT / "data" / "reference" / "generated_images.json"
COMMAND = "python -m riskmodels.shipping.generated_images --shared ../shared"


def main() -> int:
    """The command."""
    options = _parser().parse_args()
    say, device = Say(to_stdout), choose_device(options.device)
    parts = read_parts(options.shared)
    if not options.measure:
        how = settings(options.large, options.share)
        fit_generator(parts, say, how, device=device, checkpoint=options.checkpoint).save(SHIPPED)
    generator = RetinaGenerator.load()
    backbone = pretrained(DEPTH).to(device).eval()
    sets = look_at_all(parts, generator, backbone, say)
    figures = {"version": generator.version, **measure(sets, say), "strange": _strange(generator, options, say)}
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    write_card(SHIPPED, generator.card | {"found": sentences(figures)})
    shown.show(sets, Memory(**figures["memory"]), parts.train, generator.version).save(SHIPPED)
    shown.write_card(SHIPPED, COMMAND)
    PAGE.write_text(page(figures, generator.card), encoding="utf-8")
    say.line(f"written: {SHIPPED.name}, {FIGURES.name}, {PAGE.name}")
    return 0


def _strange(generator: RetinaGenerator, options: argparse.Namespace, say: Say) -> dict[str, Any]:
    model = ImageClassifier.load(IMAGE_MODELS / "retina")
    photos, others = read_strange(options.shared, options.photos)
    found = tell_apart(scores_of(generator.vae, model), photos, SHIFTS, others, say.line)
    return {"rows": [asdict(part) for part in found], "mean": mean_auroc(found), "photos": len(photos)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.generated_images", description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    parser.add_argument("--large", action="store_true", help="larger networks and more steps, for a GPU")
    parser.add_argument("--share", type=float, default=1.0, help="share of the steps, for a trial or a busy machine")
    parser.add_argument("--measure", action="store_true", help="learn nothing; measure the weights that are there")
    parser.add_argument("--photos", type=int, default=102, help="test photos that are sent through cameras")
    parser.add_argument("--checkpoint", type=Path, help="file of a run that can be stopped")
    parser.add_argument("--device", help="cpu, cuda or mps; the best there is when left out")
    return parser


if __name__ == "__main__":
    torch.set_num_threads(max(1, min(2, torch.get_num_threads())))
    np.seterr(all="raise", under="ignore")
    try:
        sys.exit(main())
    except CareRiskError as error:
        sys.exit(f"carerisk: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
