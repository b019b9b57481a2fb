"""The training people, read again: those of the cards on every processor, and the committed tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohort_report.training_distribution import SOURCE
from riskmodels.shipping.fit_training_distribution import main
from riskmodels.tabular.fitting import frame_hash


@pytest.mark.shared_data
def test_the_command_finds_the_people_of_the_cards_and_writes_the_committed_tables(
    shared: Path, tmp_path: Path
) -> None:
    main(["--shared", str(shared), "--out", str(tmp_path / "again.json")])
    assert (tmp_path / "again.json").read_text("utf-8") == SOURCE.read_text("utf-8")


def test_hash_of_people_does_not_depend_on_the_last_bits_and_does_on_a_value() -> None:
    people = pd.DataFrame({"hba1c": [5.7, np.nan, 6.5], "site": ["a", "b", "b"]})
    away = people.assign(hba1c=np.nextafter(people["hba1c"], 10))
    other = people.assign(hba1c=[5.7, np.nan, 6.5001])
    assert frame_hash(away) == frame_hash(people) != frame_hash(other)
