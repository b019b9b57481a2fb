"""A classifier of pictures: load, check, read, explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from riskmodels.checks.file_check import Check
from riskmodels.errors import ModelFileError
from riskmodels.imaging.backbone import build
from riskmodels.imaging.calibration import Seen, SiteCalibration
from riskmodels.imaging.familiarity import Familiarity
from riskmodels.imaging.findings import Question, rates_of
from riskmodels.imaging.frame import FIELD_SIDE, Frame, field_frame, square, whole_frame
from riskmodels.imaging.model import CLASSIFIER, Progress, StoredModel
from riskmodels.imaging.network import ImageNetwork
from riskmodels.imaging.results import Evidence, Finding, Map, Picture, Pixels, Reading, Share
from riskmodels.imaging.retina_quality import retina_checks
from riskmodels.imaging.saliency import Score, occlude
from riskmodels.imaging.strangers import Strangers
from riskmodels.imaging.targets import FloatArray, Target, rows, slices
from riskmodels.imaging.training import ImageConfig
from riskmodels.model_files.card_values import number
from riskmodels.model_files.folder import halved

_UNUSUAL = (
    "This picture differs from nearly all that the model was tested on: another camera, another place, or an "
    "unusual picture. The figures on its card may not hold here."
)
_RANKS_ONLY = (
    " The model is not calibrated for this camera, so only ranks among the test photos are given. "
    "A site's calibration changes that."
)


class ImageClassifier(StoredModel):
    """Immutable; made by :func:`riskmodels.imaging.fitting.fit_classifier` or :meth:`load`.

    Args:
        network: with its weights.
        familiarity: what pictures the model knows.
        targets: what it was trained on.
        questions: what it is asked; the first one is the main one.
        temperatures: by target; log-odds are divided by them.
        config: how it was trained.
        card: everything else that is known of it.
        device: where it computes.
    """

    def __init__(
        self,
        network: ImageNetwork,
        familiarity: Familiarity,
        targets: tuple[Target, ...],
        questions: tuple[Question, ...],
        temperatures: dict[str, float],
        config: ImageConfig,
        card: dict[str, Any],
        device: torch.device,
    ) -> None:
        self.network = network.to(device).eval().requires_grad_(False)
        self.familiarity, self.targets, self.questions = familiarity, targets, questions
        self.temperatures, self.config, self.card, self.device = temperatures, config, card, device
        self.strangers: Strangers | None = None
        self.sites: tuple[SiteCalibration, ...] = ()
        self._places, self._target = slices(targets), {t.name: t for t in targets}

    def read(self, picture: Picture) -> Reading:
        """Checks, then findings.

        Args:
            picture: from :func:`riskmodels.imaging.picture.open_picture`.

        Returns:
            Findings with intervals over the ensemble; only the checks and the reason where one failed.
        """
        checks, seen = self.examine(picture)
        failed = [check for check in checks if not check.passed]
        if seen is None or failed:
            return Reading(checks, refused=failed[0].detail)
        return self._told(checks, seen)

    def examine(self, picture: Picture) -> tuple[tuple[Check, ...], Seen | None]:
        """All checks of a picture, and what the network sees of it; None for that where its quality failed.

        Args:
            picture: from :func:`riskmodels.imaging.picture.open_picture`.
        """
        checks = (*picture.checks, *self._quality(picture))
        if not all(check.passed for check in checks):
            return checks, None
        seen = self.see(self.square(picture)[0])
        known = self._known(seen.described)
        if known.passed and self.strangers is not None:
            known = self.strangers.check(self.network.backbone.branches[0], picture.pixels, self.card.get("wanted", ""))
        return (*checks, known), seen

    def see(self, images: Tensor) -> Seen:
        """Squares as the network sees them, the mirrored view with the other where it was trained so.

        Args:
            images: (n, 3, side, side), 0–255.
        """
        with torch.inference_mode():
            features, described = self.network.backbone.describe(images.to(self.device))
            pooled = features.mean((2, 3))
            if self.config.augmentation.mirror:  # one after the other: on a CPU faster than together
                mirrored = self.network.backbone(images.to(self.device).flip(3)).mean((2, 3))
                logits = (self.network.heads(pooled) + self.network.heads(mirrored)) / 2
                pooled = (pooled + mirrored) / 2
            else:
                logits = self.network.heads(pooled)
        return Seen(described.cpu(), pooled.double().cpu().numpy(), logits.double().cpu().numpy())

    def with_questions(self, questions: tuple[Question, ...]) -> ImageClassifier:
        """The same model with other thresholds."""
        other = copy(self)
        other.questions = questions
        return other

    def for_sites(self, sites: Sequence[SiteCalibration]) -> ImageClassifier:
        """The same model, which reads pictures of these sites' cameras with their calibration.

        Args:
            sites: that are in force; those of another version of the model are left out.
        """
        other = copy(self)
        other.sites = tuple(site for site in sites if site.model_version == self.card.get("version"))
        return other

    def _told(self, checks: tuple[Check, ...], seen: Seen) -> Reading:
        """Probabilities where they are calibrated for the picture's camera, by the model or a site; ranks elsewhere."""
        unusual = bool(self.familiarity.unusual(seen.described)[0])
        site = self._site_of(seen.described)
        members = {name: logits[0] for name, logits in self.calibrated(seen.logits).items()}
        if site is not None:
            members[site.target] = site.calibrated(members[site.target], seen.pooled)
        calibrated = {t.name for t in self.targets if not unusual or (site is not None and site.target == t.name)}
        findings = tuple(self._finding(q, members[q.target], q.target in calibrated, site) for q in self.questions)
        main = self.targets[0]
        scale: tuple[Share, ...] = ()
        if main.name in calibrated:
            shares = main.shares(members[main.name].mean(0))
            scale = tuple(Share(label, float(p)) for label, p in zip(main.classes, shares, strict=True))
        ranked = main.name not in calibrated
        caution = f"{_UNUSUAL}{_RANKS_ONLY}" if ranked else ""
        return Reading(checks, findings=findings, scale=scale, caution=caution, calibration=site.words if site else "")

    def _finding(self, q: Question, members: FloatArray, calibrated: bool, site: SiteCalibration | None) -> Finding:
        target = self._target[q.target]
        if not calibrated:
            return q.ranked(target, members, self.card.get("ranks", {}).get(q.name, ()))
        if site is not None and q.name in site.questions:
            return site.questions[q.name].find(target, members, site.rates.get(q.name))
        return q.find(target, members, rates_of(self.card.get("points", {}).get(q.name, {})))

    def _site_of(self, described: Tensor) -> SiteCalibration | None:
        """Of the sites whose photos are like this one, the one that it is most like."""
        near = [(site.strangeness(described), place) for place, site in enumerate(self.sites)]
        least, place = min(near, default=(np.inf, 0))
        return self.sites[place] if least <= 1 else None

    def evidence(self, picture: Picture, finding: str) -> Evidence:
        """What each place adds to a finding's log-odds: exact, since the heads are linear before the mean is taken.

        Of classes apart, log-odds are z − log Σ exp(the others' z) = z − Σ p·(the others' z) − entropy(p), with p the
        others' shares among themselves: so a place adds what it says for the class less what it says for the others.
        """
        image, frame = self.square(picture)
        places, bias = self.places(image, finding)
        return Evidence(places, bias, frame.to_picture(places.astype(np.float32)))

    @torch.inference_mode()
    def places(self, image: Tensor, finding: str) -> tuple[FloatArray, float]:
        """:meth:`evidence` of a square, (1, 3, side, side) 0–255: (g, g), and the bias."""
        features, described = self.network.backbone.describe(image)
        if self.config.augmentation.mirror:
            features = (features + self.network.backbone(image.flip(3)).flip(3)) / 2
        question = self.question(finding)
        target = self._target[question.target]
        said = self.network.places(features)[0].double().cpu().numpy()
        scores = said[rows(self.targets)[target.name]] / self.temperatures[target.name]
        intercepts = self.calibrated(self.network.intercepts().mean(0).double().cpu().numpy())[target.name]
        site = self._site_of(described)
        if site is not None and site.target == target.name:
            scores, intercepts = site.places(scores, intercepts, features[0].double().cpu().numpy())
        return target.evidence(scores, intercepts, question.level)

    def heatmap(self, picture: Picture, finding: str) -> Map:
        """What speaks for a finding: (h, w) float32 in the picture's pixels, 0–1, hot = 1."""
        heat = self.evidence(picture, finding).on_picture.clip(min=0)
        highest = float(heat.max(initial=0))
        return (heat / highest if highest > 0 else heat).astype(np.float32)

    def occlusion(self, picture: Picture, finding: str, progress: Progress | None = None) -> Map:
        """(h, w) float32, 0–1: where hiding a part lowers the finding most, 1."""
        image, frame = self.square(picture)
        return self._laid(occlude(self.network, image, self.score(finding), progress), frame)

    def calibrated(self, logits: FloatArray) -> dict[str, FloatArray]:
        """Log-odds by target, divided by their temperatures; (…, outputs) in."""
        return {name: logits[..., place] / self.temperatures[name] for name, place in self._places.items()}

    def question(self, name: str) -> Question:
        """The question of that name.

        Raises:
            KeyError: when there is none.
        """
        return {q.name: q for q in self.questions}[name]

    def score(self, finding: str) -> Score:
        """What is explained: the finding's log-odds, of classes apart against all the others."""
        question = self.question(finding)
        target, place = self._target[question.target], self._places[question.target]
        if target.cumulative and question.level == 0:  # of two classes apart the first is the contrary of the second
            return lambda logits: -logits[:, :, place.start].mean(1)
        if target.cumulative:
            return lambda logits: logits[:, :, place.start + question.level - 1].mean(1)
        others = [k for k in range(target.outputs) if k != question.level]

        def against_others(logits: Tensor) -> Tensor:
            mean = logits[:, :, place].mean(1)
            return mean[:, question.level] - mean[:, others].logsumexp(1)

        return against_others

    def _laid(self, heat: Map, frame: Frame) -> Map:
        return np.clip(frame.to_picture(heat), 0, 1)

    def square(self, picture: Picture) -> tuple[Tensor, Frame]:
        """What the network sees, (1, 3, side, side) uint8, and where that lies in the picture."""
        pixels, frame = frame_square(picture.pixels, self.config)
        return _tensor([pixels]).to(self.device), frame

    def _quality(self, picture: Picture) -> tuple[Check, ...]:
        return retina_checks(picture) if self.card.get("checks") == "retina" else ()

    def _known(self, described: Tensor) -> Check:
        distance, limit = float(self.familiarity.distance(described)[0]), self.familiarity.limit
        name = "Of the trained kind"
        if distance <= limit:
            return Check(name, True, f"Distance {distance:.1f}; up to {limit:.1f} is accepted.")
        return Check(
            name,
            False,
            f"This picture is unlike those the model was trained on (distance {distance:.1f}, at most {limit:.1f} is "
            f"accepted), so a reading would not be valid. {self.card.get('wanted', 'Use a picture of that kind.')}",
        )

    def parts(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Weights in half precision and what pictures it knows; configuration, targets, questions, temperatures."""
        tensors = {n: halved(t) for n, t in self.network.state_dict().items()} | self.familiarity.tensors()
        if self.strangers is not None:
            tensors |= self.strangers.tensors()
        return tensors, {
            "kind": CLASSIFIER,
            "config": self.config.to_dict(),
            "targets": [t.to_dict() for t in self.targets],
            "questions": [q.to_dict() for q in self.questions],
            "temperatures": self.temperatures,
        }

    @classmethod
    def of_parts(cls, tensors: dict[str, Tensor], card: dict[str, Any], device: torch.device) -> Self:
        """See :meth:`parts`."""
        config = ImageConfig.from_dict(card["config"])
        targets = tuple(Target.from_dict(t) for t in card["targets"])
        _require_present_heads(tensors["weight"], targets, str(card["name"]))
        familiarity = Familiarity.from_tensors(tensors)
        network = ImageNetwork(build(config.frozen_blocks, config.depths), config.members * len(config.depths), targets)
        weights = {n: t.float() if t.dtype == torch.float16 else t for n, t in tensors.items()}
        network.load_state_dict({n: t for n, t in weights.items() if not n.startswith(("familiarity.", "strangers."))})
        questions = tuple(Question.from_dict(told) for told in card["questions"])
        temperatures = {name: number(value) for name, value in card["temperatures"].items()}
        _require_answers(targets, questions, temperatures)
        model = cls(network, familiarity, targets, questions, temperatures, config, card, device)
        model.strangers = Strangers.from_tensors(tensors)
        return model


def _require_present_heads(weight: Tensor, targets: Sequence[Target], name: str) -> None:
    """Ordered classes have one row of weights; before 2026-12-01 they had one an output, which give other numbers."""
    if weight.shape[1] != sum(t.scores for t in targets) and weight.shape[1] == sum(t.outputs for t in targets):
        raise ModelFileError(
            f"The model {name} was trained by an earlier version, in which each grade had weights of its own.",
            hint="Train it again with this version: python -m riskmodels imaging train.",
        )


def _require_answers(
    targets: Sequence[Target], questions: Sequence[Question], temperatures: Mapping[str, float]
) -> None:
    """Every question is answered by a target, at a level that it has."""
    classes = {target.name: len(target.classes) for target in targets}
    asked = all(0 <= q.level < classes[q.target] for q in questions)
    if not questions or not asked or classes.keys() != temperatures.keys() or min(temperatures.values()) <= 0:
        raise ValueError("questions that the targets do not answer")


def picture_tensor(pictures: Sequence[Pixels], config: ImageConfig) -> Tensor:
    """Pictures as the network takes them.

    Args:
        pictures: (h, w, 3) uint8 each.
        config: side, and whether to crop to the field.

    Returns:
        (n, 3, side, side) uint8.
    """
    return _tensor([frame_square(p, config)[0] for p in pictures])


def frame_square(pixels: Pixels, config: ImageConfig) -> tuple[Pixels, Frame]:
    """A picture as the network takes it, (side, side, 3), and where that lies in the picture."""
    frame = field_frame(pixels) if config.crop_field else whole_frame(pixels)
    return square(pixels, frame, config.side, FIELD_SIDE if config.crop_field else None), frame


def _tensor(squares: Sequence[Pixels]) -> Tensor:
    return torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2).contiguous()
