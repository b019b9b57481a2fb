"""Files that are pictures, files that are not, and files that pretend."""

from __future__ import annotations

import io
import logging
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from pydicom.data import get_testdata_file

from riskmodels import SAMPLES
from riskmodels.errors import ImageError
from riskmodels.imaging import picture
from riskmodels.imaging.picture import MIN_SIDE, open_picture
from riskmodels.imaging.sample import FILE

RETINA = (SAMPLES / FILE).read_bytes()
SMALL = Image.open(io.BytesIO(RETINA)).resize((260, 240))
PIXELS = np.asarray(SMALL)


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*headers: tuple[int, int]) -> bytes:
    """A grey PNG with these IHDR chunks and almost no data."""
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 0, 0, 0, 0)) for w, h in headers]
    return b"".join([b"\x89PNG\r\n\x1a\n", *parts, chunk(b"IDAT", zlib.compress(bytes(1000))), chunk(b"IEND", b"")])


class TestOpened:
    def test_sample_retina_opens_with_its_checks(self) -> None:
        found = open_picture(RETINA)
        assert (found.source, found.size, found.modality, found.view) == ("JPEG", (1411, 1411), "", "")
        assert [c.name for c in found.checks] == ["Format", "Size", "Integrity"]
        assert all(c.passed for c in found.checks)

    def test_png_keeps_every_pixel(self) -> None:
        assert (open_picture(saved(SMALL)).pixels == PIXELS).all()

    def test_palette_is_looked_up(self) -> None:
        flat = SMALL.quantize(16)
        assert (open_picture(saved(flat)).pixels == np.asarray(flat.convert("RGB"))).all()

    def test_grey_has_equal_channels(self) -> None:
        pixels = open_picture(saved(SMALL.convert("L"), "JPEG")).pixels
        assert pixels.shape == (240, 260, 3)
        assert (pixels[..., 0] == pixels[..., 1]).all()

    def test_transparent_becomes_black(self) -> None:
        image = SMALL.convert("RGBA")
        image.putalpha(Image.new("L", image.size, 0))
        assert open_picture(saved(image)).pixels.max() == 0

    def test_transparent_palette_entry_becomes_black(self) -> None:
        image = Image.new("P", (260, 240), 0)
        image.putpalette([200, 100, 50])
        assert open_picture(saved(image, transparency=0)).pixels.max() == 0

    def test_cmyk_becomes_rgb(self) -> None:
        pixels = open_picture(saved(SMALL.convert("CMYK"), "JPEG", quality=95)).pixels
        assert np.abs(pixels.astype(int) - PIXELS).mean() < 6

    def test_sixteen_bits_are_stretched(self) -> None:
        deep = PIXELS[..., 1].astype(np.uint16) * 16
        pixels = open_picture(saved(Image.fromarray(deep))).pixels
        low, high = np.percentile(deep, (0.5, 99.5))
        expected = np.clip((deep - low) / (high - low), 0, 1) * 255
        assert np.abs(pixels[..., 2] - expected).max() <= 1

    def test_orientation_is_applied(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        turned = open_picture(saved(SMALL, "PNG", exif=exif))
        assert (turned.pixels == np.rot90(PIXELS, -1)).all()

    def test_notes_of_the_file_are_dropped(self, caplog: pytest.LogCaptureFixture) -> None:
        exif, text = Image.Exif(), PngImagePlugin.PngInfo()
        exif[0x010E] = "Mustermann"
        text.add_text("Patient", "Mustermann")
        data = saved(SMALL, exif=exif, pnginfo=text)
        caplog.clear()
        caplog.set_level(logging.DEBUG)
        found = open_picture(data)
        assert b"Mustermann" in data
        assert "Mustermann" not in repr(found) + repr(found.checks) + caplog.text

    def test_dicom_tells_its_modality(self) -> None:
        data = bundled_as("SC_rgb_jpeg_dcmd.dcm", b"OP")
        found = open_picture(data)
        assert (found.source, found.modality, found.size) == ("DICOM", "OP", (256, 256))

    def test_jpeg_of_several_pictures_is_read_as_its_first_and_says_so(self) -> None:
        data = saved(SMALL, "MPO", save_all=True, append_images=[SMALL.rotate(90)])
        found = open_picture(data)
        assert np.abs(found.pixels.astype(int) - PIXELS).mean() < 6
        said = {check.name: check.detail for check in found.checks}["Pictures in the file"]
        assert said.startswith("The file holds 2 pictures")


def bundled_as(name: str, modality: bytes) -> bytes:
    """A file of pydicom's own with its modality OT exchanged."""
    with open(str(get_testdata_file(name, download=False)), "rb") as file:
        return file.read().replace(
            b"\x08\x00\x60\x00\x02\x00\x00\x00OT", b"\x08\x00\x60\x00\x02\x00\x00\x00" + modality
        )


OTHER = {
    "PDF": (b"%PDF-1.7\n" + bytes(300), "a PDF", "report around it"),
    "GIF": (saved(SMALL, "GIF"), "a GIF", "Save it as PNG"),
    "TIFF": (saved(SMALL, "TIFF"), "a TIFF", "Save it as PNG"),
    "BMP": (saved(SMALL, "BMP"), "a BMP", "Save it as PNG"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic" + bytes(300), "a HEIC", "Save it as PNG"),
    "ZIP": (b"PK\x03\x04" + bytes(300), "a ZIP", "Unpack it"),
    "text": ("Größe; Gewicht\n1; 2\n".encode() * 30, "a text file", "Upload a PNG"),
    "HTML": (b"<!DOCTYPE html><p>x", "a web page", "Upload a PNG"),
    "bytes": (bytes(range(1, 256)) * 3, "no known kind", "Upload a PNG"),
    "nothing": (b"", "empty", "Upload a PNG"),
}


class TestRefused:
    @pytest.mark.parametrize("kind", OTHER)
    def test_other_kind_is_named_with_a_remedy(self, kind: str) -> None:
        data, name, remedy = OTHER[kind]
        with pytest.raises(ImageError, match=name) as caught:
            open_picture(data)
        assert remedy in caught.value.hint

    @pytest.mark.parametrize("kind", ["PNG", "JPEG"])
    @pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
    def test_truncated_file_is_refused(self, kind: str, share: float) -> None:
        data = saved(SMALL, kind)
        with pytest.raises(ImageError, match="damaged"):
            open_picture(data[: int(len(data) * share)])

    def test_changed_byte_of_a_png_is_found_by_its_checksum(self) -> None:
        data = bytearray(saved(SMALL))
        data[len(data) // 2] ^= 1
        with pytest.raises(ImageError, match="damaged"):
            open_picture(bytes(data))

    def test_animation_is_refused_with_a_remedy(self) -> None:
        with pytest.raises(ImageError, match="an animation of 2 pictures") as caught:
            open_picture(saved(SMALL, save_all=True, append_images=[SMALL.rotate(90)]))
        assert "Save the one picture that matters" in caught.value.hint

    @pytest.mark.parametrize("size", [(8000, 8000), (11000, 11000), (60000, 60000)])
    def test_decompression_bomb_is_refused_unopened(self, size: tuple[int, int]) -> None:
        with pytest.raises(ImageError, match="too large"):
            open_picture(png(size))

    def test_second_header_does_not_hide_a_bomb(self) -> None:
        with pytest.raises(ImageError, match=r"too large|damaged"):
            open_picture(png((300, 300), (60000, 60000)))

    def test_pixels_fewer_than_claimed_are_refused(self) -> None:
        with pytest.raises(ImageError, match="damaged"):
            open_picture(png((5000, 5000)))

    def test_too_many_bytes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(picture, "MAX_BYTES", 1000)
        with pytest.raises(ImageError, match="MB"):
            open_picture(RETINA)

    def test_smallest_side_counts(self) -> None:
        assert open_picture(saved(SMALL.resize((400, MIN_SIDE)))).size == (400, MIN_SIDE)
        with pytest.raises(ImageError, match="too small: 400 × 199"):
            open_picture(saved(SMALL.resize((400, MIN_SIDE - 1))))

    def test_gif_behind_a_png_signature_is_damaged(self) -> None:
        with pytest.raises(ImageError, match="damaged"):
            open_picture(b"\x89PNG\r\n\x1a\n" + saved(SMALL, "GIF"))

    def test_jpeg_with_a_zip_behind_it_is_only_its_pixels(self) -> None:
        data = saved(SMALL, "JPEG")
        assert (open_picture(data + b"PK\x03\x04 hidden").pixels == open_picture(data).pixels).all()

    def test_errors_carry_nothing_of_the_decoder(self) -> None:
        with pytest.raises(ImageError) as caught:
            open_picture(saved(SMALL)[:500])
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is None


VALID = {kind: saved(SMALL.resize((210, 205)), kind) for kind in ("PNG", "JPEG")}


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(VALID)),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8),
    st.floats(0.3, 1),
)
def test_changed_bytes_give_a_picture_or_a_refusal(kind: str, changes: list[tuple[float, int]], share: float) -> None:
    data = bytearray(VALID[kind])
    for place, value in changes:
        data[int(place**3 * len(data))] = value  # most of them in the header
    try:
        found = open_picture(bytes(data[: int(share * len(data))]))
    except ImageError:
        return
    assert found.pixels.dtype == np.uint8
    assert min(found.size) >= MIN_SIDE
