"""From a site's photos to its calibration: chosen by cross-validation, and made ready to be kept as a version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit, logit
from torch import Tensor

from riskmodels.errors import TrainingError
from riskmodels.imaging.calibration import CAMERA, Made
from riskmodels.imaging.camera_statistics import STATISTICS
from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.familiarity import Cloud, learn_cloud
from riskmodels.imaging.findings import Question
from riskmodels.imaging.points import choose_points
from riskmodels.imaging.site import crossval
from riskmodels.imaging.site.choice import choose
from riskmodels.imaging.site.crossval import Held, Known, Progress
from riskmodels.imaging.site.fit import Fitted
from riskmodels.imaging.site.photos import SitePhotos, asked_truth, main_target
from riskmodels.imaging.targets import FloatArray
from riskmodels.tabular.model import today

_NAME = re.compile(r"[\w][\w .,()&/+-]{0,59}")
_CARRIED = "The model's thresholds were carried over; what they do here was not measured."
_NOT_CARRIED = "No thresholds: the labels say nothing of this finding, and the new head moves it in ways of its own."


def calibrate(
    model: ImageClassifier, photos: SitePhotos, site: str, by: str = "", progress: Progress | None = None
) -> Made:
    """Fit a site's calibration and judge it by cross-validation.

    Args:
        model: as shipped.
        photos: of the site.
        site: its name, for people.
        by: which account.
        progress: told the share done.

    Raises:
        TrainingError: when the name cannot be one.
    """
    if not _NAME.fullmatch(site):
        raise TrainingError(f"“{site[:60]}” cannot be a site's name.", hint="Use up to 60 letters, digits and spaces.")
    known = numbers_of(model, photos)
    chosen = choose(known, progress)
    camera = learn_site(photos.seen.described)
    card = _card(model, photos, site, by) | {
        "method": chosen.method,
        "why": chosen.why,
        "tried": chosen.losses,
        "report": crossval.report(known, chosen.held),
    }
    card |= _thresholds(model, known, chosen.held, chosen.fitted, site)
    return Made(_tensors(chosen.fitted, camera), card)


def numbers_of(model: ImageClassifier, photos: SitePhotos) -> Known:
    """A site's photos as the fit takes them."""
    target, logits = main_target(model), model.calibrated(photos.seen.logits)
    places = np.arange(target.outputs)
    if photos.asked:
        places = np.array([model.question(photos.asked).level - 1])
        wanted = photos.labels[:, None].astype(np.float64)
    else:
        wanted = (photos.labels[:, None] > places).astype(np.float64)
    known = tuple(q for q in model.questions if q.target == target.name and q.level - 1 in places)
    answered = tuple(q for q in known if not photos.asked or q.name == photos.asked)
    strata = asked_truth(photos.labels, photos.asked, model)[1]
    return Known(logits[target.name].mean(1), photos.seen.pooled, wanted, places, strata, answered)


def learn_site(described: Tensor) -> Cloud:
    """Where the site's photos lie in the statistics of their camera.

    Two in three are learnt from; the others say how far off such a photo may be.

    Args:
        described: (n, d).
    """
    order = torch.randperm(len(described), generator=torch.Generator().manual_seed(crossval.SEED))
    rest = len(described) // 3
    statistics = described[order, :STATISTICS]
    return learn_cloud(statistics[rest:], statistics[:rest])


def _card(model: ImageClassifier, photos: SitePhotos, site: str, by: str) -> dict[str, Any]:
    return {
        "name": str(model.card["name"]),
        "title": f"Calibration for {site}",
        "kind": "site calibration",
        "created": today(),
        "site": site,
        "by": by,
        "model_version": str(model.card.get("version", "")),
        "photos": len(photos),
        "target": main_target(model).name,
        "asked": photos.asked,
        "notes": list(photos.notes),
    }


def _thresholds(model: ImageClassifier, known: Known, held: Held, fitted: Fitted, site: str) -> dict[str, Any]:
    """Questions about the target with thresholds for this site, and what these do."""
    questions, told = [], dict[str, Any]()
    answered = {q.name for q in known.questions}
    for q in (q for q in model.questions if q.target == main_target(model).name):
        if q.name not in answered:
            questions.append(_carried(q, fitted))
            continue
        truth = known.truth(q)
        points = choose_points(truth, held.probability(q), f"photos of {site}")
        chosen = replace(
            q, threshold=points.screening, confirmation=points.confirmation, prevalence=float(truth.mean())
        )
        rates = _rates(truth, held, chosen)
        questions.append(replace(chosen, missing=" ".join(filter(None, [points.missing, _unmeasured(chosen, rates)]))))
        told[q.name] = rates | {"on": site}
    return {"questions": [q.to_dict() for q in questions], "rates": told}


def _rates(truth: FloatArray, held: Held, question: Question) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, threshold in (("screening", question.threshold), ("confirmation", question.confirmation)):
        both = crossval.rates(truth, held.calls[question.name, name])
        if threshold is not None and both["sensitivity"] is not None:
            found[name] = both
    return found


def _unmeasured(question: Question, rates: Mapping[str, Any]) -> str:
    """Which thresholds are there whose worth could not be told in every fold."""
    both = (("screening", question.threshold), ("confirmation", question.confirmation))
    names = [name for name, threshold in both if threshold is not None and name not in rates]
    return f"Too few photos to measure the threshold for {' and '.join(names)}." if names else ""


def _carried(question: Question, fitted: Fitted) -> Question:
    """A question that the labels say nothing of: its thresholds where the slope and the intercept take them."""
    if fitted.head is not None:
        return replace(question, threshold=None, confirmation=None, prevalence=None, missing=_NOT_CARRIED)

    def moved(threshold: float | None) -> float | None:
        return None if threshold is None else float(expit(fitted.slope * logit(threshold) + fitted.intercept))

    return replace(
        question,
        threshold=moved(question.threshold),
        confirmation=moved(question.confirmation),
        prevalence=None,
        missing=_CARRIED,
    )


def _tensors(fitted: Fitted, camera: Cloud) -> dict[str, Tensor]:
    tensors = {"map": torch.tensor([fitted.slope, fitted.intercept], dtype=torch.float64), **camera.tensors(CAMERA)}
    if fitted.head is not None:
        head: Mapping[str, NDArray[np.float64]] = {"head.mean": fitted.head.mean, "head.weight": fitted.head.weight}
        tensors |= {name: torch.as_tensor(values).float() for name, values in head.items()}
    return tensors
