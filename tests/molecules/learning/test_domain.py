"""Intervals hold what they say, and the bound is where errors grow too large."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("rdkit")
from riskmodels.errors import TrainingError
from riskmodels.molecules.learning.descriptors import DESCRIPTORS
from riskmodels.molecules.learning.domain import BANDS, Domain, fit_domain, likeness

USUAL = np.tile(np.arange(len(DESCRIPTORS), dtype=np.float64), (200, 1))


def left_out(seed: int, count: int = 6000) -> tuple[np.ndarray, np.ndarray]:
    """Likeness, and errors whose spread falls from 1.5 to 0.3 with it."""
    rng = np.random.default_rng(seed)
    near = rng.uniform(0.1, 0.9, count)
    return near, rng.normal(0, 1, count) * (1.5 - 1.5 * (near - 0.1))


@pytest.fixture(scope="module")
def domain() -> Domain:
    return fit_domain(*left_out(0), spread=1.0, descriptors=USUAL)


def test_intervals_cover_nine_in_ten_at_every_likeness(domain: Domain) -> None:
    near, errors = left_out(1)
    covered = np.abs(errors) <= domain.half(near)
    assert covered.mean() == pytest.approx(0.9, abs=0.015)
    for low in (0.2, 0.4, 0.6):
        band = (near >= low) & (near < low + 0.2)
        assert covered[band].mean() == pytest.approx(0.9, abs=0.04)


def test_intervals_narrow_with_likeness(domain: Domain) -> None:
    assert len(domain.halves) == BANDS
    assert list(domain.halves) == sorted(domain.halves, reverse=True)


def test_the_bound_is_where_errors_are_as_large_as_the_spread(domain: Domain) -> None:
    """Their standard deviation is 0.9 at a likeness of 0.5."""
    assert domain.least == pytest.approx(0.5, abs=0.08)
    inside = domain.inside(np.array([domain.least - 0.01, domain.least + 0.01]), USUAL[:2])
    assert inside.tolist() == [False, True]
    assert "No measured compound is like it" in domain.reason(domain.least - 0.01, USUAL[0])
    assert not domain.reason(domain.least + 0.01, USUAL[0])


def test_a_compound_beyond_the_measured_sizes_is_refused_however_alike(domain: Domain) -> None:
    large = USUAL[:1].copy()
    large[0, DESCRIPTORS.index("heavy atoms")] = 90
    assert not domain.inside(np.array([1.0]), large)[0]
    assert domain.reason(1.0, large[0]).startswith("The number of its heavy atoms is 90")


def test_a_card_gives_the_same_domain(domain: Domain) -> None:
    assert Domain.read(domain.plain()) == domain
    for name, wrong in (("halves", [1.0]), ("ranges", []), ("edges", [*domain.edges[:-1], 0.0]), ("least", "0.5")):
        with pytest.raises((TypeError, ValueError)):
            Domain.read(domain.plain() | {name: wrong})


def test_few_compounds_give_no_interval() -> None:
    with pytest.raises(TrainingError, match="no intervals from 19 compounds"):
        fit_domain(np.ones(19), np.ones(19), 1.0, USUAL)


def test_likeness_is_the_mean_of_the_three_nearest() -> None:
    assert likeness(np.array([[0.1, 0.9, 0.5, 0.4]])) == pytest.approx([0.6])
    assert likeness(np.array([[0.2, 0.4]])) == pytest.approx([0.3])
