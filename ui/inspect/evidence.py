"""What was measured of a model, and of which version: figures of another version are never shown as its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from riskmodels.errors import ModelFileError
from riskmodels.evaluation.evidence import FILE, Evidence, OutcomeEvidence, read_evidence
from riskmodels.outcomes import OUTCOME
from riskmodels.tabular.model import SHIPPED, RiskModel, load_shipped
from ui.memo import remembered
from ui.text import inside, plain

COMMAND = "python -m riskmodels evaluate"
#: people two versions are compared on
_COMPARED = 100
#: log-odds: estimates nearer than this are the same
_SAME = 1e-6


@dataclass(frozen=True)
class Standing:
    """What is known of a model's quality.

    Args:
        evidence: what was measured; None where nothing was, or where it cannot be read.
        problem: why it cannot be read.
    """

    evidence: Evidence | None
    problem: str = ""

    def of(self, outcome: str) -> OutcomeEvidence | None:
        """What was measured of one outcome."""
        return self.evidence["outcomes"].get(outcome) if self.evidence else None


def standing_of(model: RiskModel) -> Standing:
    """What was measured of a shipped model, read again only when its file is another."""
    folder = SHIPPED / model.name
    return remembered("inspect.evidence", (str(folder), _stamp(folder / FILE)), lambda: _read(folder))


def _stamp(path: Path) -> tuple[int, int]:
    if not path.is_file():
        return (0, 0)
    told = path.stat()
    return (told.st_mtime_ns, told.st_size)


def _read(folder: Path) -> Standing:
    try:
        return Standing(read_evidence(folder))
    except ModelFileError as error:
        return Standing(None, str(error))


def whose_words(model: RiskModel, outcome: str, measured: str) -> str:
    """Whose figures are shown, where they are not those of the version in force; empty where they are.

    Args:
        model: in force.
        outcome: shown.
        measured: version the figures are of.
    """
    if measured == model.version:
        return ""
    made = f"The version in force, {plain(model.version)}, was made here from {plain(measured)}"
    name = inside(OUTCOME[outcome].short)
    if remembered("inspect.same", (model.version, outcome), lambda: _answers_alike(model, outcome)):
        return f"{made}; for {name} both give the same estimates, so these figures hold for both."
    return (
        f"**{made}. The figures here are those of {plain(measured)}, not its own.** What it changed for whom stands "
        "under Versions; how good it is on your people says the report of Score a cohort, with an outcome column."
    )


def _answers_alike(model: RiskModel, outcome: str) -> bool:
    """Whether the version in force answers as the shipped one does, tried on invented people."""
    shipped = load_shipped(device=str(model.device)).get(model.name)
    if shipped is None or shipped.reference is None:
        return False
    people = shipped.reference.people(_COMPARED)
    one, other = (each.predict(people).logit[outcome].to_numpy() for each in (model, shipped))
    return bool(np.allclose(one, other, atol=_SAME))


def draw_standing(model: RiskModel, outcome: str, standing: Standing) -> OutcomeEvidence | None:
    """Say whose figures follow, or why there are none.

    Returns:
        What was measured of the outcome, where there is something to show.
    """
    found = standing.of(outcome)
    if standing.problem:
        st.error(standing.problem)
    elif standing.evidence is None or found is None:
        st.markdown(f"Nothing was measured of it yet. Run `{COMMAND}` where the training data lie; it takes minutes.")
    else:
        whose = whose_words(model, outcome, standing.evidence["version"])
        if whose:
            st.warning(whose) if whose.startswith("**") else st.caption(whose)
        if standing.evidence["quick"]:
            st.caption(f"Measured on a sample of the people, to try the command. `{COMMAND}` measures all of them.")
    return found
