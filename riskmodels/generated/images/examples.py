"""The pictures that the page shows by grade, and the real photo that is nearest to each: written once, read again.

The pictures are drawn again from their seed; of the real photos there are small copies in one sheet, which IDRiD's
licence (CC BY 4.0) allows.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from riskmodels.errors import ModelFileError
from riskmodels.generated.images.model import SHIPPED, Pixels

#: of one small copy, pixels
THUMBNAIL = 64
FILE, SHEET, CARD = "examples.json", "neighbours.png", "examples.md"
_HINT = "Restore the folder from the repository, or make it again with make train-generated."


@dataclass(frozen=True)
class Example:
    """One picture and its nearest real photo.

    Args:
        grade: asked for.
        number: of the picture in the draw.
        photo: file of the nearest real photo, by features.
        photo_grade: grade of that photo.
        features, detail: distances to the nearest photo by each (riskmodels/generated/images/memorised.py).
        memorised: whether it is nearer than photos of other eyes are.
    """

    grade: int
    number: int
    photo: str
    photo_grade: int
    features: float
    detail: float
    memorised: bool


@dataclass(frozen=True, eq=False)
class Examples:
    """All of them.

    Args:
        version: of the generator that they are of.
        seed: of the draw.
        rows: in the order of the sheet.
        thumbnails: (n, 64, 64, 3) the nearest real photos.
    """

    version: str
    seed: int
    rows: tuple[Example, ...]
    thumbnails: Pixels

    def save(self, folder: Path) -> None:
        """Write the rows and the sheet."""
        folder.mkdir(parents=True, exist_ok=True)
        said = {"version": self.version, "seed": self.seed, "rows": [asdict(row) for row in self.rows]}
        (folder / FILE).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
        sheet = np.concatenate(list(self.thumbnails), axis=1)
        Image.fromarray(sheet).quantize(128).save(folder / SHEET, optimize=True)

    @staticmethod
    def load(folder: Path = SHIPPED) -> Examples:
        """Read them.

        Raises:
            ModelFileError: when a file is missing, or is not what it should be.
        """
        try:
            said: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
            rows = tuple(Example(**row) for row in said["rows"])
            with Image.open(folder / SHEET, formats=["PNG"]) as image:
                sheet = np.asarray(image.convert("RGB"), dtype=np.uint8)
            thumbnails = np.stack(np.split(sheet, len(rows), axis=1))
            return Examples(str(said["version"]), int(said["seed"]), rows, thumbnails)
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise ModelFileError("The examples of invented photos cannot be read.", hint=_HINT) from error
