"""A file's bytes → what is kept of it: reading, thumbnail, and a picture of the size of a screen."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from riskmodels.checks.file_check import Check
from riskmodels.errors import CareRiskError
from riskmodels.imaging.model import ImageModel
from riskmodels.imaging.registry import Found
from riskmodels.imaging.results import Evidence, HeartSize, Map, Picture, Pixels, Reading
from riskmodels.tasks import Limits, shared_room

_LOG = logging.getLogger(__name__)
Value = TypeVar("Value", np.uint8, np.float32)
#: longest side in pixels: of a thumbnail, of the picture on the screen, of a kept heat map
THUMBNAIL, SCREEN, KEPT_MAP = 128, 1024, 512
#: of opening one file
_LIMITS = Limits(seconds=30, memory=3 * 2**29)
_NO_MASK: NDArray[np.bool_] = np.zeros((0, 0), dtype=bool)
_BROKEN = "The program failed at this picture. Try it again; if it fails again, tell who runs the program."


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model in memory, shared by all sessions.

    Args:
        model: reads pictures and explains itself.
        found: its folder and card.
        lock: held while it computes: gradients of two pictures must not meet.
    """

    model: ImageModel
    found: Found
    lock: Lock


@dataclass(frozen=True, eq=False)
class Item:
    """One picture and what the model said of it; masks and pixels are not kept.

    Args:
        number: place among the files, from 1.
        name: of the file, as the browser gave it; only shown, never logged.
        sha256: of the file's bytes.
        reading: checks, refusal or findings; masks of a heart are left out.
        thumbnail: a small JPEG; empty when the file could not be opened.
        facts: what kind of file it is, for people: ``JPEG, 1,411 × 1,411 pixels``.
    """

    number: int
    name: str
    sha256: str
    reading: Reading
    thumbnail: bytes = b""
    facts: str = ""

    @property
    def refused(self) -> bool:
        """Whether there is no reading."""
        return bool(self.reading.refused)


@dataclass(frozen=True, eq=False)
class Shown:
    """The picture in view.

    Args:
        pixels: (h, w, 3), longest side at most :data:`SCREEN`.
        scale: screen pixels a picture pixel.
        heart_size: with masks in the picture's own pixels, for a heart-size model.
    """

    pixels: Pixels
    scale: float
    heart_size: HeartSize | None = None


def read_item(
    number: int, name: str, data: bytes, loaded: Loaded, adult: bool | None = None
) -> tuple[Item, Shown | None]:
    """Open a file, check it, and read it.

    Args:
        number: place among the files, from 1.
        name: of the file.
        data: its bytes.
        loaded: the model.
        adult: whether the person is 18 or older, as was answered; None where not.

    Returns:
        What is kept of it, and the picture for the screen; None for the latter when it could not be opened.
    """
    digest = sha256(data).hexdigest()
    try:
        picture = replace(open_bytes(data), adult=adult)
    except CareRiskError as error:
        return Item(number, name, digest, _not_opened(error.message, error.hint)), None
    reading = _read(picture, loaded)
    thumbnail = to_jpeg(shrink(picture.pixels, THUMBNAIL))
    item = Item(number, name, digest, _without_masks(reading), thumbnail, _facts(picture))
    return item, to_screen(picture, reading)


def show(data: bytes, item: Item, loaded: Loaded) -> Shown:
    """A kept item's picture for the screen, from its bytes; a heart is measured again, for its outline.

    Raises:
        ImageError: when the bytes cannot be opened.
    """
    picture = replace(open_bytes(data), adult=True)  # only an adult's heart was measured, so only that is again
    reading = _read(picture, loaded) if item.reading.heart_size is not None else item.reading
    return to_screen(picture, reading)


def open_bytes(data: bytes) -> Picture:
    """Open a file safely, in a process of its own: a flaw in a decoder takes that process and no page with it.

    Raises:
        ImageError: when it is no picture that can be read.
        TaskError: when its decoding was ended.
    """
    from riskmodels.imaging import picture  # Pillow and pydicom are imported only now

    return shared_room().start(picture.open_picture, data, limits=_LIMITS).result()


def to_screen(picture: Picture, reading: Reading) -> Shown:
    """A picture no larger than a screen; the contrast of a film is stretched."""
    pixels = shrink(picture.pixels, SCREEN)
    if reading.heart_size is not None:
        pixels = stretched(pixels)
    return Shown(pixels, _factor(picture.pixels, SCREEN), reading.heart_size)


def stretched(pixels: Pixels) -> Pixels:
    """Pixels over the whole range from black to white, but for the outermost few."""
    low, high = np.percentile(pixels, (0.5, 99.5))
    span = max(float(high - low), 1.0)
    wide: NDArray[np.uint8] = np.clip((pixels - low) * (255 / span), 0, 255).round().astype(np.uint8)
    return wide


def shrink(pixels: NDArray[Value], longest: int) -> NDArray[Value]:
    """Pixels, or a map of them, whose longest side is at most ``longest``; smaller ones stay as they are."""
    from PIL import Image

    factor = _factor(pixels, longest)
    if factor == 1:
        return pixels
    height, width = pixels.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small: NDArray[Value] = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
    return small


def small_map(heat: Map) -> NDArray[np.uint8]:
    """A heat map (0–1) as bytes, no larger than :data:`KEPT_MAP`."""
    return shrink((np.clip(np.nan_to_num(heat), 0, 1) * 255).round().astype(np.uint8), KEPT_MAP)


def small_evidence(evidence: Evidence) -> Evidence:
    """The same evidence with its map over the picture no larger than :data:`KEPT_MAP`."""
    return replace(evidence, on_picture=shrink(np.nan_to_num(evidence.on_picture), KEPT_MAP))


def to_jpeg(pixels: Pixels, quality: int = 85) -> bytes:
    """Pixels as a JPEG, without any information about their origin."""
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _factor(pixels: NDArray[Any], longest: int) -> float:
    return min(1.0, longest / int(max(pixels.shape[:2])))


def _read(picture: Picture, loaded: Loaded) -> Reading:
    """The model's answer; a failure of the program becomes a refusal, and the log gets only its kind."""
    try:
        with loaded.lock:
            return loaded.model.read(picture)
    except CareRiskError as error:
        return Reading(picture.checks, refused=str(error))
    except Exception as error:
        _LOG.error("Reading a picture failed: %s", type(error).__name__)
        return Reading(picture.checks, refused=_BROKEN)


def _not_opened(message: str, hint: str) -> Reading:
    return Reading((Check("File", False, message),), refused=f"{message} {hint}".strip())


def _without_masks(reading: Reading) -> Reading:
    """A reading that takes no room."""
    heart = reading.heart_size
    if heart is None:
        return reading
    return replace(reading, heart_size=replace(heart, heart_mask=_NO_MASK, lung_mask=_NO_MASK))


def _facts(picture: Picture) -> str:
    width, height = picture.size
    kind = " ".join(part for part in (picture.source, picture.modality, picture.view) if part)
    return f"{kind}, {width:,} × {height:,} pixels"
