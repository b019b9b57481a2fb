"""What an analyst changes in a proposed mapping, and what is proposed anew for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from riskmodels.errors import InputError
from riskmodels.interop.columns.edits import read_as_role, read_as_variable, with_unit
from riskmodels.interop.columns.mapping import CohortMapping, Role
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import Sample, take_sample
from riskmodels.interop.table.source import open_source

ROWS = [f"p{day},{'fm'[day % 2]},2024-03-{day:02},2024-04-{day:02},{4 + day / 10:.1f}" for day in range(1, 29)]
FILE = "\n".join(["nr,kind,seen,came,sugar", *ROWS]).encode()


@pytest.fixture(scope="module")
def sample() -> Sample:
    return take_sample(open_source(FILE))


@pytest.fixture
def mapping(sample: Sample) -> CohortMapping:
    """Nothing is read yet."""
    found = propose(sample).mapping
    for header in sample.headers:
        found = found.with_column(header, role=Role.CARRIED)
    return found


def test_a_column_read_as_a_variable_gets_the_codes_its_cells_suggest(mapping: CohortMapping, sample: Sample) -> None:
    column = read_as_variable(mapping, sample, "kind", "sex").column("kind")
    assert {code.text: code.means for code in column.codes} == {"f": "female", "m": "male"}


def test_one_value_for_every_row_goes_when_a_column_holds_it(mapping: CohortMapping, sample: Sample) -> None:
    constant = replace(mapping, constants={"sex": "female", "diabetes": "no"})
    assert read_as_variable(constant, sample, "kind", "sex").constants == {"diabetes": "no"}


def test_a_second_column_of_a_role_takes_it_from_the_first(mapping: CohortMapping, sample: Sample) -> None:
    once = read_as_role(mapping, sample, "seen", Role.DATE)
    twice = read_as_role(once, sample, "came", Role.DATE)
    assert [c.header for c in twice.columns if c.role is Role.DATE] == ["came"]
    assert twice.column("came").date_format == "ISO"


def test_several_columns_can_be_left_unused(mapping: CohortMapping, sample: Sample) -> None:
    left = read_as_role(mapping, sample, "kind", Role.CARRIED)
    assert {c.role for c in left.columns} == {Role.CARRIED}


def test_a_unit_can_be_chosen_and_opened_again(mapping: CohortMapping, sample: Sample) -> None:
    chosen = with_unit(read_as_variable(mapping, sample, "sugar", "glucose"), sample, "sugar", "mmol/L")
    assert chosen.column("sugar").unit == "mmol/L"
    assert with_unit(chosen, sample, "sugar", "").column("sugar").unit == ""


def test_a_column_that_is_not_used_has_no_unit(mapping: CohortMapping, sample: Sample) -> None:
    with pytest.raises(InputError, match="not used has no unit"):
        with_unit(mapping, sample, "sugar", "mmol/L")
