"""A version in words."""

from __future__ import annotations

from ui.versions.words import done_text, figures_text

DAY = "2026-11-29T10:00:00+00:00"
FITTED = {
    "outcome": "dysglycaemia",
    "method": "intercept",
    "date": DAY,
    "held_out": {"n": 412},
    "metrics": {"brier": {"before": [0.1613, 0.15, 0.17], "after": [None, None, None]}},
}
STATED = {
    "outcome": "diabetes",
    "method": "local prevalence",
    "date": DAY,
    "stated": 0.06,
    "shift": 0.46,
    "mean_before": 0.027,
    "n": 4343,
    "people": "rows of a file",
}
EDITED = {
    "outcome": "diabetes",
    "method": "curve edit",
    "input": "bmi",
    "date": DAY,
    "n": 4343,
    "moved_by_a_point": 92,
    "parts": [{"kind": "cut above", "low": 40.0, "high": 40.0}],
    "metrics": {"auroc": {"before": 0.84, "after": float("nan")}},
}


def test_what_was_done_is_told_without_the_date_that_stands_beside_it() -> None:
    assert done_text(FITTED) == "Prediabetes: recalibrated here (intercept)"
    assert done_text(EDITED) == "Diabetes: the curve of body mass index was cut above 40.0 kg/m²"


def test_what_it_stands_on_is_told_too() -> None:
    assert done_text(STATED | {"before": FITTED}).split("\n") == [
        "Diabetes: shifted by +0.46 log-odds to a prevalence of 6 % stated on 2026-11-29.",
        "On top of: Prediabetes: recalibrated here (intercept)",
    ]


def test_figures_say_on_whom() -> None:
    assert figures_text(FITTED) == "Brier score 0.161 to not estimable; 412 rows held out"
    assert figures_text(STATED) == "mean estimate 2.7 % to 6.0 %; 4,343 people: rows of a file"
    assert figures_text(EDITED) == "AUROC 0.840 to not estimable; 92 of 4,343 people move by more than a point"
