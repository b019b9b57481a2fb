"""Which column says what happened: the outcomes of the file come first, and known codes are read as they are meant."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def script() -> None:
    """The choice over a mapping with one outcome whose 1 means no."""
    from types import SimpleNamespace
    from unittest.mock import patch

    import pandas as pd

    from riskmodels.interop.columns.mapping import Code, CohortMapping, ColumnMapping, Role
    from ui.cohort import outcome

    codes = (Code("0", "yes"), Code("1", "no"))
    columns = (
        ColumnMapping("id", role=Role.PATIENT),
        ColumnMapping("age", "age", Role.VALUE, "years"),
        ColumnMapping("target", role=Role.OUTCOME, codes=codes),
    )
    scored = SimpleNamespace(request=SimpleNamespace(mapping=CohortMapping(columns)))
    with patch.object(outcome, "file_column", lambda _scored, header: pd.Series([0, 1, 1], name=header)):
        outcome.draw_label(scored)  # type: ignore[arg-type]


def test_outcomes_of_the_file_are_offered_first_and_named() -> None:
    box = AppTest.from_function(script).run().selectbox[0]
    assert box.options == ["none", "target · an outcome of this file", "age"]


def test_a_code_that_means_no_is_no_event() -> None:
    page = AppTest.from_function(script).run()
    page.selectbox[0].set_value("target").run()
    assert page.caption[0].value == "1 event in 3 rows with a known outcome."
