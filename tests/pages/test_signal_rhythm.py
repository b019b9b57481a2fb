"""A heart's rhythm on the page "Read a signal", with a stand-in for the model: the strip, its place, refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.signals import rhythm_read
from tests.signals.strips import StandIn, strip_csv

ROOT = Path(__file__).resolve().parents[2]
ONE_LEAD = "time [s],II [mV]"


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rhythm_read, "ventricular_model", lambda folder: StandIn())


def opened(data: bytes, name: str = "strip.csv") -> AppTest:
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    page = app.switch_page("pages/7_Signal.py").run()
    return page.file_uploader[0].set_value([(name, data, "text/csv")]).run()


def shown(page: AppTest) -> str:
    """All that stands on the page."""
    assert not page.exception
    texts = [element.proto.body for element in page.get("html")]
    return "\n".join((*texts, *(m.value for m in page.markdown), *(c.value for c in page.caption)))


def press(page: AppTest, label: str) -> str:
    next(button for button in page.button if button.label == label).click().run()
    return shown(page)


def test_the_answer_comes_first_and_numbers_have_units():
    text = shown(opened(strip_csv()))
    assert "1/min on average; 3 ventricular of" in text
    assert "Heart rate" in text
    assert "At this pace" in text
    assert "lie beside ectopic beats; above 5% nothing is stated" in text
    assert "Judged on nobody." in text
    assert "it is no diagnosis" in text


def test_the_strip_says_its_paper_and_its_lead():
    page = opened(strip_csv())
    assert "Lead II, 0:00 to 0:10: 12 beats, 1 of them ventricular (V). 25 mm/s, 10 mm/mV" in shown(page)
    lead = next(box for box in page.selectbox if box.label == "Lead drawn")
    lead.set_value(1).run()
    assert "Lead V1 (beats are found in II)" in shown(page)


def test_the_strip_moves_by_button_and_by_beat():
    page = opened(strip_csv())
    assert "0:10 to 0:20" in press(page, "10 s on")
    assert "0:00 to 0:10" in press(page, "10 s back")
    assert "Beat 11 at" in shown(page)
    assert "Beat 21 at" in press(page, "Next ventricular")
    assert "2 of 3" in shown(page)
    assert "0:11 to 0:21" in shown(page)
    assert "Beat 31 at" in press(page, "Next ventricular")
    assert "Beat 11 at" in press(page, "Next ventricular")
    assert "Beat 31 at" in press(page, "Previous ventricular")


def test_a_run_leads_to_its_place():
    page = opened(strip_csv(early=(40, 41, 42)))
    place = next(box for box in page.selectbox if box.label.startswith("Go to"))
    assert place.options[0].startswith("Run of 3 beats at 0:3")
    place.set_value(0).run()
    assert "0:30 to 0:40" in shown(page) or "0:29 to 0:39" in shown(page)


def test_what_a_finding_changes_is_said_and_nothing_is_entered():
    assert "Nothing is entered from here" in shown(opened(strip_csv()))


def test_the_place_of_one_recording_is_not_that_of_another():
    page = opened(strip_csv())
    press(page, "10 s on")
    page.file_uploader[0].set_value([("other.csv", strip_csv(early=(15,)), "text/csv")]).run()
    assert "0:00 to 0:10" in shown(page)


def test_a_lead_that_was_off_is_left_out_and_an_inverted_one_is_read():
    text = shown(opened(strip_csv(off=(20.0, 30.0), upright=False, header=ONE_LEAD)))
    assert "are marked and left out" in text
    assert "point down" in text
    assert "Hatched: left out." in text


def test_the_rate_is_asked():
    page = opened(strip_csv(header="II [mV]"))
    assert "how many values stand for a second" in page.number_input[0].label
    page.number_input[0].set_value(125.0).run()
    assert "3 ventricular of" in shown(page)


def test_the_unit_is_asked():
    page = opened(strip_csv(header="time [s],II", scale=1000))
    assert page.radio[0].options[0] == "µV"
    page.radio[0].set_value("µV").run()
    assert "3 ventricular of" in shown(page)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (strip_csv(6.0, early=()), "at least 10 s"),
        (strip_csv(off=(0.0, 60.0), header=ONE_LEAD), "the lead was off"),
    ],
    ids=["too short", "lead off throughout"],
)
def test_what_cannot_be_read_is_refused_with_its_trace(data: bytes, words: str):
    page = opened(data)
    text = shown(page)
    assert "No reading of this recording" in text
    assert words in text
    assert "Heart rate" not in text
    assert len(page.get("plotly_chart")) >= 1


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01\x02" * 50, b"time [s],II [mV]\n1,no\n"], ids=["empty", "noise", "text"]
)
def test_empty_and_corrupt_files_are_refused_in_words(data: bytes):
    text = shown(opened(data))
    assert "Heart rate" not in text


def test_without_a_model_the_rhythm_is_told_and_why_nothing_is_called(monkeypatch: pytest.MonkeyPatch):
    from riskmodels.errors import ModelFileError

    def missing(folder: Path) -> None:
        raise ModelFileError("There is no model.", hint="Train it.")

    monkeypatch.setattr(rhythm_read, "ventricular_model", missing)
    page = opened(strip_csv())
    text = shown(page)
    assert "There is no model. Train it." in text
    assert "1/min on average;" in text
    assert not [button for button in page.button if "ventricular" in button.label]
