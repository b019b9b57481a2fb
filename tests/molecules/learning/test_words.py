"""Numbers of compounds in words: digits, units, and sums that add up as they are printed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.molecules.endpoints import HERG
from riskmodels.molecules.learning.answers import AtomReasons, Estimate
from riskmodels.molecules.learning.words import concentration, estimate_words, herg_verdict, sum_words
from riskmodels.signed import signed

_NUMBER = st.floats(-3, 9, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "words"),
    [(6, "1.0 µmol/L"), (5.886, "1.3 µmol/L"), (9, "0.0010 µmol/L"), (3, "1,000 µmol/L"), (3.92, "120 µmol/L")],
)
def test_a_concentration_has_two_digits(value: float, words: str) -> None:
    assert concentration(value) == words


def test_outside_the_domain_there_is_no_number() -> None:
    words = estimate_words(Estimate(HERG, None, None, None, 0.1, False, "far away"))
    assert not re.search(r"\d", words)


def test_an_estimate_has_its_interval_and_unit() -> None:
    assert estimate_words(Estimate(HERG, 5.886, 5.0, 6.84, 0.6, True)) == "pIC50 5.9 (5.0–6.8), 1.3 µmol/L"


def test_a_compound_is_flagged_from_ten_micromolar_on() -> None:
    assert herg_verdict(5.0, 5.0, 6.0) == "flagged"
    assert herg_verdict(5.4, 4.6, 6.2) == "flagged, not surely"
    assert herg_verdict(4.9, 4.2, 5.6) == "not flagged, not surely"
    assert herg_verdict(4.0, 3.2, 4.8) == "not flagged"
    assert herg_verdict(None, None, None) == "not known"


def test_nothing_has_no_sign() -> None:
    assert [signed(x) for x in (0.001, -0.001, 0.4, -0.4)] == ["0.00", "0.00", "+0.40", "−0.40"]


@given(_NUMBER, _NUMBER, _NUMBER)
def test_printed_numbers_add_up(base: float, atoms: float, gap: float) -> None:
    words = sum_words(AtomReasons(HERG, base + atoms + gap, base, (atoms,), gap))
    numbers = [float(text.replace("−", "-").replace(" ", "")) for text in re.findall(r"[+−-]? ?\d+\.\d", words)]
    *parts, value = numbers
    assert sum(parts) == pytest.approx(value, abs=1e-9)
