"""Evidence that adds up → a signed overlay in two colours, a sentence and a table. No Streamlit here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from plotly.colors import hex_to_rgb
from scipy.special import expit

from riskmodels.imaging.results import Evidence, Pixels
from riskmodels.signed import signed
from ui.charts import LOWERS, RAISES
from ui.image.overlay import place_words, rim
from ui.record.image_text import percent

_AREAS = ("upper", "middle", "lower"), ("left", "centre", "right")
#: places weaker than this share of the strongest one stay as they are
_NOTHING = 0.05
#: places from this share on are outlined
_STRONG = 0.5
#: log-odds below which nothing is drawn: there is no evidence to show
_LEAST = 1e-6
_UNCALIBRATED = "These are log-odds, not calibrated for this camera"


def draw_evidence(pixels: Pixels, evidence: Evidence, opacity: float) -> Pixels:
    """Places for a finding in the colour of what raises a risk, those against it in that of what lowers one.

    The photo beneath turns grey, so that orange is seen on a photo that is itself orange; the places at least half as
    strong as the strongest are outlined.

    Args:
        pixels: (h, w, 3).
        evidence: whose map may be of any size.
        opacity: 0–1, of the strongest place; with 0 the picture stays as it is.
    """
    strongest = float(np.abs(evidence.on_picture).max(initial=0))
    if strongest < _LEAST or opacity == 0:
        return pixels
    share = _fitted(evidence.on_picture, pixels.shape[1], pixels.shape[0]) / strongest
    weight = ((np.abs(share) - _NOTHING) / (1 - _NOTHING))[..., None].clip(0, 1)
    grey = pixels @ np.array([0.299, 0.587, 0.114])
    calm = pixels + (0.8 * grey[..., None] - pixels) * min(1.0, 2 * opacity)
    colour = np.where(share[..., None] > 0, hex_to_rgb(RAISES), hex_to_rgb(LOWERS))
    mixed = calm + (colour - calm) * (opacity * weight**0.7)
    for strong in (share >= _STRONG, share <= -_STRONG):
        edge = rim(strong, max(1, pixels.shape[1] // 300))
        mixed[edge] = calm[edge] + (colour[edge] - calm[edge]) * min(1.0, 2 * opacity)
    return np.asarray(mixed.round().clip(0, 255), dtype=np.uint8)


def _fitted(values: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    image = Image.fromarray(np.asarray(values, dtype=np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)


def sums(evidence: Evidence) -> tuple[float, float, float]:
    """Log-odds of the places for the finding, of those against it (negative), and of the rest of the model."""
    places = evidence.places
    return float(places[places > 0].sum()), float(places[places < 0].sum()), float(evidence.bias)


def evidence_words(evidence: Evidence, label: str, calibrated: bool = True) -> str:
    """What adds up to the probability, and where the strongest places are.

    Args:
        evidence: of one finding.
        label: of the finding.
        calibrated: whether its sum is a probability for the picture's camera; otherwise the parts alone are told.
    """
    parts = [round(part, 2) for part in sums(evidence)]
    added = (
        f"{label}: places speaking for it add {signed(parts[0])}, those against {signed(parts[1])}, the rest of the "
        f"model {signed(parts[2])}"
    )
    if calibrated:
        added += f": together log-odds {signed(sum(parts))} = {percent(float(expit(evidence.logit)))}."
    else:
        added += f". {_UNCALIBRATED}."
    return " ".join([added, *_strongest(evidence.on_picture)])


def _strongest(values: NDArray[np.float32]) -> list[str]:
    """Where the strongest places for and against are, as sentences."""
    ends = (("for it", np.maximum(values, 0)), ("against it", np.maximum(-values, 0)))
    found = [f"{name} {place_words(part)}" for name, part in ends if part.max(initial=0) > _LEAST]
    return [f"Strongest: {', '.join(found)}."] if found else []


def evidence_table(evidence: Evidence, calibrated: bool = True) -> str:
    """What nine areas add as an HTML table that adds up, for screen readers.

    Args:
        evidence, calibrated: as in :func:`evidence_words`.
    """
    rows = [
        [float(part.sum()) for part in np.array_split(band, 3, axis=1)]
        for band in np.array_split(evidence.places, 3, axis=0)
    ]
    heads = "".join(f'<th scope="col">{name}</th>' for name in _AREAS[1])
    body = "".join(_row(name, cells) for name, cells in zip(_AREAS[0], rows, strict=True))
    total = f"; with {signed(evidence.bias)} for the rest of the model they are {signed(evidence.logit)}"
    return (
        '<div class="sr-only"><table><caption>Log-odds that each area of the square around the field adds'
        f"{total if calibrated else f'. {_UNCALIBRATED}'}</caption>"
        f"<tr><td></td>{heads}</tr>{body}</table></div>"
    )


def _row(name: str, cells: Sequence[float]) -> str:
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td>{signed(cell)}</td>" for cell in cells)}</tr>'


def legend_html(evidence: Evidence) -> str:
    """The scale from against to for, with the strongest place's log-odds at its ends."""
    strongest = f"{float(np.abs(evidence.on_picture).max(initial=0)):.2f}"
    against, held = f"rgb({','.join(map(str, hex_to_rgb(LOWERS)))})", f"rgb({','.join(map(str, hex_to_rgb(RAISES)))})"
    return (
        f'<p class="cr-heat">against −{strongest} <i style="background:linear-gradient(to right, {against}, '
        f'transparent, {held})"></i> for +{strongest} a place</p>'
    )
