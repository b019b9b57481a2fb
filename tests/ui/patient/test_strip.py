"""The answers in one line: a number, or its word with the reason."""

from __future__ import annotations

from dataclasses import replace

from riskmodels.assessment import BY_MEASUREMENT
from tests.ui.patient.test_result import AT_LEAST, PATIENT, PLAIN
from ui.patient.strip import OTHER, OWN, strip_html

NAN = float("nan")
REFUSED = replace(PLAIN, risk=NAN, low=NAN, high=NAN, refused="age 20 is below <30>")


def test_a_number_stands_with_its_interval_and_short_name() -> None:
    made = strip_html([PLAIN], PATIENT)
    assert f'aria-label="{OWN}"' in made
    assert "<dt>Heart and vessels</dt><dd><b>12 %</b>" in made
    assert 'aria-label="12 %, 90 % interval 10–15 %"' in made


def test_a_bound_is_a_sign_and_a_word_for_those_who_hear_it() -> None:
    assert '<span aria-hidden="true">≥</span><span class="sr-only">at least</span> 12 %' in strip_html(
        [AT_LEAST], PATIENT
    )


def test_a_refusal_is_a_dash_with_its_reason() -> None:
    made = strip_html([REFUSED], PATIENT)
    assert 'title="Not estimated: age 20 is below &lt;30&gt;."' in made
    assert "%" not in made


def test_what_is_measured_and_what_is_known_have_their_word() -> None:
    measured = replace(REFUSED, refused=BY_MEASUREMENT, measured="HbA1c is 7.1 %.")
    assert ">measured<" in strip_html([measured], PATIENT)
    known = PATIENT.copy()
    known[PLAIN.outcome.already[0]] = 1.0
    assert ">known<" in strip_html([REFUSED], known)


def test_other_values_stand_beside_the_patients_own_and_are_called_what_if() -> None:
    made = strip_html([PLAIN], PATIENT, [replace(PLAIN, risk=0.0712)])
    assert f'aria-label="{OTHER}"' in made
    assert ">What if<" in made
    assert made.index("○") < made.index("12 %") < made.index("●") < made.index("7.1 %")


def test_other_values_without_an_estimate_have_a_dash() -> None:
    made = strip_html([PLAIN], PATIENT, [REFUSED])
    assert "–<span" in made
    assert "age 20 is below &lt;30&gt;" in made
