"""Templates of an analyst: kept under a name, in a folder that no id can lead out of, unseen by others."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodels.errors import InputError
from riskmodels.interop.columns.mapping import CohortMapping, ColumnMapping, Role
from ui.cohort import layouts as cohort_layouts

MAPPING = CohortMapping((ColumnMapping("age", "age", Role.VALUE, "years"),))


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test, used by ann."""
    monkeypatch.setenv("CARERISK_DATA", str(tmp_path / "data"))
    sign_in(monkeypatch, "ann")
    return tmp_path / "data"


def sign_in(monkeypatch: pytest.MonkeyPatch, account: str) -> None:
    monkeypatch.setattr(cohort_layouts, "owner", lambda: account)


def test_template_comes_back_and_one_of_the_same_name_is_replaced() -> None:
    cohort_layouts.save(" Lab  export ", MAPPING)
    other = CohortMapping((ColumnMapping("age"),))
    cohort_layouts.save("Lab export", other)
    assert [(layout.name, layout.mapping) for layout in cohort_layouts.saved()] == [("Lab export", other)]


def test_another_person_neither_sees_replaces_nor_removes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cohort_layouts.save("Lab export", MAPPING)
    with monkeypatch.context() as other:
        sign_in(other, "ben")
        assert cohort_layouts.saved() == []
        cohort_layouts.remove("Lab export")
        cohort_layouts.save("Lab export", CohortMapping((ColumnMapping("age"),)))
    assert [layout.mapping for layout in cohort_layouts.saved()] == [MAPPING]


@pytest.mark.parametrize("account", ["../../etc", "/root", "a/b", "a\\b", "ü", "x" * 300])
def test_no_id_of_an_account_leads_out_of_the_data_folder(
    account: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch, account)
    cohort_layouts.save("Lab export", MAPPING)
    assert cohort_layouts.folder().parent == data / "templates"
    assert [path.name for path in data.parent.iterdir()] == ["data"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_name_that_is_empty_or_too_long_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="at most 60"):
        cohort_layouts.save(name, MAPPING)


def test_file_that_cannot_be_read_is_left_out() -> None:
    cohort_layouts.save("Lab export", MAPPING)
    (cohort_layouts.folder() / "broken.json").write_text("{")
    assert [layout.name for layout in cohort_layouts.saved()] == ["Lab export"]
