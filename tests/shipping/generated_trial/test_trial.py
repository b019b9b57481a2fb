"""The trial: peers' rows are like the table, results are kept, leaks are refused, and the page says what was found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError
from riskmodels.generated.use.encoding import Encoding
from riskmodels.shipping.adults import TARGETS
from riskmodels.shipping.generated_trial import adding as adding_module
from riskmodels.shipping.generated_trial.adding import adding
from riskmodels.shipping.generated_trial.generators import BY_HEART, makers
from riskmodels.shipping.generated_trial.kept import Kept, fingerprint, table_hash
from riskmodels.shipping.generated_trial.page import page
from riskmodels.shipping.generated_trial.peers import (
    _with_gaps,
    _without_gaps,
    between_neighbours,
    by_ctgan,
    snapped,
)
from riskmodels.shipping.generated_trial.results import aims, short, signed


class TestPeers:
    def test_gaps_are_told_to_the_package_and_read_back(self, parts):
        encoding = Encoding.of(parts.fit)
        filled = _without_gaps(parts.fit, encoding, np.random.default_rng(0))
        assert not filled.isna().any().any()
        pd.testing.assert_frame_equal(_with_gaps(filled, parts.fit, encoding), parts.fit)

    def test_without_the_package_it_is_said_how_to_get_it(self, parts, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "ctgan", None)
        with pytest.raises(InputError, match="ctgan is not installed"):
            by_ctgan("TVAE", parts.fit, 5, 0, 1)

    def test_values_go_to_the_nearest_that_occurs(self):
        grid = pd.Series([1.0, 2.0, 4.0, np.nan])
        np.testing.assert_equal(snapped(np.array([0.0, 1.4, 2.9, 9.0, np.nan]), grid), [1, 1, 2, 4, np.nan])

    def test_rows_between_neighbours_have_the_columns_values_and_gaps(self, parts):
        rows = between_neighbours(parts.fit, 200, 0)
        assert list(rows) == list(parts.fit)
        for name in rows:
            assert set(rows[name].dropna()) <= set(parts.fit[name].dropna())
        assert abs(rows.isna().to_numpy().mean() - parts.fit.isna().to_numpy().mean()) < 0.02
        pd.testing.assert_frame_equal(rows, between_neighbours(parts.fit, 200, 0))

    def test_a_network_learnt_by_heart_is_fitted_on_few(self, parts, monkeypatch):
        few = makers((1, 1))["by-heart"]
        monkeypatch.setattr(
            "riskmodels.shipping.generated_trial.generators.BY_HEART", replace(BY_HEART, steps=3, least_epochs=1)
        )
        assert len(few.members(pd.concat([parts.fit] * 3))) == few.few == 500
        assert few.make(parts.fit, 20, 0).shape == (20, parts.fit.shape[1])


class TestKept:
    def test_what_is_ready_is_not_made_again(self, folder):
        said = []
        kept, made = Kept(folder, said.append), pd.DataFrame({"a": [1.0]})
        for mark in ("one", "one", "two"):
            assert kept.rows("key", mark, lambda: made).equals(made)
        assert len(said) == 2
        assert kept.figures("key", "one", lambda: {"a": 1}) == {"a": 1}
        assert kept.figures("key", "one", lambda: {"a": 2}) == {"a": 1}

    def test_a_mark_is_of_texts_and_settings_and_a_hash_of_values(self):
        assert fingerprint(["use/copula"], 1) == fingerprint(["use/copula"], 1) != fingerprint(["use/copula"], 2)
        assert fingerprint(["use/copula"], 1) != fingerprint(["use/card"], 1)
        assert table_hash(pd.DataFrame({"a": [1.0]})) != table_hash(pd.DataFrame({"a": [2.0]}))


class TestResults:
    def test_a_file_of_members_is_refused_and_other_people_are_not_asked(self, results):
        assert [r.refused for r in results if r.role in ("real", "control")] == [False, True]
        assert results[0].privacy is None

    def test_aims_are_told_with_what_came_out(self, results):
        found = {aim: (words, reached) for aim, words, reached in aims(results, 0.52)}
        ours = results[1]
        assert found["no impossible row"][1] is (ours.use.impossible["invented"] == 0)
        assert found["each outcome within .010 of real people"][0].endswith(
            signed(min(t.difference for t in ours.boosting))
        )
        assert aims(results[:1], 0.52) == []

    def test_numbers_are_written_as_papers_do(self):
        assert [short(0.9284), short(-0.0041), short(1.0), short(float("nan"))] == [".928", "−.004", "1.000", "–"]
        assert [signed(0.0), signed(-0.01), signed(0.01)] == ["+.000", "−.010", "+.010"]


class TestPage:
    def test_every_file_is_in_every_table_and_the_lines_are_short(self, results, parts, chosen):
        added = {"Ours": {"logistic": {"real": 0.9, "with_invented": 0.8, "difference": -0.1, "difference_se": 0.01}}}
        sizes = {"fit": 300, "apart": 300, "test": 300, "members": 270, "rows": 300}
        text = page(results, added, sizes, "2026-12-01")
        for result in results:
            assert text.count(f"| {result.name} |") >= 4
        assert "| Ours | logistic | .900 | .800 | −.100 ± .010 |" in text
        assert "**Ours.**" in text
        assert "**yes**" in text
        for part in text.split("\n\n"):
            cells = {line.count("|") for line in part.splitlines() if line.startswith("|")}
            assert len(cells) <= 1, part
        prose = [line for line in text.splitlines() if not line.startswith("|")]
        assert max(map(len, prose)) <= 130


def test_adding_copies_of_the_same_people_changes_little(parts, monkeypatch):
    for name, value in (("FEW", 140), ("ADDED", 140), ("CLINICS", 2)):
        monkeypatch.setattr(adding_module, name, value)
    found = adding(parts, lambda fit, rows, seed: fit.iloc[:rows], TARGETS[3], ["logistic"])["logistic"]
    assert found["difference"] == pytest.approx(found["with_invented"] - found["real"])
    assert abs(found["difference"]) < 0.05
    assert found["difference_se"] > 0
