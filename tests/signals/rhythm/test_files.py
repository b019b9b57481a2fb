"""Files of every kind that is read, written here and read back; and what is refused, with its reason."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.errors import SignalError
from riskmodels.interop.dicom import silenced
from riskmodels.signals.asked import UnansweredError
from riskmodels.signals.rhythm.files import open_ecg, read_ecg
from tests.signals.rhythm.made import aecg, beats_at, dicom, regular, scp

STEPS = np.round(beats_at(regular(12), 12, 500.0) * 400).astype(np.int16)  # 2.5 µV a unit
MILLIVOLTS = STEPS * 0.0025


@pytest.fixture(scope="module")
def wfdb_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("wfdb")
    with silenced():
        import wfdb

        signal = np.stack([MILLIVOLTS, -MILLIVOLTS], axis=1)
        wfdb.wrsamp(
            "smith",
            fs=500,
            units=["mV", "mV"],
            sig_name=["II", "V1"],
            p_signal=signal,
            fmt=["16", "16"],
            adc_gain=[400, 400],
            baseline=[0, 0],
            comments=["Ann Smith, born 1970"],
            write_dir=str(folder),
        )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def edf(rate: int = 500, unit: str = "mV") -> bytes:
    import edfio

    lead = edfio.EdfSignal(MILLIVOLTS, rate, label="ECG II", physical_dimension=unit, physical_range=(-3.2768, 3.2767))
    breath = edfio.EdfSignal(np.zeros(12 * 10), 10, label="Resp", physical_dimension="L")
    buffer = io.BytesIO()
    edfio.Edf([lead, breath], patient=edfio.Patient(name="Smith")).write(buffer)
    return buffer.getvalue()


def csv(values: np.ndarray, header: str, rate: float | None = None) -> bytes:
    rows = [f"{value:g}" if rate is None else f"{n / rate:.4f},{value:g}" for n, value in enumerate(values)]
    return "\n".join([header, *rows]).encode()


class TestEveryKindIsReadBack:
    def test_wfdb(self, wfdb_files: dict[str, bytes]) -> None:
        ecg = read_ecg(wfdb_files)
        assert (ecg.source, ecg.rate, ecg.leads) == ("WFDB", 500, ("II", "V1"))
        np.testing.assert_allclose(ecg.millivolts, [MILLIVOLTS, -MILLIVOLTS], atol=1e-6)

    def test_wfdb_in_a_zip_with_folders_that_lead_out(self, wfdb_files: dict[str, bytes]) -> None:
        ecg = read_ecg({"x.zip": packed({f"../../{name}": data for name, data in wfdb_files.items()})})
        assert ecg.millivolts.shape == (2, 6000)

    def test_edf_leaves_breathing_out(self) -> None:
        ecg = read_ecg({"any.name": edf()})
        assert (ecg.source, ecg.rate, ecg.leads) == ("EDF", 500, ("II",))
        np.testing.assert_allclose(ecg.millivolts[0], MILLIVOLTS, atol=1e-4)
        assert "left out" in ecg.notes[0]

    @pytest.mark.parametrize("encoding", [0, 1, 2])
    def test_scp_as_values_and_as_differences(self, encoding: int) -> None:
        ecg = read_ecg({"x": scp([STEPS, -STEPS], encoding)})
        assert (ecg.source, ecg.rate, ecg.leads) == ("SCP-ECG", 500, ("II", "V1"))
        assert ecg.start == datetime(2026, 3, 2, 9, 30, 15)
        np.testing.assert_allclose(ecg.millivolts, [MILLIVOLTS, -MILLIVOLTS], atol=1e-6)

    def test_aecg(self) -> None:
        ecg = read_ecg({"x": aecg({"II": STEPS, "AVF": -STEPS})})
        assert (ecg.source, ecg.rate, ecg.leads) == ("HL7 aECG", 500, ("II", "aVF"))
        assert ecg.start == datetime(2026, 3, 2, 9, 30, 15)
        np.testing.assert_allclose(ecg.millivolts, [MILLIVOLTS, -MILLIVOLTS], atol=1e-6)

    def test_dicom(self) -> None:
        ecg = read_ecg({"x": dicom(STEPS)})
        assert (ecg.source, ecg.rate, ecg.leads) == ("DICOM waveform", 500, ("II",))
        np.testing.assert_allclose(ecg.millivolts[0], MILLIVOLTS, atol=1e-6)

    def test_csv_with_times_and_unit(self) -> None:
        ecg = read_ecg({"x": csv(MILLIVOLTS * 1000, "time [s],II (uV)", 500.0)})
        assert (ecg.source, ecg.rate, ecg.leads) == ("CSV", 500, ("II",))
        np.testing.assert_allclose(ecg.millivolts[0], MILLIVOLTS, atol=1e-5)

    def test_semicolons_and_decimal_commas(self) -> None:
        data = csv(MILLIVOLTS, "time,II (mV)", 500.0).replace(b",", b";").replace(b".", b",")
        np.testing.assert_allclose(read_ecg({"x": data}).millivolts[0], MILLIVOLTS, atol=1e-5)

    def test_clock_times_and_a_row_of_units(self) -> None:
        rows = [f"'{n // 30000}:{n / 500 % 60:06.3f}',{value:g}" for n, value in enumerate(MILLIVOLTS)]
        data = "\n".join(["'Elapsed time','MLII'", "'mm:ss.mmm','mV'", *rows]).replace("'Elapsed time'", "Time")
        ecg = read_ecg({"x": data.encode()})
        assert (ecg.rate, ecg.leads) == (500, ("MLII",))

    def test_a_gap_in_the_times_is_a_gap(self) -> None:
        lines = csv(MILLIVOLTS, "time,II (mV)", 500.0).split(b"\n")
        ecg = read_ecg({"x": b"\n".join(lines[:1001] + lines[1501:])})
        assert ecg.millivolts.shape == (1, 6000)
        assert np.isnan(ecg.millivolts[0, 1000:1500]).all()

    def test_in_a_process_of_its_own(self, wfdb_files: dict[str, bytes]) -> None:
        assert open_ecg(wfdb_files).leads == ("II", "V1")


class TestAsked:
    def test_rate_when_there_are_no_times(self) -> None:
        data = csv(MILLIVOLTS, "mV")
        with pytest.raises(UnansweredError) as error:
            read_ecg({"x_250hz.csv": data})
        assert [question.name for question in error.value.questions] == ["rate"]
        assert read_ecg({"x": data}, {"rate": "500"}).rate == 500
        for answer in ("fast", "20", "nan"):
            with pytest.raises(UnansweredError):
                read_ecg({"x": data}, {"rate": answer})

    def test_unit_when_whole_numbers_may_be_anything(self) -> None:
        data = csv(STEPS, "time,II", 500.0)
        with pytest.raises(UnansweredError) as error:
            read_ecg({"x": data})
        assert error.value.questions[0].choices[0] == "µV"
        ecg = read_ecg({"x": data}, {"unit": "ADC units", "gain": "400"})
        np.testing.assert_allclose(ecg.millivolts[0], MILLIVOLTS, atol=1e-5)

    def test_not_when_the_values_leave_one_unit_only(self) -> None:
        assert "Unit mV" in read_ecg({"x": csv(MILLIVOLTS, "time,II", 500.0)}).notes[1]

    def test_gain_of_a_wfdb_record_that_is_not_calibrated(self, wfdb_files: dict[str, bytes]) -> None:
        header = wfdb_files["smith.hea"].replace(b"400.0(0)/mV", b"0(0)/mV").replace(b"400(0)/mV", b"0(0)/mV")
        files = wfdb_files | {"smith.hea": header}
        with pytest.raises(UnansweredError):
            read_ecg(files)
        np.testing.assert_allclose(read_ecg(files, {"gain": "400"}).millivolts[0], MILLIVOLTS, atol=1e-6)

    def test_across_the_process(self) -> None:
        with pytest.raises(UnansweredError) as error:
            open_ecg({"x": csv(MILLIVOLTS, "mV")})
        assert error.value.questions[0].unit == "Hz"


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "empty"),
            (b"%PDF-1.4 ...", "a PDF"),
            (b"\x00\x01\x02" * 500, "binary"),
            (b'{"a": 1}', "JSON"),
            (b"name,town\nSmith,Ulm\nMeyer,Bonn\n", "No column"),
            (b"<?xml version='1.0'?><AnnotatedECG", "damaged"),
            (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><AnnotatedECG>&b;</AnnotatedECG>", "entities"),
            (aecg({"II": STEPS}, scale='value="1" unit="mmHg"'), "no lead"),
            (aecg({"II": STEPS}, rate=5000.0), "50 to 1000 Hz"),
            (scp([STEPS], compressed=True), "Huffman"),
            (scp([STEPS], flags=5), "reference beat"),
            (scp([STEPS])[:-10], "damaged"),
            (scp([STEPS]).replace(b"Smith", b"Smyth"), "checksum"),
            (dicom(STEPS, unit="mm[Hg]"), "No channel"),
            (dicom(STEPS, samples=2**30), "at most"),
            (dicom(STEPS, samples=9000), "cut short"),
            (edf()[:3000], "ends early"),
            (edf(unit="L"), "No signal"),
            (edf()[:192] + b"EDF+D" + edf()[197:], "gaps"),
            (edf()[:236] + b"99999999" + edf()[244:], "ends early"),
            (edf()[:236] + b"many    " + edf()[244:], "number"),
        ],
    )
    def test_with_the_reason(self, data: bytes, words: str) -> None:
        with pytest.raises(SignalError) as error:
            read_ecg({"x": data})
        assert words in str(error.value)
        assert error.value.hint
        assert "Smith" not in str(error.value)

    @pytest.mark.parametrize(
        ("header", "words"),
        [
            (b"a 2 500 999999999\nsmith.dat 16 400\nsmith.dat 16 400\n", "end early"),
            (b"a 2 500 6000\nsmith.dat 16 400\n", "all its signals"),
            (b"a/3 2 500 6000\nb 10\n", "segments"),
            (b"a 1 500\nsmith.dat 508 400\n", "format 508"),
            (b"a 1 500\nsmith.dat 16+99999999 400\n", "no lead"),
            (b"a 1 9000\nsmith.dat 16 400\n", "50 to 1000 Hz"),
            (b"a 1 500\nsmith.dat 16 400/mmHg\n", "voltage"),
            (b"a 2 500\n../../etc/passwd 16 400\nsmith.dat 16 400\n", "is not there"),
        ],
    )
    def test_wfdb_headers_that_claim_too_much(self, wfdb_files: dict[str, bytes], header: bytes, words: str) -> None:
        with pytest.raises(SignalError, match=words):
            read_ecg({"smith.hea": header, "smith.dat": wfdb_files["smith.dat"]})

    def test_wfdb_without_its_data(self, wfdb_files: dict[str, bytes]) -> None:
        with pytest.raises(SignalError, match="is not there"):
            read_ecg({"smith.hea": wfdb_files["smith.hea"]})

    def test_zip_that_swells(self) -> None:
        with pytest.raises(SignalError, match="unpacks to"):
            read_ecg({"x.zip": packed({"a.dat": bytes(30_000_000)})})

    def test_zip_of_many_files(self) -> None:
        with pytest.raises(SignalError, match="60 files"):
            read_ecg({"x.zip": packed({f"{n}.dat": b"a" for n in range(60)})})

    def test_zip_cut_short(self, wfdb_files: dict[str, bytes]) -> None:
        with pytest.raises(SignalError, match="zip is damaged"):
            read_ecg({"x.zip": packed(wfdb_files)[:500]})

    def test_several_files_without_a_header(self) -> None:
        with pytest.raises(SignalError, match="several files"):
            read_ecg({"a": edf(), "b": edf()})

    def test_uneven_times(self) -> None:
        rows = "\n".join(f"{n / 250 + (0.0031 if n % 7 else 0):.4f},0.{n % 10}" for n in range(3000))
        with pytest.raises(SignalError, match="not even"):
            read_ecg({"x": f"time,II (mV)\n{rows}".encode()})

    def test_wrong_unit(self) -> None:
        with pytest.raises(SignalError, match="no electrocardiogram"):
            read_ecg({"x": csv(STEPS * 100.0, "time,II (mV)", 500.0)})


@pytest.mark.parametrize("data", [scp([STEPS]), aecg({"II": STEPS[:300]}), dicom(STEPS[:300]), edf()])
@settings(max_examples=25)
@given(
    places=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=6), cut=st.floats(0, 1)
)
def test_damage_is_refused_or_read_and_never_breaks_the_program(
    data: bytes, places: list[tuple[float, int]], cut: float
) -> None:
    damaged = bytearray(data)
    for share, value in places:
        damaged[int(share * len(data))] = value
    if cut < 0.5:
        damaged = damaged[: int(cut * 2 * len(data))]
    try:
        ecg = read_ecg({"x": bytes(damaged)}, {"rate": "500", "unit": "mV", "gain": "200"})
    except SignalError:
        return
    assert ecg.millivolts.dtype == np.float32


@given(lines=st.text(alphabet="a0123456789 /.()+x:\n-eE", max_size=80))
def test_any_wfdb_header_is_read_or_refused(lines: str) -> None:
    try:
        ecg = read_ecg({"a.hea": f"a 1 500 10\n{lines}".encode(), "a.dat": bytes(200)}, {"gain": "200", "rate": "500"})
    except SignalError:
        return
    assert ecg.rate == 500


@pytest.mark.shared_data
def test_mitbih_as_wfdb_is_what_the_shared_table_holds(shared: Path) -> None:
    folder = shared / "signals" / "mitbih_arrhythmia"
    ecg = read_ecg({f"208.{end}": (folder / f"208.{end}").read_bytes() for end in ("hea", "dat", "atr")})
    assert (ecg.leads, ecg.rate, ecg.millivolts.shape) == (("MLII", "V1"), 360, (2, 650_000))
    with np.load(folder / "signals_125hz_microvolt.npz") as signals:
        other = signals["208"][0] / 1000
    np.testing.assert_allclose(
        np.quantile(ecg.millivolts[0], (0.01, 0.5, 0.99)), np.quantile(other, (0.01, 0.5, 0.99)), atol=0.02
    )
