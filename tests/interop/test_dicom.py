"""DICOM files made from real pixels (the sample retina), changed one thing at a time."""

from __future__ import annotations

import io
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit, JPEGLosslessSV1, generate_uid

from riskmodels import SAMPLES
from riskmodels.errors import ImageError
from riskmodels.imaging.sample import FILE
from riskmodels.interop.dicom import MODALITIES, read_dicom

NAME, NUMBER = "Mustermann^Erika", "PID-4711"
SAMPLE = np.asarray(Image.open(io.BytesIO((SAMPLES / FILE).read_bytes())).resize((240, 220)))
GREY = SAMPLE[..., 1]
TWELVE = GREY.astype(np.uint16) * 16 + 5


def dicom(pixels: np.ndarray, syntax: UID = ExplicitVRLittleEndian, data: bytes | None = None, **tags: Any) -> bytes:
    """A DICOM file with a planted name; a tag given as None is left out."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.1.1")
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = syntax
    ds = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    colour, bits = pixels.ndim == 3, 8 * pixels.dtype.itemsize
    values: dict[str, Any] = {
        "SOPClassUID": meta.MediaStorageSOPClassUID,
        "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
        "PatientName": NAME,
        "PatientID": NUMBER,
        "Modality": "OP" if colour else "DX",
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "PhotometricInterpretation": "RGB" if colour else "MONOCHROME2",
        "SamplesPerPixel": 3 if colour else 1,
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": 0,
        "PixelData": pixels.tobytes() if data is None else data,
    }
    if colour:
        values["PlanarConfiguration"] = 0
    out = io.BytesIO()
    with warnings.catch_warnings():  # some of the values are wrong on purpose
        warnings.simplefilter("ignore")
        for key, value in {**values, **tags}.items():
            if value is not None:
                setattr(ds, key, value)
        if syntax.is_compressed:
            ds["PixelData"].VR = "OB"
        ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def twelve(**tags: Any) -> bytes:
    return dicom(TWELVE, **{"BitsStored": 12, "HighBit": 11, **tags})


def compressed(pixels: np.ndarray, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return encapsulate([out.getvalue()])


def bundled(name: str) -> bytes:
    path = get_testdata_file(name, download=False)
    assert path is not None
    return Path(str(path)).read_bytes()


class TestGrey:
    def test_window_maps_its_ends_to_black_and_white(self) -> None:
        image = read_dicom(twelve(WindowCenter=1000, WindowWidth=1001))
        expected = np.clip((TWELVE - 499.5) / 1000, 0, 1) * 255
        assert np.abs(image.pixels[..., 0] - expected).max() <= 1

    def test_rescale_comes_before_the_window(self) -> None:
        plain = read_dicom(twelve(WindowCenter=1000, WindowWidth=1001))
        moved = read_dicom(twelve(RescaleSlope=2, RescaleIntercept=-500, WindowCenter=1500, WindowWidth=2001))
        assert np.abs(plain.pixels.astype(int) - moved.pixels).max() <= 1

    def test_without_a_window_percentiles_are_shown(self) -> None:
        low, high = np.percentile(TWELVE, (0.5, 99.5))
        expected = np.clip((TWELVE - low) / (high - low), 0, 1) * 255
        assert np.abs(read_dicom(twelve()).pixels[..., 0] - expected).max() <= 1

    def test_useless_window_counts_as_none(self) -> None:
        assert (read_dicom(twelve(WindowCenter=9, WindowWidth=0)).pixels == read_dicom(twelve()).pixels).all()

    @pytest.mark.parametrize("window", [{}, {"WindowCenter": 1000, "WindowWidth": 1000}])
    def test_monochrome1_is_the_inverse(self, window: dict[str, int]) -> None:
        plain = read_dicom(twelve(**window))
        inverted = read_dicom(twelve(PhotometricInterpretation="MONOCHROME1", **window))
        assert (inverted.pixels == 255 - plain.pixels).all()

    def test_twelve_bits_scale_like_eight(self) -> None:
        eight = read_dicom(dicom(GREY))
        assert np.abs(eight.pixels.astype(int) - read_dicom(twelve()).pixels).max() <= 1

    def test_signed_values_are_read(self) -> None:
        signed = dicom(TWELVE.astype(np.int16) - 2048, PixelRepresentation=1)
        assert (read_dicom(signed).pixels == read_dicom(twelve()).pixels).all()

    def test_channels_are_equal(self) -> None:
        pixels = read_dicom(twelve()).pixels
        assert pixels.dtype == np.uint8
        assert pixels.shape == (220, 240, 3)
        assert (pixels[..., 0] == pixels[..., 2]).all()

    def test_jpeg_2000_is_read(self) -> None:
        data = compressed(GREY, "JPEG2000", irreversible=False, no_jp2=True)
        image = read_dicom(dicom(GREY, JPEG2000Lossless, data))
        assert (image.pixels == read_dicom(dicom(GREY)).pixels).all()


class TestColour:
    def test_rgb_is_as_stored(self) -> None:
        image = read_dicom(dicom(SAMPLE))
        assert image.modality == "OP"
        assert (image.pixels == SAMPLE).all()

    def test_planes_are_joined(self) -> None:
        planes = np.ascontiguousarray(SAMPLE.transpose(2, 0, 1)).tobytes()
        assert (read_dicom(dicom(SAMPLE, data=planes, PlanarConfiguration=1)).pixels == SAMPLE).all()

    def test_ybr_becomes_rgb(self) -> None:
        ybr = np.asarray(Image.fromarray(SAMPLE).convert("YCbCr"))
        image = read_dicom(dicom(ybr, PhotometricInterpretation="YBR_FULL"))
        assert np.abs(image.pixels.astype(int) - SAMPLE).max() <= 3

    def test_jpeg_in_ybr_422_becomes_rgb(self) -> None:
        data = compressed(SAMPLE, "JPEG", quality=95)
        image = read_dicom(dicom(SAMPLE, JPEGBaseline8Bit, data, PhotometricInterpretation="YBR_FULL_422"))
        assert np.abs(image.pixels.astype(int) - SAMPLE).mean() < 4


class TestWords:
    @pytest.mark.parametrize("view", ["PA", "AP", "LL", "RL"])
    def test_view_is_kept(self, view: str) -> None:
        assert read_dicom(twelve(ViewPosition=view)).view == view

    def test_view_that_is_no_view_is_dropped(self) -> None:
        assert read_dicom(twelve(ViewPosition="ERIKA")).view == ""

    def test_burned_in_writing_is_noted(self) -> None:
        assert "may contain writing" in read_dicom(twelve(BurnedInAnnotation="YES")).notes[0]
        assert read_dicom(twelve(BurnedInAnnotation="NO")).notes == ()

    @pytest.mark.parametrize("modality", MODALITIES)
    def test_modalities_that_are_read(self, modality: str) -> None:
        assert read_dicom(twelve(Modality=modality)).modality == modality


REFUSED = {
    "CT": (twelve(Modality="CT"), "CT \\(computed tomography\\)"),
    "unknown modality": (twelve(Modality="ERIKA"), "does not say"),
    "no modality": (twelve(Modality=None), "does not say"),
    "palette": (dicom(GREY, PhotometricInterpretation="PALETTE COLOR"), "PALETTE COLOR"),
    "unknown colours": (dicom(GREY, PhotometricInterpretation="ERIKA"), "unknown photometric"),
    "two frames": (dicom(GREY, NumberOfFrames=2, data=GREY.tobytes() * 2), "several pictures"),
    "32 bits": (dicom(GREY.astype(np.uint32)), "pixel layout"),
    "one sample in colour": (dicom(SAMPLE, SamplesPerPixel=1), "pixel layout"),
    "more bits stored than allocated": (dicom(GREY, BitsStored=12), "8 to 8 bits"),
    "one bit": (dicom(GREY, BitsStored=1), "8 to 8 bits"),
    "huge claim": (dicom(GREY, Rows=60000, Columns=60000), "too large: 60,000 × 60,000"),
    "no height": (dicom(GREY, Rows=0), "how large"),
    "pixels missing": (dicom(GREY, PixelData=None), "holds no pixels"),
    "pixels incomplete": (dicom(GREY, data=GREY.tobytes()[:999] + b"0"), "incomplete"),
    "pixels of an unknown kind": (
        dicom(GREY).replace(b"\xe0\x7f\x10\x00OW", b"\xe0\x7f\x10\x00O\x91"),
        "holds no pixels",
    ),
    "no rows or columns": (dicom(GREY, Rows=None, Columns=None, PixelData=None), "holds no picture"),
    "lossless JPEG": (dicom(GREY, JPEGLosslessSV1, encapsulate([b"12"])), "JPEG Lossless, Non-Hierarchical"),
    "damaged JPEG": (dicom(GREY, JPEGBaseline8Bit, encapsulate([b"\xff\xd8\xff12"])), "JPEG Baseline"),
    "unknown syntax": (
        dicom(GREY).replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.9.4711"),
        "unknown transfer syntax",
    ),
    "cut in the header": (twelve()[:150], "holds no picture|damaged"),
    "not DICOM": (b"x" * 500, "damaged"),
    "structured report": (bundled("test-SR.dcm"), "structured report"),
    "deflated": (bundled("image_dfl.dcm"), "Deflated"),
    "rescale of no number": (twelve(RescaleSlope="1e300", RescaleIntercept="1e308"), "damaged"),
}


class TestRefusals:
    @pytest.mark.parametrize("name", REFUSED)
    def test_refused_with_reason_and_remedy(self, name: str) -> None:
        data, reason = REFUSED[name]
        with pytest.raises(ImageError, match=reason) as caught:
            read_dicom(data)
        assert caught.value.hint

    def test_12_bit_jpeg_names_its_syntax(self) -> None:
        data = bundled("JPGExtended.dcm").replace(b"CS\x02\x00NM", b"CS\x02\x00DX")
        with pytest.raises(ImageError, match="JPEG Extended"):
            read_dicom(data)


class TestNobodyIsNamed:
    @pytest.mark.parametrize("name", REFUSED)
    def test_refusals_repeat_no_tag(self, name: str, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        with pytest.raises(ImageError) as caught:
            read_dicom(REFUSED[name][0])
        error = caught.value
        said = f"{error} {error!r} {error.log} {error.__context__} {error.__cause__} {caplog.text}".lower()
        assert not any(word.lower() in said for word in ("Mustermann", "Erika", "4711"))

    def test_result_and_logs_hold_no_tag(self, caplog: pytest.LogCaptureFixture) -> None:
        data = twelve(PatientBirthDate="Mustermann", StudyDescription=NAME)
        caplog.clear()
        caplog.set_level(logging.DEBUG)
        image = read_dicom(data)
        assert b"Mustermann" in data
        assert "ustermann" not in repr(image) + repr(vars(image)) + caplog.text

    def test_log_levels_are_as_before(self) -> None:
        logger = logging.getLogger("pydicom")
        before = logger.level
        read_dicom(twelve())
        assert logger.level == before


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(128, 1200), st.integers(0, 255)), min_size=1, max_size=6), st.integers(100, 110_000)
)
def test_changed_bytes_give_a_picture_or_a_refusal(changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(twelve(WindowCenter=1000, WindowWidth=1000))
    for place, value in changes:
        data[place] = value
    try:
        image = read_dicom(bytes(data[:length]))
    except ImageError:
        return
    assert image.pixels.dtype == np.uint8
    assert image.pixels.shape[2] == 3


class TestAge:
    @pytest.mark.parametrize(
        ("told", "age"),
        [("054Y", 54), ("017Y", 17), ("018M", 1), ("003W", 0), ("010D", 0), ("", None), ("54", None), ("999Y", None)],
    )
    def test_age_is_read_in_whole_years(self, told: str, age: int | None) -> None:
        assert read_dicom(twelve(PatientAge=told)).age == age

    @pytest.mark.parametrize(
        ("born", "taken", "age"),
        [
            ("20000615", "20180615", 18),
            ("20000615", "20180614", 17),
            ("19000101", "20180614", None),
            ("20190101", "20180614", None),
            ("2000", "20180614", None),
            ("", "20180614", None),
        ],
    )
    def test_dates_tell_the_age_where_it_is_not_given(self, born: str, taken: str, age: int | None) -> None:
        assert read_dicom(twelve(PatientBirthDate=born, StudyDate=taken)).age == age

    def test_lower_of_two_ages_counts(self) -> None:
        told = {"PatientAge": "045Y", "PatientBirthDate": "20100101", "StudyDate": "20180614"}
        assert read_dicom(twelve(**told)).age == 8

    def test_file_without_age_tells_none(self) -> None:
        assert read_dicom(twelve()).age is None
