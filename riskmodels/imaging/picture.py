"""An uploaded file → a :class:`Picture`, or a refusal that says why and what to do.

What a file is, is told by its content; its name is never asked for. Nothing is decoded before its size is known, and
only pixels come out: EXIF, text, colour profiles and DICOM tags stay behind.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from riskmodels.checks.file_check import Check
from riskmodels.errors import ImageError
from riskmodels.imaging.results import Picture, Pixels
from riskmodels.interop.dicom import MAX_PIXELS, PERCENTILES, attempt, read_dicom, silenced, to_light
from riskmodels.interop.table.sniff import kind_of, wide_encoding

PNG, JPEG, DICOM = "PNG", "JPEG", "DICOM"
MAX_BYTES = 40_000_000
#: smallest side, pixels. The retina model looks at 448 pixels and lesions vanish far below that; thumbnails are
#: about 150 to 160.
MIN_SIDE = 200
UPLOAD = "Upload a PNG, a JPEG or a DICOM file."
AGAIN = "Export or copy the file again."
ONE = "Save the one picture that matters as PNG or JPEG and upload that."
#: checks that pass with words that must be seen
WRITING, SEVERAL = "Writing in the picture", "Pictures in the file"
#: pictures of other kinds: where in the file, which bytes, what they say
_OTHER_PICTURES: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyphei", "a HEIC photo, as phones take them"),
    (4, b"ftyphev", "a HEIC photo, as phones take them"),
    (4, b"ftypmif1", "a HEIC photo, as phones take them"),
    (4, b"ftypavif", "an AVIF image"),
    (4, b"ftyp", "a video"),
    (8, b"WEBP", "a WebP image"),
    (4, b"jP  \r\n\x87\n", "a JPEG 2000 image"),
    (0, b"BM", "a BMP image"),
    (0, b"8BPS", "a Photoshop file"),
)
_PAPER = ("a PDF", "an RTF document", "a Word document (.docx)", "a PowerPoint file (.pptx)")


@dataclass(frozen=True, eq=False)
class _Decoded:
    """Pixels and what else a file says that may be kept."""

    pixels: Pixels
    modality: str = ""
    view: str = ""
    age: int | None = None
    #: what the user must see, by the name of its check
    notes: tuple[tuple[str, str], ...] = ()


def open_picture(data: bytes) -> Picture:
    """Open an uploaded file safely.

    Args:
        data: the whole file.

    Returns:
        Its pixels, upright, with the checks it passed: format, size, integrity, a warning where a DICOM file says
        that there is writing in the picture, and where a JPEG file holds more than one picture.

    Raises:
        ImageError: when it is no PNG, JPEG or DICOM file, too large, too small, damaged, animated, or of a DICOM kind
            that is not read. Message and hint hold nothing of the file's own text.
    """
    if not data:
        raise ImageError("The file is empty.", hint=UPLOAD)
    if len(data) > MAX_BYTES:
        raise ImageError(
            f"The file has {len(data) / 1e6:,.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read.",
            hint="Export the picture smaller, or as JPEG.",
        )
    source = _source(data)
    decoded = _from_dicom(data) if source == DICOM else _from_pillow(data, source)
    height, width = decoded.pixels.shape[:2]
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"The picture is too small: {width} × {height} pixels; each side needs at least {MIN_SIDE}.",
            hint="Upload the original, not a preview.",
        )
    return Picture(decoded.pixels, source, decoded.modality, decoded.view, _checks(source, decoded), decoded.age)


def _checks(source: str, decoded: _Decoded) -> tuple[Check, ...]:
    height, width = decoded.pixels.shape[:2]
    kind = f" of the kind {decoded.modality}" if decoded.modality else ""
    read = "Every pixel could be read. Names, dates and all other notes in the file were dropped."
    return (
        Check("Format", True, f"A {source} file{kind}, told by its content."),
        Check("Size", True, f"{width:,} × {height:,} pixels; at least {MIN_SIDE} a side."),
        Check("Integrity", True, read),
        *(Check(name, True, note) for name, note in decoded.notes),
    )


def _source(data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data[128:132] == b"DICM":
        return DICOM
    raise _other_kind(data)


def _other_kind(data: bytes) -> ImageError:
    """What the file seems to be, and the way to a picture from there."""
    picture = next((kind for place, magic, kind in _OTHER_PICTURES if data[place:].startswith(magic)), "")
    kind = picture or kind_of(data) or ("a text file" if _is_text(data) else "")
    if not kind:
        return ImageError("This is not an image that can be read here: its content is of no known kind.", hint=UPLOAD)
    if kind in _PAPER:
        hint = "Export the picture itself, not the report around it, as PNG or JPEG."
    elif kind.startswith(("a ZIP", "a gzip", "a 7-Zip", "a RAR")):
        hint = "Unpack it and upload the pictures inside."
    elif picture or "image" in kind:
        hint = "Save it as PNG or JPEG and upload that."
    else:
        hint = UPLOAD
    return ImageError(f"This is {kind}, whatever its name says.", hint=hint)


def _is_text(data: bytes) -> bool:
    start = data[:4000]
    text = start.decode("utf-8", errors="ignore")  # the cut may halve a character
    return bool(wide_encoding(data)) or (b"\x00" not in start and len(text.encode()) >= len(start) - 3)


def _from_dicom(data: bytes) -> _Decoded:
    image = read_dicom(data)
    notes = tuple((WRITING, note) for note in image.notes)
    return _Decoded(image.pixels, image.modality, image.view, image.age, notes)


def _from_pillow(data: bytes, source: str) -> _Decoded:
    with silenced():
        claimed = attempt(lambda: _pixels_claimed(data, source))
        if claimed is None:
            raise ImageError(f"The {source} file is damaged: it cannot be opened.", hint=AGAIN)
        if claimed > MAX_PIXELS:
            raise ImageError(
                f"The picture is too large: its header claims more than {MAX_PIXELS:,} pixels.",
                hint="Export it smaller, for instance with a longest side of 4,000 pixels.",
            )
        frames = attempt(lambda: _frames(data, source)) or 1
        if frames > 1 and source == PNG:
            raise ImageError(f"The PNG file is an animation of {frames:,} pictures.", hint=ONE)
        pixels = attempt(lambda: _decode(data, source))
    if pixels is None:
        raise ImageError(f"The {source} file is damaged or incomplete: not every pixel can be read.", hint=AGAIN)
    several = f"The file holds {frames:,} pictures, as stereo and some phone cameras make them; only the first is read."
    return _Decoded(pixels, notes=((SEVERAL, several),) if frames > 1 else ())


def _pixels_claimed(data: bytes, source: str) -> int:
    """Width × height of the header, before anything is decoded; where Pillow already refuses it, more than is read."""
    try:
        with Image.open(io.BytesIO(data), formats=[source]) as image:
            return image.width * image.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return MAX_PIXELS + 1


def _frames(data: bytes, source: str) -> int:
    """How many pictures the file holds: PNG may be animated (APNG), JPEG may hold several (MPO)."""
    with Image.open(io.BytesIO(data), formats=[source]) as image:
        return int(getattr(image, "n_frames", 1))


def _decode(data: bytes, source: str) -> Pixels:
    with Image.open(io.BytesIO(data), formats=[source]) as image:
        image.verify()  # leaves the image unusable
    with Image.open(io.BytesIO(data), formats=[source]) as image:
        image.load()
        return _rgb(ImageOps.exif_transpose(image))


def _rgb(image: Image.Image) -> Pixels:
    """Any mode → (h, w, 3) uint8. What is transparent becomes black; 16 bits of grey are stretched as films are."""
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image).astype(np.float32)
        low, high = np.percentile(values, PERCENTILES)
        return np.repeat(to_light(values, float(low), float(high))[..., None], 3, axis=2)
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA"):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image)
    return np.array(image.convert("RGB"), dtype=np.uint8)
