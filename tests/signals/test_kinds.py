"""What kind of signal a file is, by its content whatever its name."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels import ROOT
from riskmodels.errors import SignalError
from riskmodels.signals.kinds import Kind, recognise

SAMPLES = ROOT / "data" / "samples"
SAMPLES_COMMA = "\n".join(f"{n / 250:.3f};{n % 7 / 10:.2f}" for n in range(60)).replace(".", ",")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (SAMPLES / "glucose_fortnight.csv", Kind.GLUCOSE),
        (SAMPLES / "pressure_24h_invented.csv", Kind.PRESSURE),
        (SAMPLES / "rhythm_strip.csv", Kind.RHYTHM),
    ],
)
def test_samples_are_told_apart_whatever_their_names(data, kind):
    assert recognise({"x.txt": data.read_bytes()}) is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('[{"sgv": 120, "dateString": "2026-01-01T00:00:00Z"}]', Kind.GLUCOSE),
        ('[{"type": "cbg", "value": 7.1}]', Kind.GLUCOSE),
        ('{"resourceType": "Bundle", "entry": [{"code": "99504-3"}]}', Kind.GLUCOSE),
        ('{"resourceType": "Bundle", "entry": [{"code": "85354-9"}]}', Kind.PRESSURE),
        ('{"resourceType": "Bundle", "entry": []}', None),
        ("Datum;Uhrzeit;Glukose\n01.02.2026;10:00;7,1\n", Kind.GLUCOSE),
        ("2026-02-01 10:00,141\n2026-02-01 10:05,143\n", Kind.GLUCOSE),
        ("date,time,SYS,DIA,pulse\n2026-02-01,10:00,141,90,70\n", Kind.PRESSURE),
        ("time,II,V5\n" + "\n".join(f"{n / 250:.3f},{n % 5},{n % 3}" for n in range(40)), Kind.RHYTHM),
        (SAMPLES_COMMA, Kind.RHYTHM),
        ("a letter\nDear colleague,\nthe patient came.\n", None),
    ],
)
def test_kind_is_told_by_the_content(text, kind):
    assert recognise({"x": text.encode()}) is kind


def test_several_files_are_one_recording():
    assert recognise({"100.hea": b"100 2 360 650000\n", "100.dat": b"\x00\x01"}) is Kind.RHYTHM


def test_packed_table_is_looked_into():
    import gzip

    assert recognise({"x": gzip.compress((SAMPLES / "glucose_fortnight.csv").read_bytes())}) is Kind.GLUCOSE


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "empty"), (b"%PDF-1.7 ...", "a PDF"), (b"\x89PNG\r\n\x1a\n....", "a PNG image")]
)
def test_what_is_no_signal_is_named(data, words):
    with pytest.raises(SignalError, match=words):
        recognise({"x.csv": data})


@given(st.binary(max_size=400))
def test_any_bytes_are_a_kind_none_or_refused(data):
    with suppress(SignalError):
        assert recognise({"x": data}) in (*Kind, None)
