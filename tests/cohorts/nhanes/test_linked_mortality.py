"""NCHS linked mortality: the fixed-width layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from riskmodels.cohorts.nhanes.linked_mortality import read_mortality
from riskmodels.errors import SourceDataError

Line = Callable[..., str]


def test_line_is_read_by_position(tmp_path: Path) -> None:
    # columns: 1–6 SEQN, 15 eligible, 16 dead, 17–19 cause, 20 diabetes, 21 hypertension, 43–45 and 46–48 months
    line = "2     " + " " * 8 + "1" + "1" + "006" + "0" + "0" + " " * 21 + "177" + "178" + "\n"
    assert (line[14], line[42:45]) == ("1", "177")
    (tmp_path / "m.dat").write_text(line)
    table = read_mortality(tmp_path / "m.dat")
    assert table.iloc[0].to_dict() == {
        "seqn": 2,
        "mort_eligstat": 1,
        "mort_dead": 1,
        "mort_ucod_leading": 6,
        "mort_permth_int": 177,
    }


def test_dots_are_unknown(tmp_path: Path, make_mortality_line: Line) -> None:
    (tmp_path / "m.dat").write_text(
        make_mortality_line(1, 2, None, None, None) + make_mortality_line(102956, 1, 0, None, 24)
    )
    table = read_mortality(tmp_path / "m.dat")
    assert table["seqn"].tolist() == [1, 102956]
    np.testing.assert_array_equal(table["mort_dead"], [np.nan, 0])
    np.testing.assert_array_equal(table["mort_permth_int"], [np.nan, 24])
    assert table["mort_ucod_leading"].isna().all()


@pytest.mark.parametrize("text", ["<html><body>Page not found, sorry</body></html>\n", "1     " + " " * 8 + "7\n"])
def test_other_layout_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "m.dat").write_text(text)
    with pytest.raises(SourceDataError, match="has not the layout"):
        read_mortality(tmp_path / "m.dat")


def test_person_twice_is_refused(tmp_path: Path, make_mortality_line: Line) -> None:
    (tmp_path / "m.dat").write_text(make_mortality_line(1, 1, 0, None, 24) * 2)
    with pytest.raises(SourceDataError, match="has not the layout"):
        read_mortality(tmp_path / "m.dat")
