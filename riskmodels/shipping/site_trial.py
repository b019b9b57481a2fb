"""A site's calibration tried: photos through a simulated second camera, some to calibrate on, others to measure on.

The photos to calibrate on are validation photos, which the network did not learn from; those to measure on are the test
photos through the same camera. No labels of the latter are used but to measure.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

from riskmodels.imaging.calibration import Seen
from riskmodels.imaging.camera_statistics import STATISTICS
from riskmodels.imaging.cameras import SHIFTS
from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.familiarity import Cloud
from riskmodels.imaging.fitting import is_present, see_all
from riskmodels.imaging.image_metrics import binary_report
from riskmodels.imaging.site.calibrate import learn_site, numbers_of
from riskmodels.imaging.site.choice import choose
from riskmodels.imaging.site.photos import SitePhotos, main_target
from riskmodels.imaging.training import ImageSet
from riskmodels.shipping import retina
from riskmodels.shipping.camera_shift import seen_through

CAMERA, PHOTOS, SEED = "another camera", 60, 20_261_201
_NAMES = ("auroc", "brier")


def site_trial(model: ImageClassifier, shared: Path) -> dict[str, Any]:
    """Calibrate for a simulated camera and measure before and after.

    Args:
        model: as shipped.
        shared: with images/idrid_grading.

    Returns:
        For the card: ``camera``, ``calibrated_on``, ``measured_on``, ``method``, ``why``; ``questions``, by label,
        ``before`` and ``after`` with AUROC and Brier score as [value, low, high]; ``recognised``, the share of test
        photos told as the site's, of those through its camera and of those as they are.
    """
    table = retina.read_labels(shared)
    parts = {name: retina.read_part(shared, table[table["split"] == name], model.config) for name in ("val", "test")}
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(parts["val"]))[:PHOTOS])
    own = parts["val"].rows(chosen)
    site, test = (see_all(model, seen_through(part, SHIFTS[CAMERA], SEED).images) for part in (own, parts["test"]))
    photos = SitePhotos(site, own.labels[main_target(model).name], "", ())
    made = choose(numbers_of(model, photos))
    like, plain = learn_site(site.described), see_all(model, parts["test"].images)
    return {
        "camera": CAMERA,
        "calibrated_on": PHOTOS,
        "measured_on": len(parts["test"]),
        "method": made.method,
        "why": made.why,
        "questions": _before_after(model, parts["test"], test, made.fitted.applied(*_given(model, test))),
        "recognised": {
            "through this camera": _near(like, test),
            "as they are": _near(like, plain),
        },
    }


def _given(model: ImageClassifier, seen: Seen) -> tuple[Any, Any]:
    return model.calibrated(seen.logits)[main_target(model).name].mean(1), seen.pooled


def _before_after(model: ImageClassifier, pictures: ImageSet, seen: Seen, after: Any) -> dict[str, Any]:
    target, before = main_target(model), _given(model, seen)[0]
    found = {}
    for question in (q for q in model.questions if q.target == target.name):
        truth = is_present(question, target, pictures.labels[target.name])
        told = {}
        for name, logits in (("before", before), ("after", after)):
            metrics = binary_report(truth, expit(logits[:, question.level - 1]), float("nan"))["metrics"]
            told[name] = {metric: metrics[metric] for metric in _NAMES}
        found[question.label] = told
    return found


def _near(camera: Cloud, seen: Seen) -> float:
    return round(float((camera.distance(seen.described[:, :STATISTICS]) <= camera.usual).double().mean()), 4)
