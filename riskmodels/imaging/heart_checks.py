"""Is what was found on a film a heart between two lungs? Checked before a ratio is given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from riskmodels.checks.file_check import Check
from riskmodels.imaging.film_words import words_on
from riskmodels.imaging.heart_film import HEART, LEFT_LUNG, RIGHT_LUNG, STRUCTURES, Mask, Outline
from riskmodels.imaging.results import Picture
from riskmodels.model_files.card_values import numbers

VIEW, AGE = "View", "Age"
#: years from which a person is one. The limit of 0.50 is one for adults: children's hearts take more of the chest.
#: Source: Edwards, Higgins, Gilpin, Arch Dis Child 65:1139, 1990 (newborns' mean ratio 0.56–0.60)
ADULT = 18
_ADULTS = "Only films of adults are measured: a child's heart takes more of the chest's width."
_CHILD = f"{_ADULTS} Do not read a ratio from this film."
#: strength of the penalty in :func:`learn_side`
_RIDGE = 100.0
#: share of a structure's pixels that its largest piece must hold
_ONE_PIECE = 0.9
#: share of the film's side along which a lung may lie on the film's edge before it counts as cut
_MOST_ON_EDGE = 0.02
#: how far outside the range of the training masks (their 1st to 99th percentile) a size may lie, relative
_MARGIN = 0.25
_WANTED = "Use a whole frontal film of an adult's chest, upright and not cropped."

#: low and high by name
Ranges = dict[str, list[float]]


def view_check(picture: Picture) -> Check:
    """Whether the film was taken from the back, as the ratio's limit of 0.5 needs.

    What the file says comes first; where it says nothing, words burned into the film.
    """
    view = picture.view.strip().upper()
    if view == "AP":
        detail = (
            "This is an AP film (taken from the front): it enlarges the heart, so the ratio cannot be read against "
            "0.50. Use a PA film."
        )
        return Check(VIEW, False, detail)
    if view not in ("", "PA"):
        return Check(VIEW, False, f"The file says that the view is {view}, not PA. Use a PA film.")
    words = words_on(picture.pixels)
    if view:
        but = f" But {_quoted(words)} seems to be written on it: make sure which is right." if words else ""
        return Check(VIEW, True, f"PA, as the file says.{but}")
    if words:
        detail = (
            f"{_quoted(words)} seems to be written on the film. Taken from the front or lying, it shows the heart too "
            "large to be read against 0.50. Use a PA film; a DICOM file that says PA is taken at its word."
        )
        return Check(VIEW, False, detail)
    return Check(VIEW, True, "Not said in the file, and no word of another view was found: make sure that it is PA.")


def _quoted(words: tuple[str, ...]) -> str:
    return _listed([f"“{word}”" for word in words])


def age_check(picture: Picture) -> Check:
    """Whether the person on the film is an adult; a film of unknown age does not pass.

    The file's own age comes first; an answer of "under 18" counts beside it.
    """
    if picture.age is not None and picture.age < ADULT:
        return Check(AGE, False, f"The file says that the person was {_years(picture.age)} old. {_CHILD}")
    if picture.adult is False:
        return Check(AGE, False, f"The person is under {ADULT}, as was answered. {_CHILD}")
    if picture.age is not None:
        return Check(AGE, True, f"{_years(picture.age)}, as the file says.")
    if picture.adult is None:
        return Check(AGE, False, f"The file does not say how old the person is. Answer the question of age. {_ADULTS}")
    return Check(AGE, True, f"{ADULT} or older, as was answered; the file does not say it.")


def _years(age: int) -> str:
    return "1 year" if age == 1 else f"{age} years"


def learn_side(films: Tensor, mirrored: Tensor) -> Tensor:
    """What in the features tells a film from its mirror image: ridge regression of 1 on their differences.

    Args:
        films: (n, d) features of training films.
        mirrored: (n, d) of the same films mirrored.

    Returns:
        (d,): its product with a film's difference is about 1 for a film as it should be, and −1 for a mirrored one.
    """
    difference = (films - mirrored).double()
    scale = difference.std(0).clamp_min(1e-6)
    x = difference / scale
    weights: Tensor = torch.linalg.solve(x.T @ x + _RIDGE * torch.eye(x.shape[1], dtype=x.dtype), x.sum(0))
    weights = weights / (x @ weights).mean()
    return (weights / scale).float()


def side_check(score: float) -> Check:
    """Whether the film is the right way round; see :func:`learn_side`."""
    found = f"{score:.1f}, where films the right way round have about 1 and mirrored ones −1".replace("-", "−")
    if score > 0:
        return Check("Side", True, f"The heart points to the patient's left ({found}).")
    return Check(
        "Side",
        False,
        f"The film seems to be mirrored, or the heart points to the right ({found}). Check the side marker: the model "
        "cannot measure such a film.",
    )


def plausibility_checks(found: Outline, film: tuple[slice, slice], ranges: Ranges) -> tuple[Check, ...]:
    """Whether the outlines can be those of a chest.

    Args:
        found: on the square.
        film: rows and columns of the square that the film covers.
        ranges: of the training masks, from :func:`learn_ranges`.
    """
    pieces = found.pieces[:, film[0], film[1]]
    whole = _whole_check(found.shares)
    if not whole.passed:
        return (whole,)
    return whole, _size_check(pieces, ranges), _cut_check(pieces)


def learn_ranges(masks: Iterable[Mask]) -> Ranges:
    """Sizes and places in drawn masks: 1st to 99th percentile, widened by a quarter.

    Args:
        masks: (3, h, w) each, over the whole film.
    """
    rows = [_sizes(mask) for mask in masks]
    ranges = {}
    for name in rows[0]:
        low, high = np.quantile([row[name] for row in rows], [0.01, 0.99])
        ranges[name] = [round(float(low * (1 - _MARGIN)), 4), round(float(high * (1 + _MARGIN)), 4)]
    return ranges


def read_ranges(told: Any) -> Ranges:
    """The ranges of a card.

    Raises:
        TypeError, ValueError, KeyError: when they are not those that :func:`learn_ranges` makes.
    """
    names = (*STRUCTURES, "heart by lungs", "left by right lung", "place of the heart")
    if set(told) != set(names) or any(len(numbers(told[name])) != 2 for name in names):
        raise ValueError("ranges of other sizes")
    return {name: told[name] for name in told}


def _sizes(pieces: Mask) -> dict[str, float]:
    areas = pieces.mean(axis=(1, 2))
    centre = [float(np.flatnonzero(p.any(axis=0)).mean()) if p.any() else 0.0 for p in pieces]
    between = centre[LEFT_LUNG] - centre[RIGHT_LUNG]
    return {name: float(area) for name, area in zip(STRUCTURES, areas, strict=True)} | {
        "heart by lungs": float(areas[HEART] / max(areas[RIGHT_LUNG] + areas[LEFT_LUNG], 1e-9)),
        "left by right lung": float(areas[LEFT_LUNG] / max(areas[RIGHT_LUNG], 1e-9)),
        "place of the heart": (centre[HEART] - centre[RIGHT_LUNG]) / between if between > 0 else -1.0,
    }


def _whole_check(shares: tuple[float, ...]) -> Check:
    missing = [name for name, share in zip(STRUCTURES, shares, strict=True) if share == 0]
    broken = [name for name, share in zip(STRUCTURES, shares, strict=True) if 0 < share < _ONE_PIECE]
    if missing:
        return Check("Heart and lungs", False, f"Not found on the picture: {_listed(missing)}. {_WANTED}")
    if broken:
        return Check("Heart and lungs", False, f"Found only in pieces: {_listed(broken)}. {_WANTED}")
    return Check("Heart and lungs", True, "Both lungs and the heart were found, each in one piece.")


def _size_check(pieces: Mask, ranges: Ranges) -> Check:
    sizes = _sizes(pieces)
    odd = [name for name, (low, high) in ranges.items() if not low <= sizes[name] <= high]
    if not odd:
        return Check("Sizes and places", True, "Sizes and places of heart and lungs are within those seen in training.")
    worst = odd[0]
    low, high = ranges[worst]
    detail = (
        f"Out of the range seen in training: {_listed(odd)} ({worst} {sizes[worst]:.2f}, range {low:.2f}–{high:.2f})."
    )
    return Check("Sizes and places", False, f"{detail} {_WANTED}")


def _cut_check(pieces: Mask) -> Check:
    lungs = pieces[RIGHT_LUNG] | pieces[LEFT_LUNG]
    edges: dict[str, NDArray[np.bool_]] = {
        "left": lungs[:, 0], "right": lungs[:, -1], "upper": lungs[0], "lower": lungs[-1]
    }  # fmt: skip
    cut = [name for name, edge in edges.items() if edge.mean() > _MOST_ON_EDGE]
    if cut:
        return Check("Whole lungs", False, f"The lungs reach the film's {_listed(cut)} edge: they are cut. {_WANTED}")
    return Check("Whole lungs", True, "The lungs lie inside the film.")


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
