"""Invented pictures as HTML: PNG files in, a grid by grade or a strip out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from io import BytesIO

from PIL import Image

from riskmodels.generated.images.examples import Example, Examples
from riskmodels.generated.images.model import Pixels
from riskmodels.generated.images.photos import GRADES


def grid_html(examples: Examples, pictures: Sequence[bytes]) -> str:
    """A row a grade: each picture, and under it the nearest real photo.

    Args:
        examples: rows and small copies of real photos.
        pictures: PNG files of the invented ones, one a row.
    """
    rows = list(zip(examples.rows, pictures, examples.thumbnails, strict=True))
    return "".join(_grade(grade, [row for row in rows if row[0].grade == grade]) for grade in range(len(GRADES)))


def strip_html(pictures: Sequence[bytes], ats: Sequence[float]) -> str:
    """Pictures side by side, from the first grade to the last.

    Args:
        pictures: PNG files.
        ats: the grade that each was asked for.
    """
    cells = [
        f'<img src="{_url(picture)}" alt="Invented picture of the autoencoder at grade {at:g}">'
        for picture, at in zip(pictures, ats, strict=True)
    ]
    ends = f"<p><span>0, {GRADES[0]}</span><span>{len(GRADES) - 1}, {GRADES[-1]}</span></p>"
    return f'<div class="cr-invented-strip"><div>{"".join(cells)}</div>{ends}</div>'


def _grade(grade: int, rows: Sequence[tuple[Example, bytes, Pixels]]) -> str:
    cells = "".join(_cell(*row) for row in rows)
    return f'<section class="cr-invented"><h4>Grade {grade}, {escape(GRADES[grade])}</h4><div>{cells}</div></section>'


def _cell(row: Example, picture: bytes, thumbnail: Pixels) -> str:
    photo = escape(row.photo.rsplit("/", 1)[-1].removesuffix(".jpg").replace("_", " "))
    near = "<b>near</b>" if row.memorised else f"{row.features:.2f} away"
    return (
        f'<figure><img src="{_url(picture)}" alt="Invented retina, asked for grade {row.grade}, number {row.number}">'
        f'<figcaption><img src="{_url(_png(thumbnail))}" alt="Nearest real photo, {photo}, grade {row.photo_grade}">'
        f"<span>{photo}, grade&nbsp;{row.photo_grade}<br>{near}</span></figcaption></figure>"
    )


def _png(pixels: Pixels) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _url(data: bytes) -> str:
    return f"data:image/png;base64,{b64encode(data).decode()}"
