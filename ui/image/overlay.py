"""Pixels and a heat map → an overlay; a film and a measurement → a drawing; a heat map → words. No Streamlit here."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plotly.colors import hex_to_rgb, sequential

from riskmodels.imaging.results import HeartSize, Line, Pixels

_ROWS, _COLUMNS = ("upper", "", "lower"), ("left", "centre", "right")
#: lines on films: read on grey by anybody, and no colour that means something elsewhere
HEART_COLOUR, CHEST_COLOUR, _DARK = (255, 214, 70), (140, 220, 255), (20, 20, 20)
_HALF = 128
#: how far a picture is darkened under an opaque heat map, so that heat is seen on white as well
_DARKER = 0.4
_Mask = NDArray[np.bool_]


@cache
def heat_colours() -> NDArray[np.uint8]:
    """(256, 3): viridis from cold to hot, which colour-blind people read as well."""
    stops = np.array([hex_to_rgb(colour) for colour in sequential.Viridis], dtype=float)
    at = np.linspace(0, len(stops) - 1, 256)
    mixed = np.stack([np.interp(at, range(len(stops)), stops[:, channel]) for channel in range(3)], axis=1)
    return mixed.round().astype(np.uint8)


def blend(pixels: Pixels, heat: NDArray[np.uint8], opacity: float) -> Pixels:
    """A heat map over a picture that is darkened for it; the part at least half as hot as can be is outlined.

    A picture without heat stays as it is.

    Args:
        pixels: (h, w, 3).
        heat: of any size, 0–255.
        opacity: 0–1, of the hottest part; with 0 the picture stays as it is.
    """
    if not heat.any():
        return pixels
    fitted = _resized(heat, pixels.shape[1], pixels.shape[0])
    weight = (opacity * fitted[..., None] / 255.0).astype(np.float32)
    mixed = pixels * (1 - _DARKER * opacity) * (1 - weight) + heat_colours()[fitted] * weight
    edge = rim(fitted >= _HALF, max(1, pixels.shape[1] // 300))
    mixed[edge] = mixed[edge] * (1 - opacity) + 255 * opacity
    return mixed.round().astype(np.uint8)


def _resized(values: NDArray[np.uint8], width: int, height: int, nearest: bool = False) -> NDArray[np.uint8]:
    from PIL import Image

    how = Image.Resampling.NEAREST if nearest else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(values).resize((width, height), how))


def rim(mask: _Mask, width: int) -> _Mask:
    """The inner edge of a region, some pixels wide; the border of the picture is no edge."""
    from scipy import ndimage

    rim: _Mask = mask & ~ndimage.binary_erosion(mask, iterations=width, border_value=1)
    return rim


def place_words(heat: NDArray[np.uint8] | NDArray[np.float32]) -> str:
    """Where a map is hottest: ``upper left``, ``centre``, ``right``."""
    y, x = np.unravel_index(int(heat.argmax()), heat.shape)
    row, column = _ROWS[3 * int(y) // heat.shape[0]], _COLUMNS[3 * int(x) // heat.shape[1]]
    return f"{row} {column}".strip()


def heat_words(heat: NDArray[np.uint8], label: str) -> str:
    """What a heat map of hidden parts shows, in a sentence.

    Args:
        heat: 0–255.
        label: of the finding.
    """
    if not heat.any():
        return f"{label}: No part by itself lowers it when hidden."
    share = 100 * float((heat >= _HALF).mean())
    size = "under 1 %" if share < 1 else f"{share:.0f} %"
    return (
        f"{label}. Matters most when hidden: {place_words(heat)} of the picture. "
        f"Outlined: at least half as hot, {size} of it."
    )


def legend_html() -> str:
    """The scale from cold to hot."""
    stops = ", ".join(f"rgb({r},{g},{b})" for r, g, b in heat_colours()[::51])
    return f'<p class="cr-heat">cold <i style="background:linear-gradient(to right, {stops})"></i> hot</p>'


def area_table(heat: NDArray[np.uint8]) -> str:
    """The mean heat of nine areas as an HTML table, for screen readers."""
    bands = [
        "".join(f"<td>{part.mean() / 2.55:.0f}</td>" for part in np.array_split(row, 3, axis=1))
        for row in np.array_split(heat, 3, axis=0)
    ]
    heads = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    names = ("upper", "middle", "lower")
    body = "".join(f'<tr><th scope="row">{name}</th>{cells}</tr>' for name, cells in zip(names, bands, strict=True))
    return (
        '<div class="sr-only"><table><caption>Mean heat by area of the picture, 0 cold to 100 hot</caption>'
        f"<tr><td></td>{heads}</tr>{body}</table></div>"
    )


def draw_heart(pixels: Pixels, heart: HeartSize, scale: float) -> Pixels:
    """Outlines of heart and lungs with the two widths that make the ratio.

    Args:
        pixels: the film on the screen.
        heart: the measurement, in the film's own pixels.
        scale: screen pixels a film pixel.
    """
    from PIL import Image, ImageDraw

    drawn = pixels.copy()
    width = max(2, pixels.shape[1] // 300)
    for mask, colour in ((heart.lung_mask, CHEST_COLOUR), (heart.heart_mask, HEART_COLOUR)):
        fitted = _resized(mask.astype(np.uint8), pixels.shape[1], pixels.shape[0], nearest=True).astype(bool)
        drawn[rim(fitted, 2 * width)] = _DARK
        drawn[rim(fitted, width)] = colour
    image = Image.fromarray(drawn)
    pen = ImageDraw.Draw(image)
    lower = heart.chest.y >= heart.heart.y
    _draw_width(pen, heart.chest, scale, ("chest width", lower), CHEST_COLOUR, width)
    _draw_width(pen, heart.heart, scale, ("heart width", not lower), HEART_COLOUR, width)
    return np.asarray(image)


def _draw_width(
    pen: Any, line: Line, scale: float, label: tuple[str, bool], colour: tuple[int, int, int], width: int
) -> None:
    """A line with end marks and its label at the middle; ``label`` is its text, and whether it stands below."""
    from PIL import ImageFont

    y, x0, x1 = line.y * scale, line.x0 * scale, line.x1 * scale
    mark = 5 * width
    for ink, thick in ((_DARK, width + 2), (colour, width)):
        pen.line([(x0, y), (x1, y)], fill=ink, width=thick)
        pen.line([(x0, y - mark), (x0, y + mark)], fill=ink, width=thick)
        pen.line([(x1, y - mark), (x1, y + mark)], fill=ink, width=thick)
    font = ImageFont.load_default(size=max(12, 8 * width))
    text, below = label
    place = ((x0 + x1) / 2, y + mark if below else y - mark)
    anchor = "mt" if below else "mb"
    pen.text(place, text, fill=colour, font=font, anchor=anchor, stroke_width=2, stroke_fill=_DARK)


def heart_words(heart: HeartSize) -> str:
    """What the drawing shows, in a sentence."""
    return (
        f"The heart is {heart.heart.width:,.0f} pixels wide, the chest {heart.chest.width:,.0f}: "
        f"ratio {heart.ratio:.2f}. "
        "Outlined: heart and lungs as found. Contrast stretched for the screen."
    )
