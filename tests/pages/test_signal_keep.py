"""What was read of a signal kept in a record, run by Streamlit's AppTest."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels import SAMPLES
from riskmodels.records import LOCAL, Actor, NotFoundError, Role, signals
from riskmodels.records.patients import Patient
from riskmodels.runtime.hashes import bytes_hash
from riskmodels.signals.glucose.files import read_glucose
from riskmodels.signals.glucose.read import GlucoseRead
from riskmodels.signals.pressure.read import PressureRead, read_pressure_file
from tests.pages.keeping import keep, save, words
from ui.database import database
from ui.records import keeping
from ui.signal import keep as signal_keep

NAME = "pressure_24h_invented.csv"
DATA = (SAMPLES / NAME).read_bytes()


def page() -> None:
    import streamlit as st

    from ui.signal.keep import draw_keep

    draw_keep(st.session_state["kind"], st.session_state["read"], st.session_state["hash"])


@cache
def pressures() -> PressureRead:
    return read_pressure_file(NAME, DATA)


def opened(kind: str = "pressure", read: object = None) -> AppTest:
    """The form, opened."""
    app = AppTest.from_function(page, default_timeout=300)
    state = {"kind": kind, "read": read or pressures(), "hash": bytes_hash([DATA]), "signal.record.open": True}
    for key, value in state.items():
        app.session_state[key] = value
    return app.run()


def kept(patient: Patient) -> list[signals.SignalStudy]:
    return signals.of_patient(database(), LOCAL, patient.id)


class TestKeeping:
    def test_the_summary_is_kept_with_hash_and_days(self) -> None:
        patient = save()
        app = keep(opened(), patient)
        (study,) = kept(patient)
        assert (study.kind, study.file_hash, study.models) == ("pressure", bytes_hash([DATA]), {})
        assert (study.day, study.last_day) == (date(2026, 3, 3), date(2026, 3, 4))
        assert study.summary == pressures().summary()
        assert f"Kept in {patient.code}; it stands in the timeline" in words(app)

    def test_the_name_of_the_file_is_not_kept(self) -> None:
        patient = save()
        keep(opened(), patient)
        assert "Mustermann" not in repr(vars(kept(patient)[0]))

    def test_another_first_day_moves_the_last_one_too(self) -> None:
        patient = save()
        app = opened()
        app.date_input[0].set_value(date(2026, 4, 1)).run()
        keep(app, patient)
        assert (kept(patient)[0].day, kept(patient)[0].last_day) == (date(2026, 4, 1), date(2026, 4, 2))

    def test_the_same_reading_is_kept_once(self) -> None:
        patient = save()
        keep(opened(), patient)
        app = keep(opened(), patient)
        assert len(kept(patient)) == 1
        assert "This reading of the file is already in" in words(app)

    def test_it_can_be_undone(self) -> None:
        patient = save()
        app = keep(opened(), patient)
        next(b for b in app.button if b.label == "Undo").click().run()
        assert kept(patient) == []

    def test_a_record_that_went_meanwhile_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        patient = save()

        def gone(*_: object) -> None:
            raise NotFoundError("There is no such patient.", hint="Look in Find a record.")

        monkeypatch.setattr(signals, "add", gone)
        assert "Not kept. There is no such patient." in words(keep(opened(), patient))


class TestWhoMay:
    def test_an_analyst_sees_nothing_of_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(keeping, "current_actor", lambda: Actor("x", "Ana", frozenset({Role.ANALYST})))
        app = opened()
        assert not app.exception
        assert not [*app.button, *app.selectbox]

    def test_what_was_refused_cannot_be_kept(self) -> None:
        save()
        assert not opened(read=SimpleNamespace(refused="Worn for an hour.")).selectbox


class TestDays:
    def test_a_file_without_dates_asks_for_its_day(self) -> None:
        save()
        undated = SimpleNamespace(refused="", model=None, calls=SimpleNamespace(refused=""),
                                  ecg=SimpleNamespace(start=None), summary=dict)  # fmt: skip
        app = opened("rhythm", undated)
        assert app.date_input[0].label == "Day of the file, which has none"

    def test_a_recording_over_midnight_has_two_days(self) -> None:
        read = SimpleNamespace(ecg=SimpleNamespace(start=datetime(2026, 3, 3, 23, 50), seconds=1800.0))
        assert signal_keep.days_of("rhythm", read) == (date(2026, 3, 3), date(2026, 3, 4))

    def test_the_days_of_glucose_are_those_that_are_reported(self) -> None:
        series = read_glucose("glucose_fortnight.csv", (SAMPLES / "glucose_fortnight.csv").read_bytes())
        assert signal_keep.days_of("glucose", GlucoseRead(series)) == (date(2026, 3, 2), date(2026, 3, 15))


class TestModels:
    def test_the_model_that_called_the_beats_is_kept(self) -> None:
        model = SimpleNamespace(card={"name": "ventricular", "version": "v1"})
        called = SimpleNamespace(model=model, calls=SimpleNamespace(refused=""))
        assert signal_keep.models_of("rhythm", called) == {"ventricular": "v1"}

    @pytest.mark.parametrize("refused", ["too few beats", ""])
    def test_without_calls_there_is_none(self, refused: str) -> None:
        model = SimpleNamespace(card={"name": "ventricular"}) if refused else None
        assert (
            signal_keep.models_of("rhythm", SimpleNamespace(model=model, calls=SimpleNamespace(refused=refused))) == {}
        )
