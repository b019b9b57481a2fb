"""A retinal photo drawn for tests, so that the truth is known: disc, macula, vessels, exudates, haemorrhages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

SIDE = 512
#: a left eye: the disc at the left, the macula two and a half disc diameters to its temporal side
DISC, RADIUS, MACULA = (112.0, 246.0), 34.0, (282.0, 262.0)
RETINA, PALE, VESSEL, EXUDATE, BLOOD = (196, 98, 44), (252, 206, 140), (138, 48, 30), (246, 214, 96), (116, 36, 26)
EXUDATES = ((300.0, 230.0, 6), (350.0, 320.0, 5), (236.0, 300.0, 7))
BLEEDINGS = ((240.0, 200.0, 6), (350.0, 200.0, 7), (300.0, 340.0, 5))


@dataclass(frozen=True)
class Drawing:
    """What is drawn: x, y and radius of each lesion, pixels.

    Args:
        exudates: bright, sharp.
        bleedings: dark, sharp.
        disc: whether there is an optic disc with its vessels.
        macula: whether there is a dark macula.
        seed: of the noise.
    """

    exudates: tuple[tuple[float, float, int], ...] = EXUDATES
    bleedings: tuple[tuple[float, float, int], ...] = BLEEDINGS
    disc: bool = True
    macula: bool = True
    seed: int = 0


def draw(drawing: Drawing = Drawing()) -> np.ndarray:
    """(512, 512, 3) uint8."""
    image = Image.new("RGB", (2 * SIDE, 2 * SIDE), RETINA)
    pen = ImageDraw.Draw(image)
    if drawing.disc:
        _round(pen, *DISC, RADIUS, PALE)
        for line, width in _vessels():
            pen.line([(2 * x, 2 * y) for x, y in line], fill=VESSEL, width=2 * width, joint="curve")
    for x, y, radius in drawing.exudates:
        _round(pen, x, y, radius, EXUDATE)
    for x, y, radius in drawing.bleedings:
        _round(pen, x, y, radius, BLOOD)
    pixels = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=float)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    if drawing.macula:
        away = np.hypot(columns - MACULA[0], rows - MACULA[1])
        pixels *= (1 - 0.35 * np.exp(-((away / 26) ** 2) / 2))[..., None]
    pixels = ndimage.gaussian_filter(pixels, (0.7, 0.7, 0))
    pixels += np.random.default_rng(drawing.seed).normal(0, 2, pixels.shape)
    pixels[np.hypot(columns - 255.5, rows - 255.5) > 252] = 2
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _round(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: tuple[int, int, int]) -> None:
    pen.ellipse([2 * (x - radius), 2 * (y - radius), 2 * (x + radius), 2 * (y + radius)], fill=colour)


def _vessels() -> list[tuple[list[tuple[float, float]], int]]:
    """Arcades above and below that bend to the temporal side, and branches to the nasal one."""
    along = np.linspace(0, 1, 40)
    lines = []
    for side in (-1, 1):
        for reach, height, width in ((330, 165, 6), (250, 205, 4)):
            lines.append(([(DISC[0] + reach * t**1.6, DISC[1] + side * height * t**0.7) for t in along], width))
        lines.append(([(DISC[0] - 75 * t, DISC[1] + side * 120 * t) for t in along], 4))
    return lines


def turned(pixels: np.ndarray, degrees: float) -> np.ndarray:
    """Turned about its middle, counter-clockwise as it is seen."""
    return np.asarray(Image.fromarray(pixels).rotate(degrees, Image.Resampling.BICUBIC))


def turned_place(x: float, y: float, degrees: float) -> tuple[float, float]:
    """Where a place is after :func:`turned`."""
    angle, middle = np.deg2rad(degrees), SIDE / 2
    right, down = x - middle, y - middle
    return (
        middle + right * np.cos(angle) + down * np.sin(angle),
        middle - right * np.sin(angle) + down * np.cos(angle),
    )
