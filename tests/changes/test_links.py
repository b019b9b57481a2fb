"""The regression lines of linked inputs: the committed table, and the regression behind it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.changes.links import LINKS_FILE, STOPS, Links, load_links
from riskmodels.errors import SourceDataError
from riskmodels.shipping.fit_links import main, weighted_slope
from riskmodels.vocabulary import VOCABULARY


def sample(n: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray, pd.DataFrame]:
    """x with a constant, y, weights, and one PSU a person."""
    rng = np.random.default_rng(5)
    x = rng.normal(30, 6, n)
    y = 2 * x + rng.normal(0, 1 + 0.1 * x)
    people = pd.DataFrame({"strata": np.zeros(n), "psu": np.arange(n)})
    return np.column_stack([x, np.ones(n)]), y, rng.uniform(1, 5, n), people


def test_slope_is_that_of_weighted_least_squares() -> None:
    design, y, weights, people = sample()
    slope, _ = weighted_slope(design, y, weights, people)
    assert slope == pytest.approx(np.polyfit(design[:, 0], y, 1, w=np.sqrt(weights))[0])


def test_standard_error_with_one_person_a_cluster_is_the_sandwich_of_simple_regression() -> None:
    design, y, weights, people = sample()
    _, error = weighted_slope(design, y, weights, people)
    x = design[:, 0] - np.average(design[:, 0], weights=weights)
    slope = (weights * x * y).sum() / (weights * x**2).sum()
    rest = y - np.average(y, weights=weights) - slope * x
    expected = np.sqrt(((weights * x * rest) ** 2).sum() * 200 / 199) / (weights * x**2).sum()
    assert error == pytest.approx(expected)


def test_the_same_people_counted_twice_in_their_clusters_make_nothing_more_certain() -> None:
    design, y, weights, people = sample()
    _, once = weighted_slope(design, y, weights, people)
    _, twice = weighted_slope(np.tile(design, (2, 1)), np.tile(y, 2), np.tile(weights, 2), pd.concat([people] * 2))
    assert twice == pytest.approx(once)


def test_every_line_of_the_table_is_well_determined() -> None:
    for slope in load_links().slopes:
        assert slope.slope > 20 * slope.standard_error > 0
        assert slope.n > 4000


def test_two_lines_of_a_pair_are_no_steeper_together_than_the_correlation_allows() -> None:
    slopes = {(s.follower, s.leader, s.code): s.slope for s in load_links().slopes}
    for (follower, leader, code), slope in slopes.items():
        if (leader, follower, code) in slopes:
            assert 0 < slope * slopes[leader, follower, code] < 1


def test_words_state_every_link() -> None:
    words = load_links().words()
    assert sum("regression among" in line for line in words) == len(load_links().slopes)
    assert any("Friedewald" in line for line in words)
    assert any("weight ÷ height²" in line for line in words)


def test_stops_are_plausible_values() -> None:
    for name, (low, high) in STOPS.items():
        assert VOCABULARY[name].plausible[0] <= low < high <= VOCABULARY[name].plausible[1]


def test_a_table_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SourceDataError, match="cannot be read"):
        Links.read(tmp_path / "links.json")


def test_data_that_are_not_there_end_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--shared", str(tmp_path), "--out", str(tmp_path / "links.json")]) == 1
    assert "no NHANES file" in capsys.readouterr().out


@pytest.mark.shared_data
def test_the_command_writes_the_committed_table(shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "links.json"
    assert main(["--shared", str(shared), "--out", str(out)]) == 0
    written, committed = (json.loads(path.read_text(encoding="utf-8")) for path in (out, LINKS_FILE))
    assert written["source"] == committed["source"]
    pd.testing.assert_frame_equal(pd.DataFrame(written["slopes"]), pd.DataFrame(committed["slopes"]), rtol=1e-3)
