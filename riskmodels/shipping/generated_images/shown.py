"""The examples of the page: drawn, held beside the nearest real photo, written with their data card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import interpolate

from riskmodels.generated.images.examples import CARD, FILE, SHEET, THUMBNAIL, Example, Examples
from riskmodels.generated.images.memorised import Memory, nearest
from riskmodels.generated.images.photos import GRADES, Photos
from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.generated_images.fit import CARD as MODEL
from riskmodels.shipping.generated_images.measured import SEED, Sets

#: pictures of each grade
SHOWN = 6


def show(sets: Sets, found: Memory, photos: Photos, version: str) -> Examples:
    """The first pictures of each grade with their nearest photos.

    Args:
        sets: looked at.
        found: memory of the pictures, with its limits.
        photos: those learnt from.
        version: of the generator.
    """
    grades = sets.invented.grades
    chosen = np.concatenate([np.flatnonzero(grades == grade)[:SHOWN] for grade in range(len(GRADES))])
    near = nearest(sets.invented.looks.only(chosen), sets.learnt.looks)
    rows = tuple(
        Example(
            grade=int(grades[place]),
            number=k % SHOWN,
            photo=photos.names[near.rows[k]],
            photo_grade=int(photos.grades[near.rows[k]]),
            features=round(float(near.features[k]), 3),
            detail=round(float(near.detail[k]), 3),
            memorised=bool(near.features[k] < found.limits[0] or near.detail[k] < found.limits[1]),
        )
        for k, place in enumerate(chosen)
    )
    return Examples(version, SEED, rows, _thumbnails(photos.images[torch.from_numpy(near.rows)]))


def write_card(folder: Path, command: str) -> None:
    """The data card of the small copies, in Markdown."""
    data = MODEL["data"]
    (folder / CARD).write_text(
        f"""# Nearest real photos ({SHEET}, {FILE})

The real photos of the retina that are nearest to the invented ones that the page shows, {THUMBNAIL} × {THUMBNAIL}
pixels each, side by side in one picture, in the order of {FILE}. They are shown so that anybody can see whether the
generator gives photos back; nothing is learnt from them.

- **Origin:** {data["name"].split(";")[0]}; training photos, cropped to the field of view, shrunk, and reduced to 128
  colours.
- **Citation:** {data["citation"].split(". Yang")[0]}.
- **Licence:** Creative Commons Attribution 4.0 (CC BY 4.0).
- **Made by:** `{command}`
- **SHA-256 of {SHEET}:** `{file_hash(folder / SHEET)}`
""",
        encoding="utf-8",
    )


def _thumbnails(images: torch.Tensor) -> np.ndarray:
    small = interpolate(images.float(), (THUMBNAIL, THUMBNAIL), mode="bilinear", antialias=True, align_corners=False)
    return small.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()
