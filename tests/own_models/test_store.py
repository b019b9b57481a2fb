from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError, ModelFileError
from riskmodels.interop.table.source import open_source
from riskmodels.own_models.scoring import score_file
from riskmodels.own_models.store import OwnModel, OwnModels
from tests.own_models.files import OUTCOME, clinic, write


class TestStore:
    def test_kept_model_is_found_by_the_columns_it_reads_and_by_no_others(self, kept: OwnModel) -> None:
        store = OwnModels(kept.folder.parent)
        columns = ["AGE", "bmi", "marker_x", "Ward", "something else"]
        assert [found.name for found in store.fitting(columns)] == [kept.name]
        assert store.fitting(columns[:3]) == ()
        assert store.fitting(["age", "sex", "bmi", "glucose"]) == ()

    def test_the_same_model_is_kept_once(self, kept: OwnModel) -> None:
        store = OwnModels(kept.folder.parent)
        assert store.keep(kept.load("cpu")).name == kept.name
        assert len(store.all()) == 1

    def test_deleted_model_is_gone(self, kept: OwnModel, tmp_path: Path) -> None:
        store = OwnModels(tmp_path)
        shutil.copytree(kept.folder, tmp_path / kept.name)
        store.delete(kept.name)
        assert store.all() == ()
        with pytest.raises(ModelFileError, match="There is no model"):
            store.delete(kept.name)

    @pytest.mark.parametrize("name", ["../elsewhere", "", ".", "a/b"])
    def test_name_that_is_a_way_out_is_none(self, kept: OwnModel, name: str) -> None:
        with pytest.raises(ModelFileError, match="There is no model"):
            OwnModels(kept.folder.parent).find(name)

    def test_changed_card_is_not_offered(self, kept: OwnModel, tmp_path: Path) -> None:
        shutil.copytree(kept.folder, tmp_path / kept.name)
        path = tmp_path / kept.name / "card.json"
        card = json.loads(path.read_text(encoding="utf-8"))
        card["own_inputs"][0]["unit"] = "g"
        path.write_text(json.dumps(card), encoding="utf-8")
        assert OwnModels(tmp_path).all() == ()


class TestScoring:
    def test_new_people_of_the_layout_get_what_the_model_says_of_them(self, kept: OwnModel, tmp_path: Path) -> None:
        table = clinic(200, seed=9).drop(columns=OUTCOME)
        counts = score_file(kept, open_source(write(table, tmp_path)), tmp_path / "out.csv")
        scored = pd.read_csv(tmp_path / "out.csv")
        assert counts.read == counts.scored + counts.not_scored == 200
        assert counts.scored > 190
        assert list(scored.columns[: table.shape[1]]) == list(table.columns)
        frame = pd.DataFrame(
            {
                "age": table["Age"],
                "bmi": table["BMI"],
                "own_marker_x": table["Marker X"].replace(0.0, np.nan),
                "own_ward": table["Ward"].map({"heart": 0.0, "medicine": 1.0, "surgery": 2.0}),
            }
        )
        np.testing.assert_allclose(
            scored["own_readmitted_risk"], kept.load("cpu").predict(frame).risk["own_readmitted"], atol=1e-6
        )
        assert scored["own_readmitted_reasons"].str.contains("Marker X .* AU (?:raises|lowers)").mean() > 0.5

    def test_missing_age_or_sex_is_no_problem_of_a_row(self, kept: OwnModel, tmp_path: Path) -> None:
        score_file(kept, open_source(write(clinic(60), tmp_path)), tmp_path / "out.csv")
        assert pd.read_csv(tmp_path / "out.csv")["problems"].isna().all()

    def test_unknown_category_is_told_and_counts_as_unknown(self, kept: OwnModel, tmp_path: Path) -> None:
        table = clinic(60)
        table.loc[3, "Ward"] = "roof"
        score_file(kept, open_source(write(table, tmp_path)), tmp_path / "out.csv")
        problems = pd.read_csv(tmp_path / "out.csv")["problems"]
        assert "Ward is not one of its categories" in problems[3]
        assert problems.notna().sum() == 1

    def test_other_layout_is_refused_with_what_it_lacks(self, kept: OwnModel, tmp_path: Path) -> None:
        path = write(clinic(60).drop(columns="Marker X"), tmp_path)
        with pytest.raises(InputError, match="not in the file “Marker X”"):
            score_file(kept, open_source(path), tmp_path / "out.csv")
        assert not (tmp_path / "out.csv").exists()
