"""Each program's export gives back the readings that were written into it; what was skipped is said."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.errors import SignalError
from riskmodels.signals.asked import UnansweredError
from riskmodels.signals.glucose.files import read_glucose
from riskmodels.signals.glucose.series import GlucoseSeries
from tests.signals.glucose.exports import (
    WRITERS,
    Readings,
    carelink,
    dexcom,
    fhir,
    fhir_sampled,
    libreview,
    nightscout,
    tidepool_json,
)

FIRST = datetime(2026, 3, 14, 23, 2, 11)


def readings_of(values: list[int], minutes: int = 5) -> Readings:
    return [(FIRST + timedelta(minutes=minutes * n), value) for n, value in enumerate(values)]


RAMP = readings_of([100 + n % 60 for n in range(40)])


def notes(series: GlucoseSeries) -> str:
    return " ".join(series.notes)


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=12)
@given(values=st.lists(st.integers(46, 399), min_size=6, max_size=60))
def test_readings_come_back_from_each_format(name: str, values: list[int]) -> None:
    source, write = WRITERS[name]
    series = read_glucose("export", write(readings_of(values)))
    np.testing.assert_allclose(series.mg_dl, values, atol=1e-3)
    np.testing.assert_array_equal(np.diff(series.seconds), 300.0)
    assert series.seconds[0] == 23 * 3600 + 2 * 60 + 11
    assert (series.source, series.start, series.minutes) == (source, date(2026, 3, 14), 5.0)
    assert not series.beyond.any()


def test_sampled_data_of_fhir_come_back() -> None:
    series = read_glucose("bundle.json", fhir_sampled(RAMP))
    np.testing.assert_allclose(series.mg_dl, [value for _, value in RAMP], atol=1e-3)
    np.testing.assert_array_equal(np.diff(series.seconds), 300.0)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dexcom", "3 rows of “Alert”, 1 row of “Calibration”, 1 row of “Carbs”"),
        ("libreview", "1 scan, 1 strip reading, 1 meal, 1 note"),
        ("carelink", "Skipped: 4 rows of pump, meter and alarms"),
        ("nightscout", "1 entry without a reading of the sensor, 1 error code of the sensor"),
        ("tidepool_json", "1 entry of “bolus”, 1 entry of “upload”"),
        ("tidepool_csv", "1 row of “bolus”"),
        ("fhir", "1 resource: no Observation, 1 resource: no sensor's glucose"),
    ],
)
def test_what_is_no_reading_is_counted(name: str, said: str) -> None:
    assert said in notes(read_glucose("export", WRITERS[name][1](RAMP)))


@pytest.mark.parametrize(
    ("low", "high"), [("Low", "High"), ("LO", "HI"), ("Niedrig", "Hoch"), ("Bas", "Élevé"), ("<40", ">400")]
)
def test_low_and_high_of_dexcom_are_the_sensors_limits(low: str, high: str) -> None:
    text = dexcom(RAMP).decode("utf-8-sig").replace(",101,", f",{low},", 1).replace(",102,", f",{high},", 1)
    series = read_glucose("x", text.encode())
    assert series.beyond[:4].tolist() == [0, -1, 1, 0]
    assert series.mg_dl[1:3].tolist() == [40.0, 400.0]


def test_low_and_high_of_tidepool_are_in_its_annotations() -> None:
    mark = ',"annotations":[{"code":"bg/out-of-range","value":"low","threshold":40}],"uploadId"'
    text = tidepool_json(readings_of([40, 100, 110])).decode().replace(',"uploadId"', mark, 1)
    series = read_glucose("x", text.encode())
    assert series.beyond.tolist() == [-1, 0, 0]
    assert series.mg_dl[0] == pytest.approx(40, abs=1e-3)


def test_nightscouts_39_and_401_are_low_and_high() -> None:
    series = read_glucose("x", nightscout(readings_of([39, 100, 401])))
    assert series.beyond.tolist() == [-1, 0, 1]


def test_german_clarity_is_read() -> None:
    text = (
        "Index;Zeitstempel (JJJJ-MM-TTThh:mm:ss);Ereignistyp;Ereignissubtyp;Patienteninfo;Geräteinfo;Quellgeräte-ID;"
        "Glukosewert (mmol/L);Insulinwert (u);Kohlenhydratwert (Gramm)\n1;;Vorname;;Anna;;;;;\n"
        "2;2026-03-01T00:00:00;EGV;;;;iOS;5,8;;\n3;2026-03-01T00:05:00;EGV;;;;iOS;Niedrig;;\n"
        "4;2026-03-01T00:10:00;EGV;;;;iOS;6,1;;\n"
    )
    series = read_glucose("x", text.encode())
    assert (series.source, series.unit) == ("Dexcom Clarity", "mmol/L")
    np.testing.assert_allclose(series.mg_dl[[0, 2]], [5.8 * 18.016, 6.1 * 18.016])


@pytest.mark.parametrize(
    "header",
    [
        "Gerät,Seriennummer,Gerätezeitstempel,Aufzeichnungstyp,Glukosewert-Verlauf mmol/L,Glukose-Scan mmol/L",
        "Appareil,Numéro de série,Horodatage de l'appareil,Type d'enregistrement,Historique de la glycémie mmol/L,"
        "Numérisation de la glycémie mmol/L",
        "Dispositivo,Número de serie,Sello de tiempo del dispositivo,Tipo de registro,Historial de glucosa mmol/L,"
        "Escaneo de glucosa mmol/L",
    ],
)
def test_libreview_is_read_in_other_languages(header: str) -> None:
    rows = "".join(
        f"FreeStyle Libre 3,X,01-03-2026 {8 + n // 4:02d}:{n % 4 * 15:02d},0,{5 + n / 10:.1f},\n" for n in range(8)
    )
    series = read_glucose("x", f"Glukosedaten,Erstellt am,02-03-2026\n{header}\n{rows}".encode())
    assert (series.source, series.unit, series.minutes, len(series)) == ("LibreView", "mmol/L", 15.0, 8)


def test_libreview_with_twelve_hour_clock_and_month_first() -> None:
    text = libreview(RAMP).decode()
    for at, _ in RAMP:
        text = text.replace(f"{at:%d-%m-%Y %H:%M:%S}", f"{at:%m-%d-%Y %I:%M %p}")
    series = read_glucose("x", text.encode())
    assert series.start == date(2026, 3, 14)
    assert series.seconds[0] == 23 * 3600 + 2 * 60


def test_libreview_with_scans_alone_is_read_and_said() -> None:
    text = libreview(RAMP[:1]).decode()
    rows = [line for line in text.splitlines() if ",0,100" not in line]
    series = read_glucose("x", "\n".join(rows).encode())
    assert series.mg_dl.tolist() == [118.0]
    assert "its scans are read instead" in notes(series)


def test_entries_in_utc_alone_ask_for_the_clock_and_take_the_answer() -> None:
    data = nightscout(RAMP).replace(b',"utcOffset":120', b',"utcOffset":0')
    with pytest.raises(UnansweredError) as asked:
        read_glucose("x", data)
    assert asked.value.questions[0].name == "utc_offset"
    series = read_glucose("x", data, {"utc_offset": "2"})
    assert series.seconds[0] == 23 * 3600 + 2 * 60 + 11
    with pytest.raises(UnansweredError):
        read_glucose("x", data, {"utc_offset": "200"})


def test_two_patients_in_one_bundle_are_refused() -> None:
    data = fhir(RAMP).replace(b"Patient/1", b"Patient/2", 3)
    with pytest.raises(SignalError, match="2 patients"):
        read_glucose("x", data)


def test_a_unit_that_contradicts_the_code_is_refused() -> None:
    with pytest.raises(SignalError, match="code of mg/dL and the unit"):
        read_glucose("x", fhir(RAMP).replace(b'"mg/dL"', b'"mmol/L"'))


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[]",
        b'{"resourceType": "Patient"}',
        b'{"resourceType": "Bundle", "entry": []}',
        b"[1, 2",
        b"[NaN]",
        b'[{"sgv": null}]',
        b'[{"type": "cbg"}]',
        b"[" * 100_000,
        b'[{"sgv": 100, "date": "x"}]',
    ],
)
def test_other_json_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(SignalError):
        read_glucose("x.json", data)


def test_carelink_of_europe_is_read() -> None:
    """Semicolons, decimal comma, mmol/L."""
    text = carelink(RAMP).decode("utf-8-sig").replace(",", ";").replace("(mg/dL)", "(mmol/L)")
    for n in range(100, 160):
        text = text.replace(f";{n};21.38", f";{n / 18:.1f};21.38".replace(".", ","))
    series = read_glucose("x", text.encode("utf-8-sig"))
    assert (series.source, series.unit, len(series)) == ("Medtronic CareLink", "mmol/L", len(RAMP))
    np.testing.assert_allclose(series.mg_dl, [round(value / 18, 1) * 18.016 for _, value in RAMP])


_ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**13), 10**13)
    | st.text(max_size=8)
    | st.floats(allow_nan=False, width=32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_FIELDS = {
    "nightscout": ("sgv", "date", "dateString", "type", "utcOffset"),
    "tidepool_json": ("value", "units", "time", "deviceTime", "annotations"),
    "fhir": ("status", "subject", "code", "effectiveDateTime", "valueQuantity", "valueSampledData"),
}


@pytest.mark.parametrize("name", _FIELDS)
@settings(max_examples=60)
@given(data=st.data())
def test_hostile_fields_are_read_or_refused_in_words(name: str, data: st.DataObject) -> None:
    document = json.loads(WRITERS[name][1](RAMP[:4]))
    entry = document["entry"][3]["resource"] if name == "fhir" else document[2]
    entry[data.draw(st.sampled_from(_FIELDS[name]))] = data.draw(_ANYTHING)
    with suppress(SignalError):
        assert len(read_glucose("x", json.dumps(document).encode())) >= 1


@settings(max_examples=100)
@given(data=st.binary(max_size=300) | st.text(alphabet="time,glucose;\n-:0123456789. ", max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    for content in (data, b"time,glucose\n" + data):
        with suppress(SignalError):
            read_glucose("x", content)
