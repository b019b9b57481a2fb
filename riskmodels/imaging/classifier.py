"""A classifier of pictures: load, check, read, explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from riskmodels.imaging.backbone import Backbone
from riskmodels.imaging.familiarity import Familiarity
from riskmodels.imaging.findings import Question
from riskmodels.imaging.frame import FIELD_SIDE, Frame, field_frame, square, whole_frame
from riskmodels.imaging.model import CLASSIFIER, Progress, StoredModel
from riskmodels.imaging.network import ImageNetwork
from riskmodels.imaging.quality import retina_checks
from riskmodels.imaging.results import Check, Map, Picture, Pixels, Reading, Share
from riskmodels.imaging.saliency import Score, grad_cam, occlude
from riskmodels.imaging.targets import FloatArray, Target, slices
from riskmodels.imaging.training import ImageConfig
from riskmodels.model_files.card_values import number, record
from riskmodels.model_files.folder import halved

_UNUSUAL = (
    "This picture differs from nearly all that the model was tested on: another camera, another place, or an "
    "unusual picture. The figures on its card may not hold here."
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
        self._places, self._target = slices(targets), {t.name: t for t in targets}

    def read(self, picture: Picture) -> Reading:
        """Checks, then findings.

        Args:
            picture: from :func:`riskmodels.imaging.picture.open_picture`.

        Returns:
            Findings with intervals over the ensemble; only the checks and the reason where one failed.
        """
        checks = (*picture.checks, *self._quality(picture))
        failed = [check for check in checks if not check.passed]
        if failed:
            return Reading(checks, refused=failed[0].detail)
        with torch.inference_mode():
            image = self.square(picture)[0]
            features, described = self.network.backbone.describe(image)
            logits = self.network.heads(features.mean((2, 3)))[0]
            if self.config.augmentation.mirror:  # one after the other: on a CPU faster than together
                logits = (logits + self.network(image.flip(3))[0]) / 2
        known = self._known(described)
        if not known.passed:
            return Reading((*checks, known), refused=known.detail)
        members = self.calibrated(logits.double().cpu().numpy())
        findings = tuple(q.find(self._target[q.target], members[q.target]) for q in self.questions)
        main = self.targets[0]
        shares = main.shares(members[main.name].mean(0))
        scale = tuple(Share(label, float(p)) for label, p in zip(main.classes, shares, strict=True))
        caution = _UNUSUAL if self.familiarity.distance(described)[0] > self.familiarity.usual else ""
        return Reading((*checks, known), findings=findings, scale=scale, caution=caution)

    def heatmap(self, picture: Picture, finding: str) -> Map:
        """Grad-CAM of a finding: (h, w) float32 in the picture's pixels, 0–1, hot = 1."""
        image, frame = self.square(picture)
        return self._laid(grad_cam(self.network, self.network.backbone.last, image, self._score(finding)), frame)

    def occlusion(self, picture: Picture, finding: str, progress: Progress | None = None) -> Map:
        """(h, w) float32, 0–1: where hiding a part lowers the finding most, 1."""
        image, frame = self.square(picture)
        return self._laid(occlude(self.network, image, self._score(finding), progress), frame)

    def calibrated(self, logits: FloatArray) -> dict[str, FloatArray]:
        """Log-odds by target, divided by their temperatures; (…, outputs) in."""
        return {name: logits[..., place] / self.temperatures[name] for name, place in self._places.items()}

    def question(self, name: str) -> Question:
        """The question of that name.

        Raises:
            KeyError: when there is none.
        """
        return {q.name: q for q in self.questions}[name]

    def _score(self, finding: str) -> Score:
        """What is explained: the finding's log-odds, of classes apart against all the others."""
        question = self.question(finding)
        target, place = self._target[question.target], self._places[question.target]
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
        name = "Like the training pictures"
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
        familiarity = Familiarity.from_tensors(tensors)
        network = ImageNetwork(Backbone(config.frozen_blocks), config.members, sum(t.outputs for t in targets))
        weights = {n: t.float() if t.dtype == torch.float16 else t for n, t in tensors.items()}
        network.load_state_dict({n: t for n, t in weights.items() if not n.startswith("familiarity.")})
        questions = tuple(record(Question, told) for told in card["questions"])
        temperatures = {name: number(value) for name, value in card["temperatures"].items()}
        _require_answers(targets, questions, temperatures)
        return cls(network, familiarity, targets, questions, temperatures, config, card, device)


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
