"""Heart size on a chest film: outlines of heart and lungs, the cardiothoracic ratio, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from riskmodels.checks.file_check import Check
from riskmodels.imaging.chest_quality import chest_checks
from riskmodels.imaging.familiarity import Cloud
from riskmodels.imaging.frame import Frame, film_frame
from riskmodels.imaging.heart_checks import (
    VIEW,
    Ranges,
    age_check,
    plausibility_checks,
    read_ranges,
    side_check,
    view_check,
)
from riskmodels.imaging.heart_film import (
    HEART,
    LEFT_LUNG,
    RIGHT_LUNG,
    Mask,
    Outline,
    Probability,
    around,
    as_input,
    film_part,
    film_square,
    outline,
    over_picture,
    probabilities,
)
from riskmodels.imaging.model import HEART_SIZE, Progress, StoredModel
from riskmodels.imaging.results import HeartSize, Map, Picture, Pixels, Reading
from riskmodels.imaging.saliency import OCCLUSION_GRID
from riskmodels.imaging.unet import UNet, UNetShape
from riskmodels.model_files.card_values import number
from riskmodels.model_files.folder import halved

#: above it the heart counts as enlarged on a PA film of an adult. Source: Danzer, Am J Med Sci 157:513, 1919.
ENLARGED = 0.50
_AT_ONCE = 10


@dataclass(frozen=True, eq=False)
class Measured:
    """What the networks see on a picture.

    Args:
        probability: (3, s, s) on the square, mean over the networks.
        outline: of it.
        frame: where the picture lies in the square.
        described: (1, d) features, for :class:`~riskmodels.imaging.familiarity.Cloud`.
        mirrored: (1, d) features of the mirrored film.
    """

    probability: Probability
    outline: Outline
    frame: Frame
    described: Tensor
    mirrored: Tensor

    def masks(self) -> tuple[Mask, Mask]:
        """Heart and lungs over the picture: (h, w) bool each."""
        kept = self.probability * around(self.outline.pieces)
        lungs = np.maximum(kept[RIGHT_LUNG], kept[LEFT_LUNG])
        return over_picture(kept[HEART], self.frame), over_picture(lungs, self.frame)


class HeartSizeModel(StoredModel):
    """Made by :func:`riskmodels.shipping.heart_size.ship_heart_size` or :meth:`load`.

    Args:
        networks: whose probabilities are averaged.
        familiarity: what films the model knows.
        side_direction: of features, see :func:`~riskmodels.imaging.heart_checks.learn_side`.
        side: of the square given to the networks, pixels.
        ranges: of sizes and places in training masks.
        error: half of the 90 % interval of the ratio.
        card: everything else that is known of it.
        device: where it computes.
    """

    def __init__(
        self,
        networks: tuple[UNet, ...],
        familiarity: Cloud,
        side_direction: Tensor,
        side: int,
        ranges: Ranges,
        error: float,
        card: dict[str, Any],
        device: torch.device,
    ) -> None:
        self.networks = tuple(
            n.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)  # type: ignore[call-overload]
            for n in networks
        )
        self.side_direction = side_direction
        self.familiarity, self.side, self.ranges, self.error = familiarity, side, ranges, error
        self.card, self.device = card, device

    def read(self, picture: Picture) -> Reading:
        """Checks, then the measurement.

        Args:
            picture: from :func:`riskmodels.imaging.picture.open_picture`.

        Returns:
            The ratio with its interval and outlines; only the checks and the reason where one failed.
        """
        quality = (check for check in chest_checks(picture) if check.name != VIEW)  # said more strictly here
        checks = (*picture.checks, age_check(picture), view_check(picture), *quality)
        if all(check.passed for check in checks):
            measured = self.measure(picture.pixels)
            checks = (*checks, *self.own_checks(measured))
            if all(check.passed for check in checks):
                return Reading(checks, heart_size=self._size(measured))
        return Reading(checks, refused=next(check.detail for check in checks if not check.passed))

    def measure(self, pixels: Pixels) -> Measured:
        """Outlines and widths without any check: for evaluation.

        Args:
            pixels: (h, w, 3) uint8.
        """
        frame = film_frame(pixels)
        squares = torch.from_numpy(film_square(pixels, self.side, frame))[None, None]
        probability, described = self._see(squares)
        return Measured(probability[0], outline(probability[0]), frame, described, self._describe(squares.flip(3)))

    def own_checks(self, measured: Measured) -> tuple[Check, ...]:
        """Whether the film is of the kind known, and what was found on it can be a chest."""
        film = film_part(measured.frame, self.side)
        distance = float(self.familiarity.distance(measured.described)[0])
        return (
            _known(distance, self.familiarity.usual),
            side_check(float((measured.described - measured.mirrored)[0] @ self.side_direction)),
            *plausibility_checks(measured.outline, film, self.ranges),
        )

    def heatmap(self, picture: Picture, finding: str) -> Map:
        """The reason of a measurement is what was outlined: the probability of the heart, or of the lungs.

        Args:
            picture: as for :meth:`read`.
            finding: ``lungs``; the heart otherwise.

        Returns:
            (h, w) float32 in the picture's pixels, 0–1.
        """
        measured = self.measure(picture.pixels)
        probability = measured.probability[HEART]
        if finding == "lungs":
            probability = measured.probability[[RIGHT_LUNG, LEFT_LUNG]].max(axis=0)
        return np.clip(measured.frame.to_picture(probability), 0, 1)

    def occlusion(self, picture: Picture, finding: str, progress: Progress | None = None) -> Map:
        """How far the ratio moves when a part of the film is hidden under its middle grey.

        Args:
            picture: as for :meth:`read`.
            finding: not used: there is one measurement.
            progress: told the share done.

        Returns:
            (h, w) float32, 0–1: 1 where hiding moves the ratio most; a part without which it cannot be taken counts
            as the largest move.
        """
        frame = film_frame(picture.pixels)
        whole = torch.from_numpy(film_square(picture.pixels, self.side, frame))[None, None]
        before = outline(self._see(whole)[0][0]).ratio
        boxes = _boxes(self.side)
        moves = np.zeros(len(boxes), dtype=np.float32)
        for start in range(0, len(boxes), _AT_ONCE):
            part = boxes[start : start + _AT_ONCE]
            ratios = [outline(p).ratio for p in self._see(_hidden(whole, part))[0]]
            moves[start : start + len(part)] = np.abs(np.array(ratios) - before)
            if progress is not None:
                progress((start + len(part)) / len(boxes))
        return np.clip(frame.to_picture(_spread(moves, boxes, self.side)), 0, 1)

    @torch.inference_mode()
    def _see(self, films: Tensor) -> tuple[Probability, Tensor]:
        """Mean probabilities (n, 3, s, s), and the first network's features (n, d)."""
        given = self._given(films)
        maps = [network.encode(given) for network in self.networks]
        seen = [probabilities(n.decode(m)) for n, m in zip(self.networks, maps, strict=True)]
        return np.mean(seen, axis=0, dtype=np.float32), describe(maps[0])

    @torch.inference_mode()
    def _describe(self, films: Tensor) -> Tensor:
        return describe(self.networks[0].encode(self._given(films)))

    def _given(self, films: Tensor) -> Tensor:
        return as_input(films.to(self.device)).contiguous(memory_format=torch.channels_last)

    def _size(self, measured: Measured) -> HeartSize:
        found = measured.outline
        low, high = max(found.ratio - self.error, 0.0), min(found.ratio + self.error, 1.0)
        heart, chest = found.to_picture(measured.frame)
        heart_mask, lung_mask = measured.masks()
        return HeartSize(
            ratio=found.ratio,
            low=low,
            high=high,
            threshold=ENLARGED,
            heart=heart,
            chest=chest,
            heart_mask=heart_mask,
            lung_mask=lung_mask,
            sentence=sentence(found.ratio, low, high),
        )

    def parts(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Weights in half precision and what films it knows; sizes of the networks, ranges and error."""
        tensors = self.familiarity.tensors() | {"side_direction": self.side_direction}
        for index, network in enumerate(self.networks):
            tensors |= {f"network.{index}.{n}": halved(t) for n, t in network.state_dict().items()}
        shape = {"widths": list(self.networks[0].shape.widths), "networks": len(self.networks), "side": self.side}
        return tensors, {"kind": HEART_SIZE, "network": shape, "ranges": self.ranges, "ratio_error_90": self.error}

    @classmethod
    def of_parts(cls, tensors: dict[str, Tensor], card: dict[str, Any], device: torch.device) -> Self:
        """See :meth:`parts`."""
        shape, side = UNetShape(tuple(card["network"]["widths"])), card["network"]["side"]
        networks = tuple(_network(tensors, i, shape) for i in range(card["network"]["networks"]))
        if not networks or not isinstance(side, int) or side < 1 or side % shape.divisor:
            raise ValueError("no network, or no side that it can take")
        direction, familiarity = tensors["side_direction"], Cloud.from_tensors(tensors)
        ranges, error = read_ranges(card["ranges"]), number(card["ratio_error_90"])
        return cls(networks, familiarity, direction, side, ranges, error, card, device)


def sentence(ratio: float, low: float, high: float) -> str:
    """The measurement in plain words."""
    undecided = (
        f" The interval holds {ENLARGED:.2f}, so this film does not decide it." if low <= ENLARGED <= high else ""
    )
    return (
        f"The heart takes {100 * ratio:.0f} % of the chest's width (cardiothoracic ratio). "
        f"On a PA film of an adult, more than {ENLARGED:.2f} counts as enlarged.{undecided}"
    )


def describe(maps: list[Tensor]) -> Tensor:
    """Mean and spread of the channels of the three deepest levels: (n, d) float32 on the CPU."""
    parts = [part for m in maps[-3:] for part in (m.float().mean((2, 3)), m.float().std((2, 3)))]
    return torch.cat(parts, dim=1).cpu()


def _known(distance: float, limit: float) -> Check:
    name = "Like the training films"
    if distance <= limit:
        return Check(name, True, f"Distance {distance:.2f}, at most {limit:.2f} is accepted.")
    return Check(
        name,
        False,
        f"This picture is unlike the films that the model was trained on (distance {distance:.2f}, at most {limit:.2f} "
        "is accepted), so a measurement would not be valid. Use a PA film of an adult's chest.",
    )


def _network(tensors: dict[str, Tensor], number: int, shape: UNetShape) -> UNet:
    prefix = f"network.{number}."
    network = UNet(shape)
    network.load_state_dict({n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)})
    return network


def _boxes(side: int) -> list[tuple[slice, slice]]:
    edges = [round(i * side / OCCLUSION_GRID) for i in range(OCCLUSION_GRID + 1)]
    bands = [slice(a, b) for a, b in pairwise(edges)]
    return [(rows, columns) for rows in bands for columns in bands]


def _hidden(film: Tensor, boxes: list[tuple[slice, slice]]) -> Tensor:
    films = film.repeat(len(boxes), 1, 1, 1)
    grey = film.median()
    for one, (rows, columns) in zip(films, boxes, strict=True):
        one[:, rows, columns] = grey
    return films


def _spread(moves: Map, boxes: list[tuple[slice, slice]], side: int) -> Map:
    lost = np.isnan(moves)
    most = float(moves[~lost].max(initial=0.0)) or 1.0
    shares = np.where(lost, 1.0, moves / most)
    heat = np.zeros((side, side), dtype=np.float32)
    for share, (rows, columns) in zip(shares, boxes, strict=True):
        heat[rows, columns] = share
    return heat
