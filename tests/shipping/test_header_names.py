"""The table of real headers: what it holds, how right the proposals are on it, and that docs/columns.md says so."""

from __future__ import annotations

import pytest

from riskmodels.interop.columns.known_names import NO_INPUT
from riskmodels.interop.columns.measured import Read, headers, rates, read_all
from riskmodels.shipping.header_names import PAGE, document, main
from riskmodels.vocabulary import VOCABULARY


@pytest.fixture(scope="module")
def read() -> list[Read]:
    return read_all()


def test_table_is_large_has_many_names_that_mean_nothing_and_a_source_for_each() -> None:
    found = headers()
    assert len({(h.name, h.means) for h in found}) >= 600
    assert sum(h.means == NO_INPUT for h in found) * 3 >= len(found)
    assert all(h.source and (h.means == NO_INPUT or h.means in VOCABULARY) for h in found)
    assert sum(h.cited for h in found) * 2 > len(found)


def test_halves_are_about_equal_and_a_name_is_in_one_of_them() -> None:
    apart = {h.name for h in headers() if h.kept_apart}
    assert 0.4 < len(apart) / len({h.name for h in headers()}) < 0.6
    assert not apart & {h.name for h in headers() if not h.kept_apart}


def test_proposals_are_right_in_both_halves(read: list[Read]) -> None:
    for apart in (False, True):
        found = rates(r for r in read if r.header.kept_apart is apart)
        assert found.proposed > 150
        assert found.precision >= 0.995, [r.header.name for r in read if r.wrong]


def test_recall_is_not_lost(read: list[Read]) -> None:
    assert rates(r for r in read if r.header.kept_apart).recall >= 0.68
    assert rates(r for r in read if not r.header.kept_apart).recall >= 0.9


def test_a_wrong_reading_lowers_precision(read: list[Read]) -> None:
    wrong = [Read(r.header, "age", asked=False) if r.header.name == "Non-HDL" else r for r in read]
    assert rates(wrong).precision < rates(read).precision


def test_page_is_the_one_of_the_tables(read: list[Read]) -> None:
    assert PAGE.read_text(encoding="utf-8") == document(read)


def test_command_prints_the_rates(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "half kept apart" in capsys.readouterr().out
