"""Pictures that claim a size, hide another one, or unpack notes without end. PNG claims are in tests/imaging."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, generate_uid

from riskmodels.errors import ImageError
from riskmodels.imaging.picture import MAX_BYTES, open_picture
from riskmodels.interop.dicom import MAX_PIXELS

PICTURE = Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 300, 3), dtype=np.uint8))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg_that_claims(width: int, height: int) -> bytes:
    """A JPEG whose frame header states another size."""
    data = bytearray(saved(PICTURE, "JPEG"))
    place = data.index(b"\xff\xc0")
    data[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def with_chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    data = saved(PICTURE, "PNG")
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return data[:33] + chunk + data[33:]


def dicom(pixels: bytes, syntax: str, rows: int = 300, columns: int = 300, **tags: object) -> bytes:
    """A grey film in a container."""
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.Modality, dataset.Rows, dataset.Columns = "DX", rows, columns
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    for name, value in tags.items():
        setattr(dataset, name, value)
    dataset.PixelData = encapsulate([pixels])
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


class TestJpeg:
    @pytest.mark.parametrize("size", [(65_000, 65_000), (65_500, 1_000), (8_000, 8_000)])
    def test_claim_of_a_huge_frame_is_refused_before_it_is_decoded(self, size: tuple[int, int]) -> None:
        assert size[0] * size[1] > MAX_PIXELS
        with pytest.raises(ImageError, match="too large"):
            open_picture(jpeg_that_claims(*size))

    def test_claim_below_the_limit_that_the_data_do_not_keep_is_no_picture_of_noise(self) -> None:
        with pytest.raises(ImageError, match="damaged"):
            open_picture(jpeg_that_claims(6_000, 6_000)[:2_000])


class TestPng:
    @pytest.mark.parametrize(
        ("kind", "before"), [(b"zTXt", b"Comment\0\0"), (b"iCCP", b"profile\0\0"), (b"iTXt", b"C\0\1\0\0\0")]
    )
    def test_note_that_unpacks_without_end_is_refused_or_left(self, kind: bytes, before: bytes) -> None:
        bomb = before + zlib.compress(b"\0" * 300_000_000, 9)
        try:
            picture = open_picture(with_chunk(kind, bomb))
        except ImageError:
            return
        assert picture.size == (300, 300)

    def test_many_small_notes_are_no_way_around_it(self) -> None:
        data = saved(PICTURE, "PNG")
        content = b"Comment\0\0" + zlib.compress(b"\0" * 1_000_000, 9)
        chunk = struct.pack(">I", len(content)) + b"zTXt" + content
        chunk += struct.pack(">I", zlib.crc32(b"zTXt" + content))
        with pytest.raises(ImageError):
            open_picture(data[:33] + chunk * 200 + data[33:])


class TestDicom:
    @pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEG2000Lossless])
    def test_stream_larger_than_its_header_says_is_refused(self, syntax: str) -> None:
        large = Image.new("L", (9_000, 9_000))
        stream = saved(large, "JPEG" if syntax == JPEGBaseline8Bit else "JPEG2000")
        with pytest.raises(ImageError):
            open_picture(dicom(stream, syntax))

    @pytest.mark.parametrize("frames", ["2", "1000000", "-1", "0"])
    def test_claim_of_many_frames_is_refused(self, frames: str) -> None:
        with pytest.raises(ImageError, match="several pictures"):
            open_picture(dicom(saved(PICTURE.convert("L"), "JPEG"), JPEGBaseline8Bit, NumberOfFrames=frames))

    def test_element_that_claims_four_gigabytes_is_damaged(self) -> None:
        data = dicom(saved(PICTURE.convert("L"), "JPEG"), JPEGBaseline8Bit, PatientID="A" * 16)
        claim = data.replace(b"LO\x10\x00" + b"A" * 16, b"UN\0\0\xf0\xff\xff\xff" + b"A" * 12)
        assert claim != data
        with pytest.raises(ImageError):
            open_picture(claim)

    def test_sequences_nested_without_end_are_refused(self) -> None:
        data = dicom(saved(PICTURE.convert("L"), "JPEG"), JPEGBaseline8Bit, PatientID="A" * 16)
        nested = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * 20_000
        place = data.index(b"\x10\x00\x20\x00LO")
        with pytest.raises(ImageError):
            open_picture(data[:place] + nested + data[place:])


def test_bytes_beyond_the_limit_are_refused_by_their_number() -> None:
    with pytest.raises(ImageError, match="MB"):
        open_picture(b"\xff\xd8\xff" + bytes(MAX_BYTES))
