"""Every invented picture says so: a band with a word burnt in, and a text in its file.

Pixels alone lose the text when they are copied, and the text alone is not seen: a picture has both.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from riskmodels.errors import ImageError
from riskmodels.generated.images.model import Pixels
from riskmodels.generated.images.photos import GRADES

WORD = "INVENTED"
#: height of the band, and of its letters, as shares of the picture's side
_BAND, _LETTERS = 0.125, 0.1
#: of a field's corners, which are black in such a photo
_BACK, _FRONT = (255, 206, 0), (0, 0, 0)
_KEY = "Invented"


@dataclass(frozen=True)
class Origin:
    """Where a picture comes from.

    Args:
        version: of the weights.
        grade: 0–4 that it was asked for; between two in the autoencoder's strip.
        seed: of the draw.
        number: of the picture in it, from 0 on.
        network: which of the two made it.
    """

    version: str
    grade: float
    seed: int
    number: int
    network: str = "generator"

    @property
    def name(self) -> str:
        """Of its file."""
        return f"invented_grade{self.grade:g}_seed{self.seed}_{self.number:03d}.png"

    @property
    def words(self) -> str:
        """The text in its file; nothing but ASCII."""
        return (
            f"This picture is invented: no eye was photographed. Research, not for diagnosis. "
            f"Made by CareRisk's {self.network} of retinal photos, version {self.version}, asked for grade "
            f"{self.grade:g} (0 {GRADES[0]} to {len(GRADES) - 1} {GRADES[-1]}), seed {self.seed}, number {self.number}."
        )


def marked(pixels: Pixels) -> Pixels:
    """A picture with the band at its lower edge.

    Args:
        pixels: (s, s, 3).

    Returns:
        A copy, (s, s, 3).
    """
    image = Image.fromarray(pixels)
    width, height = image.size
    band = max(8, round(_BAND * height))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height - band, width, height), fill=_BACK)
    font = ImageFont.load_default(size=max(7, _LETTERS * height))
    draw.text((width / 2, height - band / 2), WORD, fill=_FRONT, font=font, anchor="mm")
    return np.asarray(image, dtype=np.uint8)


def png(pixels: Pixels, origin: Origin) -> bytes:
    """The file of an invented picture, marked and with its text.

    Args:
        pixels: (s, s, 3), not marked yet.
        origin: see :class:`Origin`.
    """
    said = PngInfo()
    for key, text in {
        _KEY: origin.words,
        "Software": f"CareRisk {origin.version}",
        "Grade": f"{origin.grade:g}",
        "Seed": f"{origin.seed}, number {origin.number}",
    }.items():
        said.add_text(key, text)
    buffer = BytesIO()
    Image.fromarray(marked(pixels)).save(buffer, "PNG", pnginfo=said)
    return buffer.getvalue()


def text_of(data: bytes) -> str:
    """What a PNG file says of being invented.

    Raises:
        ImageError: when it says nothing of it.
    """
    with Image.open(BytesIO(data), formats=["PNG"]) as image:
        said = image.info.get(_KEY)
    if not isinstance(said, str):
        raise ImageError("The picture does not say that it is invented.", hint="Take one that was made here.")
    return said
