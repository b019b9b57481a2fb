"""Reference change values: what variation alone explains, and what it does not."""

from __future__ import annotations

import pytest

from riskmodels.timeline.variation import VARIATION, Variation
from riskmodels.vocabulary import VOCABULARY, Kind


def test_symmetric_limits_are_those_of_the_formula() -> None:
    # √2 · 1.96 · √(8.3² + 4²)
    assert VARIATION["ldl_cholesterol"].limits == pytest.approx((-0.2554, 0.2554), abs=1e-4)


def test_skewed_limits_are_those_of_fokkema() -> None:
    # CV 30 %: σ = √ln(1.09) = 0.29356; exp(±2.7719 · 0.29356) − 1
    assert Variation(30.0, 0.0, "", skewed=True).limits == pytest.approx((-0.5568, 1.2563), abs=1e-3)


@pytest.mark.parametrize("name", VARIATION)
def test_the_band_is_what_the_limits_explain(name: str) -> None:
    variation, last = VARIATION[name], 100.0
    low, high = variation.band(last)
    assert low < last < high
    assert variation.explains(low * 1.001, last)
    assert variation.explains(high * 0.999, last)
    assert not variation.explains(low * 0.999, last)
    assert not variation.explains(high * 1.001, last)


@pytest.mark.parametrize("name", VARIATION)
def test_only_labs_that_are_numbers_have_a_variation(name: str) -> None:
    assert VOCABULARY[name].laboratory
    assert VOCABULARY[name].kind is Kind.NUMBER
