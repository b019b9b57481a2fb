"""Lesion candidates → outlines on the photo, their legend, and the card of where they lie. No Streamlit here."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from riskmodels.imaging.lesions.candidates import BRIGHT, DARK
from riskmodels.imaging.lesions.find import KINDS, NEAR, QUADRANTS, Candidate, Landmark, Lesions
from riskmodels.imaging.results import Pixels

#: cyan on yellow spots, yellow on red ones: told apart by anybody, and neither means a direction; letters say it again
COLOURS = {BRIGHT: (86, 224, 255), DARK: (255, 236, 64)}
_LETTERS = {BRIGHT: "B", DARK: "D"}
_INK, _PALE = (20, 20, 20), (255, 255, 255)
#: of each kind, the largest get a letter
_LETTERED = 6
NOTE = "Found by brightness, edge and shape, not by the network. Candidates, no diagnosis."
_NONE = "No candidates found. That does not mean that there are no lesions: small or faint ones are missed."
_NO_DISC = (
    "The optic disc was not located surely, so areas, quadrants and distances are not stated, and the disc itself may "
    "be among the bright candidates."
)
_NO_FOVEA = "The macula's centre was not located surely, so quadrants and distances are not stated."


def draw_candidates(pixels: Pixels, lesions: Lesions, scale: float) -> Pixels:
    """Outlines of all candidates, letters at the largest, and disc and macula's centre where they were located.

    Args:
        pixels: the photo on the screen.
        lesions: in the photo's own pixels.
        scale: screen pixels a photo pixel.
    """
    image = Image.fromarray(pixels.copy())
    pen = ImageDraw.Draw(image)
    width = max(1, pixels.shape[1] // 500)
    font = ImageFont.load_default(size=max(11, pixels.shape[1] // 60))
    for kind in KINDS:
        for candidate in lesions.of(kind):
            _ring(pen, candidate, scale, width)
    for kind in KINDS:
        for candidate in sorted(lesions.of(kind), key=lambda c: -c.area)[:_LETTERED]:
            x, y = candidate.outline.max(axis=0)[0] * scale, candidate.outline[:, 1].mean() * scale
            _write(pen, (x + 2 * width, y), _LETTERS[kind], COLOURS[kind], font, "lm")
    for landmark, name in ((lesions.disc, "disc"), (lesions.fovea, "macula")):
        if landmark is not None:
            _mark(pen, landmark, name, scale, font)
    return np.asarray(image)


def _ring(pen: Any, candidate: Candidate, scale: float, width: int) -> None:
    corners = [(float(x), float(y)) for x, y in candidate.outline * scale]
    closed = [*corners, corners[0]]
    pen.line(closed, fill=_INK, width=width + 2)
    pen.line(closed, fill=COLOURS[candidate.kind], width=width)


def _mark(pen: Any, landmark: Landmark, name: str, scale: float, font: Any) -> None:
    x, y, radius = landmark.x * scale, landmark.y * scale, landmark.diameter * scale / 2
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=_PALE, width=1)
    _write(pen, (x, y + radius + 2), name, _PALE, font, "mt")


def _write(
    pen: Any, place: tuple[float, float], text: str, colour: tuple[int, int, int], font: Any, anchor: str
) -> None:
    pen.text(place, text, fill=colour, font=font, anchor=anchor, stroke_width=2, stroke_fill=_INK)


def candidate_words(lesions: Lesions) -> str:
    """What was outlined, in a sentence."""
    bright, dark = (len(lesions.of(kind)) for kind in KINDS)
    if not bright and not dark:
        return _NONE
    return f"Outlined: {_counted(bright, 'bright')} and {_counted(dark, 'dark')}."


def _counted(count: int, kind: str) -> str:
    return f"{count:,} {kind} {'candidate' if count == 1 else 'candidates'}"


def legend_html() -> str:
    """Colours and letters of the two kinds."""
    items = "".join(
        f'<span><i style="border-color:rgb{COLOURS[kind]}"></i>{_LETTERS[kind]} {words}</span>'
        for kind, words in (
            (BRIGHT, "bright: like exudates or cotton-wool spots"),
            (DARK, "dark: like haemorrhages or microaneurysms"),
        )
    )
    return f'<p class="cr-kinds">{items}</p>'


def severity_html(lesions: Lesions) -> str:
    """The card "Location and severity": sentence on the macula, table by quadrant, what cannot be said."""
    said = [_macula(lesions)] if lesions.candidates else [_NONE]
    if lesions.disc is None:
        said.append(_NO_DISC)
    elif lesions.fovea is None:
        said.append(_NO_FOVEA)
    else:
        said.append(f"{lesions.eye.capitalize()} eye, by the side on which the disc lies.")
    words = " ".join(part for part in said if part)
    table = _table(lesions) if lesions.candidates else ""
    return (
        '<section class="cr-severity" aria-label="Location and severity"><h3>Location and severity</h3>'
        f"<p>{escape(words)}</p>{table}<small>{escape(NOTE)}</small></section>"
    )


def _macula(lesions: Lesions) -> str:
    """How near bright candidates come to the macula's centre; nothing where that was not located."""
    if lesions.fovea is None:
        return ""
    nearest = lesions.nearest_bright
    if nearest is None:
        return "No bright candidate."
    if nearest <= NEAR:
        return (
            f"A bright candidate lies {nearest:.1f} disc diameters from the macula's centre: within one disc diameter."
        )
    away = f"{nearest:.1f}" if round(nearest, 1) > NEAR else f"just over {NEAR:.1f}"
    return f"The nearest bright candidate lies {away} disc diameters from the macula's centre."


def _table(lesions: Lesions) -> str:
    """Count and area by quadrant, of all together where there are no quadrants."""
    places = [*QUADRANTS, None] if lesions.fovea is not None else [None]
    heads = "".join(
        f'<th scope="col">{kind.capitalize()}</th>' + ('<th scope="col">Area</th>' if lesions.disc else "")
        for kind in KINDS
    )
    rows = "".join(
        f'<tr><th scope="row">{(place or "all").capitalize()}</th>'
        f"{''.join(_cells(lesions, kind, place) for kind in KINDS)}</tr>"
        for place in places
    )
    caption = "Candidates by quadrant around the macula's centre; area in optic discs"
    if lesions.fovea is None:
        caption = "Candidates on the whole photo" + ("; area in optic discs" if lesions.disc else "")
    return f"<table><caption>{caption}</caption><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(lesions: Lesions, kind: str, place: str | None) -> str:
    count, area = len(lesions.of(kind, place)), lesions.area(kind, place)
    return f"<td>{count:,}</td>" + ("" if area is None else f"<td>{_area(area)}</td>")


def _area(discs: float) -> str:
    """``0.31``, ``under 0.01``, a dash for none."""
    if discs == 0:
        return "–"
    return "under 0.01" if discs < 0.01 else f"{discs:.2f}"
